"""Where every joint of the figure is at a time: a set of squats with the little irregularities of a real one.

World: metres, x to the figure's left, y up, z towards where the figure looks. The figure stands at the origin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]  # (3,)

REPS = 10
LEAD_IN_S = 2.6
LEAD_OUT_S = 2.2

# Lengths of an adult of 1.75 m, after the segment ratios of Drillis and Contini (1966).
THIGH_M, SHIN_M, ANKLE_M = 0.429, 0.431, 0.075
SPINE_M, NECK_M, HEAD_M = 0.490, 0.075, 0.125
UPPER_ARM_M, FOREARM_M = 0.300, 0.262
HIP_HALF_M, SHOULDER_HALF_M, STANCE_HALF_M = 0.095, 0.172, 0.205
STANDING_HIP_M = ANKLE_M + 0.985 * (THIGH_M + SHIN_M)


@dataclass(frozen=True)
class RepTiming:
    """One squat: when it starts, how long each part takes, how deep it goes."""

    start_s: float
    down_s: float
    pause_s: float
    up_s: float
    depth: float  # 1 = thighs level

    @property
    def end_s(self) -> float:
        """When the figure stands again."""
        return self.start_s + self.down_s + self.pause_s + self.up_s


def plan_set(seed: int = 7) -> list[RepTiming]:
    """Ten squats: even, but not the evenness of a machine; the last ones are slower."""
    rng = np.random.default_rng(seed)
    reps, clock_s = [], LEAD_IN_S
    for i in range(REPS):
        tired = 1 + 0.25 * (i / (REPS - 1)) ** 2
        timing = RepTiming(
            start_s=clock_s,
            down_s=1.05 * rng.uniform(0.93, 1.07),
            pause_s=0.12 * rng.uniform(0.6, 1.6),
            up_s=0.85 * tired * rng.uniform(0.93, 1.07),
            depth=rng.uniform(0.93, 1.05),
        )
        reps.append(timing)
        clock_s = timing.end_s + rng.uniform(0.18, 0.38)
    return reps


def duration_s(reps: list[RepTiming]) -> float:
    """Length of the whole clip."""
    return reps[-1].end_s + LEAD_OUT_S


def ease(share: float) -> float:
    """0..1 to 0..1 with no jerk at either end (minimum-jerk polynomial, Flash and Hogan 1985)."""
    x = min(max(share, 0.0), 1.0)
    return x**3 * (10 - 15 * x + 6 * x * x)


def depth_at(time_s: float, reps: list[RepTiming]) -> float:
    """How deep the squat is at a time: 0 standing, 1 thighs level."""
    for rep in reps:
        if rep.start_s <= time_s <= rep.end_s:
            since = time_s - rep.start_s
            if since < rep.down_s + rep.pause_s:
                return rep.depth * ease(since / rep.down_s)
            return rep.depth * (1 - ease((since - rep.down_s - rep.pause_s) / rep.up_s))
    return 0.0


def readiness_at(time_s: float, reps: list[RepTiming]) -> float:
    """0 while the arms hang before and after the set, 1 during it."""
    rise = ease((time_s - LEAD_IN_S + 0.9) / 0.7)
    return rise * (1 - ease((time_s - reps[-1].end_s - 0.3) / 0.8))


def bend(start: Vector, end: Vector, first_m: float, second_m: float, towards: Vector) -> Vector:
    """Middle joint of a two-bone limb between start and end that bends towards a direction (law of cosines)."""
    line = end - start
    length = min(float(np.linalg.norm(line)), first_m + second_m - 1e-6)
    axis = line / np.linalg.norm(line)
    along = (length**2 + first_m**2 - second_m**2) / (2 * length)
    side = towards - axis * float(towards @ axis)
    side /= np.linalg.norm(side)
    return np.asarray(start + axis * along + side * np.sqrt(max(first_m**2 - along**2, 0.0)))


def tilt(forward_rad: float, length_m: float) -> Vector:
    """A vector that points up and leans forward."""
    return np.array([0.0, np.cos(forward_rad), np.sin(forward_rad)]) * length_m


def pose_at(time_s: float, reps: list[RepTiming]) -> dict[str, Vector]:
    """Joint name → position in metres."""
    depth, ready = depth_at(time_s, reps), readiness_at(time_s, reps)
    sway = 0.006 * np.sin(1.7 * time_s) + 0.004 * np.sin(2.9 * time_s + 1)
    joints = _legs(depth, sway, time_s)
    joints.update(_trunk(joints["pelvis"], depth, sway))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        joints.update(_arm(joints, side, sign, depth, ready, time_s))
    return joints


def _legs(depth: float, sway: float, time_s: float) -> dict[str, Vector]:
    fall = depth * (STANDING_HIP_M - ANKLE_M - SHIN_M * 0.93)
    pelvis = np.array([sway, STANDING_HIP_M - fall, -0.02 - 0.27 * depth])
    joints = {"pelvis": pelvis}
    # Before the set the figure finds its stance: one foot steps out.
    narrow = 0.06 * (1 - ease((time_s - 0.9) / 0.6))
    lift = 0.05 * float(np.sin(np.pi * min(max((time_s - 0.9) / 0.6, 0.0), 1.0)))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        stepping = 1.0 if side == "left" else 0.0
        ankle = np.array([sign * STANCE_HALF_M - stepping * narrow, ANKLE_M + stepping * lift, -0.02])
        hip = pelvis + np.array([sign * HIP_HALF_M, 0.0, 0.0])
        joints[f"{side}_hip"], joints[f"{side}_ankle"] = hip, ankle
        joints[f"{side}_knee"] = bend(hip, ankle, THIGH_M, SHIN_M, np.array([sign * 0.38, 0.0, 1.0]))
        toe_out = np.array([sign * 0.065, -ANKLE_M + 0.03, 0.165])
        joints[f"{side}_toe"] = ankle + toe_out
        joints[f"{side}_heel"] = ankle + np.array([-sign * 0.01, -ANKLE_M + 0.035, -0.055])
    return joints


def _trunk(pelvis: Vector, depth: float, sway: float) -> dict[str, Vector]:
    lean = 0.05 + 0.66 * depth
    chest = pelvis + tilt(lean * 0.9, SPINE_M * 0.55)
    neck = chest + tilt(lean * 1.02, SPINE_M * 0.45) + np.array([-0.5 * sway, 0, 0])
    head = neck + tilt(lean * 0.55 + 0.08, NECK_M)
    crown = head + tilt(0.10 + 0.18 * depth, HEAD_M)
    return {"chest": chest, "neck": neck, "head": head, "crown": crown}


def _arm(
    joints: dict[str, Vector], side: str, sign: float, depth: float, ready: float, time_s: float
) -> dict[str, Vector]:
    spine = joints["neck"] - joints["chest"]
    shoulder = joints["neck"] + np.array([sign * SHOULDER_HALF_M, 0, 0]) - spine * 0.16
    swing = 0.03 * np.sin(1.3 * time_s + sign)
    hanging = shoulder + np.array([sign * 0.09, -0.53, 0.04 + swing])
    # During the set the hands are clasped before the chest and reach out for balance on the way down.
    clasped = shoulder + np.array([-sign * (SHOULDER_HALF_M - 0.035), -0.10 + 0.07 * depth, 0.27 + 0.16 * depth])
    wrist = hanging * (1 - ready) + clasped * ready
    outwards = np.array([sign * 0.9, -0.8, -0.5])
    elbow = bend(shoulder, wrist, UPPER_ARM_M, FOREARM_M, outwards)
    forearm = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    inwards = np.array([-sign * 0.02, 0.03, 0.02]) * ready
    return {
        f"{side}_shoulder": shoulder,
        f"{side}_elbow": elbow,
        f"{side}_wrist": wrist,
        f"{side}_hand": wrist + forearm * 0.15 * (1 - 0.45 * ready) + inwards,
    }
