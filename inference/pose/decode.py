"""Keypoints to heatmaps and back, to a fraction of a heatmap cell.

Decoding is DARK's (Zhang et al. 2020): the logarithm of a Gaussian is a parabola, so one Newton step from the highest
cell lands on its true centre. It needs no second output, unlike UDP's offset maps, and so also reads published plain
heatmaps. From UDP (Huang et al. 2020) comes the unit: the distance between pixels, so that corner pixels meet corner
cells and a mirrored picture gives exactly mirrored coordinates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

FLOOR = 1e-10  # keeps the logarithm finite
MAX_STEP_CELLS = 1.0  # a longer Newton step means the peak is not a Gaussian


def cell_size(input_px: tuple[int, int], cells: tuple[int, int]) -> NDArray[np.float32]:
    """Pixels (2,) between two neighbouring cells; both sizes as (width, height)."""
    size: NDArray[np.float32] = np.divide(np.array(input_px) - 1, np.array(cells) - 1).astype(np.float32)
    return size


def encode(
    points_px: NDArray[np.float32],  # (..., 2)
    input_px: tuple[int, int],
    cells: tuple[int, int],
    sigma_cells: float = 2.0,
) -> NDArray[np.float32]:
    """Gaussians (..., height, width) with a peak of 1 at each point."""
    x, y = np.moveaxis(points_px / cell_size(input_px, cells), -1, 0)
    columns = np.exp(-((np.arange(cells[0]) - x[..., None]) ** 2) / (2 * sigma_cells**2))
    rows = np.exp(-((np.arange(cells[1]) - y[..., None]) ** 2) / (2 * sigma_cells**2))
    heatmaps: NDArray[np.float32] = (rows[..., :, None] * columns[..., None, :]).astype(np.float32)
    return heatmaps


def decode(heatmaps: NDArray[np.float32], input_px: tuple[int, int]) -> NDArray[np.float32]:
    """Points (..., 3) as x px, y px and height of the peak, from heatmaps (..., height, width)."""
    *lead, height, width = heatmaps.shape
    flat = heatmaps.reshape(-1, height * width)
    best = flat.argmax(axis=1)
    peak = np.stack([best % width, best // width], axis=1)  # (M, 2) x, y
    maps = np.log(np.maximum(flat, FLOOR)).reshape(-1, height, width)
    cells = peak + newton_step(maps, peak)
    cells = np.clip(cells, 0, [width - 1, height - 1]) * cell_size(input_px, (width, height))
    return np.concatenate([cells, flat.max(axis=1)[:, None]], axis=1).reshape(*lead, 3).astype(np.float32)


def newton_step(maps: NDArray[np.float32], peak: NDArray[np.int64]) -> NDArray[np.float64]:
    """Steps (M, 2) in cells from each peak to the top of the parabola through its neighbours; zero where there is none.

    At the border the parabola is laid through the nearest inner cell, and the step counted from the peak.
    """
    height, width = maps.shape[1:]
    inner = np.clip(peak, 1, [width - 2, height - 2])
    near = np.arange(-1, 2)
    rows, columns = inner[:, 1, None, None] + near[:, None], inner[:, 0, None, None] + near
    patch = maps[np.arange(len(maps))[:, None, None], rows, columns].astype(np.float64)  # (M, 3, 3) y, x
    slope_x, slope_y = (patch[:, 1, 2] - patch[:, 1, 0]) / 2, (patch[:, 2, 1] - patch[:, 0, 1]) / 2
    bend_x = patch[:, 1, 2] - 2 * patch[:, 1, 1] + patch[:, 1, 0]
    bend_y = patch[:, 2, 1] - 2 * patch[:, 1, 1] + patch[:, 0, 1]
    twist = (patch[:, 2, 2] - patch[:, 2, 0] - patch[:, 0, 2] + patch[:, 0, 0]) / 4
    area = bend_x * bend_y - twist**2
    is_top = (area > FLOOR) & (bend_x < 0)
    safe = np.where(is_top, area, 1.0)
    step = np.stack([twist * slope_y - bend_y * slope_x, twist * slope_x - bend_x * slope_y], axis=1) / safe[:, None]
    step += inner - peak
    is_sound = is_top & np.all(np.abs(step) <= MAX_STEP_CELLS, axis=1)
    return np.where(is_sound.reshape(-1, 1), step, 0.0)


def resample(
    heatmaps: NDArray[np.float32],  # (K, height, width)
    matrix: NDArray[np.float64],  # (2, 3) map from pixels of the crop they were made of to those of another
    input_px: tuple[int, int],
) -> NDArray[np.float32]:
    """The same heatmaps as seen in another crop of the same size; what lies outside the first is 0.

    Sums are kept, so that maps which are shares of 1 stay comparable.
    """
    height, width = heatmaps.shape[1:]
    unit = np.diag([*cell_size(input_px, (width, height)), 1.0]).astype(np.float64)
    cells = np.linalg.inv(unit) @ np.vstack([matrix, [0, 0, 1]]) @ unit
    moved = [cv2.warpAffine(one, cells[:2], (width, height), flags=cv2.INTER_LINEAR) for one in heatmaps]
    return np.asarray(np.stack(moved) / abs(np.linalg.det(cells[:2, :2])), np.float32)


@torch.inference_mode()
def predict_heatmaps(
    network: Callable[[Tensor], Tensor],
    images: Tensor,  # (N, 3, H, W)
    *,
    swap: Sequence[int] | None = None,
    bf16: bool = False,
    softmax: bool = False,
) -> Tensor:
    """Heatmaps (N, K, h, w) in float32.

    With ``swap`` (the left-right partner of each keypoint) they are the mean of a flip test. ``softmax`` is for
    networks trained by cross-entropy, whose scores may be negative: each heatmap then sums to 1.
    """
    images = images.contiguous(memory_format=torch.channels_last)
    read = as_probability if softmax else torch.Tensor.float
    with torch.autocast(images.device.type, torch.bfloat16, enabled=bf16):
        heatmaps = read(network(images))
        if swap is None:
            return heatmaps
        mirrored = read(network(images.flip(-1)))
    return (heatmaps + mirrored.flip(-1)[:, list(swap)]) / 2


def as_probability(scores: Tensor) -> Tensor:
    """Softmax over the cells of each map (N, K, h, w), in float32."""
    return scores.float().flatten(2).softmax(dim=2).view(scores.shape)
