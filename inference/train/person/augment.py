"""What a picture goes through before the detector sees it: placed anew, mirrored, laid on its side, tinted."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.train.person.pictures import Boxes, Picture

Image = NDArray[np.uint8]

GREY = 128
FOURS = 0.35  # chance that four pictures share one
LYING = 0.12  # chance of a quarter turn
ZOOM = (0.55, 1.7)
STRETCH = 0.25
LEAST_SEEN = 0.3  # of a box; less than that left in the picture is nobody
LEAST_SIDE_PX = 6


def draw(pictures: Sequence[Picture], index: int, side_px: int, rng: np.random.Generator) -> tuple[Image, Boxes, bool]:
    """A square picture, its boxes (N, 4) px, and whether everybody in it has one."""
    if rng.random() >= FOURS:
        return _one(pictures[index], side_px, rng)
    half = side_px // 2
    canvas = np.full((side_px, side_px, 3), GREY, np.uint8)
    chosen = [index, *rng.integers(0, len(pictures), 3).tolist()]
    boxes, complete = [], True
    for number, one in enumerate(chosen):
        image, found, whole = _one(pictures[one], half, rng)
        x, y = (number % 2) * half, (number // 2) * half
        canvas[y : y + half, x : x + half] = image
        boxes.append(found + np.array([x, y, x, y], np.float32))
        complete &= whole
    return canvas, np.concatenate(boxes), complete


def _one(picture: Picture, side_px: int, rng: np.random.Generator) -> tuple[Image, Boxes, bool]:
    image = picture.image()
    boxes = picture.boxes * np.tile(image.shape[1::-1], 2).astype(np.float32)
    matrix = _placing(image.shape[:2], side_px, rng)
    placed = cv2.warpAffine(
        image, matrix, (side_px, side_px), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=(GREY,) * 3
    )
    return _tint(np.asarray(placed, np.uint8), rng), move(boxes, matrix, side_px), picture.is_complete


def _placing(shape: tuple[int, ...], side_px: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """(2, 3) map: quarter turns and mirror images only, so that boxes stay boxes."""
    height, width = shape
    zoom = float(np.exp(rng.uniform(*np.log(ZOOM)))) * side_px / max(height, width)
    stretch = float(np.exp(rng.normal(0, STRETCH / 2)))
    turn = np.eye(2)
    if rng.random() < LYING:
        turn = np.array([[0.0, -1.0], [1.0, 0.0]]) * rng.choice([-1, 1])
    if rng.random() < 0.5:
        turn = turn @ np.diag([-1.0, 1.0])
    linear = np.diag([zoom * stretch, zoom / stretch]) @ turn
    room = np.maximum(np.abs(linear @ np.array([width, height])), side_px) - side_px * 0.6
    aim = side_px / 2 + rng.uniform(-0.5, 0.5, 2) * room
    return np.column_stack([linear, aim - linear @ np.array([width / 2, height / 2])])


def move(boxes: Boxes, matrix: NDArray[np.float64], side_px: int) -> Boxes:
    """Boxes (N, 4) px in the picture that a map makes; those that are hardly in it any more are left out."""
    if not len(boxes):
        return boxes
    corners = np.stack([boxes[:, [0, 1]], boxes[:, [2, 3]]], axis=1) @ matrix[:, :2].T + matrix[:, 2]
    low, high = corners.min(axis=1), corners.max(axis=1)
    seen_low, seen_high = np.clip(low, 0, side_px), np.clip(high, 0, side_px)
    share = np.prod(seen_high - seen_low, axis=1) / np.maximum(np.prod(high - low, axis=1), 1e-6)
    keep = (share >= LEAST_SEEN) & ((seen_high - seen_low).min(axis=1) >= LEAST_SIDE_PX)
    return np.asarray(np.concatenate([seen_low, seen_high], axis=1)[keep], np.float32)


def _tint(image: Image, rng: np.random.Generator) -> Image:
    """Another light, another camera."""
    gain = rng.uniform(0.6, 1.4) * np.exp(rng.normal(0, 0.08, 3))
    tinted = np.clip((image.astype(np.float32) - 128) * rng.uniform(0.7, 1.2) + 128, 0, 255) * gain
    if rng.random() < 0.1:
        tinted = np.repeat(tinted.mean(axis=2, keepdims=True), 3, axis=2)
    if rng.random() < 0.15:
        tinted = cv2.GaussianBlur(tinted, (0, 0), rng.uniform(0.5, 1.8))
    return np.asarray(np.clip(tinted, 0, 255), np.uint8)
