"""Keypoints as motion: gaps filled, place and size of the person taken out, joint angles, even sampling.

Up stays up: a person who lies must not look like one who stands, so nothing here rotates the body.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.skeleton import INDEX

Floats = NDArray[np.float64]

# The bones whose longest views say how large somebody is: torso, legs, arms.
_LONG_BONES = [("neck", "waist")] + [
    (f"{s}_{a}", f"{s}_{b}")
    for pairs in ((("hip", "knee"), ("knee", "ankle")), (("shoulder", "elbow"), ("elbow", "wrist")))
    for s in ("left", "right")
    for a, b in pairs
]
_LONG_HEADS, _LONG_TAILS = (np.array([INDEX[bone[i]] for bone in _LONG_BONES]) for i in (0, 1))
_LONG_CHAINS = (slice(0, 1), *(slice(start, start + 2) for start in (1, 3, 5, 7)))
_CORNERS = (
    ("shoulder", "elbow", "wrist"),
    ("hip", "shoulder", "elbow"),
    ("shoulder", "hip", "knee"),
    ("hip", "knee", "ankle"),
    ("knee", "ankle", "foot"),
)
# Middle of each is the corner whose angle is measured.
ANGLE_CORNERS = [tuple(INDEX[f"{s}_{p}"] for p in c) for s in ("left", "right") for c in _CORNERS]
# Bones whose slope against the ground is measured: that tells lying from standing.
SLOPE_BONES = [(INDEX["waist"], INDEX["neck"])] + [
    (INDEX[f"{s}_{a}"], INDEX[f"{s}_{b}"])
    for a, b in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
    for s in ("left", "right")
]
_CORNER_INDEX, _BONE_INDEX = np.array(ANGLE_CORNERS).T, np.array(SLOPE_BONES).T
# Where a point is drawn that a source never gives: at the next one towards the body.
_STAND_INS = (
    *((f"{s}_{a}", f"{s}_{b}") for s in ("left", "right") for a, b in (("palm", "wrist"), ("foot", "ankle"))),
    *((name, "neck") for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")),
    *((name, "waist") for name in ("left_hip", "right_hip")),
    *((f"{s}_{a}", f"{s}_{b}") for s in ("left", "right") for a, b in (("elbow", "shoulder"), ("wrist", "elbow"))),
    *((f"{s}_{a}", f"{s}_{b}") for s in ("left", "right") for a, b in (("knee", "hip"), ("ankle", "knee"))),
    *((f"{s}_{a}", f"{s}_{b}") for s in ("left", "right") for a, b in (("palm", "wrist"), ("foot", "ankle"))),
)
# Shares of the body's size: the torso counts full, limbs less because they are more often foreshortened or unseen.
_LEG_SHARE, _ARM_SHARE, _SIZE_UNIT = 0.7, 0.5, 2.2
LONG_BONE_PERCENTILE = 90


def fill_gaps(keypoints: NDArray[np.float32]) -> Floats:
    """(T, 24, 3) with the coordinates of unknown points interpolated in time; confidences stay as they are.

    A point that is never known takes the place of its neighbour towards the body.
    """
    out = np.nan_to_num(np.asarray(keypoints, np.float64))
    frames = np.arange(len(out))
    known: NDArray[np.bool_] = np.asarray(out[..., 2] > 0)
    ever = known.any(axis=0)
    for joint in np.flatnonzero(ever & ~known.all(axis=0)):
        sure = known[:, joint]
        for axis in (0, 1):
            out[:, joint, axis] = np.interp(frames, frames[sure], out[sure, joint, axis])
    never: NDArray[np.bool_] = np.asarray(~ever)
    for name, stand_in in _STAND_INS if never.any() else ():
        if never[INDEX[name]]:
            out[:, INDEX[name], :2] = out[:, INDEX[stand_in], :2]
    return out


def body_size(filled: Floats) -> float:
    """Size of the person in the unit of the coordinates (px), from the longest views of torso, legs and arms."""
    return float(body_sizes(filled[..., :2]))


def body_sizes(points: Floats | NDArray[np.float32]) -> Floats:
    """The same of many people at once: (..., T, 24, 2) to (...)."""
    bones = points[..., _LONG_HEADS, :] - points[..., _LONG_TAILS, :]
    lengths = np.sqrt((bones**2).sum(axis=-1))  # (..., T, 9)
    chains = [lengths[..., chain].sum(axis=-1) for chain in _LONG_CHAINS]
    torso, *limbs = _percentile(np.stack(chains), LONG_BONE_PERCENTILE)
    leg, arm = np.maximum(*limbs[:2]), np.maximum(*limbs[2:])
    return np.asarray(np.maximum((torso + _LEG_SHARE * leg + _ARM_SHARE * arm) / _SIZE_UNIT, 1e-3))


def _percentile(values: Floats, percent: float) -> Floats:
    """``np.percentile`` along the last axis, which takes several times as long for a few hundred values."""
    at = percent / 100 * (values.shape[-1] - 1)
    low = int(at)
    high = min(low + 1, values.shape[-1] - 1)
    rising = np.partition(values, (low, high), axis=-1)
    return np.asarray(rising[..., low] + (at - low) * (rising[..., high] - rising[..., low]))


def angles(points: Floats) -> Floats:
    """(T, 24, 2) to (T, 19) radians: ten joint angles in 0..pi, then nine slopes, -pi/2..pi/2, positive downwards."""
    one, corner, other = points[:, _CORNER_INDEX[0]], points[:, _CORNER_INDEX[1]], points[:, _CORNER_INDEX[2]]
    u, v = one - corner, other - corner
    bent = np.abs(np.arctan2(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0], (u * v).sum(axis=2)))
    bone = points[:, _BONE_INDEX[1]] - points[:, _BONE_INDEX[0]]
    return np.concatenate([bent, np.arctan2(bone[..., 1], np.abs(bone[..., 0]))], axis=1)


def resample(values: Floats, times_s: Floats, wanted_s: Floats) -> Floats:
    """Values (T, …) at other times by linear interpolation; times outside take the nearest end."""
    right = np.clip(np.searchsorted(times_s, wanted_s), 1, max(len(times_s) - 1, 1))
    right = np.minimum(right, len(times_s) - 1)
    left = np.maximum(right - 1, 0)
    step = np.maximum(times_s[right] - times_s[left], 1e-9)
    share = np.clip((wanted_s - times_s[left]) / step, 0, 1).reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray(values[left] * (1 - share) + values[right] * share)


def resample_evenly(keypoints: NDArray[np.float32], times_s: Floats, rate_hz: float) -> tuple[Floats, Floats]:
    """Gap-filled keypoints (N, 24, 3) at an even rate, and their times (N,)."""
    count = int((times_s[-1] - times_s[0]) * rate_hz) + 1 if len(times_s) else 0
    wanted_s = (times_s[0] if len(times_s) else 0.0) + np.arange(count) / rate_hz
    return resample(fill_gaps(keypoints), times_s, wanted_s), wanted_s
