"""Real motion seen from other sides: points with a depth are turned about the waist and drawn flat again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference import motion
from inference.skeleton import INDEX

Floats = NDArray[np.float32]

TURNED_SHARE = 0.8  # of the windows whose depth is known
TURN_DEG, MOST_TURN_DEG, TILT_DEG = 25.0, 60.0, 7.0  # spread and most of the camera's way round, spread of its height
_WAIST = INDEX["waist"]


def turn_some(points: Floats, depth: Floats, known: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """Points (B, T, 24, 2) in body sizes, most of those whose depth (B, T, 24) is known (B,) from another side."""
    chosen = np.flatnonzero(known & (rng.random(len(known)) < TURNED_SHARE))
    if not len(chosen):
        return points
    most = np.radians(MOST_TURN_DEG)
    round_it = np.clip(rng.normal(0, np.radians(TURN_DEG), len(chosen)), -most, most)
    tilt = rng.normal(0, np.radians(TILT_DEG), len(chosen))
    out, before = points.copy(), points[chosen]
    after = turn(before, depth[chosen], round_it, tilt)
    grown = motion.body_sizes(before) / motion.body_sizes(after)  # the product sizes a body by what it sees
    out[chosen] = after * grown[:, None, None, None]
    return out


def turn(points: Floats, depth: Floats, round_it: NDArray[np.float64], tilt: NDArray[np.float64]) -> Floats:
    """Points (B, T, 24, 2) with depth (B, T, 24) about the waist, turned (B,) radians about the upright and tilted."""
    waist = points[:, :, [_WAIST]]
    own, (cos, sin) = points - waist, _cos_sin(round_it)
    across = own[..., 0] * cos + depth * sin
    away = depth * cos - own[..., 0] * sin
    cos, sin = _cos_sin(tilt)
    return np.stack([across, own[..., 1] * cos - away * sin], axis=-1).astype(np.float32) + waist


def _cos_sin(angle: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
