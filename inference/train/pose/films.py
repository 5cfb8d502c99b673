"""Frames of films as further people for the pose network: `python -m inference train pose-films OUT.jsonl`.

Photographs show athletes in daylight; films show gyms, benches, mirrors and bodies that lie. BlazePose labels them. A
point is believed as far as three looks agree on it (the one that followed the person through the film, one at the frame
alone and one at its mirror image) and as it lies on the way between the frames before and after.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from inference import files, person, pose_metrics, skeleton
from inference.pose.blazepose_landmarks import BlazePoseLandmarks
from inference.pose.region import Region
from inference.skeleton import INDEX
from inference.train import clips, frames
from inference.train.clips import LabelledTrack

FRAMES, FRAMES_NOT_UPRIGHT = 8, 16  # of a film; who lies or hangs upside down is rare elsewhere
SURE = 0.4  # mean confidence of a pose that is worth a look
LOOK_GROWTH = 1.25  # of the bounds of the points, for the looks
SHOWN_GROWTH = 1.6  # and for the picture that is kept: room to turn and to shift
SPREAD = 0.12  # of the torso: looks that lie so far apart are believed a third
LEAST_WEIGHT, LEAST_POINTS = 0.2, 10
MOST_PX, QUALITY = 320, 88

Points = NDArray[np.float32]


@dataclass(frozen=True)
class Labelled:
    """A crop with the points of its person in its pixels."""

    image: NDArray[np.uint8]  # (H, W, 3) RGB
    keypoints: Points  # (24, 3) x px, y px, weight


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which films, and where to write."""
    parser.add_argument("out", type=Path, metavar="OUT.jsonl", help="the .tar is written beside it")
    parser.add_argument("--parts", nargs="*", default=["more", "named"], help="`checked` is for measuring")


def run(args: argparse.Namespace) -> int:
    """Write one shard."""
    args.out.parent.mkdir(parents=True, exist_ok=True)
    eyes, count = BlazePoseLandmarks(), 0
    with contextlib.ExitStack() as stack:  # nothing of an earlier shard is lost until this one is complete
        pictures, table = (stack.enter_context(files.stage(path)) for path in (args.out.with_suffix(".tar"), args.out))
        tar = stack.enter_context(tarfile.open(pictures, "w"))
        lines = stack.enter_context(table.open("w", encoding="utf-8"))
        for clip in tqdm(clips.load(tuple(args.parts)), unit="film"):
            for number, one in enumerate(label(clip, eyes)):
                name = f"{clip.part}-{Path(clip.file).stem}-{number}.jpg"
                _add(tar, name, one.image)
                lines.write(json.dumps(_as_line(name, clip, one)) + "\n")
                count += 1
    print(f"{args.out}: {count} people")
    return 0


def label(clip: LabelledTrack, eyes: BlazePoseLandmarks) -> Iterator[Labelled]:
    """Some frames of a film in which the looks agree."""
    chosen = choose_frames(clip.track.keypoints)
    path = clips.DATA / "clips" / clip.part / clip.file
    wanted = np.isin(np.arange(len(clip.track.times_s)), list(chosen))
    for number, image, scale in frames.read(path, clip.track, wanted):
        window = clip.track.keypoints[max(number - 1, 0) : number + 2].copy()
        window[..., :2] *= scale
        if (one := _label_frame(image, window, min(number, 1), eyes)) is not None:
            yield one


def choose_frames(keypoints: Points) -> set[int]:
    """Numbers of evenly spread frames of (T, 24, 3) in which somebody is surely seen; more of those who don't stand."""
    sure = np.flatnonzero(keypoints[..., 2].mean(axis=1) > SURE)
    if not len(sure):
        return set()
    upright = np.mean([pose_metrics.describe_posture(keypoints[i]) == "upright" for i in sure]) > 0.5
    wanted = min(FRAMES if upright else FRAMES_NOT_UPRIGHT, len(sure))
    return set(sure[np.linspace(0, len(sure) - 1, wanted).astype(int)].tolist())


def _label_frame(image: NDArray[np.uint8], window: Points, at: int, eyes: BlazePoseLandmarks) -> Labelled | None:
    """``window``: the followed points (n, 24, 3) of this frame, number ``at``, and of its neighbours."""
    followed = window[at]
    mirrored = np.ascontiguousarray(image[:, ::-1])
    width = float(image.shape[1])
    again = eyes.locate(image, region_of(followed)).keypoints()
    other = eyes.locate(mirrored, region_of(skeleton.mirror(followed, width))).keypoints()
    looks = np.stack([followed, again, skeleton.mirror(other, width)])
    keypoints = agree(looks, window)
    known = keypoints[:, 2] > 0
    return _cut(image, keypoints) if known.sum() >= LEAST_POINTS else None


def region_of(points: Points) -> Region:
    """A square around a body, turned with its trunk."""
    x0, y0, x1, y1 = (float(value) for value in person.bounds(points))
    up = points[INDEX["neck"], :2] - points[INDEX["waist"], :2]
    side = LOOK_GROWTH * max(x1 - x0, y1 - y0, 1.0)
    return Region((x0 + x1) / 2, (y0 + y1) / 2, side, float(np.arctan2(up[0], -up[1])))


def agree(looks: Points, window: Points) -> Points:
    """Mean points (24, 3) of looks (n, 24, 3), each weighted by how sure and how near to each other the looks are.

    ``window`` (m, 24, 3): the followed points of neighbouring frames; a point far from between them is a slip.
    """
    middle = looks.mean(axis=0)
    torso = pose_metrics.measure_torso(middle) or pose_metrics.LEAST_TORSO_PX
    apart = np.linalg.norm(looks[..., :2] - middle[:, :2], axis=-1).max(axis=0) / torso
    between = (window[0, :, :2] + window[-1, :, :2]) / 2
    slip = np.linalg.norm(looks[0, :, :2] - between, axis=-1) / torso / 2
    weight = looks[..., 2].min(axis=0) * np.exp(-((np.maximum(apart, slip) / SPREAD) ** 2))
    middle[:, 2] = np.where(weight >= LEAST_WEIGHT, np.minimum(weight, 1), 0)
    return np.asarray(middle, np.float32)


def _cut(image: NDArray[np.uint8], keypoints: Points) -> Labelled | None:
    """The surroundings of a body, made small; None where the frame shows too little of it."""
    low, high = np.split(person.bounds(keypoints), 2)
    middle, half = (low + high) / 2, max(float((high - low).max()) / 2, 1.0) * SHOWN_GROWTH
    start = np.maximum(middle - half, 0).astype(int)
    stop = np.minimum(middle + half, image.shape[1::-1]).astype(int)
    if (stop - start < pose_metrics.LEAST_TORSO_PX).any():
        return None
    piece = image[start[1] : stop[1], start[0] : stop[0]]
    scale = min(MOST_PX / max(piece.shape[:2]), 1.0)
    moved = keypoints.copy()
    moved[:, :2] = (moved[:, :2] - start) * scale
    small = cv2.resize(piece, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return Labelled(np.asarray(small, np.uint8), moved)


def _add(tar: tarfile.TarFile, name: str, image: NDArray[np.uint8]) -> None:
    bgr = np.ascontiguousarray(image[..., ::-1])
    data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))


def _as_line(name: str, clip: LabelledTrack, one: Labelled) -> dict[str, object]:
    height, width = one.image.shape[:2]
    points = [[round(float(x), 2), round(float(y), 2), round(float(w), 3)] for x, y, w in one.keypoints]
    return {"file": name, "w": width, "h": height, "keypoints": points, "gt": None, "source": clip.group}
