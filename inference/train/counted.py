"""Counted films for the counter: real ones at several speeds, synthetic ones, and where their repetitions lie."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference import catalogue, phase, readings, signals
from inference.evaluate import read_track
from inference.readings import Reading
from inference.sets import cut
from inference.train import clips, films, own_counts
from inference.train.own_counts import OwnCount
from inference.train.pool import SYNTHETIC
from inference.train.synthetic import slugs, synthesise
from inference.types import PoseTrack, Segment

SPEEDS = (1.0, 0.7, 1.4, 2.0)  # a clip played slower or faster has the same count
LONG_FILMS, SHORT_FILMS, IDLE_SHARE = 600, 480, 0.04  # synthetic ones
CLIPS, OWN, CUT, COUNTIX = "clips", "clips, counted by us", "cut clips", "countix"  # where a count comes from
CUT_COPIES, CUT_WEIGHT = 4, 0.3  # of each clip; of one of them against a clip
CUT_SHARE, MOST_CUT, SPARE = 0.6, 4, 0.15  # ends that cut a repetition off, repetitions, what is seen besides
UNKNOWN = -1  # count of a film that nobody counted
SHORTEST_S = 1.0  # that is left of a film when it is cut
LONGEST_S = 90.0  # longer films than this teach nothing new and cost minutes


@dataclass(frozen=True)
class Counted:
    """A counted film at one speed, with what does not depend on the phase network."""

    file: str
    group: str
    source: str
    true: int
    speed: float
    estimator: str  # whose keypoints; empty where nobody's
    weight: float  # tracks of one clip share 1
    track: PoseTrack
    motion: signals.MotionSignals
    channels: NDArray[np.float16]  # (T, phase.CHANNELS)
    seen: OwnCount | None = None  # what somebody saw at speed 1, if that is the same count

    @property
    def bounds_s(self) -> NDArray[np.float64] | None:
        """(true + 1,) where repetitions start at this speed, if somebody looked."""
        if self.seen is None or self.seen.bounds_s is None:
            return None
        return np.clip(self.seen.bounds_s / self.speed, *self.motion.times_s[[0, -1]])


@dataclass(frozen=True)
class Table:
    """All readings of a film."""

    film: Counted
    readings: list[Reading]
    counts: NDArray[np.int64]  # (N,)
    features: NDArray[np.float32]  # (N, F)


def read_countix() -> Iterator[tuple[str, int, PoseTrack]]:
    """Countix-Fitness (Zhang, Xu, Han 2020; landmarks scaled per frame) except what other test sets contain too."""
    folder = clips.DATA / "motion" / "countix_fitness"
    with (folder / "index.csv").open(newline="", encoding="utf-8") as file:
        overlaps = {row["id"] for row in csv.DictReader(file) if row["overlaps_hidden_test"] == "1"}
    with (folder / "LABELS.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if Path(row["file"]).stem not in overlaps:
                yield row["file"], int(row["reps"]), read_track(folder / row["file"])


def prepare(
    file: str, group: str, source: str, true: int, track: PoseTrack,
    speed: float = 1.0, estimator: str = "", weight: float = 1.0,
) -> Counted | None:  # fmt: skip
    """A film played at a speed; None where too little or too much is seen."""
    faster = replace(track, times_s=track.times_s / speed)
    seen_s = faster.times_s[faster.found]
    motion = signals.extract_seen(faster) if len(seen_s) and np.ptp(seen_s) <= LONGEST_S else None
    if motion is None:
        return None
    channels = phase.make_channels(motion).astype(np.float16)
    return Counted(file, group, source, true, speed, estimator, weight, faster, motion, channels)


def collect(estimators: Sequence[str] = (clips.FIRST_ESTIMATOR,)) -> list[Counted]:
    """Every counted clip at every speed as each pose estimator saw it, and Countix-Fitness."""
    known = [clip for clip in clips.load(estimators=estimators) if _is_counted(clip)]
    made = [_prepare_clip(clip, speed) for clip in known for speed in SPEEDS]
    made += [prepare(file, file, COUNTIX, count, track) for file, count, track in read_countix()]
    return [film for film in made if film]


def collect_uncounted(estimators: Sequence[str] = (clips.FIRST_ESTIMATOR,)) -> list[Counted]:
    """Clips that nobody counted, those without exercise among them: a counter speaks about them too."""
    made = [_prepare_clip(clip) for clip in clips.load(estimators=estimators) if not _is_counted(clip)]
    return [film for film in made if film]


def _is_counted(clip: clips.LabelledTrack) -> bool:
    return clip.reps is not None or _own_count(clip) is not None


def _own_count(clip: clips.LabelledTrack) -> OwnCount | None:
    """What we counted where it teaches: an exercise with repetitions, or a hold without.

    A film that shows half a repetition would teach that nothing goes on there; a stretch that rocks is neither.
    """
    own = own_counts.read().get(clip.name)
    repeats = catalogue.kind_of(clip.exercise) == "reps"
    return own if own is not None and repeats == (own.reps > 0) else None


def _prepare_clip(clip: clips.LabelledTrack, speed: float = 1.0) -> Counted | None:
    """A clip at a speed with the count that it came with, else ours, else none."""
    seen = _own_count(clip)
    source, reps, weight = CLIPS, clip.reps, clip.weight
    if reps is None and seen is not None:
        source, reps, weight = OWN, seen.reps, seen.weight * clip.weight
    true = UNKNOWN if reps is None else reps
    film = prepare(clip.name, clip.group, source, true, clip.track, speed, clip.estimator, weight)
    agreed = seen is not None and seen.reps == true
    return replace(film, seen=seen) if film is not None and agreed else film


def collect_cut(copies: int = CUT_COPIES, seed: int = 7) -> list[Counted]:
    """Parts of clips in which somebody saw repetitions begin: a few in a row, the first and last cut off anywhere."""
    rng = np.random.default_rng(seed)
    made: list[Counted | None] = []
    for clip in clips.load():
        own = _own_count(clip)
        if own is None or own.whole_s is None:
            continue
        for number in range(copies):
            track, count = _cut(clip.track, own.whole_s, rng)
            if count:
                name, weight = f"{CUT}/{clip.name}-{number}", CUT_WEIGHT * own.weight * clip.weight
                made.append(prepare(name, clip.group, CUT, count, track, 1.0, clip.estimator, weight))
    return [film for film in made if film]


def _cut(track: PoseTrack, bounds_s: NDArray[np.float64], rng: np.random.Generator) -> tuple[PoseTrack, int | None]:
    """Some repetitions in a row, either end whole or cut off, and how many of them people would count."""
    taken = int(rng.integers(1, min(len(bounds_s) - 1, MOST_CUT) + 1))
    first = int(rng.integers(len(bounds_s) - taken))
    bounds_s = bounds_s[first : first + taken + 1]
    lengths_s = np.diff(bounds_s)
    start_s, end_s = bounds_s[[0, -1]] + np.array([-1, 1]) * rng.uniform(0, SPARE, 2) * lengths_s[[0, -1]]
    if rng.random() < CUT_SHARE:
        start_s = bounds_s[0] + rng.random() * lengths_s[0]
    if rng.random() < CUT_SHARE:
        end_s = bounds_s[-1] - rng.random() * lengths_s[-1]
    seen = films.share_seen(bounds_s[:-1], bounds_s[1:], start_s, end_s)
    return cut(track, Segment(start_s, end_s)), own_counts.count_seen(seen)


def cut_anywhere(track: PoseTrack, reps: NDArray[np.float64], rng: np.random.Generator) -> PoseTrack:
    """The track with either end cut off inside one of the first or last two of its repetitions (n, 3), or as it was."""
    start_s, end_s = track.times_s[[0, -1]]
    if not len(reps):
        return track
    usual_s = float(np.median(reps[:, 2] - reps[:, 0]))
    if rng.random() < CUT_SHARE:
        start_s = max(reps[0, 0], start_s) + 2 * rng.random() * usual_s
    if rng.random() < CUT_SHARE:
        end_s = min(reps[-1, 2], end_s) - 2 * rng.random() * usual_s
    return cut(track, Segment(start_s, end_s)) if end_s - start_s > max(usual_s, SHORTEST_S) else track


def collect_long(count: int = LONG_FILMS, seed: int = 5) -> list[Counted]:
    """Synthetic films of up to fifty repetitions, some cut inside one, whose count nobody would dispute."""
    rng = np.random.default_rng(seed)

    def draw() -> tuple[int | None, PoseTrack]:
        film = films.make_idle_film(rng) if rng.random() < IDLE_SHARE else films.make_film(rng)
        return film.count, film.track

    return _collect_synthetic(draw, count, f"{SYNTHETIC}/long")


def collect_short(count: int = SHORT_FILMS, seed: int = 3) -> list[Counted]:
    """The classifier's synthetic tracks, every exercise in turn: a few whole repetitions in a few seconds."""
    rng = np.random.default_rng(seed)
    names = itertools.cycle(name for name in slugs() if catalogue.kind_of(name) == "reps")

    def draw() -> tuple[int | None, PoseTrack]:
        clip = synthesise(next(names), rng)
        return len(clip.reps) or None, clip.track

    return _collect_synthetic(draw, count, f"{SYNTHETIC}/short")


def _collect_synthetic(draw: Callable[[], tuple[int | None, PoseTrack]], count: int, prefix: str) -> list[Counted]:
    made: list[Counted] = []
    while len(made) < count:
        true, track = draw()
        name = f"{prefix}-{len(made)}"
        film = None if true is None else prepare(name, name, SYNTHETIC, true, track)
        if film:
            made.append(film)
    return made


def read_film(film: Counted, networks: Sequence[phase.PhaseNet]) -> Table:
    """All readings of a film, described with the help of phase networks."""
    phases = phase.as_phases(phase.score(networks, film.channels.astype(np.float32)))
    found = readings.read_signals(film.motion, phases)
    counts = np.array([reading.count for reading in found])
    return Table(film, found, counts, readings.feature_table(found, film.motion, phases))
