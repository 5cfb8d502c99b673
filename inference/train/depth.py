"""How far the keypoints of a real clip lie behind the waist, so that training can look at it from other sides.

BlazePose's landmark network says where its points are in metres too (fitted to GHUM; Grishchenko et al. 2022,
arXiv:2206.11678). It looks once more where a track says that the person is; only looks that find the same points count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from inference import files, motion, skeleton
from inference.pose.blazepose_landmarks import BlazePoseLandmarks
from inference.pose.region import Region
from inference.skeleton import INDEX
from inference.train import clips, frames
from inference.train.clips import LabelledTrack
from inference.train.processes import run_each
from inference.types import PoseTrack

Floats = NDArray[np.float64]

CACHE = clips.CACHE.with_name("depth")
APART = 0.08  # median distance from the points of the track, of the region's side, at which a look is another one's
LEAST_SHARE, LEAST_LOOKS = 0.3, 4  # of the frames in which the person is seen
DOUBTFUL, SURE = 0.1, 0.3  # confidences of points that are compared, and that say how large a metre is
STEP = 3  # frames from look to look; what lies between is interpolated
GROWTH, SMOOTHING_FRAMES = 1.1, 1.0
_WAIST = INDEX["waist"]
_MEASURED = [INDEX[f"{s}_{p}"] for s in ("left", "right") for p in ("shoulder", "elbow", "hip", "knee", "ankle")]


def add(tracks: Iterable[LabelledTrack]) -> Iterator[LabelledTrack]:
    """Clips with the depth of their points; the looks are kept beside the keypoints."""
    for labelled in tracks:
        depth = _find(labelled.part, labelled.file)
        if depth is None:
            yield labelled
        else:
            moments, away = depth
            columns = [np.interp(labelled.track.times_s, moments, column) for column in away.T]
            yield replace(labelled, depth=np.stack(columns, axis=1))


def look_at_all(parts: Sequence[str] = clips.PARTS) -> None:
    """Keep the looks at all clips of some parts, where many are missing."""
    clips.look_at_all(parts)
    missing = [(clip, part) for clip, part in clips.list_clips(parts) if not _place(clip, part).exists()]
    if len(missing) >= clips.WORTH_PROCESSES:
        print(f"depth of {len(missing)} clips", flush=True)
        run_each(_look_once, missing)


def _place(clip: Path, part: str) -> Path:
    return CACHE / part / f"{clip.stem}.npy"


@lru_cache(maxsize=8)  # tracks of one clip follow each other
def _find(part: str, file: str) -> tuple[Floats, Floats] | None:
    """Moments (T,) and depth (T, 24) px of a clip, by the track of the first estimator."""
    clip = clips.DATA / "clips" / part / file
    track = _look_once(clip, part)
    if track is None:
        return None
    depth = as_pixels(track, np.load(_place(clip, part)))
    return None if depth is None else (track.times_s, depth)


def _look_once(clip: Path, part: str) -> PoseTrack | None:
    """The track of a clip whose looks are kept then; None when it can't be analysed."""
    track, path = clips.cached_track(clip, part), _place(clip, part)
    if track is not None and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        world = read_world(clip, track)
        with files.write_whole(path) as out:
            np.save(out, world)
    return track


def read_world(clip: Path, track: PoseTrack) -> NDArray[np.float32]:
    """(T, 24, 3) metres about the waist at the moments of a clip's track; not a number where no look agrees."""
    count = len(track.times_s)
    world = np.full((count, skeleton.COUNT, 3), np.nan, np.float32)
    looked = track.found & ((np.arange(count) % STEP == 0) | (np.arange(count) == count - 1))
    for number, image, scale in frames.read(clip, track, looked):
        keypoints = track.keypoints[number].copy()
        keypoints[:, :2] *= scale
        world[number] = _look(image, keypoints)
    frames.fill_between(world, track.found & ~looked, STEP)
    return world


def _look(image: NDArray[np.uint8], keypoints: NDArray[np.float32]) -> NDArray[np.float32]:
    region = _region_of(keypoints)
    seen = _eyes().locate(image, region)
    known = keypoints[:, 2] > DOUBTFUL
    apart = np.linalg.norm(seen.keypoints()[known, :2] - keypoints[known, :2], axis=1)
    if not known.any() or np.median(apart) >= APART * region.side:
        return np.full((skeleton.COUNT, 3), np.nan, np.float32)
    world = np.stack([skeleton.from_blazepose33(_as_points(axis))[:, 0] for axis in seen.world.T], axis=1)
    return np.asarray(world - world[_WAIST])


def _region_of(keypoints: NDArray[np.float32]) -> Region:
    """The square around the hips, turned with the trunk, as the network was trained to see people."""
    waist, neck = keypoints[_WAIST, :2], keypoints[INDEX["neck"], :2]
    reach = float(np.linalg.norm(keypoints[:, :2] - waist, axis=1).max())
    across, up = neck - waist
    return Region(float(waist[0]), float(waist[1]), max(2 * GROWTH * reach, 16.0), float(np.arctan2(across, -up)))


def _as_points(axis: NDArray[np.float32]) -> NDArray[np.float32]:
    """(33, 3) with one coordinate of each point, for what converts layouts."""
    return np.stack([axis, np.zeros_like(axis), np.ones_like(axis)], axis=1)


@cache
def _eyes() -> BlazePoseLandmarks:
    return BlazePoseLandmarks()


def as_pixels(track: PoseTrack, world: NDArray[np.float32]) -> Floats | None:
    """(T, 24) pixels behind the waist, gaps filled in time; None where too few looks agree."""
    agreed: NDArray[np.bool_] = np.asarray(np.isfinite(world).all(axis=(1, 2)))
    if agreed.sum() < max(LEAST_LOOKS, LEAST_SHARE * len(agreed)):
        return None
    away = world[agreed, :, 2] * _pixels_a_metre(track.keypoints[agreed], world[agreed])
    moments = track.times_s[agreed]
    filled = np.stack([np.interp(track.times_s, moments, column) for column in away.T], axis=1)
    return np.asarray(gaussian_filter1d(filled, SMOOTHING_FRAMES, axis=0))


def _pixels_a_metre(keypoints: NDArray[np.float32], world: NDArray[np.float32]) -> float:
    """What distances from the waist in the picture say of those in metres, all frames alike."""
    sure = keypoints[:, _MEASURED, 2] > SURE
    px = np.linalg.norm(keypoints[:, _MEASURED, :2] - keypoints[:, [_WAIST], :2], axis=2)
    metres = np.linalg.norm(world[:, _MEASURED, :2], axis=2)
    return float(np.median((px * sure).sum(axis=1) / np.maximum((metres * sure).sum(axis=1), 1e-3)))


def in_body_sizes(track: PoseTrack, depth: Floats) -> NDArray[np.float32]:
    """Depth (T, 24) px of the stretch in which the person is seen, sized as `windows.size_track` sizes its points."""
    seen = np.flatnonzero(track.found)
    stretch = slice(seen[0], seen[-1] + 1)
    return np.asarray(depth[stretch] / motion.body_size(motion.fill_gaps(track.keypoints[stretch])), np.float32)
