"""Pictures with boxes around people: a folder of photographs, rooms without anybody, and frames of our clips."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference import files, person
from inference.skeleton import INDEX
from inference.train import clips
from inference.train.clips import LabelledTrack

Boxes = NDArray[np.float32]  # (N, 4) x0, y0, x1, y1 as shares of the picture

HELD_OUT = 10  # every so many photographs are kept for measuring
FRAMES_A_CLIP = 3
SURE = 0.6  # mean confidence of a pose whose bounds are taken as a box
FRAME_SIDE_PX = 416
HEAD, FEET = 0.06, 0.03  # how far a body goes beyond its outermost keypoints, as shares of its longer side
QUALITY = 88


@dataclass(frozen=True)
class Picture:
    """One picture, still compressed."""

    data: bytes
    boxes: Boxes
    is_complete: bool  # everybody in it has a box

    def image(self) -> NDArray[np.uint8]:
        """(H, W, 3) RGB."""
        bgr = np.asarray(cv2.imdecode(np.frombuffer(self.data, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        return np.ascontiguousarray(bgr[..., ::-1])


def read_photographs(folder: Path) -> tuple[list[Picture], list[Picture]]:
    """For training and for measuring: photographs with boxes, and rooms without people."""
    labels = json.loads((folder / "boxes.json").read_text(encoding="utf-8"))
    found = [
        Picture((folder / "images" / name).read_bytes(), _corners(boxes), True)
        for name, boxes in sorted(labels.items())
    ]
    found += read_rooms(folder / "background")
    held_out = [number % HELD_OUT == 0 for number in range(len(found))]
    return (
        [one for one, out in zip(found, held_out, strict=True) if not out],
        [one for one, out in zip(found, held_out, strict=True) if out],
    )


def read_rooms(folder: Path) -> list[Picture]:
    """Pictures of rooms without people."""
    nobody = np.zeros((0, 4), np.float32)
    return [Picture(path.read_bytes(), nobody, True) for path in sorted(folder.iterdir())]


def _corners(boxes: list[list[float]]) -> Boxes:
    """From middle and size to corners."""
    table = np.array(boxes, np.float32).reshape(-1, 4)
    half = table[:, 2:] / 2
    return np.asarray(np.clip(np.concatenate([table[:, :2] - half, table[:, :2] + half], axis=1), 0, 1))


def read_clips(parts: tuple[str, ...], cache: Path) -> list[Picture]:
    """A few frames of each clip with the box of the one who trains; others in them have none."""
    if not cache.exists():
        cache.parent.mkdir(parents=True, exist_ok=True)
        frames = [(picture.data, picture.boxes) for clip in clips.load(parts) for picture in _sample(clip)]
        data, boxes = zip(*frames, strict=True)
        with files.write_whole(cache) as file:
            np.savez(
                file,
                bytes=np.frombuffer(b"".join(data), np.uint8),
                ends=np.cumsum([len(d) for d in data]),
                boxes=np.concatenate(boxes),
            )
    with np.load(cache) as file:
        raw, ends, boxes_of = file["bytes"].tobytes(), file["ends"].tolist(), file["boxes"]
    starts = [0, *ends[:-1]]
    return [Picture(raw[a:b], boxes_of[i : i + 1], False) for i, (a, b) in enumerate(zip(starts, ends, strict=True))]


def _sample(clip: LabelledTrack) -> Iterator[Picture]:
    """Frames in which the whole pose is sure."""
    track = clip.track
    sure = np.flatnonzero(track.found & (track.keypoints[..., 2].mean(axis=1) > SURE))
    if len(sure) < FRAMES_A_CLIP:
        return
    wanted = sure[np.linspace(0, len(sure) - 1, FRAMES_A_CLIP).astype(int)]
    capture = cv2.VideoCapture(str(clips.DATA / "clips" / clip.part / clip.file))
    try:
        for number in wanted:
            capture.set(cv2.CAP_PROP_POS_MSEC, 1000 * float(track.times_s[number]))
            ok, bgr = capture.read()
            if ok and (bgr.shape[1] > bgr.shape[0]) == (track.size_px[0] > track.size_px[1]):
                box = grown_box(track.keypoints[number]) / np.tile(track.size_px, 2)
                yield _compress(np.asarray(bgr, np.uint8), box)
    finally:
        capture.release()


def grown_box(keypoints: NDArray[np.float32]) -> NDArray[np.float32]:
    """(4,) px around a body: its keypoints' bounds and some more, most at the head, whose top has no keypoint."""
    box = person.bounds(keypoints)
    side = float((box[2:] - box[:2]).max())
    low, high = box[:2] - FEET * side, box[2:] + FEET * side
    up = keypoints[INDEX["nose"], :2] - keypoints[INDEX["neck"], :2]
    top = keypoints[INDEX["nose"], :2] + up / max(float(np.hypot(*up)), 1.0) * HEAD * side
    return np.concatenate([np.minimum(low, top), np.maximum(high, top)]).astype(np.float32)


def _compress(bgr: NDArray[np.uint8], box: NDArray[np.float32]) -> Picture:
    scale = FRAME_SIDE_PX / max(bgr.shape[:2])
    small = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
    return Picture(data, np.clip(box[None], 0, 1).astype(np.float32), False)
