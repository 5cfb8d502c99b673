"""Two-bone inverse kinematics: hands that go to a bar or hang from the shoulders, feet that stay on the ground."""

from __future__ import annotations

import numpy as np

from inference.train.synth.body import (
    ANKLE_M,
    CHANNELS,
    SIDES,
    Floats,
    Frames,
    Proportions,
    apply,
    limb_frame,
    planted_foot,
    turn_x,
)

ARM = ("arm", "out", "rot", "elbow")
LEG = ("hip", "spread", "turn", "knee")


def resolve(pose: dict[str, Floats], frames: Frames, body: Proportions) -> dict[str, Floats]:
    """The pose with the angles of reaching arms and planted legs; a weight between 0 and 1 mixes both."""
    out = dict(pose)
    for side, sign in SIDES:
        if pose[f"{side}_hand"].max() > 0:
            _mix(out, side, ARM, _reaching_arm(pose, frames, side, sign, body), pose[f"{side}_hand"])
        if pose[f"{side}_plant"].max() > 0:
            _mix(out, side, LEG, _planted_leg(pose, frames, side, sign, body), pose[f"{side}_plant"])
    return out


def _mix(
    out: dict[str, Floats], side: str, names: tuple[str, ...], solved: tuple[Floats, ...], weight: Floats
) -> None:
    for name, value in zip(names, solved, strict=True):
        channel = f"{side}_{name}"
        out[channel] = np.clip(out[channel] * (1 - weight) + value * weight, *CHANNELS[channel])


def bend(target: Floats, pole: Floats, upper: float, lower: float) -> tuple[Floats, Floats]:
    """Middle joint and end (T, 3) of two bones that begin at the origin and reach for a target; pole (T, 3) is where the
    middle joint points."""
    distance = np.linalg.norm(target, axis=-1, keepdims=True)
    line = target / np.maximum(distance, 1e-6)
    reach = np.clip(distance, abs(upper - lower) + 0.25 * min(upper, lower), 0.999 * (upper + lower))
    along = (upper**2 - lower**2 + reach**2) / (2 * reach)
    aside = np.sqrt(np.maximum(upper**2 - along**2, 0))
    across = pole - (pole * line).sum(axis=-1, keepdims=True) * line
    across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-6)
    return along * line + aside * across, reach * line


def angles_of(middle: Floats, end: Floats, bends: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Raise, abduction, rotation and bend (T,) of a left limb; bends = 1 for elbows, -1 for knees."""
    bone = middle / np.maximum(np.linalg.norm(middle, axis=-1, keepdims=True), 1e-6)
    raised = np.degrees(np.arctan2(bone[:, 2], -bone[:, 1]))
    raised = np.where(raised < -100, raised + 360, raised)
    out = np.degrees(np.arcsin(np.clip(bone[:, 0], -1, 1)))
    low = end - middle
    low = low / np.maximum(np.linalg.norm(low, axis=-1, keepdims=True), 1e-6)
    local = apply(np.swapaxes(limb_frame(raised, out, np.zeros_like(out)), -1, -2), low)
    rotated = np.degrees(np.arctan2(bends * local[:, 0], bends * local[:, 2]))
    bent = np.degrees(np.arccos(np.clip(-local[:, 1], -1, 1)))
    return raised, out, rotated, bent


def _reaching_arm(
    pose: dict[str, Floats], frames: Frames, side: str, sign: float, body: Proportions
) -> tuple[Floats, ...]:
    mirror = np.array([sign, 1, 1])
    target = np.stack([pose[f"{side}_{name}"] for name in ("hx", "hy", "hz")], axis=-1) * body.arm
    upright = apply(np.swapaxes(frames.chest, -1, -2) @ frames.heading, target * mirror) * mirror
    level = pose["level"][:, None]
    target = target * (1 - level) + upright * level
    line = target / np.maximum(np.linalg.norm(target, axis=-1, keepdims=True), 1e-6)
    outwards = np.array([1.0, 0, 0]) - line[:, :1] * line
    outwards /= np.maximum(np.linalg.norm(outwards, axis=-1, keepdims=True), 1e-6)
    behind = np.cross(outwards, line)
    swivel = np.radians(pose[f"{side}_pole"])[:, None]
    pole = np.cos(swivel) * behind + np.sin(swivel) * outwards
    return angles_of(*bend(target, pole, body.upper_arm, body.forearm), 1.0)


def _planted_leg(
    pose: dict[str, Floats], frames: Frames, side: str, sign: float, body: Proportions
) -> tuple[Floats, ...]:
    mirror = np.array([sign, 1, 1])
    get = {name: pose[f"{side}_{name}"] for name in ("fx", "fy", "fz", "toe", "heel")}
    flat, lifted = (planted_foot(get["toe"], heel, body) for heel in (np.zeros_like(get["heel"]), get["heel"]))
    sole = np.stack([get["fx"], get["fy"], get["fz"]], axis=-1) * body.leg
    ankle = sole + flat - lifted  # a lifted heel turns about the toes
    hips = np.stack([sign * pose["aside"], pose["up"], pose["ahead"]], axis=-1) * body.leg
    back = np.swapaxes(frames.pelvis, -1, -2) @ frames.heading
    target = apply(back, (ankle - hips) * mirror) * mirror - np.array([body.hips, 0, 0])
    toe = np.radians(get["toe"])
    # knees go where the toes point, and a little up so that a leg stretched to the front still bends upwards
    pole = apply(back, np.stack([np.sin(toe), np.full_like(toe, 0.35), np.cos(toe)], axis=-1) * mirror) * mirror
    return angles_of(*bend(target, pole, body.thigh, body.shin), -1.0)


def floor_height(pose: dict[str, Floats], body: Proportions) -> Floats:
    """(T,) metres of the hips above the ground when both feet are planted."""
    return pose["up"] * body.leg + ANKLE_M


def pin(points: Floats, side: str, names: tuple[str, str, str, str], anchor: Floats) -> None:
    """Move a limb of (T, 24, 3) in place so that its third joint stays at anchor (T, 3); the fourth goes along."""
    from inference.skeleton import INDEX

    first, middle, last, tip = (INDEX[f"{side}_{name}"] for name in names)
    root, hand = points[:, first], points[:, tip] - points[:, last]
    upper = float(np.linalg.norm(points[0, middle] - points[0, first]))
    lower = float(np.linalg.norm(points[0, last] - points[0, middle]))
    joint, end = bend(anchor - root, points[:, middle] - root, upper, lower)
    points[:, middle], points[:, last] = root + joint, root + end
    points[:, tip] = points[:, last] + hand


__all__ = ["angles_of", "bend", "floor_height", "pin", "resolve", "turn_x"]
