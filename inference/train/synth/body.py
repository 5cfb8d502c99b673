"""A human body as a tree of joints: angles in, the 24 keypoints in metres out.

Axes: x to the left of the body, y up, z to the front. Angles in degrees, zero when standing straight with hanging arms
and palms at the thighs. Each limb is computed as if it were a left one; a right one is the mirror image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.skeleton import COUNT, INDEX

Floats = NDArray[np.float64]

SIDES = (("left", 1.0), ("right", -1.0))
# Channels of a pose with their limits. Those of a pair exist for the left and for the right.
WHOLE: dict[str, tuple[float, float]] = {
    "pitch": (-200, 200),  # of the pelvis: 90 = face down, -90 = on the back
    "roll": (-180, 180),  # of the pelvis towards its left side
    "yaw": (-720, 720),  # of the whole body, to the left
    "up": (0.05, 1.1),  # height of the hips above planted ankles, in leg lengths
    "ahead": (-4, 4),  # of the hips to the front of the place, in leg lengths
    "aside": (-4, 4),  # to the left
    "jump": (0, 1.2),  # metres above the support
    "flex": (-45, 95),  # of the spine, forwards
    "side": (-50, 50),  # to the left
    "twist": (-65, 65),  # of the chest against the pelvis, to the left
    "nod": (-55, 60),  # of the head, forwards
    "look": (-80, 80),  # of the head, to the left
    "level": (0, 1),  # hand targets are given 0 = in the axes of the chest, 1 = in upright axes
}
PAIRS: dict[str, tuple[float, float]] = {
    "arm": (-75, 215),  # forwards; raised beyond the ears above 180
    "out": (-60, 180),  # of the upper arm away from the body, after the raise to the front
    "rot": (-160, 160),  # about its own axis; outwards
    "elbow": (0, 155),
    "wrist": (-70, 75),  # towards the inner side of the forearm
    "shrug": (-0.03, 0.09),  # metres
    "hand": (0, 1),  # 1 = the wrist goes to hx, hy, hz and the four angles above follow
    "hx": (-1.2, 1.2),  # outwards from the shoulder, in arm lengths
    "hy": (-1.2, 1.2),  # up
    "hz": (-1.2, 1.2),  # to the front
    "pole": (-90, 180),  # where the elbow points: 0 = back or down, 90 = outwards
    "hip": (-45, 145),  # forwards
    "spread": (-40, 85),  # outwards
    "turn": (-60, 75),  # about its own axis, outwards
    "knee": (0, 155),
    "ankle": (-35, 65),  # foot stretched away from the shin
    "plant": (0, 1),  # 1 = the foot goes to fx, fy, fz and the five angles above follow
    "fx": (-1.5, 1.5),  # outwards from the middle of the place, in leg lengths
    "fy": (0, 1.5),  # up
    "fz": (-1.5, 1.5),  # to the front
    "toe": (-30, 75),  # toes of a planted foot turned outwards
    "heel": (0, 75),  # of a planted foot, lifted
}
CHANNELS: dict[str, tuple[float, float]] = WHOLE | {
    f"{side}_{name}": limits for name, limits in PAIRS.items() for side, _ in SIDES
}
NUMBER = {name: i for i, name in enumerate(CHANNELS)}
LIMITS = np.array(list(CHANNELS.values()), dtype=float)  # (J, 2)
ANKLE_M, TOE_M = 0.075, 0.02  # above the ground when a foot stands flat


@dataclass(frozen=True)
class Proportions:
    """Lengths in metres."""

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
    head: float  # from the top of the neck to the ears

    @property
    def arm(self) -> float:
        """From shoulder to wrist."""
        return self.upper_arm + self.forearm

    @property
    def leg(self) -> float:
        """From hip to ankle."""
        return self.thigh + self.shin


def draw_proportions(rng: np.random.Generator) -> Proportions:
    """Somebody: shares of the height after Drillis and Contini (1964), with broader shoulders or hips by sex."""
    man = rng.random() < 0.6
    height = float(np.clip(rng.normal(1.75 if man else 1.63, 0.065), 1.48, 2.0))
    vary = np.exp(rng.normal(0, 0.045, 11))
    shares = (0.29, 0.118 if man else 0.106, 0.054, 0.172, 0.148, 0.05, 0.243, 0.24, 0.105, 0.07, 0.055)
    return Proportions(height, *(float(height * share * v) for share, v in zip(shares, vary, strict=True)))


def turn_x(degrees: Floats) -> Floats:
    """(T,) to (T, 3, 3): about x; positive turns what points up to the front."""
    return _turn(degrees, 1, 2)


def turn_y(degrees: Floats) -> Floats:
    """(T,) to (T, 3, 3): about y; positive turns what points to the front to the left."""
    return _turn(degrees, 2, 0)


def turn_z(degrees: Floats) -> Floats:
    """(T,) to (T, 3, 3): about z; positive turns what points to the left up."""
    return _turn(degrees, 0, 1)


def _turn(degrees: Floats, a: int, b: int) -> Floats:
    angle = np.radians(degrees)
    out = np.zeros((*angle.shape, 3, 3))
    out[..., 3 - a - b, 3 - a - b] = 1
    out[..., a, a] = out[..., b, b] = np.cos(angle)
    out[..., b, a], out[..., a, b] = np.sin(angle), -np.sin(angle)
    return out


def apply(frame: Floats, vector: Floats) -> Floats:
    """(T, 3, 3) on (T, 3) or (3,)."""
    return np.asarray((frame * vector[..., None, :]).sum(axis=-1))


def read_pose(angles: Floats) -> dict[str, Floats]:
    """(T, J) to channels by name, within the joints' limits."""
    held = np.clip(angles, LIMITS[:, 0], LIMITS[:, 1])
    return {name: held[:, i] for name, i in NUMBER.items()}


@dataclass(frozen=True)
class Frames:
    """Axes (T, 3, 3) of the parts of the trunk, and where the neck begins, seen from the pelvis."""

    heading: Floats
    pelvis: Floats
    chest: Floats
    head: Floats
    neck: Floats  # (T, 3)


def place_trunk(pose: dict[str, Floats], body: Proportions) -> Frames:
    """The spine bends in the middle: its lower half takes a third of the bend."""
    heading = turn_y(pose["yaw"])
    pelvis = heading @ turn_x(pose["pitch"]) @ turn_z(-pose["roll"])
    chest = pelvis @ turn_x(pose["flex"]) @ turn_z(-pose["side"]) @ turn_y(pose["twist"])
    low = pelvis @ turn_x(pose["flex"] * 0.35) @ turn_z(-pose["side"] * 0.35)
    neck = apply(low, np.array([0, body.trunk * 0.45, 0])) + apply(chest, np.array([0, body.trunk * 0.55, 0]))
    head = chest @ turn_y(pose["look"]) @ turn_x(pose["nod"])
    return Frames(heading, pelvis, chest, head, neck)


def place_head(points: Floats, frames: Frames, body: Proportions) -> None:
    """Nose, eyes and ears into (T, 24, 3)."""
    ears = frames.neck + apply(frames.head, np.array([0, body.neck + body.head, 0.02]))
    points[:, INDEX["nose"]] = ears + apply(frames.head, np.array([0, -0.005, 0.105]))
    for side, sign in SIDES:
        points[:, INDEX[f"{side}_ear"]] = ears + apply(frames.head, np.array([sign * 0.072, 0, 0]))
        points[:, INDEX[f"{side}_eye"]] = ears + apply(frames.head, np.array([sign * 0.032, 0.03, 0.085]))


def limb_frame(raised: Floats, out: Floats, rotated: Floats) -> Floats:
    """Axes (T, 3, 3) of an upper arm or a thigh of the left side, in those of chest or pelvis; it points along -y."""
    return np.asarray(turn_x(-raised) @ turn_z(out) @ turn_y(rotated))


def place_arm(points: Floats, frames: Frames, pose: dict[str, Floats], side: str, sign: float, b: Proportions) -> None:
    """Shoulder to palm into (T, 24, 3); a raised arm lifts its shoulder and draws it in."""
    get = {name: pose[f"{side}_{name}"] for name in PAIRS}
    upper = limb_frame(get["arm"], get["out"], get["rot"])
    lower = upper @ turn_x(-get["elbow"])
    palm = lower @ turn_x(-get["wrist"])
    lift = 0.04 * np.clip(0.3 - upper[:, 1, 1], 0, 1.3)
    zero = np.zeros_like(lift)
    shoulder = np.stack([b.shoulders - lift * 0.4, get["shrug"] + lift, zero], axis=-1)
    elbow = shoulder - upper[..., 1] * b.upper_arm
    wrist = elbow - lower[..., 1] * b.forearm
    places = {"shoulder": shoulder, "elbow": elbow, "wrist": wrist, "palm": wrist - palm[..., 1] * b.palm}
    for name, place in places.items():
        points[:, INDEX[f"{side}_{name}"]] = frames.neck + apply(frames.chest, place * np.array([sign, 1, 1]))


def place_leg(points: Floats, frames: Frames, pose: dict[str, Floats], side: str, sign: float, b: Proportions) -> None:
    """Hip to toes into (T, 24, 3); a planted foot keeps to the ground whatever the shin does."""
    get = {name: pose[f"{side}_{name}"] for name in PAIRS}
    upper = limb_frame(get["hip"], get["spread"], get["turn"])
    lower = upper @ turn_x(get["knee"])
    hip = np.repeat(np.array([[b.hips, 0, 0]]), len(lower), axis=0)
    knee = hip - upper[..., 1] * b.thigh
    ankle = knee - lower[..., 1] * b.shin
    mirror = np.array([sign, 1, 1])
    for name, place in (("hip", hip), ("knee", knee), ("ankle", ankle)):
        points[:, INDEX[f"{side}_{name}"]] = apply(frames.pelvis, place * mirror)
    free = apply(frames.pelvis, foot_vector(lower @ turn_x(get["ankle"]), b) * mirror)
    planted = apply(frames.heading, planted_foot(get["toe"], get["heel"], b) * mirror)
    weight = get["plant"][:, None]
    foot = free * (1 - weight) + planted * weight
    foot *= b.foot / np.maximum(np.linalg.norm(foot, axis=-1, keepdims=True), 1e-6)
    points[:, INDEX[f"{side}_foot"]] = points[:, INDEX[f"{side}_ankle"]] + foot


def foot_vector(frame: Floats, body: Proportions) -> Floats:
    """(T, 3) from the ankle to the toes of a foot whose sole is parallel to the frame's floor."""
    drop = ANKLE_M - TOE_M
    return apply(frame, np.array([0, -drop, np.sqrt(body.foot**2 - drop**2)]))


def planted_foot(toe: Floats, heel: Floats, body: Proportions) -> Floats:
    """(T, 3) from ankle to toes of a left foot on the ground."""
    return foot_vector(turn_y(toe) @ turn_x(heel), body)


def add_means(points: Floats) -> Floats:
    """Neck, waist and back of (T, 24, 3), in place."""
    for name, a, b in (
        ("neck", "left_shoulder", "right_shoulder"),
        ("waist", "left_hip", "right_hip"),
        ("back", "neck", "waist"),
    ):
        points[:, INDEX[name]] = (points[:, INDEX[a]] + points[:, INDEX[b]]) / 2
    return points


def place(pose: dict[str, Floats], frames: Frames, body: Proportions) -> Floats:
    """All 24 points (T, 24, 3) in metres with the pelvis at the origin."""
    points = np.zeros((len(pose["pitch"]), COUNT, 3))
    place_head(points, frames, body)
    for side, sign in SIDES:
        place_arm(points, frames, pose, side, sign, body)
        place_leg(points, frames, pose, side, sign, body)
    return add_means(points)
