"""A phone that films the body: leaned against a bottle, on a bench or in a friend's hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.train.synthetic.body import Floats, turn_x, turn_y, turn_z
from inference.train.synthetic.perform import smooth_noise

SIZES_PX = ((720, 1280), (1280, 720), (1080, 1920), (1920, 1080), (640, 480), (720, 720))
VIEWS = {"side": (90, 0.33), "oblique": (45, 0.34), "front": (0, 0.25), "back": (180, 0.08)}  # degrees, chance
USUAL_SHARE = 0.5  # of the films of an exercise are taken from where it is usually filmed, the others from anywhere
SPREAD_DEG = 14.0
CLOSE_UP_SHARE, CLOSE_UP_FILL = 0.2, (1.0, 2.2)  # pictures that are too small for the whole body
LOW_SHARE = 0.25  # phones that stand on the floor
HELD_SHARE = 0.45  # phones in a friend's hand: they wander, and come nearer or go further away
WANDER, WANDER_S = 0.025, 1.5  # share of the picture, seconds
ZOOM, ZOOM_S = 0.06, 3.0  # natural logarithms, seconds


@dataclass(frozen=True)
class Camera:
    """Where it stands and what it shows."""

    view: str
    azimuth_deg: float  # 0 = sees the front of the body
    height_m: float
    distance_m: float
    roll_deg: float
    fill: float  # share of the picture that the body spans; more than 1 cuts it off
    size_px: tuple[int, int]
    shake_px: float
    wander: float  # share of the picture
    zoom: float  # natural logarithm


def draw_camera(rng: np.random.Generator, usual: str | None = None) -> Camera:
    """Any angle; straight from the side, from the front and between are the usual ones, ``usual`` above all."""
    names = list(VIEWS)
    view = names[int(rng.choice(len(names), p=[chance for _, chance in VIEWS.values()]))]
    if usual and rng.random() < USUAL_SHARE:
        view = usual
    azimuth = VIEWS[view][0] * rng.choice([-1, 1]) + rng.normal(0, SPREAD_DEG)
    low, close, held = rng.random(3) < (LOW_SHARE, CLOSE_UP_SHARE, HELD_SHARE)
    return Camera(
        view=view,
        azimuth_deg=float(azimuth),
        height_m=float(rng.uniform(0.03, 0.4) if low else rng.uniform(0.3, 1.9)),
        distance_m=float(rng.uniform(1.8, 5.5)),
        roll_deg=float(rng.normal(0, 3)),
        fill=float(rng.uniform(*CLOSE_UP_FILL) if close else rng.uniform(0.35, 1.0)),
        size_px=SIZES_PX[int(rng.integers(len(SIZES_PX)))],
        shake_px=float(rng.exponential(1.5)) if rng.random() < 0.4 else 0.0,
        wander=float(rng.exponential(WANDER)) if held else 0.0,
        zoom=float(rng.exponential(ZOOM)) if held else 0.0,
    )


def project(points: Floats, camera: Camera, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Metres (T, 24, 3) to pixels (T, 24, 2), and how far each point lies behind the body's middle, metres (T, 24)."""
    target = (points.reshape(-1, 3).min(axis=0) + points.reshape(-1, 3).max(axis=0)) / 2
    down = np.degrees(np.arctan2(camera.height_m - target[1], camera.distance_m))
    # the axis z of the camera's frame points from the body to the camera
    turned = turn_x(np.array(down)) @ turn_y(np.array(-camera.azimuth_deg))
    seen = (points - target) @ turned.T @ turn_z(np.array(camera.roll_deg)).T
    range_m = float(np.hypot(camera.distance_m, camera.height_m - target[1]))
    depth = np.maximum(range_m - seen[..., 2], 0.4)
    flat = np.stack([seen[..., 0], -seen[..., 1]], axis=-1) / depth[..., None]  # who faces us has the left on our right
    low, high = flat.reshape(-1, 2).min(axis=0), flat.reshape(-1, 2).max(axis=0)
    scale = camera.fill * float(np.min(np.array(camera.size_px) / np.maximum(high - low, 0.05)))
    room = np.array(camera.size_px) * abs(1 - camera.fill) / 2
    shift = rng.uniform(-1, 1, 2)
    if camera.fill > 1:
        shift = np.array([shift[0] * 0.5, abs(shift[1])])  # people aim at the face, and the legs are cut off
    middle = np.array(camera.size_px) / 2 + shift * room
    way = smooth_noise(len(points), 2, 0.5, rng) * camera.shake_px
    way += smooth_noise(len(points), 2, WANDER_S, rng) * camera.wander * min(camera.size_px)
    nearer = np.exp(smooth_noise(len(points), 1, ZOOM_S, rng) * camera.zoom)
    return (flat - (low + high) / 2) * scale * nearer[..., None] + (middle + way)[:, None], depth - range_m
