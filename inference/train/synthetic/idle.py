"""What people do in front of a camera when they do not exercise: walk, talk, dance, box, sit down, fetch things."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from inference.train.synthetic import bystanders
from inference.train.synthetic.body import CHANNELS, NUMBER, Floats
from inference.train.synthetic.moves import Ground, read_table
from inference.train.synthetic.perform import RATE_HZ, draw_frames, ease, smooth_noise

UPPER = ("arm", "plane", "elbow", "arm_turn")


def _standing(**pose: float) -> Floats:
    return Ground(read_table()["postures"]["free"]["pose"], {}, {}).lay(pose)


def _sides(names: tuple[str, ...]) -> list[int]:
    return [NUMBER[f"{side}_{name}"] for side in ("left", "right") for name in names]


def walk(rng: np.random.Generator) -> Floats:
    """To somewhere, or to and fro."""
    frames = draw_frames(rng)
    phase = 2 * np.pi * np.arange(frames) / RATE_HZ / rng.uniform(0.9, 1.4) + rng.uniform(0, 6)
    out = np.repeat(_standing(lean=4)[None], frames, axis=0)
    for side, sign in (("left", 1), ("right", -1)):
        swing = np.sin(phase) * sign
        out[:, NUMBER[f"{side}_hip"]] = 8 + 24 * swing
        out[:, NUMBER[f"{side}_knee"]] = 12 + 30 * np.clip(np.cos(phase) * sign, 0, 1)
        out[:, NUMBER[f"{side}_arm"]] = 8 - 18 * swing * rng.uniform(0.3, 1)
        out[:, NUMBER[f"{side}_plane"]] = 5
    speed = rng.uniform(-1.2, 1.2) if rng.random() < 0.7 else 0.0
    out[:, NUMBER["ahead"]] = np.abs(speed) * np.arange(frames) / RATE_HZ
    out[:, NUMBER["yaw"]] = rng.uniform(-180, 180)
    return out


def talk(rng: np.random.Generator) -> Floats:
    """Standing or sitting, hands now and then in the air."""
    frames = draw_frames(rng)
    seated = rng.random() < 0.4
    pose = _standing(**({"lean": -4, "hip": 84, "knee": 85} if seated else {}))
    out = pose + smooth_noise(frames, len(CHANNELS), 1.5, rng) * _loose(3, 2)
    gesture = np.abs(smooth_noise(frames, 2, rng.uniform(0.4, 1.5), rng)) * rng.uniform(0.2, 1.2)
    for number, side in enumerate(("left", "right")):
        out[:, NUMBER[f"{side}_elbow"]] += 55 * gesture[:, number]
        out[:, NUMBER[f"{side}_arm"]] += 16 * gesture[:, number]
        out[:, NUMBER[f"{side}_plane"]] = 30
        out[:, NUMBER[f"{side}_arm_turn"]] = 20
    out[:, NUMBER["nod"]] += smooth_noise(frames, 1, 0.5, rng)[:, 0] * 8
    return out


def _loose(arms_deg: float, rest_deg: float) -> Floats:
    """(C,) spread of every angle; metres and the soles keep still."""
    spread = np.full(len(CHANNELS), rest_deg)
    spread[_sides(UPPER)] = arms_deg
    for name in ("jump", "ahead", "aside", "flat", "left_shrug", "right_shrug"):
        spread[NUMBER[name]] = 0
    return spread


def dance(rng: np.random.Generator) -> Floats:
    """From one free posture to the next on the beat; some postures come again."""
    beat_s = rng.uniform(0.35, 0.9)
    wild = rng.uniform(0.4, 1.3)
    postures = [_free_posture(wild, rng) for _ in range(int(rng.integers(3, 9)))]
    frames, last = draw_frames(rng), postures[0]
    parts: list[Floats] = []
    while sum(len(part) for part in parts) < frames:
        pose = postures[int(rng.integers(len(postures)))] if rng.random() < 0.6 else _free_posture(wild, rng)
        count = max(int(beat_s * rng.choice([1, 1, 2]) * RATE_HZ), 4)
        parts.append(last + (pose - last) * ease(count, rng)[:, None])
        last = pose
    return np.concatenate(parts)


def _free_posture(wild: float, rng: np.random.Generator) -> Floats:
    pose = _standing()
    for side in ("left", "right"):
        pose[NUMBER[f"{side}_arm"]] = rng.uniform(0, 165) * min(wild, 1)
        pose[NUMBER[f"{side}_plane"]] = rng.uniform(-20, 100)
        pose[NUMBER[f"{side}_elbow"]] = rng.uniform(5, 130)
        pose[NUMBER[f"{side}_arm_turn"]] = rng.uniform(-60, 90)
        bend = rng.exponential(14) * wild
        pose[NUMBER[f"{side}_hip"]], pose[NUMBER[f"{side}_knee"]] = bend * rng.uniform(0.6, 1.4), bend * 2
        pose[NUMBER[f"{side}_spread"]] = rng.normal(8, 9) * wild
    pose[NUMBER["bend"]], pose[NUMBER["twist"]] = rng.normal(0, 12 * wild), rng.normal(0, 18 * wild)
    pose[NUMBER["yaw"]], pose[NUMBER["lean"]] = rng.normal(0, 30 * wild), rng.normal(4, 8)
    pose[NUMBER["aside"]], pose[NUMBER["ahead"]] = rng.normal(0, 0.2 * wild), rng.normal(0, 0.15 * wild)
    return pose


def box(rng: np.random.Generator) -> Floats:
    """Guard up, straight punches from either side at odd moments, on the spot."""
    guard = _standing(arm=42, plane=15, elbow=125, arm_turn=25, l_hip=18, l_knee=20, r_hip=-8, r_knee=20, lean=8)
    frames = draw_frames(rng)
    parts: list[Floats] = []
    while sum(len(part) for part in parts) < frames:
        punch = guard.copy()
        side = rng.choice(["left", "right"])
        punch[NUMBER[f"{side}_arm"]], punch[NUMBER[f"{side}_elbow"]] = rng.uniform(70, 100), rng.uniform(5, 60)
        punch[NUMBER["twist"]] = rng.uniform(15, 40) * (1 if side == "right" else -1)
        out, back = (ease(max(int(rng.uniform(0.12, 0.3) * RATE_HZ), 3), rng)[:, None] for _ in range(2))
        wait = np.repeat(guard[None], int(rng.exponential(0.4) * RATE_HZ), axis=0)
        parts += [guard + (punch - guard) * out, punch + (guard - punch) * back, wait]
    moved = np.concatenate(parts)
    return moved + smooth_noise(len(moved), len(CHANNELS), 0.7, rng) * _loose(6, 4)


def fetch(rng: np.random.Generator) -> Floats:
    """Bend down once or reach up once, with something else before and after."""
    low = _standing(lean=60, hip=100, knee=rng.uniform(15, 90), l_arm=60, l_plane=5, r_arm=rng.uniform(10, 60))
    high = _standing(l_arm=rng.uniform(90, 160), l_plane=rng.uniform(0, 60), l_elbow=20)
    seat = _standing(lean=10, hip=95, knee=90)
    target = (low, high, seat)[int(rng.integers(3))]
    rest = _standing()
    stops = [rest, rest, target, target, rest if rng.random() < 0.7 else target]
    ways = [(a, b, ease(int(rng.uniform(0.6, 2.2) * RATE_HZ), rng)[:, None]) for a, b in itertools.pairwise(stops)]
    moved = np.concatenate([a + (b - a) * share for a, b, share in ways])
    return moved + smooth_noise(len(moved), len(CHANNELS), 1.2, rng) * _loose(5, 3)


def idle(rng: np.random.Generator) -> Floats:
    """Just there."""
    frames = draw_frames(rng)
    arms = rng.choice(["hanging", "folded", "at_hips", "clasped"])
    pose = Ground(read_table()["postures"]["free"]["pose"], read_table()["hands"][str(arms)], {}).lay({})
    return pose + smooth_noise(frames, len(CHANNELS), 2.0, rng) * _loose(4, 2.5)


KINDS: tuple[Callable[[np.random.Generator], Floats], ...] = (
    walk,
    talk,
    dance,
    dance,
    box,
    fetch,
    idle,
    *bystanders.KINDS,
)


def draw(rng: np.random.Generator) -> Floats:
    """(T, C) joint angles of one of them."""
    return KINDS[int(rng.integers(len(KINDS)))](rng)
