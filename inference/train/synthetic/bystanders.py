"""More of what people do in films in which nobody trains: sports, chores, desks, instruments, harnesses, stages."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inference.train.synthetic.body import CHANNELS, NUMBER, Floats
from inference.train.synthetic.moves import Ground, Pose, read_table
from inference.train.synthetic.perform import RATE_HZ, draw_frames, ease, smooth_noise

ARMS = ("arm", "plane", "elbow", "arm_turn")
LEGS = ("hip", "knee", "spread")
SEATED: Pose = {"lean": -4, "hip": 84, "knee": 85, "spread": 8}
DESK: Pose = {**SEATED, "arm": 28, "plane": 15, "elbow": 80, "arm_turn": 30, "nod": 18}
COUNTER: Pose = {"lean": 12, "hip": 12, "arm": 28, "plane": 15, "elbow": 68, "arm_turn": 25, "nod": 22}
GUITAR: Pose = {"l_arm": 35, "l_plane": 60, "l_elbow": 95, "r_arm": 30, "r_plane": 50, "r_elbow": 90, "r_arm_turn": 45,
                "l_arm_turn": 20, "nod": 15}  # fmt: skip
HARNESS: Pose = {"lean": -25, "hip": 78, "knee": 50, "arm": 128, "plane": 50, "elbow": 80}
READY: Pose = {"lean": 18, "hip": 32, "knee": 28, "spread": 12, "arm": 30, "plane": 20, "elbow": 70}
LYING: Pose = {"lean": -90, "hip": 8, "knee": 12, "arm": 12, "plane": 60}
SQUATTING: Pose = {"lean": 40, "hip": 128, "knee": 120, "arm": 60, "plane": 10, "elbow": 30}
SWINGS: tuple[tuple[Pose, Pose], ...] = (  # drawn back, followed through
    ({"r_arm": 95, "r_plane": 120, "r_elbow": 70, "twist": -45}, {"r_arm": 70, "r_plane": -40, "twist": 45}),  # racket
    ({"r_arm": 150, "r_plane": 90, "r_elbow": 110, "lean": -12}, {"r_arm": 40, "r_plane": -10, "lean": 30, "hip": 30}),
    (
        {"arm": 95, "plane": 60, "twist": -50, "lean": 30, "hip": 32},
        {"arm": 110, "plane": -30, "twist": 55},
    ),  # club, bat
    ({"r_arm": -50, "plane": 5, "lean": 25, "hip": 30}, {"r_arm": 100, "lean": 45, "l_hip": 80, "l_knee": 70}),  # bowl
    ({"r_hip": -30, "r_knee": 70, "l_arm": 60}, {"r_hip": 75, "r_knee": 10, "l_arm": 30, "lean": -8}),  # kick
    ({"arm": 60, "plane": 10, "elbow": 110, "hip": 35, "knee": 45}, {"arm": 165, "plane": 10, "jump": 0.3}),  # shot
)


def lay(pose: Pose) -> Floats:
    """(C,) joint angles of somebody who stands freely but for what is told."""
    return Ground(read_table()["postures"]["free"]["pose"], {}, {}).lay(pose)


def loosen(arms_deg: float, legs_deg: float, rest_deg: float) -> Floats:
    """(C,) spread of every angle; metres and the soles keep still."""
    spread = np.full(len(CHANNELS), rest_deg)
    for names, degrees in ((ARMS, arms_deg), (LEGS, legs_deg)):
        spread[[NUMBER[f"{side}_{name}"] for side in ("left", "right") for name in names]] = degrees
    for name in ("jump", "ahead", "aside", "flat", "left_shrug", "right_shrug"):
        spread[NUMBER[name]] = 0
    return spread


def potter(rng: np.random.Generator) -> Floats:
    """Cook, wash up, type, read, hang in a harness, lie about: a posture, and hands that are never still."""
    postures: tuple[Pose, ...] = (DESK, DESK, COUNTER, COUNTER, SEATED, HARNESS, LYING, SQUATTING, {})
    pose = lay(postures[int(rng.integers(len(postures)))]) + rng.normal(0, 7, len(CHANNELS)) * loosen(1, 1, 0.6)
    frames, busy = draw_frames(rng), rng.exponential(1.0)
    slow = smooth_noise(frames, len(CHANNELS), rng.uniform(1.0, 3.0), rng) * loosen(9, 3, 3)
    quick = smooth_noise(frames, len(CHANNELS), rng.uniform(0.15, 0.6), rng) * loosen(10 * busy, 0.7, 1.5)
    return np.asarray(pose + slow + quick)


def beat(rng: np.random.Generator) -> Floats:
    """Strum, drum, clap, wave, nod: few joints in a rhythm that comes and goes."""
    poses: tuple[tuple[Pose, tuple[str, ...]], ...] = (
        (GUITAR, ("right_elbow", "right_arm_turn")),
        (GUITAR | SEATED, ("right_elbow", "right_arm_turn")),
        (DESK, ("left_elbow", "right_elbow")),
        ({"arm": 45, "plane": 20, "elbow": 95}, ("left_arm_turn", "right_arm_turn")),
        ({"r_arm": 100, "r_plane": 80, "r_elbow": 90}, ("right_arm_turn", "right_plane")),
        (SEATED, ("nod", "flex")),
    )
    pose, driven = poses[int(rng.integers(len(poses)))]
    frames = draw_frames(rng)
    out = lay(pose) + smooth_noise(frames, len(CHANNELS), 1.2, rng) * loosen(5, 2, 3)
    strength = np.clip(0.6 + smooth_noise(frames, 1, 2.0, rng)[:, 0], 0, 1.5)
    phase = (
        2 * np.pi * np.cumsum(np.exp(smooth_noise(frames, 1, 1.0, rng)[:, 0] * 0.2)) / RATE_HZ / rng.uniform(0.25, 0.9)
    )
    for name in driven:
        out[:, NUMBER[name]] += rng.uniform(6, 28) * strength * np.sin(phase + rng.choice([0, np.pi]))
    return np.asarray(out)


def play(rng: np.random.Generator) -> Floats:
    """Wait, step about, and now and then throw, strike, swing or kick."""
    back, through = (lay(pose) for pose in SWINGS[int(rng.integers(len(SWINGS)))])
    rest = lay(READY if rng.random() < 0.6 else {})
    parts = []
    for _ in range(int(rng.integers(1, 4))):
        wait = np.repeat(rest[None], int(rng.uniform(0.2, 2.0) * RATE_HZ), axis=0)
        for a, b, seconds in ((rest, back, (0.4, 1.2)), (back, through, (0.15, 0.5)), (through, rest, (0.4, 1.2))):
            wait = np.concatenate(
                [wait, a + (b - a) * ease(max(int(rng.uniform(*seconds) * RATE_HZ), 3), rng)[:, None]]
            )
        parts.append(wait)
    moved = np.concatenate(parts)
    moved = moved + smooth_noise(len(moved), len(CHANNELS), 0.8, rng) * loosen(7, 6, 4)
    moved[:, NUMBER["yaw"]] += rng.uniform(-180, 180)
    steps = smooth_noise(len(moved), 2, 0.8, rng) * rng.exponential(0.25)
    moved[:, NUMBER["ahead"]] += steps[:, 0]
    moved[:, NUMBER["aside"]] += steps[:, 1]
    return np.asarray(moved)


def sway(rng: np.random.Generator) -> Floats:
    """Dance in a rhythm: a few joints swing each with an amplitude and phase of its own, from side to side."""
    frames, period_s = draw_frames(rng), rng.uniform(0.5, 1.4)
    phase = 2 * np.pi * np.arange(frames) / RATE_HZ / period_s
    swing = np.abs(rng.normal(0, 1, len(CHANNELS))) * loosen(16, 8, 7) * (rng.random(len(CHANNELS)) < 0.6)
    lag = rng.uniform(0, 2 * np.pi, len(CHANNELS))
    pose = lay({"arm": rng.uniform(5, 90), "elbow": rng.uniform(20, 110), "knee": 15, "hip": 12, "spread": 6})
    out = pose + np.sin(phase[:, None] * rng.choice([0.5, 1, 1, 2], len(CHANNELS)) + lag) * swing
    out += smooth_noise(frames, len(CHANNELS), 0.8, rng) * loosen(12, 5, 5)
    out[:, NUMBER["aside"]] += np.sin(phase / 2) * rng.uniform(0, 0.35)
    return np.asarray(out)


def march(rng: np.random.Generator) -> Floats:
    """Walk on the spot or shift from one foot to the other: knees hardly rise."""
    frames = draw_frames(rng)
    drift = np.exp(smooth_noise(frames, 1, 1.5, rng)[:, 0] * 0.15)
    phase = 2 * np.pi * np.cumsum(drift) / RATE_HZ / rng.uniform(0.8, 1.8)
    rise, arms = rng.uniform(4, 34), rng.uniform(0, 20)
    out = lay({"lean": rng.normal(3, 3)}) + smooth_noise(frames, len(CHANNELS), 1.0, rng) * loosen(5, 2, 2.5)
    for side, sign in (("left", 1), ("right", -1)):
        lift = np.clip(np.sin(phase) * sign, 0, 1)
        out[:, NUMBER[f"{side}_hip"]] += rise * lift
        out[:, NUMBER[f"{side}_knee"]] += rise * lift * rng.uniform(1.2, 2.0)
        out[:, NUMBER[f"{side}_arm"]] -= arms * np.sin(phase) * sign
    out[:, NUMBER["roll"]] += np.sin(phase) * rng.uniform(0, 4)
    return np.asarray(out)


KINDS: tuple[Callable[[np.random.Generator], Floats], ...] = (potter, potter, potter, beat, play, play, sway, march)
