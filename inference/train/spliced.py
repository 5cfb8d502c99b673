"""Long films put together from clips of one source: how sets are found in them is measured, and learnt.

Sets are the whole repetitions of a clip, again and again until the set is long enough; in between somebody moves about
(real motion by a Kinect, what people do in clips before they begin and after they are done, synthetic idling), stays
still, or nobody is there. Every part is scaled to one body size and put in the middle, with a second to get from one to
the next. But people and cameras change, which is harder than a real session, and a set repeats itself more exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inference import catalogue, motion
from inference.signals import RATE_HZ
from inference.train import motion_sets, own_counts, sessions
from inference.train.clips import LabelledTrack
from inference.train.synthetic import body
from inference.train.synthetic.perform import ease, smooth_noise
from inference.types import PoseTrack, Segment

Keypoints = NDArray[np.float32]

SIZE_PX, BODY_PX = (1280, 720), 200.0
SET_S, LEAST_SEEN = (8.0, 25.0), 0.8
MOST_AGAIN = 8  # times that the same repetitions are shown
BREATHERS, BREATH_S = 0.3, (0.5, 4.0)  # sets with pauses, seconds of one
LEAST_IDLE_S = 1.0  # before the first repetition of a clip or after its last
SETS, SAME_AGAIN = (2, 4), 0.5
REST_S, ENDS_S, ENDS = (8.0, 45.0), (2.0, 8.0), 0.6
KINDS = {"kinect": 0.3, "clips": 0.3, "synthetic": 0.2, "still": 0.1, "nobody": 0.1}  # what a piece of a rest is
PIECE_S, WAY_S = (2.0, 9.0), (0.5, 1.5)
STILL_PX = 4.0
SAME = 0.5  # intersection over union from which a set that was found is one that there was


@dataclass(frozen=True)
class Material:
    """What films are put together from."""

    sets: Mapping[str, Sequence[LabelledTrack]]  # by source
    idle: Mapping[str, Sequence[Keypoints]]  # by source
    kinect: Sequence[Keypoints]

    def only(self, groups: set[str], kinect: slice) -> Material:
        """What some sources filmed, with some of the motion that a Kinect saw."""
        own = {group: clips for group, clips in self.sets.items() if group in groups}
        return replace(self, sets=own, kinect=self.kinect[kinect])


@dataclass(frozen=True)
class Spliced:
    """A film, and the sets in it."""

    track: PoseTrack
    sets: list[Segment]
    counts: list[int]  # repetitions in each
    clips: list[LabelledTrack]


def collect(known: Iterable[LabelledTrack]) -> Material:
    """Clips that show one set, and what is idle in them."""
    found: dict[str, list[LabelledTrack]] = defaultdict(list)
    idle: dict[str, list[Keypoints]] = defaultdict(list)
    for clip in known:
        own = own_counts.read().get(clip.name)
        if catalogue.kind_of(clip.exercise) != "reps" or own is None or own.whole_s is None or not own.whole:
            continue
        first_s, last_s = own.whole_s[[0, -1]]
        for end, (start_s, end_s) in enumerate(((0.0, first_s), (last_s, float(clip.track.times_s[-1])))):
            if not own.ends[end] and end_s - start_s >= LEAST_IDLE_S:
                idle[clip.group].append(_sample(clip.track, start_s, end_s))
        if (last_s - first_s) * MOST_AGAIN >= SET_S[0] and clip.track.found.mean() >= LEAST_SEEN:
            found[clip.group].append(_only(clip, first_s, last_s, own.whole))
    others = [_sample(t.track, *t.track.times_s[[0, -1]]) for t in motion_sets.read_utd() if _is_idle(t)]
    return Material(found, idle, others)


def _is_idle(track: LabelledTrack) -> bool:
    return track.exercise == catalogue.OTHER and bool(track.track.found.all())


def _only(clip: LabelledTrack, first_s: float, last_s: float, reps: int) -> LabelledTrack:
    points = _sample(clip.track, first_s, last_s)
    return replace(clip, reps=reps, track=PoseTrack(points, np.arange(len(points)) / RATE_HZ, SIZE_PX))


def _sample(track: PoseTrack, start_s: float, end_s: float) -> Keypoints:
    """(T, 24, 3) of the nearest frames at an even rate, one body size, in the middle of the picture."""
    at = np.searchsorted(track.times_s, np.arange(start_s, end_s, 1 / RATE_HZ))
    points = track.keypoints[np.clip(at, 0, len(track.keypoints) - 1)].copy()
    seen = points[..., 2].max(axis=1) > 0
    if seen.any():
        filled = motion.fill_gaps(points)
        scale = BODY_PX / motion.body_size(filled)
        middle = np.median(filled[seen][..., :2].reshape(-1, 2), axis=0)
        points[..., :2] = (points[..., :2] - middle) * scale + np.array(SIZE_PX) / 2
    return points


def make(material: Material, rng: np.random.Generator) -> Spliced:
    """A film of two to four sets from one source."""
    group = list(material.sets)[int(rng.integers(len(material.sets)))]
    pool = material.sets[group]
    chosen: list[LabelledTrack] = []
    for _ in range(int(rng.integers(SETS[0], SETS[1] + 1))):
        again = chosen and rng.random() < SAME_AGAIN
        chosen.append(chosen[-1] if again else pool[int(rng.integers(len(pool)))])
    parts: list[tuple[Keypoints, bool]] = []
    counts: list[int] = []
    if rng.random() < ENDS:
        parts += _rest(material, group, rng.uniform(*ENDS_S), chosen[0].track.keypoints[0], rng)
    for number, clip in enumerate(chosen):
        if number:
            seconds = float(np.exp(rng.uniform(*np.log(REST_S))))
            parts += _rest(material, group, seconds, parts[-1][0][-1], rng)
        points, times = _repeat(clip.track.keypoints, rng)
        parts.append((points, True))
        counts.append((clip.reps or 0) * times)
    if rng.random() < ENDS:
        parts += _rest(material, group, rng.uniform(*ENDS_S), parts[-1][0][-1], rng)
    points, sets = _join(parts, rng)
    return Spliced(PoseTrack(points, np.arange(len(points)) / RATE_HZ, SIZE_PX), sets, counts, chosen)


def _repeat(once: Keypoints, rng: np.random.Generator) -> tuple[Keypoints, int]:
    """The same repetitions until a set is long enough, and how many times; some people take breath in between."""
    times = int(np.clip(np.ceil(rng.uniform(*SET_S) * RATE_HZ / len(once)), 1, MOST_AGAIN))
    breath_s = rng.uniform(*BREATH_S) if rng.random() < BREATHERS else 0.0
    parts = [once]
    for _ in range(times - 1):
        parts += [_stay(once[-1], int(breath_s * rng.uniform(0.5, 1.5) * RATE_HZ), rng), once]
    return np.concatenate(parts), times


def _stay(last: Keypoints, frames: int, rng: np.random.Generator) -> Keypoints:
    """Somebody keeps still."""
    noise = smooth_noise(frames, 2 * len(last), 1.0, rng).reshape(frames, len(last), 2) * STILL_PX
    points = np.repeat(last[None], frames, axis=0)
    points[..., :2] += noise + rng.normal(size=noise.shape)
    return np.asarray(points, np.float32)


def _rest(
    material: Material, group: str, seconds: float, last: Keypoints, rng: np.random.Generator
) -> list[tuple[Keypoints, bool]]:
    """Pieces of what is no exercise."""
    pieces: list[tuple[Keypoints, bool]] = []
    while seconds > 0:
        kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
        piece = _draw_piece(material, group, kind, last, rng)[: max(int(seconds * RATE_HZ), 8)]
        if len(piece):
            pieces.append((piece, False))
            seconds -= len(piece) / RATE_HZ
            last = piece[-1] if piece[-1, :, 2].any() else last
    return pieces


def _draw_piece(material: Material, group: str, kind: str, last: Keypoints, rng: np.random.Generator) -> Keypoints:
    frames = int(rng.uniform(*PIECE_S) * RATE_HZ)
    if kind == "nobody":
        return np.zeros((frames, *last.shape), np.float32)
    if kind == "still":
        return _stay(last, frames, rng)
    if kind == "synthetic":
        track = sessions.make_rest(frames / RATE_HZ, body.draw_proportions(rng), rng)
        return _sample(track, *track.times_s[[0, -1]])
    pool = material.kinect if kind == "kinect" else material.idle.get(group, [])
    return pool[int(rng.integers(len(pool)))] if len(pool) else np.zeros((0, *last.shape), np.float32)


def _join(parts: Sequence[tuple[Keypoints, bool]], rng: np.random.Generator) -> tuple[Keypoints, list[Segment]]:
    """All parts with a second between them, and where the sets lie."""
    out: list[Keypoints] = []
    sets: list[Segment] = []
    length = 0
    for points, is_set in parts:
        if out and out[-1][-1, :, 2].any() and points[0, :, 2].any():
            share = ease(int(rng.uniform(*WAY_S) * RATE_HZ), rng)[:, None, None]
            out.append((out[-1][-1] + (points[0] - out[-1][-1]) * share).astype(np.float32))
            length += len(share)
        if is_set:
            sets.append(Segment(length / RATE_HZ, (length + len(points)) / RATE_HZ))
        out.append(points)
        length += len(points)
    return np.concatenate(out), sets


def match(true: Sequence[Segment], found: Sequence[Segment]) -> list[tuple[int, int, float]]:
    """Pairs of a set and one that was found, each at most once, with their intersection over union; the best first."""
    overlaps = sorted(
        ((_overlap(a, b), i, j) for i, a in enumerate(true) for j, b in enumerate(found)), key=lambda row: -row[0]
    )
    pairs: list[tuple[int, int, float]] = []
    for overlap, i, j in overlaps:
        if overlap >= SAME and all(i != pair[0] and j != pair[1] for pair in pairs):
            pairs.append((i, j, overlap))
    return pairs


def _overlap(one: Segment, other: Segment) -> float:
    both = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    return max(both, 0.0) / (max(one.end_s, other.end_s) - min(one.start_s, other.start_s))
