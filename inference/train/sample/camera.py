"""A pinhole camera and a painter: quads are drawn from far to near."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.train.sample.body import Surface

SUBPIXEL_BITS = 4
LIGHT = np.array([0.48, 0.74, 0.47])  # towards the light: a window to the figure's left, above and before it
AMBIENT, DIFFUSE = 0.50, 0.62


@dataclass(frozen=True)
class Camera:
    """Where the phone is and what it sees."""

    eye: NDArray[np.float64]  # (3,) m
    target: NDArray[np.float64]  # (3,) m
    size: tuple[int, int]  # (width, height) px
    focal_px: float

    @property
    def axes(self) -> NDArray[np.float64]:
        """(3, 3) rows: right, down, ahead."""
        ahead = self.target - self.eye
        ahead = ahead / np.linalg.norm(ahead)
        right = np.cross(ahead, [0.0, 1.0, 0.0])
        right /= np.linalg.norm(right)
        return np.asarray(np.stack([right, np.cross(ahead, right), ahead]))

    def project(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """World points (..., 3) to pixels (..., 2) and depth (...) in metres."""
        local = (points - self.eye) @ self.axes.T
        depth = np.maximum(local[..., 2], 0.05)
        centre = np.array(self.size) / 2
        return local[..., :2] / depth[..., None] * self.focal_px + centre, local[..., 2]

    def rays(self) -> NDArray[np.float64]:
        """(H, W, 3) direction through every pixel, not normalised."""
        width, height = self.size
        x, y = np.meshgrid(np.arange(width) + 0.5 - width / 2, np.arange(height) + 0.5 - height / 2)
        return np.asarray(np.stack([x, y, np.full_like(x, self.focal_px)], axis=-1) @ self.axes)


def shade(surface: Surface) -> NDArray[np.float64]:
    """Colour of every quad under the window light, the sky-ish ceiling and the light the floor gives back."""
    facing = np.maximum(surface.normals @ LIGHT, 0.0)
    height = surface.normals[:, 1]
    fill = AMBIENT * (0.82 + 0.18 * height)
    warm = 1.0 + np.clip(-height, 0, 1)[:, None] * np.array([0.04, 0.0, -0.04])
    return np.asarray(np.clip(surface.colours * (fill + DIFFUSE * facing)[:, None] * warm, 0, 255))


def paint(image: NDArray[np.uint8], surface: Surface, camera: Camera) -> None:
    """Draw a surface over an image (H, W, 3), hidden parts left out."""
    centres = surface.quads.mean(axis=1)
    seen = np.einsum("qi,qi->q", surface.normals, camera.eye - centres) > 0
    pixels, depth = camera.project(surface.quads[seen])
    corners = np.round(pixels * (1 << SUBPIXEL_BITS)).astype(np.int32)
    colours = shade(surface)[seen]
    for i in np.argsort(-depth.mean(axis=1)):
        cv2.fillConvexPoly(image, corners[i], colours[i].tolist(), cv2.LINE_8, SUBPIXEL_BITS)


def shadow_mask(
    shape: tuple[int, ...], surface: Surface, camera: Camera, direction: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """(H, W) 255 where the floor lies in the figure's shadow for a light from `direction`."""
    quads = surface.quads
    floor = quads - direction * (quads[..., 1] / direction[1])[..., None]
    corners = np.round(camera.project(floor)[0] * (1 << SUBPIXEL_BITS)).astype(np.int32)
    mask = np.zeros(shape[:2], np.uint8)
    for quad in corners[::2]:
        cv2.fillConvexPoly(mask, cv2.convexHull(quad), 255, cv2.LINE_8, SUBPIXEL_BITS)
    return mask
