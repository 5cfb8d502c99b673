"""The picture a top-down network looks at: a box of the frame, turned upright if asked for, at the network's size."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

MEAN = np.array([123.675, 116.28, 103.53], np.float32)  # of ImageNet's RGB, as the published checkpoints expect
SPREAD = np.array([58.395, 57.12, 57.375], np.float32)


@dataclass(frozen=True)
class View:
    """What a crop shows: a rectangle in the pixels of the frame."""

    x: float  # middle, px
    y: float
    width: float  # px of the frame
    turn_rad: float = 0.0  # clockwise turn of the rectangle
    mirrored: bool = False

    def matrix(self, size_px: tuple[int, int]) -> NDArray[np.float64]:
        """(2, 3) map from pixels of the frame to those of a crop of (width, height).

        Corner pixel meets corner pixel (Huang et al. 2020), so a mirrored crop gives mirrored coordinates.
        """
        scale = (size_px[0] - 1) / self.width
        cos, sin = np.cos(self.turn_rad) * scale, np.sin(self.turn_rad) * scale
        linear = np.array([[cos, sin], [-sin, cos]])
        if self.mirrored:
            linear[0] *= -1
        middle = (np.array(size_px) - 1) / 2
        return np.concatenate([linear, (middle - linear @ (self.x, self.y))[:, None]], axis=1)


def fit_box(box: NDArray[np.float32], size_px: tuple[int, int]) -> View:
    """The smallest upright view with the shape of ``size_px`` around a box (x0, y0, x1, y1 px)."""
    x0, y0, x1, y1 = (float(value) for value in box)
    shape = (size_px[0] - 1) / (size_px[1] - 1)
    return View((x0 + x1) / 2, (y0 + y1) / 2, max(x1 - x0, (y1 - y0) * shape, 2.0))


def cut(image: NDArray[np.uint8], matrix: NDArray[np.float64], size_px: tuple[int, int]) -> NDArray[np.uint8]:
    """The crop (height, width, 3); grey where the frame ends."""
    shrink = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    how = cv2.INTER_AREA if shrink < 0.5 else cv2.INTER_LINEAR
    crop = cv2.warpAffine(image, matrix, size_px, flags=how, borderValue=(124, 116, 104))
    return np.asarray(crop, np.uint8)


def move(points: NDArray[np.float32], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """Points (..., 2) through a (2, 3) map."""
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)


def move_back(points: NDArray[np.float32], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """Points (..., 2) through the inverse of a (2, 3) map."""
    return move(points, np.asarray(cv2.invertAffineTransform(matrix), np.float64))


def chain(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3) map from pixels of one crop to those of another, given both maps from the frame."""
    back = np.vstack([cv2.invertAffineTransform(first), [0, 0, 1]])
    return np.asarray(second @ back, np.float64)


def to_tensor(crops: NDArray[np.uint8]) -> Tensor:
    """(N, H, W, 3) RGB to (N, 3, H, W) of mean 0 and spread 1."""
    scaled = (crops.astype(np.float32) - MEAN) / SPREAD
    return torch.from_numpy(scaled).permute(0, 3, 1, 2)
