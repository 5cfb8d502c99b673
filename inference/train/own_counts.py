"""Counts of clips that came without one: ours, made by eye on contact sheets.

`own_counts.csv` has a line for each clip that somebody looked at: how many repetitions are whole, how much is seen of
those that the film cuts off at its beginning and end, how sure that is, and when each whole one starts (and the last
one ends). docs/training.md says how they were made and how well they agree with the given ones.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

COUNTS_FROM = 0.6  # of a repetition that the film cuts off has to be seen: the given counts are like that
DOUBT = 0.12  # a repetition of which so much more or less is seen counts for some people only
TOGETHER = 0.9  # so much of two halves, one at either end, is one more
SURE, UNSURE = 1.0, 0.5  # what a count weighs that one would bet on, and one that may be off by one
_FILE = Path(__file__).with_suffix(".csv")


@dataclass(frozen=True)
class OwnCount:
    """What was seen in one clip."""

    reps: int
    weight: float
    bounds_s: NDArray[np.float64] | None  # (reps + 1,) starts, and the last end, which may be inf; None where unknown
    whole_s: NDArray[np.float64] | None  # (whole repetitions + 1,) the same without what is cut off
    whole: int
    ends: tuple[float, float]  # share that is seen of what the film's beginning and end cut off; 0 where nothing is

    @property
    def joins_halves(self) -> bool:
        """Whether what is seen at the beginning and at the end counts as one together, and neither by itself."""
        return self.reps > self.whole + self.counts_end(0) + self.counts_end(1)

    def counts_end(self, end: int) -> bool:
        """Whether what the beginning (0) or the end (1) cuts off counts by itself."""
        return self.ends[end] >= COUNTS_FROM


def count_seen(seen: NDArray[np.float64]) -> int | None:
    """How many of these repetitions people count, by the share (n,) of each that is seen; None where they differ."""
    return None if (np.abs(seen - COUNTS_FROM) < DOUBT).any() else int((seen >= COUNTS_FROM).sum())


@cache
def read() -> dict[str, OwnCount]:
    """`part/file` → count."""
    with _FILE.open(newline="", encoding="utf-8") as file:
        return {row["file"]: _read_row(row) for row in csv.DictReader(file)}


def _read_row(row: dict[str, str]) -> OwnCount:
    cut = [float(row["start_seen"]), float(row["end_seen"])]
    first, last = (seen >= COUNTS_FROM for seen in cut)
    joined = not (first or last) and sum(cut) >= TOGETHER
    doubtful = row["confidence"] != "high" or joined or any(0 <= seen - COUNTS_FROM < DOUBT for seen in cut)
    whole_s = np.array(row["bounds_s"].split(), float)
    known = len(whole_s) > 0
    return OwnCount(
        reps=int(row["whole"]) + first + last + joined,
        weight=UNSURE if doubtful else SURE,
        bounds_s=np.array([*[0.0] * first, *whole_s, *[np.inf] * last]) if known and not joined else None,
        whole_s=whole_s if known else None,
        whole=int(row["whole"]),
        ends=(cut[0], cut[1]),
    )
