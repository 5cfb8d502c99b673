"""HRNet's keypoints of a clip, looked for where the first estimator saw the person.

A look takes HRNet a tenth of a second of one core, and who trains is known already: so it looks as often as the motion
needs, and what lies between two looks is interpolated.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference import motion
from inference.pose.hrnet_looks import GROWTH, HrnetLooks, next_region
from inference.pose.region import Region
from inference.pose.steady import steady
from inference.train import frames
from inference.types import PoseTrack

STEPS, SHORTEST_STEP = (4, 3), 2  # frames from look to look, rarest first
SURE = 0.5  # confidence of points that say how often to look
NEAR, NEARLY_ALL = 0.06, 97  # body sizes off a straight line between looks; per cent of the points
LEAST_FRAMES = 12
AT_ONCE = 8
LEAST_SIDE_PX = 16.0


def read(clip: Path, first: PoseTrack, estimator: str) -> PoseTrack:
    """Keypoints at the moments of ``first``, the first estimator's track; nobody where that one saw nobody."""
    looks, step = _load(estimator), choose_step(first)
    regions = follow_regions(first, looks.shape)
    looked = choose_frames(first.found, step)
    keypoints = np.zeros_like(first.keypoints)
    for jobs in _in_batches(frames.read(clip, first, looked)):
        pictures = [(image, _scaled(regions[number], scale)) for number, image, scale in jobs]
        for (number, _, scale), look in zip(jobs, looks.look(pictures), strict=True):
            keypoints[number] = look.points
            keypoints[number, :, :2] /= scale
    frames.fill_between(keypoints, first.found & ~looked, step)
    return steady(PoseTrack(keypoints, first.times_s, first.size_px))


def choose_step(track: PoseTrack) -> int:
    """The longest way from look to look between which sure points of a track move in straight lines."""
    seen = track.keypoints[track.found]
    if len(seen) < LEAST_FRAMES:
        return SHORTEST_STEP
    filled = motion.fill_gaps(seen)
    points = filled[..., :2] / motion.body_size(filled)
    sure = seen[..., 2] > SURE
    for step in STEPS:
        off = np.linalg.norm(_thin_out(points, step) - points, axis=-1)[sure]
        if len(off) and np.percentile(off, NEARLY_ALL) < NEAR:
            return step
    return SHORTEST_STEP


def _thin_out(points: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """Points (T, 24, 2) as interpolation tells them from every so many frames."""
    moments = np.arange(len(points))
    kept = np.union1d(moments[::step], moments[-1:])
    columns = [np.interp(moments, kept, column[kept]) for column in points.reshape(len(points), -1).T]
    return np.stack(columns, axis=1).reshape(points.shape)


def choose_frames(found: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
    """(T,) where to look: every so many frames, and at all in between where the person is lost or the film ends."""
    looked = found.copy()
    for start in range(0, len(found) - step, step):
        if found[start : start + step + 1].all():
            looked[start + 1 : start + step] = False
    return looked


def follow_regions(track: PoseTrack, shape: float) -> dict[int, Region]:
    """Where the person is in each frame in which they are seen; ``shape`` is width by height of a crop."""
    regions: dict[int, Region] = {}
    region: Region | None = None
    for number in np.flatnonzero(track.found):
        points = track.keypoints[number]
        region = next_region(points, region or _around(points, shape), shape)
        regions[int(number)] = region
    return regions


def _around(points: NDArray[np.float32], shape: float) -> Region:
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    x, y = (low + high) / 2
    width, height = high - low
    return Region(float(x), float(y), float(max(GROWTH * max(height, width / shape), LEAST_SIDE_PX)), 0.0)


def _scaled(region: Region, scale: float) -> Region:
    return Region(region.x * scale, region.y * scale, region.side * scale, region.rotation)


def _in_batches(
    jobs: Iterator[tuple[int, NDArray[np.uint8], float]],
) -> Iterator[list[tuple[int, NDArray[np.uint8], float]]]:
    while batch := list(islice(jobs, AT_ONCE)):
        yield batch


@cache
def _load(estimator: str) -> HrnetLooks:
    return HrnetLooks(estimator)
