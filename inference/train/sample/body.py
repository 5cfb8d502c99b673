"""The figure's surface: tubes with an anatomical profile around the bones, in quads with a colour each."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.train.sample.motion import Vector

Points = NDArray[np.float64]  # (N, 3)
SKIN = np.array([224.0, 172.0, 138.0])
SHIRT = np.array([36.0, 104.0, 138.0])
SHORTS = np.array([40.0, 42.0, 52.0])
SHOE = np.array([232.0, 232.0, 226.0])
SOLE = np.array([214.0, 92.0, 60.0])
SOCK = np.array([240.0, 240.0, 240.0])
HAIR = np.array([44.0, 32.0, 26.0])
AROUND = 22  # corners of a ring


@dataclass(frozen=True)
class Surface:
    """Quads in world coordinates with a colour and an outward normal each."""

    quads: NDArray[np.float64]  # (Q, 4, 3)
    normals: NDArray[np.float64]  # (Q, 3)
    colours: NDArray[np.float64]  # (Q, 3) RGB 0..255


@dataclass(frozen=True)
class Profile:
    """Cross-sections along a tube: where (0..1), half width, half depth (m) and colour."""

    rows: tuple[tuple[float, float, float, NDArray[np.float64]], ...]

    def at(self, shares: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Half widths (N,), half depths (N,) and colours (N, 3) at shares of the length."""
        places = np.array([row[0] for row in self.rows])
        width = np.interp(shares, places, [row[1] for row in self.rows])
        depth = np.interp(shares, places, [row[2] for row in self.rows])
        nearest = np.clip(np.searchsorted(places, shares, side="right") - 1, 0, len(places) - 1)
        return width, depth, np.stack([self.rows[i][3] for i in nearest])


LEG = Profile((
    (0.00, 0.100, 0.105, SHORTS), (0.08, 0.104, 0.108, SHORTS), (0.22, 0.098, 0.102, SHORTS),
    (0.335, 0.094, 0.097, SHORTS), (0.34, 0.074, 0.080, SKIN), (0.43, 0.060, 0.064, SKIN), (0.50, 0.053, 0.058, SKIN),
    (0.56, 0.051, 0.055, SKIN), (0.66, 0.058, 0.064, SKIN), (0.80, 0.043, 0.046, SKIN), (0.90, 0.034, 0.037, SOCK),
    (1.00, 0.036, 0.042, SOCK),
))  # fmt: skip
ARM = Profile((
    (0.00, 0.040, 0.044, SHIRT), (0.05, 0.058, 0.062, SHIRT), (0.14, 0.060, 0.063, SHIRT),
    (0.27, 0.058, 0.059, SHIRT), (0.275, 0.045, 0.047, SKIN), (0.40, 0.043, 0.044, SKIN), (0.50, 0.036, 0.036, SKIN),
    (0.58, 0.041, 0.038, SKIN), (0.72, 0.035, 0.032, SKIN), (0.86, 0.026, 0.023, SKIN), (0.92, 0.034, 0.020, SKIN),
    (0.97, 0.038, 0.019, SKIN), (1.00, 0.014, 0.010, SKIN),
))  # fmt: skip
TRUNK = Profile((
    (0.00, 0.120, 0.105, SHORTS), (0.10, 0.165, 0.122, SHORTS), (0.20, 0.158, 0.112, SHORTS),
    (0.22, 0.160, 0.116, SHIRT), (0.40, 0.142, 0.104, SHIRT), (0.60, 0.162, 0.116, SHIRT),
    (0.76, 0.176, 0.122, SHIRT), (0.87, 0.178, 0.108, SHIRT), (0.94, 0.150, 0.084, SHIRT),
    (0.98, 0.098, 0.066, SHIRT), (1.00, 0.060, 0.056, SHIRT),
))  # fmt: skip
NECK = Profile(((0.0, 0.060, 0.062, SKIN), (1.0, 0.053, 0.056, SKIN)))
FOOT = Profile((
    (0.00, 0.020, 0.022, SHOE), (0.08, 0.038, 0.046, SHOE), (0.35, 0.040, 0.050, SHOE), (0.70, 0.047, 0.034, SHOE),
    (0.92, 0.042, 0.026, SHOE), (1.00, 0.018, 0.014, SHOE),
))  # fmt: skip
SOLE_PROFILE = Profile(
    ((0.00, 0.030, 0.012, SOLE), (0.2, 0.044, 0.014, SOLE), (0.7, 0.052, 0.014, SOLE), (1.0, 0.02, 0.012, SOLE))
)


def smooth_curve(joints: list[Vector], count: int) -> Points:
    """A line through joints, rounded where it bends (Catmull-Rom, then softened), evenly by length."""
    fine = np.concatenate([np.linspace(a, b, 24, endpoint=False) for a, b in itertools.pairwise(joints)])
    fine = np.concatenate([fine, joints[-1][None]])
    for _ in range(14):
        fine[1:-1] = 0.25 * fine[:-2] + 0.5 * fine[1:-1] + 0.25 * fine[2:]
    steps = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(fine, axis=0), axis=1))])
    wanted = np.linspace(0, steps[-1], count)
    return np.stack([np.interp(wanted, steps, fine[:, axis]) for axis in range(3)], axis=1)


def _unit(vectors: Points) -> Points:
    length: Points = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(length, 1e-9)


def tube(joints: list[Vector], profile: Profile, front: Vector, count: int = 40) -> Surface:
    """A closed tube along joints; `front` says which way its depth axis looks."""
    centres = smooth_curve(joints, count)
    along = _unit(np.gradient(centres, axis=0))
    depth_axis = _unit(front - along * (along @ front)[:, None])
    width_axis = np.cross(along, depth_axis)
    half_width, half_depth, colours = profile.at(np.linspace(0, 1, count))
    angle = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    ring = (
        centres[:, None]
        + width_axis[:, None] * (half_width[:, None] * np.cos(angle))[..., None]
        + depth_axis[:, None] * (half_depth[:, None] * np.sin(angle))[..., None]
    )  # (count, AROUND, 3)
    ring = np.concatenate(
        [ring.mean(1, keepdims=True).repeat(AROUND, 1)[:1], ring, ring.mean(1, keepdims=True).repeat(AROUND, 1)[-1:]]
    )
    return _skin(ring, np.concatenate([colours[:1], colours, colours[-1:]]))


def _skin(rings: NDArray[np.float64], colours: NDArray[np.float64]) -> Surface:
    """Quads between neighbouring rings (R, AROUND, 3)."""
    following = np.roll(rings, -1, axis=1)
    quads = np.stack([rings[:-1], following[:-1], following[1:], rings[1:]], axis=2).reshape(-1, 4, 3)
    normals = np.cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1])
    outward = quads.mean(1) - np.repeat(0.5 * (rings[:-1].mean(1) + rings[1:].mean(1)), AROUND, axis=0)
    flip = np.sign(np.einsum("qi,qi->q", normals, outward))
    normals = _unit(normals) * np.where(flip == 0, 1, flip)[:, None]
    return Surface(quads, normals, np.repeat(colours[:-1], AROUND, axis=0))


def ellipsoid(centre: Vector, axes: NDArray[np.float64], colour: NDArray[np.float64], rings: int = 22) -> Surface:
    """An ellipsoid; the rows of `axes` are its three half axes, the first of which is the pole."""
    polar = np.linspace(0, np.pi, rings)
    angle = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    points = (
        centre
        + np.cos(polar)[:, None, None] * axes[0]
        + (np.sin(polar)[:, None] * np.cos(angle))[..., None] * axes[1]
        + (np.sin(polar)[:, None] * np.sin(angle))[..., None] * axes[2]
    )
    return _skin(points, np.repeat(colour[None], rings, axis=0))


def head(joints: dict[str, Vector]) -> list[Surface]:
    """Skull, jaw, nose, ears, eyes, brows, mouth and hair."""
    up = _unit(joints["crown"] - joints["head"])
    side = np.array([1.0, 0.0, 0.0])
    ahead = np.cross(side, up)
    centre = joints["head"] + up * 0.085 + ahead * 0.015

    def part(u: float, s: float, a: float, size: tuple[float, float, float], colour: NDArray[np.float64]) -> Surface:
        place = centre + up * u + side * s + ahead * a
        return ellipsoid(place, np.stack([up * size[0], side * size[1], ahead * size[2]]), colour, 12)

    dark, lip, white = np.array([40.0, 30.0, 28.0]), np.array([176.0, 96.0, 88.0]), np.array([240.0, 238.0, 234.0])
    parts = [
        ellipsoid(centre, np.stack([up * 0.118, side * 0.076, ahead * 0.095]), SKIN),
        part(-0.055, 0, 0.030, (0.062, 0.058, 0.060), SKIN),
        part(0.026, 0, -0.034, (0.106, 0.083, 0.084), HAIR),
        part(0.088, 0, 0.006, (0.046, 0.076, 0.082), HAIR),
        part(-0.015, 0, 0.097, (0.022, 0.012, 0.018), SKIN * 0.97),
        part(-0.062, 0, 0.084, (0.007, 0.024, 0.010), lip),
    ]
    for sign in (1.0, -1.0):
        parts.append(part(-0.005, sign * 0.078, -0.002, (0.030, 0.010, 0.018), SKIN * 0.94))
        parts.append(part(0.012, sign * 0.030, 0.083, (0.008, 0.014, 0.008), white))
        parts.append(part(0.012, sign * 0.030, 0.089, (0.007, 0.007, 0.006), dark))
        parts.append(part(0.032, sign * 0.031, 0.084, (0.005, 0.019, 0.008), HAIR))
    return parts


def build(joints: dict[str, Vector]) -> Surface:
    """The whole figure."""
    ahead, up = np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0])
    below = joints["pelvis"] + (joints["pelvis"] - joints["chest"]) * 0.30
    parts = [
        tube([below, joints["pelvis"], joints["chest"], joints["neck"]], TRUNK, ahead, 48),
        tube([joints["neck"] - up * 0.03, joints["head"] + up * 0.02], NECK, ahead, 10),
        *head(joints),
    ]
    for side in ("left", "right"):
        leg = [joints[f"{side}_{name}"] for name in ("hip", "knee", "ankle")]
        arm = [joints[f"{side}_{name}"] for name in ("shoulder", "elbow", "wrist", "hand")]
        heel, toe = joints[f"{side}_heel"], joints[f"{side}_toe"]
        parts += [tube(leg, LEG, ahead, 60), tube(arm, ARM, ahead + 0.3 * up, 56)]
        parts += [tube([heel + up * 0.012, toe + up * 0.008], FOOT, up, 18)]
        parts += [tube([heel - up * 0.022, toe - up * 0.016], SOLE_PROFILE, up, 12)]
    return Surface(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("quads", "normals", "colours")))
