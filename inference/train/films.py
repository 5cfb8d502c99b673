"""Synthetic films for the counter: one to fifty repetitions, with what people do before, between and after them.

A move of the table is performed once; its repetitions are then strung together in any number and at any tempo, some
only half done, and the film may begin or end inside one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inference import catalogue, skeleton
from inference.skeleton import COUNT
from inference.train.own_counts import count_seen
from inference.train.synthetic import body, camera, idle, slugs, support, wear
from inference.train.synthetic.perform import RATE_HZ, Performance, ease, perform, smooth_noise
from inference.types import PoseTrack

Floats = NDArray[np.float64]

COUNTS = ((1, 4, 0.3), (3, 13, 0.45), (12, 51, 0.25))  # from, below, chance
LONGEST_S, SHORTEST_S = 60.0, 1.0
TEMPO_S, OWN_TEMPO = (0.32, 6.0), 0.6  # of a repetition; how often the move keeps the tempo of its table
EVERY = (2, 2, 2, 3, 1)  # of 30 frames a second
IDLE, HALVES, PAUSES, STOPS, CUT = 0.45, 0.15, 0.35, 0.25, 0.35  # chances
SCALED = 0.3  # films whose every frame is scaled to the bounds of the body, as those of Countix-Fitness are
ROUGH, LOST = 0.35, 0.2  # films with more jitter, with points that are lost for a while


def share_seen(starts: Floats, ends: Floats, first: float, last: float) -> Floats:
    """(n,) share of each repetition that lies between two moments."""
    inside = np.clip(np.minimum(ends, last) - np.maximum(starts, first), 0, None)
    return np.asarray(inside / np.maximum(ends - starts, 1e-6))


@dataclass(frozen=True)
class Film:
    """A track with every repetition that is seen, whole or in part."""

    track: PoseTrack
    reps: Floats  # (n, 3) start, turn and end, seconds of the track; may lie outside it

    @property
    def count(self) -> int | None:
        """What somebody who watches it would count; None where opinions would differ."""
        first_s, last_s = self.track.times_s[[0, -1]]
        return count_seen(share_seen(self.reps[:, 0], self.reps[:, 2], first_s, last_s))


@dataclass
class Strip:
    """Joint angles and the repetitions in them, while they are put together."""

    parts: list[Floats]
    reps: list[tuple[float, float, float]]  # frames
    length: int = 0

    def add(self, frames: Floats) -> None:
        """What is no repetition."""
        if len(frames):
            self.parts.append(frames)
            self.length += len(frames)

    def add_rep(self, frames: Floats, turn: float) -> None:
        """A repetition that turns at a frame of its own."""
        self.reps.append((self.length, self.length + turn, self.length + len(frames)))
        self.add(frames)


def make_film(rng: np.random.Generator) -> Film:
    """Somebody does an exercise, in front of any camera."""
    done = _draw_performance(rng)
    strip = Strip([], [])
    before = _idle(rng, done.angles[int(done.reps[0][0] * RATE_HZ)]) if rng.random() < IDLE else None
    if before is not None:
        strip.add(before)
    repeat(strip, done, rng)
    after = _idle(rng, strip.parts[-1][-1])[::-1] if rng.random() < IDLE else None
    if after is not None:
        strip.add(after)
    ends = (len(before) if before is not None else 0, len(after) if after is not None else 0)
    first, last = _cut(strip, ends, rng)
    points = _place(np.concatenate(strip.parts), done, ends, rng)[first:last]
    reps = np.array([rep for rep in strip.reps if rep[2] > first and rep[0] < last], float).reshape(-1, 3)
    return Film(film(points, rng), (reps - first) / RATE_HZ)


def make_idle_film(rng: np.random.Generator) -> Film:
    """Somebody who does not exercise."""
    angles = idle.draw(rng)
    somebody = body.draw_proportions(rng)
    points = support.place(body.points_of(angles, somebody), angles, "lowest", 0.0)
    return Film(film(points, rng), np.zeros((0, 3)))


def _draw_performance(rng: np.random.Generator) -> Performance:
    names = [name for name in slugs() if catalogue.kind_of(name) == "reps"]
    while True:
        done = perform(names[int(rng.integers(len(names)))], rng)
        if done.reps:
            return done


def repeat(
    strip: Strip, done: Performance, rng: np.random.Generator, longest_s: float = LONGEST_S, least_pause_s: float = 0.0
) -> None:
    """String repetitions together, each a little different."""
    cuts = [(int(a * RATE_HZ), int(t * RATE_HZ), int(e * RATE_HZ)) for a, t, e in done.reps]
    if done.move.mode == "alternate" and len(cuts) > 1:
        cuts = cuts[: len(cuts) // 2 * 2]
    own_s = float(np.mean([e - a for a, _, e in cuts])) / RATE_HZ
    tempo_s = own_s if rng.random() < OWN_TEMPO else float(np.exp(rng.uniform(*np.log(TEMPO_S))))
    from_, below, _ = COUNTS[int(rng.choice(len(COUNTS), p=[chance for _, _, chance in COUNTS]))]
    count = max(1, min(int(rng.integers(from_, below)), int(longest_s / tempo_s)))
    uneven, tired = rng.uniform(0.02, 0.18), rng.exponential(0.15)
    pause_s = max(rng.exponential(0.4) * tempo_s if rng.random() < PAUSES else 0.0, least_pause_s)
    stop_s = rng.exponential(0.3) * tempo_s if rng.random() < STOPS else 0.0
    halves = set(rng.choice([0, count, int(rng.integers(count + 1))], 1).tolist()) if rng.random() < HALVES else set()
    for number in range(count):
        start, turn, end = cuts[number % len(cuts)]
        pace = tempo_s / own_s * np.exp(rng.normal(0, uneven)) * (1 + tired * number / count)
        way, back = _pace(done.angles[start : turn + 1], pace), _pace(done.angles[turn:end], pace)
        if number in halves:
            _half(strip, way, rng)
        stop = np.repeat(way[-1:], int(stop_s * rng.uniform(0.3, 1.7) * RATE_HZ), axis=0)
        strip.add_rep(np.concatenate([way, stop, back]), len(way) + len(stop) / 2)
        strip.add(_still(back[-1], pause_s * rng.uniform(0.2, 1.8), rng))
    if count in halves:
        _half(strip, _pace(done.angles[cuts[0][0] : cuts[0][1] + 1], tempo_s / own_s), rng)


def _pace(frames: Floats, pace: float) -> Floats:
    """Slower or faster by a factor."""
    at = np.linspace(0, len(frames) - 1, max(round(len(frames) * pace), 3))
    low = np.minimum(at.astype(int), max(len(frames) - 2, 0))
    share = (at - low)[:, None]
    return np.asarray(frames[low] * (1 - share) + frames[np.minimum(low + 1, len(frames) - 1)] * share)


def _half(strip: Strip, way: Floats, rng: np.random.Generator) -> None:
    """An attempt that is given up on the way."""
    part = way[: max(int(len(way) * rng.uniform(0.2, 0.45)), 2)]
    strip.add(np.concatenate([part, part[::-1]]))


def _still(pose: Floats, seconds: float, rng: np.random.Generator) -> Floats:
    """Nearly."""
    frames = int(seconds * RATE_HZ)
    fade = np.sin(np.linspace(0, np.pi, frames))[:, None] if frames else np.zeros((0, 1))
    return np.asarray(pose + smooth_noise(frames, len(pose), 1.0, rng) * 2.0 * fade) if frames else pose[None][:0]


def _idle(rng: np.random.Generator, until: Floats) -> Floats:
    """Something else, and the way from there to a posture: walking in, setting up, or putting the bar down."""
    frames = idle.draw(rng) if rng.random() < 0.7 else until[None] + np.zeros((int(rng.uniform(10, 90)), 1))
    frames = frames[-int(rng.uniform(0.3, 6) * RATE_HZ) :]
    way = frames[-1] + (until - frames[-1]) * ease(int(rng.uniform(0.4, 2.2) * RATE_HZ), rng)[:, None]
    return np.concatenate([frames, way])


def _cut(strip: Strip, ends: tuple[int, int], rng: np.random.Generator) -> tuple[int, int]:
    """First and end frame of what the film shows: it may begin or end inside a repetition."""
    first, last = 0, strip.length
    spare = strip.length - int(SHORTEST_S * RATE_HZ)
    period = int(np.mean([rep[2] - rep[0] for rep in strip.reps]))
    if rng.random() < CUT and spare > 0:
        first = min(ends[0] + int(rng.uniform(-0.5, 1.2) * period), spare)
    if rng.random() < CUT and spare > 0:
        last = max(strip.length - ends[1] - int(rng.uniform(-0.5, 1.2) * period), first + int(SHORTEST_S * RATE_HZ))
    return max(first, 0), min(last, strip.length)


def _place(angles: Floats, done: Performance, ends: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Metres (T, 24, 3): on what carries the move; who does something else stands on the ground."""
    angles = angles + smooth_noise(len(angles), angles.shape[1], 2.0, rng) * 0.8 * (np.ptp(angles, axis=0) > 1)
    somebody = body.draw_proportions(rng)
    points = body.points_of(angles, somebody)
    held = support.place(points, angles, done.move.support, done.move.height)
    if not any(ends):
        return held
    free = support.place(points, angles, "lowest", 0.0)
    ways = np.ones(len(angles))
    for number, end in enumerate(ends):
        rise = np.clip((np.arange(len(angles)) - 0.6 * end) / max(0.4 * end, 1), 0, 1)
        ways = np.minimum(ways, rise if number == 0 else rise[::-1])
    return np.asarray(free + (held - free) * ways[:, None, None])


def film(points: Floats, rng: np.random.Generator, every: int | None = None, scaled: float = SCALED) -> PoseTrack:
    """What an estimator sees of metres (T, 24, 3), in some of 30 frames a second."""
    seen_by = camera.draw_camera(rng)
    flat, behind_m = camera.project(points, seen_by, rng)
    every = every or int(rng.choice(EVERY))
    keypoints = wear.wear(flat[::every], behind_m[::every], seen_by.size_px, rng)
    track = PoseTrack(keypoints, np.arange(len(keypoints)) * every / RATE_HZ, seen_by.size_px)
    return wear_film(track, rng, scaled)


def wear_film(track: PoseTrack, rng: np.random.Generator, scaled: float = SCALED) -> PoseTrack:
    """Mirrored or not; rougher, as other estimators are; or, with a chance, scaled in every frame."""
    keypoints = track.keypoints.copy()
    if rng.random() < 0.5:
        keypoints = skeleton.mirror(keypoints, float(track.size_px[0]))
    if rng.random() < ROUGH:
        _roughen(keypoints, rng)
    if rng.random() < LOST:
        _lose_points(keypoints, rng)
    if rng.random() < scaled:
        keypoints = scale_frames(keypoints)
    return replace(track, keypoints=keypoints.astype(np.float32), boxes=None)


def _roughen(keypoints: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Jitter in place, most of it at the points that are hard to see."""
    known = keypoints[..., 2] > 0
    if not known.any():
        return
    size = float(np.median(np.ptp(keypoints[known.any(axis=1), :, :2], axis=1).max(axis=1)))
    amount = rng.uniform(0.003, 0.015) * size * np.exp(rng.normal(0, 0.5, (1, COUNT, 1)))
    keypoints[..., :2] += rng.normal(size=keypoints[..., :2].shape) * amount
    keypoints[..., 2] *= rng.uniform(0.6, 1.0, (1, COUNT))


def _lose_points(keypoints: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Some points are unknown for up to a second, all of them for less."""
    for _ in range(int(rng.integers(1, 8))):
        start, length = int(rng.integers(len(keypoints))), int(rng.integers(2, 16))
        points = rng.choice(COUNT, int(rng.integers(1, 7)), replace=False) if rng.random() < 0.7 else np.arange(COUNT)
        keypoints[start : start + length, points] = 0


def scale_frames(keypoints: NDArray[np.float32]) -> NDArray[np.float32]:
    """Every frame of (T, 24, 3) scaled to 0..1 along both axes, all points equally sure; lost frames stay lost."""
    found = (keypoints[..., 2] > 0).any(axis=1)
    out = np.zeros_like(keypoints)
    places = keypoints[found, :, :2]
    low, high = places.min(axis=1, keepdims=True), places.max(axis=1, keepdims=True)
    out[found, :, :2] = (places - low) / np.maximum(high - low, 1e-6)
    out[found, :, 2] = 1
    return out
