"""A heatmap network's points of a clip made steady.

Such a network looks at every frame anew: where it can't see a joint its peak jumps about, now and then to the other
side of the body. So in the order of the functions below: doubtful points count as unknown, limbs that changed sides
for a while are put back, jumps weigh little and the rest is smoothed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from inference import motion
from inference.skeleton import INDEX
from inference.types import PoseTrack

Floats = NDArray[np.float64]

LEAST_FRAMES = 5
DOUBTFUL = 0.25  # confidence under which half the points lie somewhere else (against BlazePose, clips of real gyms)
LIMBS = tuple(
    tuple([INDEX[f"{side}_{part}"] for part in parts] for side in ("left", "right"))
    for parts in (("shoulder", "elbow", "wrist", "palm"), ("hip", "knee", "ankle", "foot"))
)
FAR = 0.5  # body sizes; a longer way says no more about who changed sides
FIRST_SWAPPED, SWAPPED = 0.6, 0.02  # price of beginning on the wrong side, and of each frame there
JUMP = 0.25  # body sizes off the median of five frames at which a point loses half of its weight
REACH = 2  # frames to either side of that median
BLUR_S = 0.06
TRIFLE = 1e-4  # weight that even an unknown point has, so that there is always a mean


def steady(track: PoseTrack) -> PoseTrack:
    """The same track, calmer; confidences change only where a point becomes unknown."""
    found = np.flatnonzero(track.found)
    if len(found) < LEAST_FRAMES:
        return track
    points = forget_doubtful(track.keypoints[found])
    size = motion.body_size(motion.fill_gaps(points))
    for left, right in LIMBS:
        points = put_back(points, left, right, size)
    out = track.keypoints.copy()
    out[found] = smooth(points, track.times_s[found], size)
    return replace(track, keypoints=out)


def forget_doubtful(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Points (T, 24, 3) with confidence 0 where it was low, except in frames that would have none left."""
    out = points.copy()
    doubtful = points[..., 2] < DOUBTFUL
    doubtful[doubtful.all(axis=1)] = False
    out[doubtful, 2] = 0
    return out


def put_back(points: NDArray[np.float32], left: list[int], right: list[int], size: float) -> NDArray[np.float32]:
    """Points (T, 24, 3) with a pair of limbs on the sides between which they move least (Viterbi over two states)."""
    limbs = np.stack([points[:, left], points[:, right]])  # (2, T, 4, 3)
    sure = np.minimum(limbs[0, ..., 2], limbs[1, ..., 2]) + 0.05
    weight = np.minimum(sure[1:], sure[:-1])  # (T - 1, 4)

    def way(before: Floats, after: Floats) -> Floats:
        steps = np.linalg.norm(after[1:, :, :2] - before[:-1, :, :2], axis=-1) / size
        return np.asarray((weight * np.minimum(steps, FAR)).sum(axis=1))

    stay = way(limbs[0], limbs[0]) + way(limbs[1], limbs[1])
    cross = way(limbs[0], limbs[1]) + way(limbs[1], limbs[0])
    swapped = _least_costly(stay, cross)
    other = points.copy()
    other[:, left], other[:, right] = points[:, right], points[:, left]
    return np.where(swapped[:, None, None], other, points)


def _least_costly(stay: Floats, cross: Floats) -> NDArray[np.bool_]:
    """(T,) which frames have their sides swapped, from the costs (T - 1,) of staying and of crossing over."""
    cost = np.array([0.0, FIRST_SWAPPED])
    before = np.zeros((len(stay) + 1, 2), np.int64)
    for frame, (keep, change) in enumerate(zip(stay, cross, strict=True), start=1):
        ways = cost + np.array([[keep, change], [change, keep]])  # [now, before]
        before[frame] = ways.argmin(axis=1)
        cost = ways.min(axis=1) + np.array([0.0, SWAPPED])
    state = int(cost.argmin())
    swapped = np.zeros(len(before), bool)
    for frame in range(len(before) - 1, -1, -1):
        swapped[frame] = state == 1
        state = int(before[frame, state])
    return swapped


def smooth(points: NDArray[np.float32], times_s: Floats, size: float) -> NDArray[np.float32]:
    """Points (T, 24, 3) as means over neighbouring frames: sure points count more, points that jump hardly at all."""
    places = points[..., :2].astype(np.float64) / size
    weight = points[..., 2].astype(np.float64) ** 2
    off = np.linalg.norm(places - _middle(places, weight), axis=-1)
    weight = weight / (1 + (off / JUMP) ** 4) + TRIFLE
    blur = BLUR_S / max(float(np.median(np.diff(times_s))), 1e-3)
    total = gaussian_filter1d(weight, blur, axis=0)
    mean = gaussian_filter1d(places * weight[..., None], blur, axis=0) / total[..., None]
    out = points.copy()
    out[..., :2] = mean * size
    return out


def _middle(places: Floats, weight: Floats) -> Floats:
    """Weighted medians (T, 24, 2) of each coordinate over five frames; weights (T, 24)."""
    sides = (REACH, REACH)
    near = np.lib.stride_tricks.sliding_window_view(np.pad(places, (sides, (0, 0), (0, 0)), mode="edge"), 5, axis=0)
    heavy = np.lib.stride_tricks.sliding_window_view(np.pad(weight, (sides, (0, 0)), mode="edge"), 5, axis=0)
    order = near.argsort(axis=-1)  # (T, 24, 2, 5)
    passed = np.take_along_axis(np.broadcast_to(heavy[:, :, None] + 1e-6, near.shape), order, -1).cumsum(axis=-1)
    half = (passed >= passed[..., -1:] / 2).argmax(axis=-1)[..., None]
    return np.asarray(np.take_along_axis(np.take_along_axis(near, order, -1), half, -1)[..., 0])
