"""The classifier's networks: each trained in a process of its own and kept, so that a stopped training goes on.

They lie under var/train/classifier, by whose keypoints they learn from and what is held out. Delete the folder to start
anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference import windows
from inference.classify import Classifier, Recipe
from inference.ensemble import load_states, save_networks
from inference.network import DESIGNS, Scorer, SummaryNetwork
from inference.train import clips, depth, lstm, motion_sets, pool, summary
from inference.train.clips import LabelledTrack
from inference.train.lstm import CLASSES, FAMILIES, HIDDEN, Source
from inference.train.processes import run_each
from inference.train.summary import Table

KEPT = clips.ROOT / "var" / "train" / "classifier"
SUMMARIES = 3  # networks that see statistics
SYNTHETIC_EACH = 240
MOTION_OTHERS = 250  # sequences of motion sets that show no exercise; more and "other" is seen everywhere
WINDOW_SHARE, TEMPERATURE = 0.5, 0.8
FOLDS = 6
TABLES = ("real", "synthetic")


@cache
def gather_real(estimators: tuple[str, ...]) -> list[LabelledTrack]:
    """Clips through the pose stage, and motion sets that show an exercise."""
    return [*depth.add(clips.load(estimators=estimators)), *motion_sets.load_exercises()]


def make_synthetic() -> list[LabelledTrack]:
    """Synthetic motion, and motion sets that show no exercise."""
    return pool.make_synthetic(SYNTHETIC_EACH, seed=11) + motion_sets.load_others(MOTION_OTHERS)


@cache
def synthetic_windows() -> Source:
    """Where networks draw synthetic windows from; made once in a process, since that takes minutes."""
    return Source(make_synthetic(), even=True)


def real_windows(estimators: tuple[str, ...], fold: int | None) -> Source:
    """The same for what the networks of a fold may see."""
    return Source(seen_by(fold, gather_real(estimators)), even=False)


def learns_from(real: Sequence[LabelledTrack], fold: int | None) -> NDArray[np.bool_]:
    """(N,) of which tracks the networks of a fold learn: all but those of its sources; of all for None."""
    fold_of = clips.split_folds([t.group for t in real if t.part == "checked"], FOLDS)
    return np.array([fold is None or fold_of.get(t.group) != fold for t in real])


def seen_by(fold: int | None, real: Sequence[LabelledTrack]) -> list[LabelledTrack]:
    """The tracks of which the networks of a fold learn."""
    return [t for t, seen in zip(real, learns_from(real, fold), strict=True) if seen]


def held_out(fold: int, real: Sequence[LabelledTrack]) -> list[LabelledTrack]:
    """The checked clips of a fold's sources, on which its networks are measured."""
    return [t for t, seen in zip(real, learns_from(real, fold), strict=True) if not seen and t.part == "checked"]


def look_at_all(estimators: Sequence[str]) -> None:
    """Keypoints and depths of all clips, looked at by processes before one of them gathers what it learns from."""
    clips.look_at_all(estimators=estimators)
    depth.look_at_all()


@dataclass(frozen=True)
class Parts:
    """All networks of a classifier, for every fold."""

    estimators: tuple[str, ...]
    members: tuple[str, ...]  # design of each network that sees windows
    steps: Mapping[str, int]  # of each design
    root: Path = KEPT

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.root / "+".join(self.estimators)

    @property
    def real(self) -> list[LabelledTrack]:
        """Everything that is not synthetic."""
        return gather_real(self.estimators)

    def train(self, folds: Sequence[int | None]) -> None:
        """Whatever is missing, in processes."""
        look_at_all(self.estimators)
        self.folder.mkdir(parents=True, exist_ok=True)
        tables = [(self, name) for name in TABLES if not self.table_place(name).exists()]
        if tables:
            print("statistics of all tracks", flush=True)
            run_each(_tabulate, tables)
        slowest_first = sorted(range(len(self.members)), key=lambda number: -self.steps[self.members[number]])
        jobs = [(self, fold, number) for fold in folds for number in (*slowest_first, None)]
        missing = [job for job in jobs if not self.place(*job[1:]).exists()]
        if missing:
            print(f"{len(missing)} trainings", flush=True)
            run_each(_train_one, missing)

    def build(self, fold: int | None) -> Classifier:
        """The classifier that learnt from all sources but those of a fold, or from all of them."""
        networks = [_load_network(self.place(fold, number), design) for number, design in enumerate(self.members)]
        summaries = _load_summaries(self.place(fold, None))
        recipe = Recipe(
            classes=CLASSES,
            families=FAMILIES,
            hidden=HIDDEN,
            members=self.members,
            summaries=len(summaries),
            summary_hidden=summary.HIDDEN,
            window_share=WINDOW_SHARE,
            temperature=TEMPERATURE,
            prior=tuple(pool.count_prior(seen_by(fold, self.real), CLASSES)),
        )
        return Classifier(recipe, networks, summaries)

    def table_place(self, name: str) -> Path:
        """Where statistics of all tracks lie."""
        return self.folder / f"statistics-of-{name}.npz"

    def place(self, fold: int | None, number: int | None) -> Path:
        """Where a network lies; those that see statistics, for None, lie together."""
        held_out = "all" if fold is None else f"without-{fold}"
        if number is None:
            return self.folder / held_out / "statistics.safetensors"
        design = self.members[number]
        return self.folder / held_out / f"{number}-{design}-{self.steps[design]}.safetensors"


def _tabulate(parts: Parts, name: str) -> None:
    table = summary.tabulate_real(parts.real) if name == "real" else summary.tabulate_synthetic(make_synthetic())
    table.save(parts.table_place(name))


def _train_one(parts: Parts, fold: int | None, number: int | None) -> None:
    path = parts.place(fold, number)
    path.parent.mkdir(exist_ok=True)
    if number is None:
        real, synthetic = (Table.load(parts.table_place(name)) for name in TABLES)
        real = real.of(learns_from(parts.real, fold))
        save_networks([summary.train(real, synthetic, seed) for seed in range(SUMMARIES)], path)
        return
    design, checkpoint = parts.members[number], path.with_suffix(".pt")
    seen = real_windows(parts.estimators, fold)
    network = lstm.train(seen, synthetic_windows(), parts.steps[design], number, checkpoint, DESIGNS[design])
    save_networks([network], path)
    checkpoint.unlink(missing_ok=True)


def _load_network(path: Path, design: str) -> Scorer:
    network = DESIGNS[design](windows.CHANNELS, len(CLASSES), len(FAMILIES), HIDDEN)
    network.load_state_dict(load_states(path)[0])
    return network


def _load_summaries(path: Path) -> list[SummaryNetwork]:
    states = load_states(path)
    networks = [SummaryNetwork(len(state["ranges.middle"]), len(CLASSES), summary.HIDDEN) for state in states]
    for network, state in zip(networks, states, strict=True):
        network.load_state_dict(state)
    return networks
