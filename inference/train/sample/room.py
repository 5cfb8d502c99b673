"""The room around the figure: floor, two walls, a window, a rack with dumbbells. Drawn once; it does not move."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.train.sample.body import Surface, ellipsoid
from inference.train.sample.camera import Camera, paint

BACK_Z_M, SIDE_X_M = -1.9, -2.3  # where the two visible walls stand
SKIRTING_M, BAND_M = 0.10, 1.05
STEEL, RUBBER = np.array([58.0, 60.0, 66.0]), np.array([34.0, 35.0, 38.0])

Image = NDArray[np.float64]  # (H, W, 3) RGB


def _noise(shape: tuple[int, int], scale_px: float, seed: int) -> NDArray[np.float64]:
    """(H, W) soft noise with zero mean and unit spread."""
    rng = np.random.default_rng(seed)
    small = rng.normal(size=(int(shape[0] / scale_px) + 2, int(shape[1] / scale_px) + 2)).astype(np.float32)
    soft = cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray((soft - soft.mean()) / soft.std(), np.float64)


def _floor(x: Image, z: Image) -> Image:
    """Wooden planks with a dark rubber mat under the figure."""
    plank = np.floor(x / 0.14)
    tone = 0.5 + 0.5 * np.sin(plank * 12.9898) * np.cos(plank * 4.1)
    grain = 0.5 + 0.5 * np.sin((z * 9 + 3 * np.sin(plank * 7.7)) + 26 * x)
    wood = np.array([172.0, 134.0, 96.0]) * (0.84 + 0.16 * tone + 0.05 * grain)[..., None]
    seam = (np.abs(x / 0.14 - np.round(x / 0.14)) < 0.02) | (np.abs((z + plank * 0.37) % 1.2) < 0.008)
    wood[seam] *= 0.72
    mat = (np.abs(x) < 0.95) & (np.abs(z) < 0.72)
    wood[mat] = RUBBER * 1.5
    return np.asarray(wood)


def _wall(along: Image, height: Image) -> Image:
    """Paint in two tones with a skirting board."""
    paint_upper, paint_lower = np.array([214.0, 216.0, 210.0]), np.array([150.0, 168.0, 170.0])
    colour = np.where((height > BAND_M)[..., None], paint_upper, paint_lower)
    colour = np.where((np.abs(height - BAND_M) < 0.015)[..., None], 110.0, colour)
    colour = np.where((height < SKIRTING_M)[..., None], np.array([232.0, 230.0, 224.0]), colour)
    return colour * (0.93 + 0.07 * np.cos(along * 0.9))[..., None]


def _window(colour: Image, along: Image, height: Image) -> Image:
    """A window with a bright sky and a cross of bars."""
    frame = (np.abs(along - 0.1) < 0.62) & (np.abs(height - 1.75) < 0.62)
    glass = (np.abs(along - 0.1) < 0.56) & (np.abs(height - 1.75) < 0.56)
    bars = (np.abs(along - 0.1) < 0.02) | (np.abs(height - 1.75) < 0.02)
    sky = np.stack([214 + 18 * (height - 1.2), 228 + 12 * (height - 1.2), np.full_like(height, 246.0)], axis=-1)
    colour = np.where(frame[..., None], 238.0, colour)
    return np.where((glass & ~bars)[..., None], sky, colour)


def _surfaces(camera: Camera) -> Image:
    """Floor and walls by casting one ray through every pixel."""
    rays = camera.rays()
    with np.errstate(divide="ignore", invalid="ignore"):
        planes = ((1, 0.0), (2, BACK_Z_M), (0, SIDE_X_M))  # floor, back wall, side wall: axis and place
        reach = np.stack([(place - camera.eye[axis]) / rays[..., axis] for axis, place in planes])
    reach = np.where(reach > 1e-6, reach, np.inf)
    which = reach.argmin(axis=0)
    hit = camera.eye + rays * np.minimum(reach.min(axis=0), 1e3)[..., None]
    x, y, z = hit[..., 0], hit[..., 1], hit[..., 2]
    side = _window(_wall(z, y), z, y) * 0.96
    image = np.select([which[..., None] == 0, which[..., None] == 1], [_floor(x, z), _wall(x, y)], side)
    # Corners gather less light.
    gap = np.minimum(np.abs(z - BACK_Z_M), np.abs(x - SIDE_X_M))
    gap = np.where(which == 0, gap, np.minimum(y, np.where(which == 1, np.abs(x - SIDE_X_M), np.abs(z - BACK_Z_M))))
    return np.asarray(image * (1 - 0.28 * np.exp(-np.maximum(gap, 0) / 0.22))[..., None])


def _box(centre: tuple[float, float, float], size: tuple[float, float, float], colour: NDArray[np.float64]) -> Surface:
    """An upright box with its faces outward."""
    half = np.array(size) / 2
    quads, normals = [], []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for sign in (1.0, -1.0):
            corner = np.zeros((4, 3))
            corner[:, axis] = sign * half[axis]
            corner[:, u] = np.array([-1, 1, 1, -1]) * half[u]
            corner[:, v] = np.array([-1, -1, 1, 1]) * half[v]
            quads.append(corner + np.array(centre))
            normals.append(sign * np.eye(3)[axis])
    return Surface(np.stack(quads), np.stack(normals), np.repeat(colour[None], 6, axis=0))


def _rack() -> list[Surface]:
    """A dumbbell rack against the back wall, furthest parts first."""
    left, right, z = -1.95, -0.75, BACK_Z_M + 0.28
    parts = [_box((x, 0.42, z - 0.12), (0.06, 0.84, 0.06), STEEL) for x in (left, right)]
    for level, height in enumerate((0.34, 0.72)):
        parts.append(_box(((left + right) / 2, height, z), (right - left, 0.03, 0.30), STEEL * 1.1))
        for i in range(5):
            x, radius = left + 0.14 + i * 0.23, 0.075 - 0.012 * level
            for end in (-0.09, 0.09):
                axes = np.diag([radius, radius, 0.05])
                parts.append(ellipsoid(np.array([x, height + 0.015 + radius, z + end]), axes, RUBBER * 1.2, 10))
    return parts


def draw(camera: Camera) -> NDArray[np.uint8]:
    """The empty room as the camera sees it, (H, W, 3) RGB."""
    image = _surfaces(camera)
    image *= (1 + 0.012 * _noise(image.shape[:2], 90, 1) + 0.010 * _noise(image.shape[:2], 3, 2))[..., None]
    room = np.ascontiguousarray(np.clip(image, 0, 255).astype(np.uint8))
    for part in _rack():
        paint(room, part, camera)
    return room
