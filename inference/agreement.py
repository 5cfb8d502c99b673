"""How well each reading of a motion agrees with what the phase network says about its frames."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from inference.phase import Phases

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEAR = 2  # frames by which an event may be off
LEAST_HEAT = 0.3  # of a turn that counts by itself
FEATURES = (
    "passed", "more", "more_share", "rep", "least_rep", "most_rep", "rep_spread", "first_rep", "last_rep",
    "passed_before", "passed_after", "turn", "least_turn", "first_turn", "last_turn", "bound", "least_bound",
    "first_bound", "last_bound", "bound_at_turn", "turn_at_bound", "more_than_turns",
    "active", "least_active", "first_active", "last_active",
    "active_outside", "between_counts", "turns_unlike_passed",
)  # fmt: skip


def describe(peaks: Sequence[Ints], bounds: Sequence[Ints], phases: Phases) -> NDArray[np.float32]:
    """(N, len(FEATURES)) of readings with n peaks and n + 1 bounds each."""
    density, active = (np.concatenate([[0.0], np.cumsum(x, dtype=np.float64)]) for x in (phases.density, phases.active))
    passed = density[-1]
    turn_heat, bound_heat = _widen(phases.turns), _widen(phases.bounds)
    turns = len(find_peaks(np.concatenate([[0], phases.turns, [0]]), height=LEAST_HEAT, distance=3)[0])
    counts = np.array([len(p) for p in peaks])
    full = np.flatnonzero(counts).tolist()
    out = np.zeros((len(peaks), len(FEATURES)))
    own = _of_reps([peaks[i] for i in full], [bounds[i] for i in full], density, active, turn_heat, bound_heat)
    out[full, 3:11], out[full, 11:21], out[full, 22:27] = own
    out[:, 0], out[:, 1], out[:, 2] = np.log1p(passed), counts - passed, (counts - passed) / np.maximum(counts, 1)
    out[:, 21] = counts - turns
    out[:, 27], out[:, 28] = abs(passed - round(passed)), turns - passed
    return out.astype(np.float32)


def _widen(heat: NDArray[np.float32]) -> Floats:
    """The greatest value within NEAR frames."""
    padded = np.pad(heat.astype(np.float64), NEAR)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * NEAR + 1).max(axis=1))


def _of_reps(
    peaks: Sequence[Ints],
    bounds: Sequence[Ints],
    density: Floats,
    active: Floats,
    turn_heat: Floats,
    bound_heat: Floats,
) -> tuple[Floats, Floats, Floats]:
    """What is summed and picked over the repetitions of readings that have any."""
    if not peaks:
        return np.zeros((0, 8)), np.zeros((0, 10)), np.zeros((0, 5))
    counts = np.array([len(p) for p in peaks])
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    last = first + counts - 1
    at = np.concatenate(peaks)
    start, end = (np.concatenate([b[cut] for b in bounds]) for cut in (slice(None, -1), slice(1, None)))

    def mean(values: Floats) -> Floats:
        return np.asarray(np.add.reduceat(values, first) / counts)

    rep = density[end] - density[start]
    spread = np.sqrt(np.maximum(mean(rep**2) - mean(rep) ** 2, 0))
    moves = (active[end] - active[start]) / np.maximum(end - start, 1)
    turn, bound, after = turn_heat[at], bound_heat[start], bound_heat[end]
    sums = (mean(rep), np.minimum.reduceat(rep, first), np.maximum.reduceat(rep, first), spread, rep[first], rep[last],
            density[start[first]], density[-1] - density[end[last]])  # fmt: skip
    heats = (mean(turn), np.minimum.reduceat(turn, first), turn[first], turn[last], (mean(bound) + mean(after)) / 2,
             np.minimum(np.minimum.reduceat(bound, first), after[last]), bound[first], after[last],
             mean(bound_heat[at]), mean(turn_heat[start]))  # fmt: skip
    outside = active[start[first]] + active[-1] - active[end[last]]
    times = (mean(moves), np.minimum.reduceat(moves, first), moves[first], moves[last], outside / (active[-1] + 1))
    return np.column_stack(sums), np.column_stack(heats), np.column_stack(times)
