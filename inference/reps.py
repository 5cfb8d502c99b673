"""Counting repetitions without knowing the exercise.

Many readings of the motion are made (`inference.readings`); every reading is one way to cut the stretch into
repetitions. A small network says of each frame whether a repetition goes on, turns or ends there (`inference.phase`). A
small forest, trained on counted clips, judges from the evenness of a reading and from how it agrees with the network
how likely it is right; a small network says which is the right one of all (`inference.ranking`). Both are heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from inference import phase, ranking, weights
from inference.readings import Reading, feature_table, read_signals
from inference.signals import Floats, extract_seen
from inference.trees import Forest
from inference.types import PoseTrack, Rep, RepCount

VERSION = "4"
TOP_READINGS = 3  # readings whose judgement counts for a number
FLOOR_BELIEF, FLOOR_CHANCE = 1e-2, 1e-4  # neither of the two may veto a number alone
ONE_TIMES = 2.0  # to say 2 of one repetition is twice as wrong, as a share of it, as to say 1 of two
ALSO_POSSIBLE = 0.4  # of what is heard of the best number: "10, maybe 11"


@cache
def _forest() -> Forest:
    with weights.open_checked("counter") as path:
        return Forest.load(path)


def _ranking() -> tuple[ranking.RankingNetwork, ...]:
    with weights.open_checked("counter-ranking") as path:
        return ranking.load_networks(path)


def count_reps(track: PoseTrack) -> RepCount:
    """Count the repetitions of a track.

    Gives no repetitions, with confidence 1, for less than half a second or where nobody was found.
    """
    motion = extract_seen(track)
    if motion is None:
        return RepCount((), 1.0, 0, 0)
    phases = phase.detect(motion)
    readings = read_signals(motion, phases)
    features = feature_table(readings, motion, phases)
    chances = ranking.rank(_ranking(), features)
    return judge(readings, _forest().predict(features)[:, 1], chances, motion.times_s)


def judge(
    readings: Sequence[Reading], right: NDArray[np.float32], chances: NDArray[np.float32], times_s: Floats
) -> RepCount:
    """Choose among readings by the probability (N,) that each is right, and by its chance (N,) among all."""
    counts = np.array([reading.count for reading in readings])
    belief, heard = _hear(counts, right, chances)
    best = max(heard, key=lambda n: (heard[n], -n))
    chosen = max((i for i in range(len(readings)) if counts[i] == best), key=lambda i: right[i])
    possible = [n for n in heard if abs(n - best) <= 1 + best // 10 and heard[n] >= ALSO_POSSIBLE * heard[best]]
    reps = _as_reps(readings[chosen], times_s)
    return RepCount(reps, round(belief[best], 3), min(possible), max(possible))


def _hear(
    counts: NDArray[np.int64], right: NDArray[np.float32], chances: NDArray[np.float32]
) -> tuple[dict[int, float], dict[int, float]]:
    """What is believed of each number, and what counts when one is chosen.

    The first alone says whether anything is repeated and how sure a count is; the geometric mean of both how often,
    with caution before one repetition becomes two.
    """
    numbers = [int(n) for n in np.unique(counts)]
    belief = {n: float(np.sort(right[counts == n])[::-1][:TOP_READINGS].mean()) for n in numbers}
    if max(numbers, key=lambda n: (belief[n], -n)) == 0:
        return belief, belief
    chance = {n: float(chances[counts == n].sum()) for n in numbers if n}
    heard = {n: float(np.sqrt((belief[n] + FLOOR_BELIEF) * (chance[n] + FLOOR_CHANCE))) for n in chance}
    if 1 in heard:
        heard[1] *= ONE_TIMES
    return belief, heard


def _as_reps(reading: Reading, times_s: Floats) -> tuple[Rep, ...]:
    starts, ends = reading.bounds[:-1], reading.bounds[1:]
    return tuple(
        Rep(float(times_s[a]), float(times_s[turn]), float(times_s[b]))
        for a, turn, b in zip(starts, reading.peaks, ends, strict=True)
    )
