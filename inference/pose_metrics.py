"""How far keypoints lie from the truth: share of correct points (PCK) and distances, per group of people.

A joint is scored where the truth knows it. One that the estimator does not give (confidence 0) is wrong for PCK and has
no distance; how many there were is reported, so that nobody wins by leaving the hard ones out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference import skeleton

BOX_GROWTH = 1.25  # the given box is the bounds of the truth grown by this
LEAST_TORSO_PX = 10.0
SCALED_PERSON_PX = 648.0  # a person who fills 60 % of a frame 1080 high
UPRIGHT_UNTIL_DEG, UPSIDE_DOWN_FROM_DEG = 45.0, 135.0
_DIAGONALS = (("left_shoulder", "right_hip"), ("right_shoulder", "left_hip"))


@dataclass(frozen=True)
class Score:
    """One person: distances of the scored joints."""

    distances_px: NDArray[np.float64]  # (J,) NaN where the estimator gave nothing
    torso_px: float
    height_px: float  # of the person: the bounds of the known joints, not grown
    posture: str  # "upright", "lying", "upside_down" or "unknown"

    @property
    def scaled_px(self) -> NDArray[np.float64]:
        """(J,) as if the person filled 60 % of a picture 1920 x 1080."""
        return self.distances_px * SCALED_PERSON_PX / self.height_px


def given_box(truth: NDArray[np.float32]) -> NDArray[np.float32]:
    """(4,) x0, y0, x1, y1 px: the bounds of the known points of (24, 3), grown about their middle."""
    known = truth[truth[:, 2] > 0, :2]
    low, high = known.min(axis=0), known.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2 * BOX_GROWTH
    return np.concatenate([middle - half, middle + half]).astype(np.float32)


def measure_torso(*sources: NDArray[np.float32]) -> float | None:
    """Left shoulder to right hip, px; the other diagonal or the next source where one end is not known."""
    for points in sources:
        for names in _DIAGONALS:
            a, b = (points[skeleton.INDEX[name]] for name in names)
            if a[2] > 0 and b[2] > 0:
                return max(float(np.hypot(*(a[:2] - b[:2]))), LEAST_TORSO_PX)
    return None


def describe_posture(*sources: NDArray[np.float32]) -> str:
    """Which way the trunk points, from hips to shoulders; the first source that knows all four joints says."""
    corners = [skeleton.INDEX[f"{side}_{part}"] for part in ("shoulder", "hip") for side in ("left", "right")]
    for points in sources:
        if (points[corners, 2] > 0).all():
            shoulders, hips = points[corners[:2], :2].mean(axis=0), points[corners[2:], :2].mean(axis=0)
            dx, dy = shoulders - hips
            lean_deg = float(np.degrees(np.abs(np.arctan2(dx, -dy))))
            return _name_lean(lean_deg)
    return "unknown"


def _name_lean(lean_deg: float) -> str:
    if lean_deg < UPRIGHT_UNTIL_DEG:
        return "upright"
    return "lying" if lean_deg < UPSIDE_DOWN_FROM_DEG else "upside_down"


def score_person(
    found: NDArray[np.float32], truth: NDArray[np.float32], teacher: NDArray[np.float32] | None = None
) -> Score | None:
    """Compare (24, 3) with (24, 3); None when the truth has no joint or no torso to measure by.

    ``teacher`` only lends its shoulders and hips where the truth lacks them.
    """
    known = truth[:, 2] > 0
    sources = (truth,) if teacher is None else (truth, teacher)
    torso_px = measure_torso(*sources)
    if torso_px is None or not known.any():
        return None
    distances = np.hypot(*(found[known, :2] - truth[known, :2]).astype(np.float64).T)
    distances[found[known, 2] <= 0] = np.nan
    height_px = float(np.ptp(truth[known, 1]))
    return Score(distances, torso_px, max(height_px, LEAST_TORSO_PX), describe_posture(*sources))


def summarise(scores: Sequence[Score]) -> dict[str, Any]:
    """Figures of a group; every joint counts the same. None where the group is empty."""
    relative = _concatenate([s.distances_px / s.torso_px for s in scores])
    scaled = _concatenate([s.scaled_px for s in scores])
    given = scaled[~np.isnan(scaled)]
    return {
        "people": len(scores),
        "joints": len(relative),
        "joints_missing": int(np.isnan(relative).sum()),
        "pck_0.2": _share_within(relative, 0.2),
        "pck_0.1": _share_within(relative, 0.1),
        "error_px_at_1920": round(float(given.mean()), 2) if len(given) else None,
        "median_error_px_at_1920": round(float(np.median(given)), 2) if len(given) else None,
    }


def _concatenate(parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate(parts) if parts else np.zeros(0)


def _share_within(relative: NDArray[np.float64], limit: float) -> float | None:
    """NaN (not found) is not within."""
    return round(float((relative <= limit).mean()), 4) if len(relative) else None
