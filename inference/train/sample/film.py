"""Film the figure: shadows on the floor, a hand that is not quite still, the grain of a small sensor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.train.sample import body, motion, room
from inference.train.sample.camera import LIGHT, Camera, paint, shadow_mask

Picture = NDArray[np.uint8]  # (H, W, 3) RGB
OVERSAMPLING = 1.5  # drawn larger, then reduced: smooth edges
MARGIN = 1.06  # room for the shake of the hand


@dataclass(frozen=True)
class Take:
    """How the clip is filmed."""

    size: tuple[int, int] = (720, 1280)  # (width, height) px
    fps: int = 24
    azimuth_deg: float = 38.0  # 0 = from the front, 90 = from the figure's left
    distance_m: float = 2.65
    height_m: float = 1.05
    seed: int = 7


def make_camera(take: Take) -> Camera:
    """A phone in portrait, the lens of a main camera (about 65 degrees along the long side)."""
    azimuth = np.radians(take.azimuth_deg)
    eye = np.array([np.sin(azimuth) * take.distance_m, take.height_m, np.cos(azimuth) * take.distance_m])
    width, height = (round(side * OVERSAMPLING * MARGIN) for side in take.size)
    focal_px = 0.5 * max(take.size) * OVERSAMPLING / np.tan(np.radians(32.5))
    return Camera(eye, np.array([0.0, 0.84, 0.0]), (width, height), focal_px)


def draw_frame(empty: Picture, figure: body.Surface, camera: Camera) -> Picture:
    """The room with the figure and its shadows in it."""
    cast = cv2.GaussianBlur(shadow_mask(empty.shape, figure, camera, LIGHT), (0, 0), 9).astype(np.float32)
    near = cv2.GaussianBlur(shadow_mask(empty.shape, figure, camera, np.array([0.0, 1.0, 0.0])), (0, 0), 22)
    dim = 1 - (0.42 * cast + 0.30 * near.astype(np.float32)) / 255
    image = np.ascontiguousarray((empty * dim[..., None]).astype(np.uint8))
    paint(image, figure, camera)
    return image


def hand_shake(time_s: float) -> tuple[float, float, float]:
    """Shift in shares of the frame and roll in degrees: slow sway with a little tremor (Stiles 1976: 8 to 12 Hz)."""
    x = 0.006 * np.sin(0.9 * time_s) + 0.003 * np.sin(2.3 * time_s + 2) + 0.0005 * np.sin(57 * time_s)
    y = 0.005 * np.sin(0.7 * time_s + 1) + 0.003 * np.sin(2.9 * time_s) + 0.0005 * np.sin(51 * time_s + 1)
    return float(x), float(y), float(0.35 * np.sin(0.6 * time_s) + 0.15 * np.sin(1.9 * time_s))


def develop(image: Picture, take: Take, time_s: float, rng: np.random.Generator) -> Picture:
    """Reduce to the size of the clip, move with the hand, add grain and the lens's fall-off."""
    width, height = take.size
    small = cv2.resize(image, (round(width * MARGIN), round(height * MARGIN)), interpolation=cv2.INTER_AREA)
    x, y, roll = hand_shake(time_s)
    centre = (small.shape[1] / 2, small.shape[0] / 2)
    move = cv2.getRotationMatrix2D(centre, roll, 1.0)
    move[:, 2] += (x * width - (small.shape[1] - width) / 2, y * height - (small.shape[0] - height) / 2)
    framed = cv2.warpAffine(small, move, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    grain = rng.normal(0, 1.6, (height // 2, width // 2, 1)).astype(np.float32)
    noise = cv2.resize(grain, (width, height))[..., None]
    return np.asarray(np.clip(framed + noise, 0, 255), np.uint8)


def shoot(take: Take) -> Iterator[Picture]:
    """All frames of the clip in order."""
    reps = motion.plan_set(take.seed)
    camera = make_camera(take)
    empty = room.draw(camera)
    rng = np.random.default_rng(take.seed)
    for i in range(round(motion.duration_s(reps) * take.fps)):
        time_s = i / take.fps
        figure = body.build(motion.pose_at(time_s, reps))
        yield develop(draw_frame(empty, figure, camera), take, time_s, rng)
