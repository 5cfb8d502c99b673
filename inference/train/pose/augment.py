"""Random views of a labelled person: what another camera, phone or posture would have shown."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference import pose_metrics, skeleton
from inference.pose import crop
from inference.pose.crop import View
from inference.train.pose.shards import Person

Image = NDArray[np.uint8]

TURNED_SHARE, TURN_DEG, MOST_TURN_DEG = 0.6, 25.0, 45.0
TOPPLED_SHARE = 0.15  # turned by quarters or a half: lying and upside-down bodies are rare in photographs
SCALE_SPREAD, SCALE_LIMITS, SHIFT_SPREAD = 0.18, (0.65, 1.5), 0.06
HALF_BODY_SHARE, HALF_BODY_POINTS = 0.12, 5
BLUR_SHARE, JPEG_SHARE, COARSE_SHARE, GREY_SHARE, HOLE_SHARE = 0.1, 0.1, 0.15, 0.03, 0.3
UPPER = np.array(
    [any(part in name for part in ("nose", "eye", "ear", "shoulder", "elbow", "wrist", "palm", "neck"))
     for name in skeleton.NAMES]
)  # fmt: skip


def draw(person: Person, size_px: tuple[int, int], rng: np.random.Generator) -> tuple[Image, NDArray[np.float32]]:
    """A worn crop (height, width, 3) and its keypoints (24, 3) in pixels of the crop; weight 0 = outside."""
    view = _draw_view(person.keypoints, size_px, rng)
    matrix = view.matrix(size_px)
    image = wear(crop.cut(person.image(), matrix, size_px), rng)
    keypoints = person.keypoints.copy()
    keypoints[:, :2] = crop.move(keypoints[:, :2], matrix)
    if view.mirrored:
        keypoints = keypoints[skeleton.MIRROR_ORDER]
    return image, keep_inside(keypoints, size_px)


def plain(person: Person, size_px: tuple[int, int]) -> tuple[Image, NDArray[np.float64]]:
    """The crop that an evaluation gives, and its map from the picture."""
    matrix = crop.fit_box(pose_metrics.given_box(person.keypoints), size_px).matrix(size_px)
    return crop.cut(person.image(), matrix, size_px), matrix


def keep_inside(keypoints: NDArray[np.float32], size_px: tuple[int, int]) -> NDArray[np.float32]:
    """Forget points outside the crop."""
    outside = (keypoints[:, :2] < 0).any(axis=1) | (keypoints[:, :2] > np.array(size_px) - 1).any(axis=1)
    keypoints[outside, 2] = 0
    return keypoints


def _draw_view(keypoints: NDArray[np.float32], size_px: tuple[int, int], rng: np.random.Generator) -> View:
    view = crop.fit_box(pose_metrics.given_box(_draw_half(keypoints, rng)), size_px)
    turn = np.clip(rng.normal(0, TURN_DEG), -MOST_TURN_DEG, MOST_TURN_DEG) if rng.random() < TURNED_SHARE else 0.0
    if rng.random() < TOPPLED_SHARE:
        turn += rng.choice([90.0, -90.0, 180.0])
    scale = float(np.clip(np.exp(rng.normal(0, SCALE_SPREAD)), *SCALE_LIMITS))
    shift = rng.normal(0, SHIFT_SPREAD, 2) * view.width
    return replace(
        view,
        x=view.x + float(shift[0]),
        y=view.y + float(shift[1]),
        width=view.width * scale,
        turn_rad=float(np.radians(turn)),
        mirrored=bool(rng.random() < 0.5),
    )


def _draw_half(keypoints: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Now and then only the upper or the lower half decides the box."""
    half = keypoints.copy()
    if rng.random() < HALF_BODY_SHARE:
        half[UPPER if rng.random() < 0.5 else ~UPPER, 2] = 0
    return half if (half[:, 2] > 0).sum() >= HALF_BODY_POINTS else keypoints


def wear(image: Image, rng: np.random.Generator) -> Image:
    """Light, colours, blur, few pixels, compression, things in front."""
    if rng.random() < COARSE_SHARE:
        image = _coarsen(image, rng)
    if rng.random() < BLUR_SHARE:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.5)), np.uint8)
    image = _tint(image, rng)
    if rng.random() < JPEG_SHARE:
        _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 60))])
        image = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    if rng.random() < HOLE_SHARE:
        image = _punch(image, rng)
    return image


def _coarsen(image: Image, rng: np.random.Generator) -> Image:
    height, width = image.shape[:2]
    factor = rng.uniform(1.5, 3.5)
    small = cv2.resize(image, (int(width / factor), int(height / factor)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _tint(image: Image, rng: np.random.Generator) -> Image:
    """One gain and offset a channel, as a table of 256 entries."""
    gain = np.exp(rng.normal(0, 0.2)) * np.exp(rng.normal(0, 0.06, 3))
    level = np.arange(256, dtype=np.float32)[:, None]
    table = np.clip(((level / 255) ** np.exp(rng.normal(0, 0.15))) * 255 * gain + rng.normal(0, 12), 0, 255)
    tinted = np.asarray(cv2.LUT(image, table.astype(np.uint8)[None]), np.uint8)
    if rng.random() < GREY_SHARE:
        tinted[:] = tinted.mean(axis=2, keepdims=True).astype(np.uint8)
    return tinted


def _punch(image: Image, rng: np.random.Generator) -> Image:
    height, width = image.shape[:2]
    image = image.copy()
    for _ in range(int(rng.integers(1, 4))):
        h, w = int(height * rng.uniform(0.08, 0.3)), int(width * rng.uniform(0.08, 0.3))
        y, x = int(rng.integers(0, height - h)), int(rng.integers(0, width - w))
        image[y : y + h, x : x + w] = rng.integers(0, 256, 3)
    return image
