"""One film to sets and rests.

A set is a stretch in which limbs keep moving about the body; a rest is a stretch of some seconds in which they hardly
do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from inference import motion
from inference.signals import RATE_HZ
from inference.skeleton import INDEX
from inference.types import PoseTrack, Segment

BLUR_S = 1.0
ACTIVE_SHARE = 0.30  # of the busiest tenth of the film
SHORTEST_REST_S = 6.0  # people pause that long between two repetitions at most
SHORTEST_SET_S = 4.0
ONE_SET_S = 20.0  # shorter films are one set: nobody rests in them
MARGIN_S = 0.7
_TRUNK = [INDEX[name] for name in ("waist", "back", "neck")]


def activity(track: PoseTrack) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How fast limbs move about the body (body sizes per second, (N,)), and the times (N,) at RATE_HZ."""
    even, times_s = motion.resample_evenly(track.keypoints, track.times_s, RATE_HZ)
    if len(even) < 2:
        return np.zeros(len(even)), times_s
    points = gaussian_filter1d(even[..., :2], 2.0, axis=0) / motion.body_size(even)
    own = points - points[:, [INDEX["waist"]]]
    speed = np.linalg.norm(np.gradient(own, axis=0), axis=-1) * RATE_HZ  # (N, 24)
    rise = np.abs(np.gradient(points[:, _TRUNK, 1], axis=0)) * RATE_HZ
    busy = np.sort(speed, axis=1)[:, -8:].mean(axis=1) + rise.mean(axis=1)
    return np.asarray(gaussian_filter1d(busy, BLUR_S * RATE_HZ)), times_s


def cut_sets(track: PoseTrack) -> list[Segment]:
    """Sets in order of time; a short film, or one without a rest, is one set as long as the person is seen."""
    seen_s = track.times_s[track.found]
    if not len(seen_s):
        return []
    whole = Segment(float(seen_s[0]), float(seen_s[-1]))
    if whole.end_s - whole.start_s < ONE_SET_S:
        return [whole]
    busy, times_s = activity(track)
    active = busy > ACTIVE_SHARE * np.percentile(busy, 90)
    runs = _close_gaps(_runs(active), int(SHORTEST_REST_S * RATE_HZ))
    kept = [(a, b) for a, b in runs if (b - a) / RATE_HZ >= SHORTEST_SET_S]
    if len(kept) < 2:
        return [whole]
    last = len(times_s) - 1
    spans = ((float(times_s[a]) - MARGIN_S, float(times_s[min(b, last)]) + MARGIN_S) for a, b in kept)
    return [Segment(max(start_s, whole.start_s), min(end_s, whole.end_s)) for start_s, end_s in spans]


def _runs(active: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open spans of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _close_gaps(runs: list[tuple[int, int]], shortest: int) -> list[tuple[int, int]]:
    """Join spans that are closer than a rest."""
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and start - joined[-1][1] < shortest:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
