"""Summary statistics of a track, from which some networks name it: postures, ranges, speeds, common movement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from inference import motion, skeleton
from inference.skeleton import COUNT, INDEX
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
# Limbs and girdles, whose direction a far or near camera leaves as it is, and whose length tells from where it looks.
_BONES = [("waist", "neck"), ("neck", "nose"), *(
    (f"{side}_{a}", f"{side}_{b}")
    for side in ("left", "right")
    for a, b in (("shoulder", "elbow"), ("elbow", "wrist"), ("wrist", "palm"),
                 ("hip", "knee"), ("knee", "ankle"), ("ankle", "foot"))
), *((f"left_{name}", f"right_{name}") for name in ("shoulder", "hip", "ankle", "wrist"))]  # fmt: skip
_TAIL, _HEAD = (np.array([INDEX[bone[i]] for bone in _BONES]) for i in (0, 1))
SLOWEST_HZ = 0.15
SPECTRUM = 512
DRAWN = 3  # motions that show what a mirror does to statistics
# Of a film's frames with somebody in them: whoever sets up, rests or walks off does not spoil every part.
PARTS = ((0.0, 0.7), (0.3, 1.0), (0.15, 0.85))
LONG_ENOUGH, LEAST_SEEN = 24, 12  # frames of a film that has parts, and in which somebody is seen in a part


def describe(keypoints: NDArray[np.float32], times_s: Floats) -> NDArray[np.float32]:
    """(T, 24, 3) with T ≥ 4 to one vector of features."""
    return _measure(_size(keypoints), keypoints[..., 2], times_s)


def _size(keypoints: NDArray[np.float32]) -> Floats:
    """(T, 24, 2) about where the waist usually is, in body sizes."""
    filled = motion.fill_gaps(keypoints)
    origin = np.median(filled[:, INDEX["waist"], :2], axis=0)
    return np.asarray((filled[..., :2] - origin) / motion.body_size(filled))


def _measure(points: Floats, confidence: NDArray[np.float32], times_s: Floats) -> NDArray[np.float32]:
    """Sized points (T, 24, 2) and how sure they are (T, 24) to one vector of features."""
    own = (points - points[:, [INDEX["waist"]]]).reshape(len(points), -1)
    bends = motion.angles(points)
    tracks = [own, bends, *(points[:, INDEX[name]] for name in _PLACES)]
    tracks += [points[:, INDEX[name]] - points[:, INDEX["neck"]] for name in _HANDS]
    tracks.append(np.linalg.norm(points[:, _FIRST] - points[:, _SECOND], axis=2))
    *parts, apart = _spread(tracks)
    step_s = max(float(np.median(np.diff(times_s))), 1e-3)
    parts.append((np.abs(np.diff(np.concatenate([own, bends], axis=1), axis=0)) / step_s).mean(axis=0))
    common, shares = _common_movement(own)
    parts += [_together(bends), _rhythm(common, shares, step_s), confidence.mean(axis=0)]
    parts.append(apart)
    ends, skew = _find_ends(common, own)
    posture = np.concatenate([own, bends], axis=1)
    parts += [*(posture[end].mean(axis=0) for end in ends), skew]
    parts += _directions(points, ends)
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


def _find_ends(first: Floats, own: Floats) -> tuple[list[NDArray[np.int64]], Floats]:
    """Frames at either end of the common movement, that end first whose points are higher, and its skewness (1,)."""
    count = max(int(END_SHARE * len(first)), 1)
    order = np.argsort(first)
    ends = [order[:count], order[-count:]]
    lower = [float(own[end, 1::2].mean()) for end in ends]  # y points down
    skew = float((first**3).mean() / max(float((first**2).mean()) ** 1.5, 1e-9))
    if lower[0] > lower[1]:
        ends, skew = ends[::-1], -skew
    return ends, np.array([skew])


def _directions(points: Floats, ends: list[NDArray[np.int64]]) -> list[Floats]:
    """Directions and lengths of bones: mean, at both ends of the common movement, and how much either changes.

    The spread of a direction is its circular standard deviation (Mardia and Jupp 2000, eq. 2.3.14), radians.
    """
    bones = points[:, _HEAD] - points[:, _TAIL]
    lengths = np.sqrt((bones**2).sum(axis=2))
    unit = bones / np.maximum(lengths, 1e-6)[..., None]
    mean = unit.mean(axis=0)
    spread = np.sqrt(-2 * np.log(np.clip(np.sqrt((mean**2).sum(axis=1)), 1e-3, 1)))
    at_ends = [table[end].mean(axis=0) for table in (unit, lengths) for end in ends]
    return [mean, spread, lengths.mean(axis=0), lengths.std(axis=0), *at_ends]


def both_views(track: PoseTrack) -> NDArray[np.float32]:
    """(2, F): the track and its mirror image, which is as large and as far from its usual place."""
    seen = describe(track.keypoints, track.times_s)
    other, sign = _mirror_image()
    return np.stack([seen, seen[other] * sign])


@cache
def _mirror_image() -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Which statistic each one of the mirror image is (F,), and its sign (F,).

    Seen in a mirror every statistic is that of the other side, or itself, or either with another sign. Which one is
    found once, where motions drawn by chance agree; measuring again takes as long as the first time.
    """
    rng = np.random.default_rng(0)
    points, sure = rng.normal(size=(DRAWN, 40, COUNT, 2)), rng.random((DRAWN, 40, COUNT)).astype(np.float32)
    mirrored, times_s = points[:, :, skeleton.MIRROR_ORDER] * (-1, 1), np.arange(40) / 15
    seen = np.stack([_measure(*drawn, times_s) for drawn in zip(points, sure, strict=True)])
    images = zip(mirrored, sure[:, :, skeleton.MIRROR_ORDER], strict=True)
    other = np.stack([_measure(*image, times_s) for image in images])
    apart = sum(np.abs(np.abs(a)[:, None] - np.abs(b)) for a, b in zip(seen, other, strict=True))
    order = np.asarray(apart).argmin(axis=0)
    sign = np.where((seen[:, order] * other).sum(axis=0) < 0, -1, 1)
    return order, sign.astype(np.float32)


def all_views(track: PoseTrack) -> NDArray[np.float32]:
    """(2 P, F): the track and its parts, each with its mirror image."""
    return np.concatenate([both_views(part) for part in (track, *_cut_parts(track))])


def _cut_parts(track: PoseTrack) -> Iterator[PoseTrack]:
    """Overlapping parts of a track that is long enough."""
    seen = np.flatnonzero(track.found)
    first, count = int(seen[0]), int(seen[-1] - seen[0]) + 1
    if count < LONG_ENOUGH:
        return
    for start, end in PARTS:
        frames = slice(first + int(start * count), first + int(end * count))
        part = replace(track, keypoints=track.keypoints[frames], times_s=track.times_s[frames], boxes=None)
        if part.found.sum() >= LEAST_SEEN:
            yield part
