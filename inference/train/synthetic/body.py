"""A body of sticks: joint angles in, the 24 keypoints in metres out.

Axes: x to the left of the body, y up, z to the front. Angles in degrees, zero when standing straight with hanging arms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.skeleton import COUNT, INDEX

Floats = NDArray[np.float64]

# Channels of a pose. A pair has a left and a right one. Ranges are those of healthy adults, generously.
WHOLE: dict[str, tuple[float, float]] = {
    "lean": (-200, 200),  # pitch of the pelvis: 90 = face down, -90 = face up
    "roll": (-180, 180),  # of the pelvis to its left side
    "yaw": (-360, 360),  # of the whole body about the vertical
    "flex": (-45, 95),  # of the spine, forwards
    "bend": (-50, 50),  # of the spine, to the left
    "twist": (-60, 60),  # of the chest against the pelvis, to the left
    "nod": (-50, 60),  # of the head
    "jump": (0, 1.2),  # metres above the support
    "ahead": (-3, 3),  # metres of travel to the front
    "aside": (-3, 3),  # metres of travel to the left
    "flat": (0, 1),  # 1 = the soles stay flat on the ground, whatever the shins do
}
PAIRS: dict[str, tuple[float, float]] = {
    "arm": (-70, 190),  # elevation of the upper arm from hanging
    "plane": (-60, 200),  # in which it is raised: 0 = to the front, 90 = to the side, 180 = to the back
    "arm_turn": (-110, 170),  # about its own axis; positive turns the forearm inwards
    "elbow": (0, 155),
    "wrist": (-70, 75),  # towards the inner side of the forearm
    "shrug": (-0.03, 0.09),  # metres
    "hip": (-40, 145),  # forwards
    "spread": (-35, 80),  # outwards
    "leg_turn": (-50, 60),  # about its own axis, outwards
    "knee": (0, 155),
    "toe": (-30, 60),  # foot stretched away from the shin
}
CHANNELS: dict[str, tuple[float, float]] = WHOLE | {
    f"{side}_{name}": limits for name, limits in PAIRS.items() for side in ("left", "right")
}
NUMBER = {name: i for i, name in enumerate(CHANNELS)}
LIMITS = np.array(list(CHANNELS.values()))  # (C, 2)
FOOT_SLOPE = 32.0  # of the line from ankle to toes of a foot that stands flat


@dataclass(frozen=True)
class Proportions:
    """Lengths in metres. Shares of the height after Drillis and Contini 1964."""

    height: float
    trunk: float
    shoulders: float  # half of their width
    hips: float  # half of their width
    upper_arm: float
    forearm: float
    palm: float
    thigh: float
    shin: float
    foot: float
    neck: float
    head: float


def draw_proportions(rng: np.random.Generator) -> Proportions:
    """Somebody."""
    height = float(np.clip(rng.normal(1.71, 0.09), 1.5, 1.98))
    vary = np.exp(rng.normal(0, 0.05, 11))
    shares = (0.33, 0.115, 0.056, 0.175, 0.15, 0.028, 0.237, 0.232, 0.095, 0.09, 0.035)
    return Proportions(height, *(float(height * share * v) for share, v in zip(shares, vary, strict=True)))


def turn_x(degrees: Floats) -> Floats:
    """(T,) to (T, 3, 3): about x; positive turns up (y) to the front (z)."""
    return _turn(degrees, 1, 2)


def turn_y(degrees: Floats) -> Floats:
    """About y; positive turns front (z) to the left (x)."""
    return _turn(degrees, 2, 0)


def turn_z(degrees: Floats) -> Floats:
    """About z; positive turns left (x) up (y)."""
    return _turn(degrees, 0, 1)


def _turn(degrees: Floats, a: int, b: int) -> Floats:
    angle = np.radians(degrees)
    out = np.zeros((*angle.shape, 3, 3))
    out[..., 3 - a - b, 3 - a - b] = 1
    out[..., a, a] = out[..., b, b] = np.cos(angle)
    out[..., b, a], out[..., a, b] = np.sin(angle), -np.sin(angle)
    return out


def _along(frame: Floats, x: float = 0, y: float = 0, z: float = 0) -> Floats:
    """Steps (T, 3) in the axes of a frame (T, 3, 3)."""
    return np.asarray(frame @ np.array([x, y, z]))


def points_of(angles: Floats, body: Proportions) -> Floats:
    """(T, C) channels to (T, 24, 3) metres, pelvis at the origin, before the body is put on its support."""
    pose = {name: np.clip(angles[:, i], *LIMITS[i]) for name, i in NUMBER.items()}
    points = np.zeros((len(angles), COUNT, 3))
    pelvis = turn_y(pose["yaw"]) @ turn_x(pose["lean"]) @ turn_z(-pose["roll"])
    chest = pelvis @ turn_x(pose["flex"]) @ turn_z(-pose["bend"]) @ turn_y(pose["twist"])
    half = _along(pelvis @ turn_x(pose["flex"] * 0.3), y=body.trunk * 0.45)
    neck = half + _along(chest, y=body.trunk * 0.55)
    _place_head(points, neck, chest @ turn_x(pose["nod"]), body)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        _place_arm(points, neck, chest, pose, side, sign, body)
        _place_leg(points, pelvis, pose, side, sign, body)
    for name, (a, b) in {"neck": ("left_shoulder", "right_shoulder"), "waist": ("left_hip", "right_hip")}.items():
        points[:, INDEX[name]] = (points[:, INDEX[a]] + points[:, INDEX[b]]) / 2
    points[:, INDEX["back"]] = (points[:, INDEX["neck"]] + points[:, INDEX["waist"]]) / 2
    return points


def _place_head(points: Floats, neck: Floats, frame: Floats, body: Proportions) -> None:
    ears = neck + _along(frame, y=body.neck + body.head, z=0.02)
    points[:, INDEX["nose"]] = ears + _along(frame, z=0.115)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        points[:, INDEX[f"{side}_ear"]] = ears + _along(frame, x=sign * 0.075)
        points[:, INDEX[f"{side}_eye"]] = ears + _along(frame, x=sign * 0.033, y=0.035, z=0.095)


def _place_arm(
    points: Floats, neck: Floats, chest: Floats, pose: dict[str, Floats], side: str, sign: float, body: Proportions
) -> None:
    get = {name: pose[f"{side}_{name}"] for name in PAIRS}
    raised = np.clip(get["arm"] / 90, 0, 2)[:, None]  # a raised arm lifts its shoulder and draws it in
    up = get["shrug"][:, None] + 0.03 * raised**2
    shoulder = neck + _along(chest, x=sign * body.shoulders) - raised * _along(chest, x=sign * 0.012)
    shoulder = shoulder + up * _along(chest, y=1.0)
    frame = chest @ turn_y(sign * get["plane"]) @ turn_x(-get["arm"]) @ turn_y(-sign * get["arm_turn"])
    elbow = shoulder + _along(frame, y=-body.upper_arm)
    lower = frame @ turn_x(-get["elbow"])
    wrist = elbow + _along(lower, y=-body.forearm)
    for name, place in (("shoulder", shoulder), ("elbow", elbow), ("wrist", wrist)):
        points[:, INDEX[f"{side}_{name}"]] = place
    points[:, INDEX[f"{side}_palm"]] = wrist + _along(lower @ turn_x(-get["wrist"]), y=-body.palm)


def pelvis_heading(pose: dict[str, Floats]) -> Floats:
    """(T, 3, 3) the axes of somebody who stands straight and looks the same way."""
    return turn_y(pose["yaw"])


def _place_leg(
    points: Floats, pelvis: Floats, pose: dict[str, Floats], side: str, sign: float, body: Proportions
) -> None:
    get = {name: pose[f"{side}_{name}"] for name in PAIRS}
    hip = _along(pelvis, x=sign * body.hips)
    bent = np.clip(np.abs(get["hip"]) / 90, 0, 1)  # a bent leg spreads about the vertical, a straight one about z
    out = turn_y(sign * get["spread"] * bent) @ turn_z(sign * get["spread"] * (1 - bent))
    frame = pelvis @ out @ turn_x(-get["hip"]) @ turn_y(sign * get["leg_turn"])
    knee = hip + _along(frame, y=-body.thigh)
    lower = frame @ turn_x(get["knee"])
    ankle = knee + _along(lower, y=-body.shin)
    flat = pelvis_heading(pose) @ turn_y(sign * get["leg_turn"])
    foot = np.where(pose["flat"][:, None, None] > 0, flat, lower) @ turn_x(get["toe"] + FOOT_SLOPE)
    for name, place in (("hip", hip), ("knee", knee), ("ankle", ankle)):
        points[:, INDEX[f"{side}_{name}"]] = place
    points[:, INDEX[f"{side}_foot"]] = ankle + _along(foot, z=body.foot)
