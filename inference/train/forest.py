"""Training of the classifier's forest on statistics of real clips, of worn copies of them, and of synthetic motion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier

from inference import catalogue, statistics
from inference.train import pool
from inference.train.clips import LabelledTrack
from inference.train.lstm import CLASSES
from inference.trees import Forest
from inference.types import PoseTrack

TREES, LEAF = 120, 2
COPIES, COPY_WEIGHT = 4, 0.5  # worn copies of a clip, and what each counts against the clip itself
SYNTHETIC_WEIGHT = 2.0  # of all synthetic tracks of an exercise together; a clip counts 2
OTHER_WEIGHT = 3.0  # of what is no exercise, against an exercise

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Table:
    """Rows to learn from; made once and cut by fold."""

    features: Floats  # (N, F)
    label: NDArray[np.int64]  # (N,)
    weight: NDArray[np.float64]  # (N,)
    owner: NDArray[np.int64]  # (N,) number of the track that a row was made of


def _describe(track: PoseTrack) -> Floats:
    return statistics.describe(track.keypoints, track.times_s)


def tabulate_real(tracks: Sequence[LabelledTrack], seed: int = 0) -> Table:
    """Every clip, its mirror image and its worn copies."""
    rng = np.random.default_rng(seed)
    rows, share = [], np.array([1.0, 1.0, *[COPY_WEIGHT] * COPIES])
    for labelled in tracks:
        copies = [_describe(pool.wear_track(labelled.track, rng)) for _ in range(COPIES)]
        rows.append(np.concatenate([statistics.both_views(labelled.track), np.stack(copies)]))
    owner = np.repeat(np.arange(len(tracks)), len(share))
    label = np.array([CLASSES.index(t.exercise) for t in tracks])
    weight = (pool.weigh(tracks)[:, None] * share).ravel()
    return Table(np.concatenate(rows), label[owner], weight, owner)


def tabulate_synthetic(tracks: Sequence[LabelledTrack]) -> Table:
    """Every track once; each exercise weighs the same, whatever the number of its tracks."""
    label = np.array([CLASSES.index(t.exercise) for t in tracks])
    share = SYNTHETIC_WEIGHT / np.maximum(np.bincount(label, minlength=len(CLASSES)), 1)
    share[CLASSES.index(catalogue.OTHER)] *= OTHER_WEIGHT
    features = np.stack([_describe(t.track) for t in tracks])
    return Table(features, label, share[label], np.full(len(label), -1))


def fit(tables: Sequence[Table], kept: NDArray[np.bool_] | None = None, seed: int = 0) -> Forest:
    """Extremely randomised trees (Geurts et al. 2006).

    ``kept`` says of each real track whether it may be learnt from; rows without an owner always are.
    """
    features, label, weight, owner = (
        np.concatenate([getattr(t, name) for t in tables]) for name in ("features", "label", "weight", "owner")
    )
    rows = np.ones(len(owner), bool) if kept is None else (owner < 0) | np.asarray(kept)[owner]
    model = ExtraTreesClassifier(TREES, min_samples_leaf=LEAF, n_jobs=1, random_state=seed)
    model.fit(features[rows], label[rows], sample_weight=weight[rows])
    return Forest.from_sklearn(model, classes=len(CLASSES))
