"""One-dimensional signals of a motion in which repetitions may show as peaks.

No single signal serves all exercises: a curl is in the forearms, a squat in the hips, a crunch in the slope of the
trunk, and the first principal component of everything may be a camera that moves. So several groups of coordinates
offer their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct, idct
from scipy.ndimage import gaussian_filter1d

from inference import motion
from inference.skeleton import INDEX
from inference.types import PoseTrack

Floats = NDArray[np.float64]
RATE_HZ = 15.0
SMOOTHING_FRAMES = 1.0
DRIFT_S = 2.5  # slower than this is drift for the high-passed signals
ANGLE_WEIGHT = 0.5  # a radian counts half a body size
LEAST_WEIGHT = 0.05
LEAST_SAMPLES = 8  # of a stretch, to say anything of it
POSTURE_PARTS = 10  # principal components of a posture; what the others say is mostly jitter

_ARMS = [INDEX[f"{s}_{p}"] for p in ("elbow", "wrist", "palm") for s in ("left", "right")]
_LEGS = [INDEX[f"{s}_{p}"] for p in ("hip", "knee", "ankle", "foot") for s in ("left", "right")]
_SIDES = [[INDEX[f"{side}_{part}"] for part in ("elbow", "wrist", "knee", "ankle")] for side in ("left", "right")]
_TRUNK = [INDEX[p] for p in ("nose", "neck", "back", "waist", "left_shoulder", "right_shoulder")]


@dataclass(frozen=True)
class Signal:
    """A projection of the motion, in body sizes."""

    name: str
    values: Floats  # (T,)
    explained: float  # share of its group's variance, 0..1


@dataclass(frozen=True)
class MotionSignals:
    """All signals of a stretch, and the posture vectors they came from."""

    signals: tuple[Signal, ...]  # none where nobody asked for them
    postures: Floats  # (T, at most POSTURE_PARTS), for comparing repetitions as a whole
    times_s: Floats  # (T,)
    points: Floats  # (T, 24, 2) body sizes, smoothed
    confidence: Floats  # (T, 24)


def principal(values: Floats, count: int) -> list[tuple[Floats, float]]:
    """First principal components of (T, D) as (T,) projections, each with its share of the variance."""
    total = max(float(((values - values.mean(axis=0)) ** 2).sum()), 1e-9)
    return [(part, float(part.var() * len(part) / total)) for part in project(values, count).T]


def project(values: Floats, count: int) -> Floats:
    """(T, D) on its first principal components about the median: (T, at most count), the largest first."""
    centred = values - np.median(values, axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    return np.asarray(centred @ directions[:, ::-1][:, :count])


def extract(keypoints: NDArray[np.float32], times_s: Floats, *, projected: bool = True) -> MotionSignals:
    """Signals at RATE_HZ from keypoints (T, 24, 3); empty when there are fewer than two samples.

    Whoever needs postures and points alone saves half of the time by leaving out the projections.
    """
    even, wanted_s = motion.resample_evenly(keypoints, times_s, RATE_HZ)
    if len(even) < 2:
        return MotionSignals((), np.zeros((len(even), 1)), wanted_s, even[..., :2], even[..., 2])
    points = gaussian_filter1d(even[..., :2], SMOOTHING_FRAMES, axis=0) / motion.body_size(even)
    trust = np.clip(even[..., 2].mean(axis=0), LEAST_WEIGHT, 1)[None, :, None]
    to_waist = (points - points[:, [INDEX["waist"]]]) * trust  # (T, 24, 2)
    in_room = (points - np.median(points, axis=0)) * trust
    bends = motion.angles(points) * ANGLE_WEIGHT
    flat = to_waist.reshape(len(points), -1)
    postures = np.concatenate([flat, in_room[:, INDEX["neck"]], in_room[:, INDEX["waist"]], bends[:, :10]], axis=1)
    found = _project_groups(postures, to_waist, in_room, bends) if projected else ()
    return MotionSignals(found, project(postures, POSTURE_PARTS), wanted_s, points, even[..., 2])


def extract_seen(track: PoseTrack, *, projected: bool = True) -> MotionSignals | None:
    """The motion of a track from where somebody is first seen to where they are last; None where that is too short."""
    seen = np.flatnonzero(track.found)
    if len(seen) < LEAST_SAMPLES:
        return None
    stretch = slice(seen[0], seen[-1] + 1)
    moving = extract(track.keypoints[stretch], track.times_s[stretch], projected=projected)
    return moving if len(moving.times_s) >= LEAST_SAMPLES else None


def _project_groups(postures: Floats, to_waist: Floats, in_room: Floats, bends: Floats) -> tuple[Signal, ...]:
    count = len(postures)
    groups = (
        ("all", postures, 3),
        ("arms", to_waist[:, _ARMS].reshape(count, -1), 2),
        ("legs", to_waist[:, _LEGS].reshape(count, -1), 2),
        ("height", in_room[..., 1], 2),
        ("trunk", in_room[:, _TRUNK].reshape(count, -1), 1),
        ("angles", bends, 2),
        ("fast", postures - _drift(postures), 2),
    )
    signals = [
        Signal(f"{name}{i}", values, share)
        for name, group, parts in groups
        for i, (values, share) in enumerate(principal(group, parts))
    ]
    return (*signals, _either_side(to_waist))


def _drift(values: Floats) -> Floats:
    """``gaussian_filter1d`` of (T, D) over DRIFT_S, whose kernel has hundreds of taps.

    Mirrored at both ends a signal is a sum of cosines (DCT-II), each of which the kernel scales by one number.
    """
    spread, period = DRIFT_S * RATE_HZ, 2 * len(values)
    radius = int(4 * spread + 0.5)
    taps = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (taps / spread) ** 2)
    scales = np.fft.rfft(np.bincount(taps % period, kernel / kernel.sum(), period)).real[: len(values)]
    return np.asarray(idct(dct(values, axis=0) * scales[:, None], axis=0))


def _either_side(to_waist: Floats) -> Signal:
    """How far the limbs of one side are from where those of the other are, whichever leads: a peak for each side.

    Who lifts the knees in turn brings every other signal up once for both.
    """
    left, right = (to_waist[:, side] for side in _SIDES)
    ((values, share),) = principal((left - right).reshape(len(to_waist), -1), 1)
    return Signal("sides0", np.abs(values), share)
