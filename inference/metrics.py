"""Figures by which exercise names and counts are judged, with their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence


def wilson_interval(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); (0, 1) when nothing was counted."""
    if count == 0:
        return 0.0, 1.0
    centre = share + z * z / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def mean(values: Sequence[float]) -> float | None:
    """Arithmetic mean; None of nothing."""
    return sum(values) / len(values) if values else None


def count_scores(pairs: Sequence[tuple[int, int]]) -> dict[str, float | None]:
    """Scores of (true, counted) pairs: within one, exact, and mean |c - ĉ| / c over those with c ≥ 1."""
    errors = [abs(true - counted) for true, counted in pairs]
    return {
        "off_by_one": mean([float(error <= 1) for error in errors]),
        "exact": mean([float(error == 0) for error in errors]),
        "mae": mean([error / true for error, (true, _) in zip(errors, pairs, strict=True) if true > 0]),
    }
