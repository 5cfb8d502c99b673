"""Train the repetition counter: `python -m inference train reps [--folds]`.

First the phase networks on synthetic films, each on its own, then, for each fold, on the real films of the others too;
then the judges (a forest, networks that rank), on what phase networks say about films that they have not seen. Phase
networks are kept under var/train/reps: a training that was stopped goes on after the last that was finished. Delete the
folder to start anew.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from sklearn.ensemble import ExtraTreesClassifier

from inference import agreement, files, metrics, ranking, readings, reps, weights
from inference.ensemble import save_networks
from inference.phase import PhaseNet
from inference.ranking import RankingNetwork
from inference.train import clips, films, phase
from inference.train import ranking as rank_readings
from inference.train.counted import (
    CLIPS,
    COUNTIX,
    OWN,
    SPEEDS,
    UNKNOWN,
    Counted,
    Table,
    collect,
    collect_cut,
    collect_long,
    collect_short,
    collect_uncounted,
    cut_anywhere,
    read_film,
)
from inference.train.locate import locate_reps
from inference.train.phase import Example
from inference.train.pool import SYNTHETIC
from inference.train.processes import run_each
from inference.trees import Forest
from inference.types import RepCount

KEPT = clips.ROOT / "var" / "train" / "reps"
MEMBERS = 2  # phase networks whose mean is heard
RANKING = 3  # networks that rank readings
TREES, LEAF, DEPTH = 81, 12, 16
SHORT_WEIGHT, BOTH_WEIGHT = 0.3, 0.1  # of a synthetic film against a real one
FOLDS = 8
READINGS_A_CLIP = 60
FIRST_FILMS, FIRST_STEPS = 6000, 4000
FURTHER_STEPS, FURTHER_RATE = 1000, 1e-3
WORN_COPIES = 2
COUNTIX_TIMES = 3  # as often: the only films of many repetitions


@dataclass(frozen=True)
class Synthetic:
    """Readings of synthetic films."""

    long: list[Table]
    short: list[Table]


def fit(real: Sequence[Table], synthetic: Synthetic, seed: int = 0) -> Forest:
    """A forest that says how likely a reading is right; every film weighs the same.

    A third of the trees judge evenness alone: they are better at films of one to three repetitions, those that hear the
    network at long ones.
    """
    deaf = len(readings.FEATURES) - len(agreement.FEATURES)
    model = _grow(TREES // 3, [*real, *synthetic.short], SHORT_WEIGHT, deaf, seed)
    both = [*real, *synthetic.long, *synthetic.short]
    model.estimators_ += _grow(TREES - TREES // 3, both, BOTH_WEIGHT, len(readings.FEATURES), seed).estimators_
    return Forest.from_sklearn(model)


def fit_ranking(real: Sequence[Table], synthetic: Synthetic, seed: int = 0) -> list[RankingNetwork]:
    """Networks that rank all readings of a film."""
    tables = [*real, *synthetic.long, *synthetic.short]
    return [rank_readings.train(tables, seed * RANKING + number) for number in range(RANKING)]


def _grow(
    trees: int, tables: Sequence[Table], synthetic_weight: float, columns: int, seed: int
) -> ExtraTreesClassifier:
    rng = np.random.default_rng(seed)
    features, right, weight = [], [], []
    for table in tables:
        kept = rng.permutation(len(table.counts))[:READINGS_A_CLIP]
        features.append(table.features[kept, :columns])
        right.append(table.counts[kept] == table.film.true)
        weight.append(np.full(len(kept), _weigh(table.film, synthetic_weight) / len(kept)))
    model = ExtraTreesClassifier(
        trees, min_samples_leaf=LEAF, max_depth=DEPTH, max_features=0.5, n_jobs=-1, random_state=seed
    )
    return model.fit(np.concatenate(features), np.concatenate(right), sample_weight=np.concatenate(weight))


def _weigh(film: Counted, synthetic_weight: float) -> float:
    if film.source == SYNTHETIC:
        return synthetic_weight
    return film.weight * (1.0 if film.speed == 1 else 0.5)


def make_examples(real: Sequence[Counted], network: PhaseNet, seed: int = 0) -> list[Example]:
    """Real films at every speed for the phase network, as they are and worn; repetitions located at speed 1."""
    rng = np.random.default_rng(seed)
    made: list[Example | None] = []
    for film in real:
        spans = locate_reps(read_film(film, [network])) if film.speed == 1 else None
        if spans is None:
            continue
        for speed in SPEEDS:
            track = replace(film.track, times_s=film.track.times_s / speed)
            copies = [track, *(films.wear_film(track, rng) for _ in range(WORN_COPIES))]
            copies.append(cut_anywhere(films.wear_film(track, rng), spans / speed, rng))
            found = [phase.make_example(copy, spans / speed, film.group, film.weight) for copy in copies]
            made += found * (COUNTIX_TIMES if film.source == COUNTIX else 1)
    return [example for example in made if example]


class Member:
    """One phase network of each kind, trained when it is first asked for and kept."""

    def __init__(self, real: Sequence[Counted], fold_of: Mapping[str, int], number: int, folder: Path) -> None:
        self.real, self.fold_of, self.number, self.folder = real, fold_of, number, folder / f"member-{number}"

    @cached_property
    def synthetic(self) -> list[Example]:
        """Synthetic films, other ones for each member."""
        return phase.make_synthetic(FIRST_FILMS, seed=1 + self.number)

    @cached_property
    def first(self) -> PhaseNet:
        """The one that has seen synthetic films only."""
        return phase.keep(self._place("synthetic"), lambda: phase.train(self.synthetic, [], FIRST_STEPS, self.number))

    @cached_property
    def examples(self) -> list[Example]:
        """Real films."""
        return make_examples(self.real, self.first, self.number)

    def without(self, fold: int | None) -> PhaseNet:
        """The one that has seen the real films of all folds but one."""
        return phase.keep(self._place(_name(fold)), lambda: self._go_on(fold))

    @property
    def is_trained(self) -> bool:
        """Whether the networks of all folds, and the one that ships, are kept."""
        return all(self._place(_name(fold)).exists() for fold in (*range(FOLDS), None))

    def _go_on(self, fold: int | None) -> PhaseNet:
        seen = [example for example in self.examples if self.fold_of[example.group] != fold]
        return phase.train(self.synthetic, seen, FURTHER_STEPS, self.number, start=self.first, rate=FURTHER_RATE)

    def _place(self, name: str) -> Path:
        return self.folder / f"{name}.safetensors"


def _name(fold: int | None) -> str:
    return "all" if fold is None else f"without-{fold}"


class Networks:
    """All members together."""

    def __init__(self, real: Sequence[Counted], count: int = MEMBERS, folder: Path = KEPT) -> None:
        self.fold_of = clips.split_folds([film.group for film in real], FOLDS)
        self.members = [Member(real, self.fold_of, number, folder) for number in range(count)]

    def without(self, fold: int | None) -> list[PhaseNet]:
        """Those that have seen the real films of all folds but one."""
        return [member.without(fold) for member in self.members]


def train_members(networks: Networks, estimators: Sequence[str], folder: Path = KEPT) -> None:
    """Train what is missing of every member at the same time."""
    missing = [member.number for member in networks.members if not member.is_trained]
    if missing:
        run_each(_train_member, [(estimators, number, folder) for number in missing])


def _train_member(estimators: Sequence[str], number: int, folder: Path) -> None:
    member = Networks(collect(estimators), folder=folder).members[number]
    for fold in (*range(FOLDS), None):
        member.without(fold)


def tabulate(counted: Sequence[Counted], networks: Networks) -> list[Table]:
    """Readings of every film by networks that saw nobody of its group; groups of no fold take turns with the folds."""
    by_fold = {fold: networks.without(fold) for fold in range(FOLDS)}
    folds = (networks.fold_of.get(film.group, number % FOLDS) for number, film in enumerate(counted))
    return [read_film(film, by_fold[fold]) for film, fold in zip(counted, folds, strict=True)]


def cross_validate(
    tables: Sequence[Table], synthetic: Synthetic, fold_of: Mapping[str, int], seed: int = 0
) -> list[tuple[Counted, RepCount]]:
    """What a judge and networks that saw nobody of its group count in every film at its own speed."""
    found = []
    for fold in range(FOLDS):
        others = [t for t in tables if fold_of.get(t.film.group) != fold and t.film.true != UNKNOWN]
        forest, networks = fit(others, synthetic, seed), fit_ranking(others, synthetic, seed)
        for table in tables:
            if fold_of.get(table.film.group, 0) == fold and table.film.speed == 1:  # no fold's judge saw other groups
                right, chances = forest.predict(table.features)[:, 1], ranking.rank(networks, table.features)
                found.append((table.film, reps.judge(table.readings, right, chances, table.film.motion.times_s)))
    return found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do beside training."""
    parser.add_argument("--folds", action="store_true", help="only report figures on held-out sources")
    parser.add_argument(
        "--counts", type=Path, metavar="FILE.json", help="with --folds: write what was counted, and in uncounted clips"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the judges")
    parser.add_argument("--threads", type=int, default=1)
    clips.add_estimators(parser)


def run(args: argparse.Namespace) -> int:
    """Report figures by fold, or train on everything and write the weights."""
    torch.set_num_threads(args.threads)
    if args.counts:
        files.require_file_place(args.counts)
    real = collect(args.estimators)
    print(f"{len({film.file for film in real})} films, {len(real)} with speeds", flush=True)
    networks = Networks(real)
    train_members(networks, args.estimators)
    long, short = collect_long(), collect_short()
    tables = tabulate([*real, *collect_cut()], networks)
    synthetic = Synthetic(tabulate(long, networks), tabulate(short, networks))
    if args.folds:
        if args.counts:
            tables += tabulate(collect_uncounted(args.estimators), networks)
        found = cross_validate(tables, synthetic, networks.fold_of, args.seed)
        _report(found)
        if args.counts:
            write_counts(found, args.counts)
        return 0
    paths = [weights.RECORDS[name].path for name in ("counter-phase", "counter", "counter-ranking")]
    save_networks(networks.without(None), paths[0])
    fit(tables, synthetic, args.seed).save(paths[1])
    save_networks(fit_ranking(tables, synthetic, args.seed), paths[2])
    for path in paths:
        print(f"{path} {path.stat().st_size} bytes, sha256 {weights.hash_file(path)}")
    return 0


def _report(found: Sequence[tuple[Counted, RepCount]]) -> None:
    """By source, and by the estimator whose keypoints a film has."""
    known = [(film, told) for film, told in found if film.true != UNKNOWN]
    for source, estimator in dict.fromkeys((film.source, film.estimator) for film, _ in known):
        rows = [(film, told.count) for film, told in known if (film.source, film.estimator) == (source, estimator)]
        scores = metrics.count_scores([(film.true, count) for film, count in rows])
        print(source, estimator, len(rows), scores)
        for film, count in rows:
            if film.true != count and source in (CLIPS, OWN):
                print("  ", film.file, film.true, count)


def write_counts(found: Sequence[tuple[Counted, RepCount]], path: Path) -> None:
    """Count and belief of each clip as each estimator saw it; the classifier's folds ask for them."""
    rows = [
        {"file": film.file, "estimator": film.estimator, "count": told.count, "confidence": told.confidence}
        for film, told in found
        if film.source in (CLIPS, OWN)
    ]
    files.write_text(path, json.dumps(rows, indent=1))
