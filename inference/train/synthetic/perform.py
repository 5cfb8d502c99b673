"""A move done by somebody: repetitions with their own tempo, range, pauses and small mistakes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from inference.train.synthetic import moves
from inference.train.synthetic.body import CHANNELS, NUMBER, Floats
from inference.train.synthetic.moves import Move

RATE_HZ = 30.0
SHORTEST_S, USUAL_S, LONGEST_S = 2.5, 7.5, 16.0
LENGTH_SPREAD = 0.45  # of films, natural logarithms
HABIT_DEG, SLIP_DEG, BREATH_DEG = 4.0, 2.5, 0.8
SWAY_DEG = 1.4  # of the trunk; most people sway less, some much more
TEMPO_SPREAD, RANGE_SPREAD = 0.15, 0.07  # from repetition to repetition, natural logarithms
ALIKE, APART = 0.8, 0.6  # how much of a habit both sides share, and how much each has for itself
RANGE = (0.72, 1.12)  # of the way from start to turn
FIDDLE_SHARE, FIDDLE_S, FIDDLE_DEG = 0.3, (0.5, 2.5), 9.0
PAUSE_SHARE = 0.35
LONGEST_WAY_M = 3.5
_ANGLES = np.array([name not in {"jump", "ahead", "aside", "flat"} and not name.endswith("shrug") for name in CHANNELS])

_FIRST = np.minimum(moves.SWAPPED, np.arange(len(CHANNELS)))  # the same number for both joints of a pair
_SINGLE = np.arange(len(CHANNELS)) == moves.SWAPPED  # joints of the middle
_TRUNK = [NUMBER[name] for name in ("lean", "roll", "yaw", "flex", "bend", "twist")]

Reps = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Performance:
    """Joint angles over time."""

    angles: Floats  # (T, C) at 30 Hz
    reps: Reps  # start, turn and end of each, seconds
    move: Move


def perform(slug: str, rng: np.random.Generator) -> Performance:
    """Somebody does an exercise for a few seconds."""
    move = _with_habits(moves.draw_move(slug, rng), rng)
    if move.mode == "side" and rng.random() < 0.5:
        move = replace(move, start=moves.mirror(move.start), path=tuple(moves.mirror(p) for p in move.path))
    angles, reps = _fiddle(*_act(move, rng), rng)
    return Performance(_breathe(angles, rng), reps, move)


def draw_frames(rng: np.random.Generator) -> int:
    """Frames of a film; most films are short."""
    seconds = np.clip(USUAL_S * np.exp(rng.normal(0, LENGTH_SPREAD)), SHORTEST_S, LONGEST_S)
    return int(seconds * RATE_HZ)


def _act(move: Move, rng: np.random.Generator) -> tuple[Floats, Reps]:
    if move.kind == "hold" or not move.path:
        return np.repeat(move.start[None], draw_frames(rng), axis=0), ()
    if move.mode == "cycle":
        return _cycle(move, rng), ()
    return _repeat(move, rng)


def _draw_habit(rng: np.random.Generator) -> Floats:
    """(C,) of spread 1."""
    return _share(*rng.normal(size=(2, len(CHANNELS))))


def _share(own: Floats, shared: Floats) -> Floats:
    """(…, C) two random draws as one: people do on one side nearly what they do on the other."""
    return np.asarray(np.where(_SINGLE, own, ALIKE * shared[..., _FIRST] + APART * own) * _ANGLES)


def _with_habits(move: Move, rng: np.random.Generator) -> Move:
    """Everybody stands a little differently and goes as deep as they can."""
    habit = HABIT_DEG * _draw_habit(rng)
    reach = rng.uniform(*RANGE)
    start = move.start + habit
    path = tuple(start + (pose - move.start) * reach + SLIP_DEG * _draw_habit(rng) for pose in move.path)
    flat = NUMBER["flat"]
    for own, told in zip((start, *path), (move.start, *move.path), strict=True):
        own[flat] = told[flat]
    return replace(move, start=start, path=path)


def ease(count: int, rng: np.random.Generator) -> Floats:
    """(N,) from 0 to just below 1: minimum jerk (Flash and Hogan 1985), earlier or later in the middle."""
    share = np.linspace(0, 1, count, endpoint=False) ** rng.uniform(0.75, 1.33)
    return np.asarray(share**3 * (10 - 15 * share + 6 * share**2))


def _repeat(move: Move, rng: np.random.Generator) -> tuple[Floats, Reps]:
    tempo_s = rng.uniform(*move.tempo_s)
    count = max(1, round(draw_frames(rng) / RATE_HZ / tempo_s))
    if move.travel:
        count = min(count, max(1, int(LONGEST_WAY_M / move.travel)))
    pause_s = rng.exponential(0.35) * tempo_s if rng.random() < PAUSE_SHARE else 0.0
    lowering = rng.uniform(0.35, 0.65)  # share of the time that the way to the turn takes
    parts, reps, at_s = [], [], 0.0
    for number in range(count):
        postures = [move.start, *move.path, move.start]
        if move.mode == "alternate" and number % 2:
            postures = [moves.mirror(p) for p in postures]
        part, turn_s = _one_rep(postures, tempo_s * np.exp(rng.normal(0, TEMPO_SPREAD)), lowering, rng)
        rest = np.repeat(part[-1:], int(pause_s * rng.uniform(0.5, 1.5) * RATE_HZ), axis=0)
        reps.append((at_s, at_s + turn_s, at_s + len(part) / RATE_HZ))
        at_s += (len(part) + len(rest)) / RATE_HZ
        parts += [_hop(part, move.hop), rest]
    angles = np.concatenate(parts)
    angles[:, NUMBER["ahead"]] += np.linspace(0, move.travel * count, len(angles))
    return angles, tuple(reps)


def _one_rep(postures: list[Floats], seconds: float, lowering: float, rng: np.random.Generator) -> tuple[Floats, float]:
    """Frames of one repetition and the second of its turn."""
    legs = len(postures) - 1
    shares = np.array([lowering, 1 - lowering]) if legs == 2 else rng.dirichlet(np.full(legs, 30.0))
    counts = np.maximum((shares * seconds * RATE_HZ).astype(int), 2)
    reach = np.where(_ANGLES, np.exp(rng.normal(0, RANGE_SPREAD)), 1.0)
    slips = [postures[0] + (p - postures[0]) * reach + SLIP_DEG / 2 * _draw_habit(rng) for p in postures[1:-1]]
    stops = [postures[0], *slips, postures[-1]]
    parts = [a + (b - a) * ease(n, rng)[:, None] for a, b, n in zip(stops[:-1], stops[1:], counts, strict=True)]
    return np.concatenate(parts), float(counts[: (legs + 1) // 2].sum() / RATE_HZ)


def _hop(part: Floats, height: float) -> Floats:
    """Two small jumps in a repetition."""
    part[:, NUMBER["jump"]] += height * np.abs(np.sin(np.linspace(0, 2 * np.pi, len(part))))
    return part


def _cycle(move: Move, rng: np.random.Generator) -> Floats:
    """Both sides do the same, half a period apart."""
    period_s = rng.uniform(*move.tempo_s)
    frames = draw_frames(rng)
    phase = np.cumsum(np.exp(rng.normal(0, 0.1, frames))) / RATE_HZ / period_s
    here, there = (_swing(move, phase + shift) for shift in (0.0, 0.5))
    other = moves.mirror(there)
    for pair, side in move.driven.items():
        far = "right" if side == "left" else "left"
        here[:, NUMBER[f"{far}_{pair}"]] = other[:, NUMBER[f"{far}_{pair}"]]
    return here


def _swing(move: Move, phase: Floats) -> Floats:
    share = (1 - np.cos(2 * np.pi * phase)) / 2
    return np.asarray(move.start + (move.path[0] - move.start) * share[:, None])


def _fiddle(angles: Floats, reps: Reps, rng: np.random.Generator) -> tuple[Floats, Reps]:
    """Now and then somebody gets ready first, or is not done with moving afterwards."""
    if rng.random() < FIDDLE_SHARE:
        before = _shift(angles[0], rng)
        angles = np.concatenate([before, angles])
        late_s = len(before) / RATE_HZ
        reps = tuple((a + late_s, b + late_s, c + late_s) for a, b, c in reps)
    if rng.random() < FIDDLE_SHARE:
        angles = np.concatenate([angles, _shift(angles[-1], rng)[::-1]])
    return angles, reps


def _shift(pose: Floats, rng: np.random.Generator) -> Floats:
    """Slow small movements that end in a posture."""
    count = int(rng.uniform(*FIDDLE_S) * RATE_HZ)
    fade = np.linspace(1, 0, count)[:, None] ** 0.5
    return np.asarray(pose + smooth_noise(count, len(pose), 1.0, rng) * FIDDLE_DEG * fade * _ANGLES)


def _breathe(angles: Floats, rng: np.random.Generator) -> Floats:
    out = angles + _share(*(smooth_noise(len(angles), len(CHANNELS), 2.0, rng) for _ in range(2))) * BREATH_DEG
    out[:, _TRUNK] += smooth_noise(len(angles), len(_TRUNK), 2.0, rng) * rng.exponential(SWAY_DEG)
    return np.asarray(out)


def smooth_noise(frames: int, channels: int, seconds: float, rng: np.random.Generator) -> Floats:
    """(T, C) random curves of spread 1 that change over about so many seconds."""
    knots = max(int(np.ceil(frames / RATE_HZ / seconds)) + 3, 4)
    values = rng.normal(size=(knots, channels))
    at = np.linspace(0.5, knots - 2.501, frames)
    left = at.astype(int)
    share = (at - left)[:, None]
    share = share * share * (3 - 2 * share)
    return np.asarray(values[left] * (1 - share) + values[left + 1] * share)
