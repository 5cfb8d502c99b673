"""Summary statistics of a track, from which some networks name it: postures, ranges, speeds, common movement."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference import motion, skeleton
from inference.skeleton import INDEX
from inference.types import PoseTrack

Floats = NDArray[np.float64]

_PLACES = ("waist", "neck", "left_ankle", "right_ankle")
_HANDS = ("left_wrist", "right_wrist")
LOW_PERCENTILE, HIGH_PERCENTILE = 8, 92
END_SHARE = 0.15  # of the frames at either end of the common movement
# Whose distance tells grips and loads apart: hands on one bar keep theirs, a bar on the back keeps them at shoulders.
_APART = [("left_" + name, "right_" + name) for name in ("palm", "wrist", "elbow", "knee", "ankle")] + [
    (f"{side}_{a}", f"{side}_{b}")
    for a, b in (("wrist", "shoulder"), ("wrist", "hip"), ("wrist", "knee"), ("wrist", "ear"), ("wrist", "ankle"),
                 ("elbow", "hip"), ("ankle", "hip"))
    for side in ("left", "right")
]  # fmt: skip
_FIRST, _SECOND = (np.array([INDEX[pair[i]] for pair in _APART]) for i in (0, 1))
SLOWEST_HZ = 0.15
SPECTRUM = 512


def describe(keypoints: NDArray[np.float32], times_s: Floats) -> NDArray[np.float32]:
    """(T, 24, 3) with T ≥ 4 to one vector of features."""
    filled = motion.fill_gaps(keypoints)
    origin = np.median(filled[:, INDEX["waist"], :2], axis=0)
    points = (filled[..., :2] - origin) / motion.body_size(filled)
    own = (points - points[:, [INDEX["waist"]]]).reshape(len(points), -1)
    bends = motion.angles(points)
    tracks = [own, bends, *(points[:, INDEX[name]] for name in _PLACES)]
    tracks += [points[:, INDEX[name]] - points[:, INDEX["neck"]] for name in _HANDS]
    tracks.append(np.linalg.norm(points[:, _FIRST] - points[:, _SECOND], axis=2))
    *parts, apart = _spread(tracks)
    step_s = max(float(np.median(np.diff(times_s))), 1e-3)
    parts.append((np.abs(np.diff(np.concatenate([own, bends], axis=1), axis=0)) / step_s).mean(axis=0))
    common, shares = _common_movement(own)
    parts += [_together(bends), _rhythm(common, shares, step_s), keypoints[..., 2].mean(axis=0)]
    parts.append(apart)
    parts += _ends(common, own, np.concatenate([own, bends], axis=1))
    return np.asarray(np.nan_to_num(np.concatenate([np.ravel(part) for part in parts])), np.float32)


def _spread(tracks: list[Floats]) -> list[Floats]:
    """(4 C,) median, deviation, low and high of the columns of each (T, C); all are sorted at once."""
    columns = np.concatenate(tracks, axis=1)
    rising = np.sort(columns, axis=0)
    at = np.array([50, LOW_PERCENTILE, HIGH_PERCENTILE]) / 100 * (len(columns) - 1)
    before = at.astype(int)
    share = (at - before)[:, None]
    middle, low, high = rising[before] * (1 - share) + rising[np.minimum(before + 1, len(columns) - 1)] * share
    borders = np.cumsum([track.shape[1] for track in tracks])[:-1]
    kinds = (np.split(kind, borders) for kind in (middle, columns.std(axis=0), low, high))
    return [np.concatenate(four) for four in zip(*kinds, strict=True)]


def _together(bends: Floats) -> Floats:
    """Correlations of all pairs of angles; those that hardly move count little."""
    scaled = (bends - bends.mean(axis=0)) / (bends.std(axis=0) + 0.05)
    table = scaled.T @ scaled / len(scaled)
    return np.asarray(table[np.triu_indices(len(table), 1)])


def _common_movement(own: Floats) -> tuple[Floats, Floats]:
    """First principal component over time (T,), and the sizes of all of them, largest first."""
    centred = own - own.mean(axis=0)
    squares, axes = np.linalg.eigh(centred.T @ centred)
    return centred @ axes[:, -1], np.sqrt(np.maximum(squares[::-1], 0))


def _rhythm(first: Floats, sizes: Floats, step_s: float) -> Floats:
    """Strongest frequency of the first principal component, its share of the power, and the component's size."""
    power = np.abs(np.fft.rfft(first * np.hanning(len(first)), SPECTRUM)) ** 2
    frequency = np.fft.rfftfreq(SPECTRUM, step_s)
    fast = frequency > SLOWEST_HZ
    total, energy = max(float(power[fast].sum()), 1e-12), max(float((sizes**2).sum()), 1e-12)
    strongest = frequency[fast][power[fast].argmax()]
    return np.array([strongest, power[fast].max() / total, sizes[0] ** 2 / energy, sizes[0] / np.sqrt(len(first))])


def _ends(first: Floats, own: Floats, posture: Floats) -> list[Floats]:
    """Mean posture at either end of the common movement, the one first whose points are higher, and its skewness."""
    count = max(int(END_SHARE * len(first)), 1)
    order = np.argsort(first)
    ends = [order[:count], order[-count:]]
    lower = [float(own[end, 1::2].mean()) for end in ends]  # y points down
    skew = float((first**3).mean() / max(float((first**2).mean()) ** 1.5, 1e-9))
    if lower[0] > lower[1]:
        ends, skew = ends[::-1], -skew
    return [*(posture[end].mean(axis=0) for end in ends), np.array([skew])]


def both_views(track: PoseTrack) -> NDArray[np.float32]:
    """(2, F): the track and its mirror image."""
    mirrored = skeleton.mirror(track.keypoints, float(track.size_px[0]))
    return np.stack([describe(track.keypoints, track.times_s), describe(mirrored, track.times_s)])
