"""Training windows: random stretches of clips, worn down as a camera and an estimator would."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference import windows
from inference.skeleton import INDEX, MIRROR_ORDER
from inference.train.turn import turn_some
from inference.windows import FRAMES, Sized, Windows

SHORTEST_S = 1.2
LEADER_S = 10_000.0  # longer than any track
CUT_SHARE = 0.15  # of the windows lose the part of the body that the picture would have cut off
JITTER = 0.012  # body sizes; more or less of it from window to window
DOUBT = 0.6  # estimators differ in how sure they say they are: confidences to a power of about 1
GUESS, GUESS_KNOTS = (
    0.16,
    5,
)  # how far an estimator's guesses at unseen points stray, body sizes; curves of so many knots
_ENDS = [
    (INDEX[f"{s}_{a}"], INDEX[f"{s}_{b}"]) for s in ("left", "right") for a, b in (("palm", "wrist"), ("foot", "ankle"))
]
_FACE = [(INDEX[name], INDEX["neck"]) for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")]


@dataclass(frozen=True)
class Reel:
    """Tracks end to end, so that windows of many are cut at once."""

    frames: windows.Floats  # (N, 24, 4) place and confidence, depth about the waist, in body sizes
    times_s: NDArray[np.float64]  # (N,) each track begins LEADER_S after the one before began
    length_s: NDArray[np.float64]  # (K,) of each track
    has_depth: NDArray[np.bool_]  # (K,) whether a track can be seen from other sides

    @classmethod
    def of(cls, tracks: Iterable[tuple[Sized, windows.Floats | None]]) -> Reel:
        """Every track in its order, with the depth (T, 24) of its points where that is known.

        They may come one by one: tens of thousands of them fill gigabytes.
        """
        frames, times_s, length_s, has_depth = [], [], [], []
        for number, (sized, depth) in enumerate(tracks):
            behind = np.zeros_like(sized.confidence) if depth is None else depth
            frames.append(np.concatenate([sized.points, sized.confidence[..., None], behind[..., None]], axis=-1))
            times_s.append(sized.times_s - sized.times_s[0] + LEADER_S * number)
            length_s.append(sized.times_s[-1] - sized.times_s[0])
            has_depth.append(depth is not None)
        return cls(np.concatenate(frames), np.concatenate(times_s), np.array(length_s), np.array(has_depth))

    def draw(self, chosen: NDArray[np.int64], rng: np.random.Generator) -> Windows:
        """One random window of each of some tracks, two of ten all of it; most from another side where that can be."""
        count, length = len(chosen), np.clip(self.length_s[chosen], 0.3, None)
        wanted = np.maximum(SHORTEST_S, length * rng.uniform(0.3, 1.0, count))
        wanted = np.where(rng.random(count) < 0.8, wanted, length)
        wanted = np.minimum(np.minimum(length, wanted), rng.uniform(3.0, windows.LONGEST_S, count))
        begin_s = rng.random(count) * (length - wanted)
        moments = begin_s[:, None] + wanted[:, None] * np.linspace(0, 1, FRAMES)
        frames = self._at(chosen, np.minimum(moments, self.length_s[chosen, None]))
        points = frames[..., :2]
        if self.has_depth.any():
            points = turn_some(points, frames[..., 3], self.has_depth[chosen], rng)
        return Windows(points, frames[..., 2], wanted.astype(np.float32))

    def _at(self, chosen: NDArray[np.int64], moments_s: NDArray[np.float64]) -> windows.Floats:
        """(B, 32, 24, 4) of tracks (B,) at seconds (B, 32) after their begin, interpolated between frames."""
        wanted_s = moments_s + LEADER_S * chosen[:, None]
        right = np.searchsorted(self.times_s, wanted_s - 1e-9)
        left = np.where(wanted_s - LEADER_S * chosen[:, None] > 0, right - 1, right).clip(0)
        step = np.maximum(self.times_s[right] - self.times_s[left], 1e-9)
        share = np.clip((wanted_s - self.times_s[left]) / step, 0, 1).astype(np.float32)[..., None, None]
        return np.asarray(self.frames[left] * (1 - share) + self.frames[right] * share)


def join(parts: Sequence[Windows]) -> Windows:
    """Several batches as one."""
    return Windows(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("points", "confidence", "seconds")))


def wear(batch: Windows, rng: np.random.Generator) -> Windows:
    """Mirror, turn, stretch, drift, jitter, lose limbs and change the tempo at random."""
    points, confidence = batch.points.copy(), batch.confidence.copy()
    count = len(points)
    flipped = rng.random(count) < 0.5
    points[flipped] = points[flipped][:, :, MIRROR_ORDER] * np.array([-1, 1], np.float32)
    confidence[flipped] = confidence[flipped][:, :, MIRROR_ORDER]
    points = np.matmul(points - points.mean((1, 2), keepdims=True), _views(count, rng))
    points += 0.02 * rng.standard_normal((count, 1, *points.shape[2:]), np.float32)
    jitter = JITTER * np.exp(0.6 * rng.standard_normal((count, 1, 1, 1), np.float32))
    points += jitter * rng.standard_normal(points.shape, np.float32)
    drift = np.linspace(-0.08, 0.08, FRAMES, dtype=np.float32)[None, :, None, None]
    points += rng.standard_normal((count, 1, 1, 2), np.float32) * drift
    points, confidence = _as_poorer_source(points, confidence, rng)
    for i in np.flatnonzero(rng.random(count) < CUT_SHARE):
        cut_off(points[i], confidence[i], rng)
    lost = (rng.random((count, 1, points.shape[2])) < 0.04) & (rng.random((count, 1, 1)) < 0.5)
    window, _, joint = np.nonzero(lost)
    points[window, :, joint] += 0.25 * rng.standard_normal((len(window), FRAMES, 2), np.float32)
    seconds = batch.seconds * np.exp(rng.normal(0, 0.15, count))
    confidence = np.clip(confidence, 0, 1) ** np.exp(rng.normal(0, DOUBT, (count, 1, 1))) * ~lost
    return Windows(points.astype(np.float32), confidence.astype(np.float32), seconds.astype(np.float32))


def cut_off(points: windows.Floats, confidence: windows.Floats, rng: np.random.Generator, size: float = 1.0) -> None:
    """In place: points (T, 24, 2) beyond a border of the picture become guesses, and their confidence (T, 24) small.

    Most often the border is below (feet, legs), sometimes at a side or above.
    """
    side, depth = rng.choice(4, p=(0.7, 0.1, 0.1, 0.1)), rng.uniform(0.03, 0.6)
    along = np.median(points, axis=0) @ np.array([(0, 1), (0, -1), (1, 0), (-1, 0)][side])  # (24,)
    gone = np.flatnonzero(along > along.max() - depth * np.ptp(along))
    knots = rng.normal(0, GUESS * size * rng.uniform(0.4, 1.2), (GUESS_KNOTS, len(gone), 2))
    at = np.linspace(0, GUESS_KNOTS - 1.001, len(points))
    left, share = at.astype(int), (at % 1)[:, None, None]
    points[:, gone] += knots[left] * (1 - share) + knots[left + 1] * share
    confidence[:, gone] *= rng.uniform(0.02, 0.35)


def _as_poorer_source(
    points: windows.Floats, confidence: windows.Floats, rng: np.random.Generator
) -> tuple[windows.Floats, windows.Floats]:
    """Some windows lose palms, feet or the face for good, as sources without these points never have them."""
    for rate, group in ((0.15, _ENDS), (0.15, _FACE)):
        chosen = np.flatnonzero(rng.random(len(points)) < rate)
        for lost, stand_in in group:
            points[chosen, :, lost] = points[chosen, :, stand_in]
            confidence[chosen, :, lost] = 0
    return points, confidence


def _views(count: int, rng: np.random.Generator) -> windows.Floats:
    """(B, 1, 2, 2) maps that a slightly different camera would make: turned, stretched, sheared."""
    wide, tall = np.exp(rng.normal(0, 0.12, count)), np.exp(rng.normal(0, 0.08, count))
    turn, shear = rng.normal(0, 0.09, count), rng.normal(0, 0.08, count)
    rows = [[np.cos(turn) * wide, np.sin(turn) * wide], [-np.sin(turn) * tall + shear, np.cos(turn) * tall]]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)[:, None].astype(np.float32)
