"""Train the network that finds sets in long films: `python -m inference train sets [--folds]`.

It learns from synthetic sessions and synthetic films of one set first, then from clips too in which somebody saw where
repetitions begin and end, as they are and put together (`inference/train/spliced.py`). What it is worth is told on such
films of held-out people. Networks are kept under var/train/sets: a training that was stopped goes on after the
last that was finished. Delete the folder to start anew.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from inference import catalogue, metrics, phase, sets, signals, weights
from inference.ensemble import save_networks
from inference.phase import PhaseNet
from inference.train import clips, films, own_counts, sessions, spliced
from inference.train.phase import disturb, fit, keep
from inference.types import PoseTrack, Segment

KEPT = clips.ROOT / "var" / "train" / "sets"
SESSIONS, FILMS = 2400, 1200  # synthetic ones
FIRST_STEPS, FIRST_RATE = 6000, 3e-3
FURTHER_STEPS, FURTHER_RATE = 1000, 1e-3
BATCH, FRAMES = 12, 608  # as many frames as a look has, a multiple of phase.STEP
SESSION_SHARE = 0.7  # of synthetic examples
REAL_SHARE, SPLICED_SHARE = 0.3, 0.3  # of all once clips teach too
SPLICED = 300  # films put together from the clips of all folds but one
BORDER_S = 0.7  # around the beginning and the end of a set nothing is asked
FOLDS = 2
LEARNT_FROM, MEASURED_WITH = slice(0, None, 2), slice(1, None, 2)  # of a Kinect's sequences, by folds
MEASURED = 100  # films that each fold is measured on
LONG_ENOUGH_S = 8.0


@dataclass(frozen=True)
class Example:
    """A film as the network sees it, with what it should say."""

    channels: NDArray[np.float16]  # (T, CHANNELS)
    target: NDArray[np.float32]  # (T,) 1 inside a set
    known: NDArray[np.float32]  # (T,) 0 where nobody knows
    weight: float = 1.0
    group: str = ""


def make_examples(track: PoseTrack, sets_s: NDArray[np.float64], group: str = "", weight: float = 1.0) -> list[Example]:
    """Examples of a track whose sets (n, 2) are known in seconds, one for each look at it."""
    looks = sets.choose_looks(float(track.times_s[0]), float(track.times_s[-1]), sets.LOOKS_S[0])
    seen = (signals.extract_seen(sets.cut(track, look), projected=False) for look in looks)
    return [_make_example(moving, sets_s, group, weight) for moving in seen if moving]


def _make_example(moving: signals.MotionSignals, sets_s: NDArray[np.float64], group: str, weight: float) -> Example:
    times_s = moving.times_s
    inside, known = np.zeros(len(times_s), bool), np.ones(len(times_s), bool)
    for start_s, end_s in sets_s:
        inside |= (times_s >= start_s) & (times_s <= end_s)
        for bound_s in (start_s, end_s):
            known &= np.abs(times_s - bound_s) > BORDER_S
    channels = phase.make_channels(moving).astype(np.float16)
    return Example(channels, inside.astype(np.float32), known.astype(np.float32), weight, group)


def make_synthetic(rng: np.random.Generator) -> tuple[list[Example], list[Example]]:
    """Sessions, and films of one set."""
    made = (sessions.make_session(rng) for _ in range(SESSIONS))
    long = [example for session in made for example in make_examples(session.track, session.sets_s)]
    return long, [example for _ in range(FILMS) for example in _make_short(rng)]


def _make_short(rng: np.random.Generator) -> list[Example]:
    film = films.make_film(rng)
    bounds = [[film.reps[:, 0].min(), film.reps[:, 2].max()]] if len(film.reps) else []
    return make_examples(film.track, np.array(bounds).reshape(-1, 2))


def read_real(known: Iterable[clips.LabelledTrack]) -> list[Example]:
    """Clips of which somebody knows where the set lies: those with starts seen by eye, holds, and those of no exercise.

    A clip that was counted but for which nobody noted starts says nothing here.
    """
    found = ((clip, locate_sets(clip)) for clip in known)
    return [
        example
        for clip, sets_s in found
        if sets_s is not None
        for example in make_examples(clip.track, sets_s, clip.group, clip.weight)
    ]


def locate_sets(clip: clips.LabelledTrack) -> NDArray[np.float64] | None:
    """(n, 2) start and end of the sets of a clip in seconds, one or none; None where nobody knows."""
    kind, own = catalogue.kind_of(clip.exercise), own_counts.read().get(clip.name)
    end_s = float(clip.track.times_s[-1])
    if clip.exercise == catalogue.OTHER:
        return np.zeros((0, 2))
    if kind == "hold":
        return np.array([[0.0, end_s]])
    if kind != "reps" or own is None or own.whole_s is None:
        return None
    first_s = 0.0 if own.ends[0] > 0 else own.whole_s[0]
    last_s = end_s if own.ends[1] > 0 else own.whole_s[-1]
    return np.array([[first_s, last_s]])


def train(
    pools: Sequence[tuple[float, Sequence[Example]]], steps: int, rate: float, start: PhaseNet | None = None
) -> PhaseNet:
    """A network of one output; pools of examples, each with its share of a batch. Goes on from another, if given."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    network = PhaseNet(outputs=1)
    if start is not None:
        network.load_state_dict(start.state_dict())

    def find_loss() -> Tensor:
        channels, target, share = _draw(pools, rng)
        wrong = functional.binary_cross_entropy_with_logits(network(channels)[:, 0], target, reduction="none")
        return (wrong * share).sum() / share.sum()

    return fit(network, find_loss, steps, rate, "sets")


def _draw(pools: Sequence[tuple[float, Sequence[Example]]], rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Parts of films: channels (B, CHANNELS, T), targets (B, T), what each frame weighs (B, T)."""
    channels = np.zeros((BATCH, FRAMES, phase.CHANNELS), np.float32)
    target, share = np.zeros((BATCH, FRAMES), np.float32), np.zeros((BATCH, FRAMES), np.float32)
    chances = np.array([chance for chance, _ in pools])
    for row in range(BATCH):
        pool = pools[int(rng.choice(len(pools), p=chances / chances.sum()))][1]
        example = pool[int(rng.integers(len(pool)))]
        taken = min(len(example.channels), FRAMES)
        first = int(rng.integers(len(example.channels) - taken + 1))
        channels[row, :taken] = disturb(example.channels[first : first + taken], rng)
        target[row, :taken] = example.target[first : first + taken]
        share[row, :taken] = example.known[first : first + taken] * example.weight
    made = (np.ascontiguousarray(channels.transpose(0, 2, 1)), target, share)
    return tuple(torch.from_numpy(array) for array in made)  # type: ignore[return-value]


class Training:
    """One network of each kind, trained when it is first asked for and kept."""

    def __init__(self, folder: Path = KEPT) -> None:
        self.folder = folder

    @cached_property
    def synthetic(self) -> tuple[list[Example], list[Example]]:
        """Sessions and films."""
        return make_synthetic(np.random.default_rng(1))

    @cached_property
    def known(self) -> list[clips.LabelledTrack]:
        """All clips in which somebody is seen."""
        return list(clips.load())

    @cached_property
    def real(self) -> list[Example]:
        """Clips to learn from."""
        return read_real(self.known)

    @cached_property
    def material(self) -> spliced.Material:
        """What long films are put together from."""
        return spliced.collect(self.known)

    @cached_property
    def fold_of(self) -> Mapping[str, int]:
        """Source → fold."""
        return clips.split_folds([clip.group for clip in self.known], FOLDS)

    @cached_property
    def first(self) -> PhaseNet:
        """The network that has seen synthetic films only."""
        long, short = self.synthetic
        pools = [(SESSION_SHARE, long), (1 - SESSION_SHARE, short)]
        return keep(self.folder / "synthetic.safetensors", lambda: train(pools, FIRST_STEPS, FIRST_RATE))

    def without(self, fold: int | None) -> PhaseNet:
        """The one that has seen the clips of all folds but one."""
        name = "all" if fold is None else f"without-{fold}"
        return keep(self.folder / f"{name}.safetensors", lambda: self._go_on(fold))

    def _go_on(self, fold: int | None) -> PhaseNet:
        (long, short), rest = self.synthetic, 1 - REAL_SHARE - SPLICED_SHARE
        seen = [example for example in self.real if self.fold_of[example.group] != fold]
        pools = [(rest * SESSION_SHARE, long), (rest * (1 - SESSION_SHARE), short)]
        pools += [(REAL_SHARE, seen), (SPLICED_SHARE, self._splice(fold))]
        return train(pools, FURTHER_STEPS, FURTHER_RATE, self.first)

    def _splice(self, fold: int | None) -> list[Example]:
        rng = np.random.default_rng(3)
        others = {group for group, own in self.fold_of.items() if own != fold}
        material = self.material.only(others, slice(None) if fold is None else LEARNT_FROM)
        made = (spliced.make(material, rng) for _ in range(SPLICED))
        bounds = ((film.track, np.array([(s.start_s, s.end_s) for s in film.sets])) for film in made)
        return [example for track, sets_s in bounds for example in make_examples(track, sets_s)]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do beside training."""
    parser.add_argument("--folds", action="store_true", help="only report figures on held-out sources")
    parser.add_argument("--threads", type=int, default=1)


def run(args: argparse.Namespace) -> int:
    """Report figures by fold, or train on everything and write the weights."""
    torch.set_num_threads(args.threads)
    training = Training()
    if args.folds:
        report(training)
        return 0
    path = weights.RECORDS["sets"].path
    save_networks([training.without(None)], path)
    print(f"{path} {path.stat().st_size} bytes, sha256 {weights.hash_file(path)}")
    return 0


def report(training: Training) -> None:
    """How well sets are found in films of sources that a network has not seen."""
    rng = np.random.default_rng(2)
    long = _Tally()
    for fold in range(FOLDS):
        groups = {group for group, own in training.fold_of.items() if own == fold}
        material = training.material.only(groups, MEASURED_WITH)
        for _ in range(MEASURED):
            film = spliced.make(material, rng)
            long.add(film.sets, sets.cut_sets(film.track, [training.without(fold)]))
    print("films put together from clips")
    long.tell()
    print(f"clips by themselves, sets of {LONG_ENOUGH_S:.0f} s and more")
    alone = _Tally()
    for clip in training.known:
        sets_s = locate_sets(clip)
        if sets_s is not None and len(sets_s) and np.diff(sets_s)[0, 0] >= LONG_ENOUGH_S:
            odds, times_s = sets.score(clip.track, [training.without(training.fold_of[clip.group])])
            alone.add([Segment(*row) for row in sets_s.tolist()], sets.find_sets(odds, times_s))
    alone.tell()


@dataclass
class _Tally:
    """What there was, and what was found."""

    films: int = 0
    films_right: int = 0
    there: int = 0
    found: int = 0
    right: int = 0

    def add(self, true: Sequence[Segment], found: Sequence[Segment]) -> None:
        pairs = len(spliced.match(true, found))
        self.films += 1
        self.films_right += pairs == len(true) == len(found)
        self.there, self.found, self.right = self.there + len(true), self.found + len(found), self.right + pairs

    def tell(self) -> None:
        for name, right, of in (
            ("films with every set", self.films_right, self.films),
            ("sets found", self.right, self.there),
            ("found that are sets", self.right, self.found),
        ):
            low, high = metrics.wilson_interval(right / of, of)
            print(f"  {name:20} {right / of:.3f} of {of} (95 %: {low:.3f} to {high:.3f})")
