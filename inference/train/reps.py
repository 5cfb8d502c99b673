"""Train the judge of the repetition counter: `python -m inference train reps [--folds]`."""

from __future__ import annotations

import argparse
import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier

from inference import catalogue, metrics, reps, signals, weights
from inference.evaluate import read_track
from inference.train import clips
from inference.train.pool import SYNTHETIC
from inference.train.synthetic import slugs, synthesise
from inference.trees import Forest
from inference.types import PoseTrack

SPEEDS = (1.0, 0.7, 1.4, 2.0)  # a clip played slower or faster has the same count
TREES, LEAF, DEPTH = 80, 12, 16
SYNTHETIC_FILMS, SYNTHETIC_WEIGHT = 480, 0.3  # how many, and what each counts against a real one
FOLDS = 8
LONGEST_S = 90.0  # longer films than this teach nothing new and cost minutes
READINGS_A_CLIP = 90


@dataclass(frozen=True)
class Counted:
    """Readings of a counted film at one speed."""

    file: str
    group: str
    source: str
    true: int
    speed: float
    counts: NDArray[np.int64]  # (N,)
    features: NDArray[np.float32]  # (N, F)
    readings: list[reps.Reading]
    times_s: NDArray[np.float64]


def read_countix() -> Iterator[tuple[str, int, PoseTrack]]:
    """Countix-Fitness (Zhang, Xu, Han 2020; landmarks scaled per frame) except what other test sets contain too."""
    folder = clips.DATA / "motion" / "countix_fitness"
    with (folder / "index.csv").open(newline="", encoding="utf-8") as file:
        overlaps = {row["id"] for row in csv.DictReader(file) if row["overlaps_hidden_test"] == "1"}
    with (folder / "LABELS.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if Path(row["file"]).stem not in overlaps:
                yield row["file"], int(row["reps"]), read_track(folder / row["file"])


def read_film(file: str, group: str, source: str, true: int, track: PoseTrack, speed: float) -> Counted | None:
    """All readings of a film played at a speed."""
    faster = replace(track, times_s=track.times_s / speed)
    seen = np.flatnonzero(faster.found)
    if len(seen) < reps.LEAST_SAMPLES or faster.times_s[seen[-1]] - faster.times_s[seen[0]] > LONGEST_S:
        return None
    stretch = slice(seen[0], seen[-1] + 1)
    motion = signals.extract(faster.keypoints[stretch], faster.times_s[stretch])
    readings = reps.read_signals(motion) if len(motion.times_s) >= reps.LEAST_SAMPLES else []
    if not readings:
        return None
    counts = np.array([reading.count for reading in readings])
    return Counted(file, group, source, true, speed, counts, reps.feature_table(readings), readings, motion.times_s)


def collect_synthetic(seed: int = 3) -> list[Counted]:
    """Synthetic films of every exercise whose repetitions have a clear turn, so that the true count is known."""
    rng = np.random.default_rng(seed)
    names = itertools.cycle(name for name in slugs() if catalogue.kind_of(name) == "reps")
    found: list[Counted] = []
    while len(found) < SYNTHETIC_FILMS:
        clip = synthesise(next(names), rng)
        group = f"{SYNTHETIC}{len(found)}"
        film = read_film(group, group, SYNTHETIC, len(clip.reps), clip.track, 1.0) if clip.reps else None
        if film:
            found.append(film)
    return found


def collect() -> list[Counted]:
    """Every counted film at every speed."""
    films = [(c.file, c.group, "clips", c.reps, c.track) for c in clips.load(("checked", "more")) if c.reps is not None]
    films += [(file, file, "countix", count, track) for file, count, track in read_countix()]
    found = []
    for file, group, source, true, track in films:
        for speed in SPEEDS if source == "clips" else (1.0,):
            counted = read_film(file, group, source, int(true or 0), track, speed)
            if counted:
                found.append(counted)
    return found


def fit(films: list[Counted], seed: int = 0) -> Forest:
    """A forest that says how likely a reading is right; every film weighs the same."""
    rng = np.random.default_rng(seed)
    features, right, weight = [], [], []
    for film in films:
        kept = rng.permutation(len(film.counts))[:READINGS_A_CLIP]
        features.append(film.features[kept])
        right.append(film.counts[kept] == film.true)
        weight.append(np.full(len(kept), _weigh(film) / len(kept)))
    model = ExtraTreesClassifier(
        TREES, min_samples_leaf=LEAF, max_depth=DEPTH, max_features=0.5, n_jobs=1, random_state=seed
    )
    model.fit(np.concatenate(features), np.concatenate(right), sample_weight=np.concatenate(weight))
    return Forest.from_sklearn(model)


def _weigh(film: Counted) -> float:
    if film.source == SYNTHETIC:
        return SYNTHETIC_WEIGHT
    return 1.0 if film.speed == 1 else 0.5


def cross_validate(films: list[Counted], synthetic: list[Counted]) -> dict[str, list[tuple[str, int, int]]]:
    """(file, true, counted) of every film, counted by a forest that saw nobody of its group; by source."""
    fold_of = clips.split_folds([film.group for film in films], FOLDS)
    found: dict[str, list[tuple[str, int, int]]] = {}
    for fold in range(FOLDS):
        forest = fit([film for film in films if fold_of[film.group] != fold] + synthetic)
        for film in films:
            if fold_of[film.group] == fold and film.speed == 1:
                counted = reps.judge(film.readings, forest.predict(film.features)[:, 1], film.times_s).count
                found.setdefault(film.source, []).append((film.file, film.true, counted))
    return found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do beside training."""
    parser.add_argument("--folds", action="store_true", help="only report figures on held-out sources")


def run(args: argparse.Namespace) -> int:
    """Report figures by fold, or train on everything and write the weights."""
    films, synthetic = collect(), collect_synthetic()
    print(
        f"{len({film.file for film in films})} films, {len(films)} with speeds, {len(synthetic)} synthetic", flush=True
    )
    if args.folds:
        for source, rows in cross_validate(films, synthetic).items():
            print(source, len(rows), metrics.count_scores([(true, counted) for _, true, counted in rows]))
            for row in rows:
                if row[1] != row[2] and source == "clips":
                    print("  ", *row)
        return 0
    path = weights.RECORDS["counter"].path
    fit(films + synthetic).save(path)
    print(f"{path} {path.stat().st_size} bytes, sha256 {weights.hash_file(path)}")
    return 0
