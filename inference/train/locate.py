"""Where the repetitions of a counted film lie: what its phase networks are to say of each frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference import readings
from inference.train.counted import Table
from inference.train.own_counts import OwnCount

SEEN_STARTS = 8.0  # how much starts that somebody saw say about which reading is right, beside its evenness
LEAST_SHARE = 0.1  # of a cut repetition that is worth a mark
MOST_ODD = 0.7  # logarithm of its length against the usual one: beyond it reading and eyes do not mean the same


def locate_reps(table: Table) -> NDArray[np.float64] | None:
    """Start, turn and end (n, 3) of each repetition in seconds, by the evenest reading with the right count.

    What the film cuts off lies partly outside it, if somebody saw how much. None when no reading has the count.
    """
    times_s, true, seen = table.film.motion.times_s, table.film.true, table.film.seen
    if true == 0:
        return np.zeros((0, 3))
    if seen is not None and seen.joins_halves:
        true = seen.whole
    right = np.flatnonzero(table.counts == true)
    if not true or not len(right):
        return None
    best = table.readings[right[np.argmax(_evenness(table)[right] + _nearness(table, right))]]
    reps = np.stack([times_s[best.bounds[:-1]], times_s[best.peaks], times_s[best.bounds[1:]]], axis=1)
    return reps if seen is None else _reach_out(reps, seen, times_s[[0, -1]])


def _reach_out(reps: NDArray[np.float64], seen: OwnCount, film_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Repetitions (n, 3) with those that a film (start, end) cuts off: they begin before it, or end after it.

    Else half a repetition would look like none, and one that is nearly whole like a quick one.
    """
    forwards = _reach_before(reps, seen.ends[0], seen.counts_end(0), film_s[0])
    backwards = _reach_before(-forwards[::-1, ::-1], seen.ends[1], seen.counts_end(1), -film_s[1])
    return -backwards[::-1, ::-1]


def _reach_before(reps: NDArray[np.float64], share: float, counts: bool, start_s: float) -> NDArray[np.float64]:
    """Repetitions (n, 3) whose film starts inside one of which a share is seen."""
    if share < LEAST_SHARE:
        return reps
    end_s = reps[0, 2] if counts else reps[0, 0]
    length_s = (end_s - start_s) / share
    whole = reps[1:] if counts else reps
    usual_s = float(np.median(whole[:, 2] - whole[:, 0])) if len(whole) else length_s
    if abs(np.log(max(length_s, 1e-3) / usual_s)) > MOST_ODD:
        return reps
    if counts:
        return np.concatenate([[[end_s - length_s, *reps[0, 1:]]], reps[1:]])
    turns = float(np.median((reps[:, 1] - reps[:, 0]) / (reps[:, 2] - reps[:, 0])))
    return np.concatenate([[[end_s - length_s, end_s - (1 - turns) * length_s, end_s]], reps])


def _nearness(table: Table, right: NDArray[np.int64]) -> NDArray[np.float64] | float:
    """How near readings begin their repetitions to where somebody saw them begin; 0 where nobody looked."""
    bounds_s = table.film.bounds_s
    if bounds_s is None or len(bounds_s) != table.counts[right[0]] + 1:
        return 0.0
    times_s, usual_s = table.film.motion.times_s, float(np.median(np.diff(bounds_s)))
    off_s = [np.abs(times_s[table.readings[i].bounds] - bounds_s).mean() for i in right]
    return -SEEN_STARTS * np.minimum(np.array(off_s) / usual_s, 0.5)


def _evenness(table: Table) -> NDArray[np.float32]:
    """(N,) how even a reading is and how well it agrees with the network."""

    def column(name: str) -> NDArray[np.float32]:
        return table.features[:, readings.FEATURES.index(name)]

    agrees = column("turn") + column("bound") + 0.5 * (column("least_turn") + column("least_bound"))
    uneven = column("period_spread") + column("depth_spread") + 0.5 * column("rep_spread")
    return np.asarray(agrees + column("likeness") + 0.5 * column("explained") - uneven)
