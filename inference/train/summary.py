"""Training of the networks that name a track by its statistics, on clips, worn copies of them, and synthetic motion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from inference import catalogue, files, statistics
from inference.network import SummaryNetwork
from inference.train import pool
from inference.train.clips import LabelledTrack
from inference.train.fit import Chances, fit
from inference.train.lstm import CLASSES, TARGETS
from inference.types import PoseTrack

COPIES, COPY_WEIGHT = 4, 0.5  # worn copies of a clip, and what each counts against the clip itself
OTHER_WEIGHT = 3.0  # of what is no exercise, against an exercise, among synthetic tracks
HIDDEN = 256
STEPS, BATCH, RATE, DECAY = 3000, 128, 2e-3, 0.05
SYNTHETIC_SHARE = 0.4  # of each batch
NOISE = 0.1  # added to the scaled statistics
LEAST_SPREAD = 0.02

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Table:
    """Rows to learn from; made once and cut by fold."""

    features: Floats  # (N, F)
    label: NDArray[np.int64]  # (N,)
    weight: NDArray[np.float64]  # (N,)
    owner: NDArray[np.int64]  # (N,) number of the track that a row was made of

    def of(self, kept: NDArray[np.bool_]) -> Table:
        """Rows of some of the tracks (T,)."""
        rows = kept[self.owner]
        return Table(self.features[rows], self.label[rows], self.weight[rows], self.owner[rows])

    def save(self, path: Path) -> None:
        """Whole or not at all."""
        with files.write_whole(path) as out:
            np.savez(out, **vars(self))

    @classmethod
    def load(cls, path: Path) -> Table:
        """What ``save`` wrote."""
        with np.load(path) as file:
            return cls(**file)


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
    share = 1 / np.maximum(np.bincount(label, minlength=len(CLASSES)), 1)
    share[CLASSES.index(catalogue.OTHER)] *= OTHER_WEIGHT
    return Table(np.stack([_describe(t.track) for t in tracks]), label, share[label], np.arange(len(label)))


def train(
    real: Table, synthetic: Table | None, seed: int, steps: int = STEPS, targets: Tensor = TARGETS
) -> SummaryNetwork:
    """One network. ``targets`` (C, C): what the scores of each class are to become."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    tables = [real, *([synthetic] if synthetic else [])]
    made = int(BATCH * SYNTHETIC_SHARE) if synthetic else 0
    network = SummaryNetwork(real.features.shape[1], len(targets), HIDDEN)
    network.ranges.learn(np.concatenate([table.features for table in tables]), LEAST_SPREAD)
    scaled = [network.ranges(torch.from_numpy(table.features)) for table in tables]
    labels = [torch.from_numpy(table.label) for table in tables]
    chances = [Chances(_soften(real)), *(Chances(table.weight) for table in tables[1:])]

    def miss() -> Tensor:
        drawn = [chance.draw(n, rng) for chance, n in zip(chances, (BATCH - made, made), strict=False)]
        rows = torch.cat([part[chosen] for part, chosen in zip(scaled, drawn, strict=True)])
        label = torch.cat([part[chosen] for part, chosen in zip(labels, drawn, strict=True)])
        scores = network.layers(rows + NOISE * torch.randn_like(rows))
        return functional.cross_entropy(scores, targets[label])

    fit(network, steps, RATE, DECAY, f"statistics {seed}", miss)
    return network


def _soften(real: Table) -> NDArray[np.float64]:
    """(N,) weights to draw rows by: rare exercises more often than they occur."""
    total = np.bincount(real.label, real.weight)
    return np.asarray(real.weight / np.sqrt(total[real.label]))
