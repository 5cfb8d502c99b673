"""People in a clip: one tracklet each, and the choice of the one who trains.

A tracklet knows nothing of how its points were found; it keeps what is needed to tell people apart: where they were,
how large, how much they moved, and the colours they wear.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from inference import skeleton

HISTOGRAM_BINS = (12, 8)  # hue, saturation
_TORSO = [skeleton.INDEX[n] for n in ("left_shoulder", "right_shoulder", "right_hip", "left_hip")]
_LIMBS = [skeleton.INDEX[n] for n in ("left_wrist", "right_wrist", "left_knee", "right_knee", "nose", "waist")]
STILL = 0.35  # what somebody who does not move at all keeps of the score
HINT_REACH = 0.4  # of the person's height: how far from the body a tap may be


@dataclass
class Tracklet:
    """One person: keypoints by frame number."""

    poses: dict[int, NDArray[np.float32]] = field(default_factory=dict)  # frame → (24, 3)
    histogram: NDArray[np.float32] | None = None

    def add(self, frame: int, keypoints: NDArray[np.float32], image: NDArray[np.uint8]) -> None:
        """Keep a pose; now and then look at the clothes."""
        self.poses[frame] = keypoints
        if len(self.poses) % 16 == 1:
            seen = torso_histogram(image, keypoints)
            if seen is not None:
                self.histogram = seen if self.histogram is None else 0.7 * self.histogram + 0.3 * seen

    def box(self, frame: int) -> NDArray[np.float32]:
        """(4,) x0, y0, x1, y1 px around the points of a frame."""
        return bounds(self.poses[frame])


def bounds(keypoints: NDArray[np.float32]) -> NDArray[np.float32]:
    """Smallest box (x0, y0, x1, y1) around the known points of (24, 3); zeros when none is known."""
    known = keypoints[keypoints[:, 2] > 0, :2]
    if not len(known):
        return np.zeros(4, np.float32)
    return np.concatenate([known.min(axis=0), known.max(axis=0)])


def distance_to_body(keypoints: NDArray[np.float32], x: float, y: float) -> float:
    """Distance of a place from the nearest known point of (24, 3); infinite when none is known."""
    known = keypoints[keypoints[:, 2] > 0, :2]
    return float(np.hypot(known[:, 0] - x, known[:, 1] - y).min()) if len(known) else float("inf")


def torso_histogram(image: NDArray[np.uint8], keypoints: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Colours of the clothes between shoulders and hips, normalised to sum 1; None when out of the picture."""
    corners = keypoints[_TORSO, :2]
    low = np.maximum(corners.min(axis=0).astype(int), 0)
    high = np.minimum(np.ceil(corners.max(axis=0)).astype(int), image.shape[1::-1])
    if (high - low < 4).any():
        return None
    return _histogram(image[low[1] : high[1], low[0] : high[0]])


def _histogram(patch: NDArray[np.uint8]) -> NDArray[np.float32]:
    hsv = cv2.cvtColor(np.ascontiguousarray(patch), cv2.COLOR_RGB2HSV)
    counts = cv2.calcHist([hsv], [0, 1], None, list(HISTOGRAM_BINS), [0, 180, 0, 256]).ravel()
    return np.asarray(counts / max(float(counts.sum()), 1.0), np.float32)


def likeness(a: NDArray[np.float32] | None, b: NDArray[np.float32] | None) -> float:
    """Bhattacharyya coefficient of two histograms, 0..1; 0.5 when one of them is not known."""
    if a is None or b is None:
        return 0.5
    return float(np.sqrt(a * b).sum())


def choose(
    people: list[Tracklet],
    size_px: tuple[int, int],
    frames: int,
    *,
    hint: tuple[int, float, float] | None = None,
    query: NDArray[np.float32] | None = None,
) -> Tracklet | None:
    """The one who trains.

    ``hint`` = (frame number, x px, y px) of a tap, ``query`` = histogram of a picture of the person. Without either:
    the product of size, nearness to the middle, time in the picture and movement. None where there is nobody, or
    nobody near the tap.
    """
    if not people:
        return None
    if hint is not None:
        away, nearest = min((_distance_to_tap(one, hint), number) for number, one in enumerate(people))
        return people[nearest] if away <= HINT_REACH else None
    return max(
        people,
        key=lambda p: training_score(p, size_px, frames) * (likeness(p.histogram, query) if query is not None else 1),
    )


def _distance_to_tap(person: Tracklet, hint: tuple[int, float, float]) -> float:
    """Distance of a tap from the body, in body heights, at the frame that is nearest to the tap's."""
    frame = min(person.poses, key=lambda f: abs(f - hint[0]))
    x0, y0, x1, y1 = person.box(frame)
    away = distance_to_body(person.poses[frame], hint[1], hint[2])
    late = abs(frame - hint[0]) * 0.02
    return float(away / max(y1 - y0, x1 - x0, 1.0) + late)


def training_score(person: Tracklet, size_px: tuple[int, int], frames: int) -> float:
    """How much a person looks like the one the clip is about."""
    order = sorted(person.poses)
    poses = np.stack([person.poses[f] for f in order])  # (n, 24, 3)
    boxes = np.stack([person.box(f) for f in order])
    tall = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    size = min(float(np.median(tall)) / min(size_px), 1.0)
    middle = np.median((boxes[:, :2] + boxes[:, 2:]) / 2, axis=0) / np.array(size_px)
    centred = float(np.exp(-2.0 * ((middle[0] - 0.5) ** 2 + 0.3 * (middle[1] - 0.5) ** 2)))
    shown = len(order) / max(frames, 1)
    sure = float(poses[..., 2].mean())
    return size * centred * shown * (0.4 + 0.6 * sure) * (STILL + (1 - STILL) * movement(poses, tall))


def movement(poses: NDArray[np.float32], tall: NDArray[np.float32]) -> float:
    """How far limbs travel about the body's own middle, 0..1: a passer-by glides, somebody who trains bends."""
    own = poses[:, _LIMBS, :2] - poses[:, _LIMBS, :2].mean(axis=1, keepdims=True)
    spread = np.std(own, axis=0).sum(axis=-1) / max(float(np.median(tall)), 1.0)
    return float(np.clip(spread.mean() / 0.12, 0, 1))


def histogram_of_picture(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Colours of a query picture: its middle, where the clothes are; all of one that is too small for a middle."""
    height, width = image.shape[:2]
    middle = image[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]
    return _histogram(middle if middle.size else image)
