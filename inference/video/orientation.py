"""The display matrix of a clip as a turn and a flip."""

from __future__ import annotations

from typing import Any

ROW_LENGTH = 3
UNIT = 1 << 16  # 16.16 fixed point


def read_orientation(side_data: list[dict[str, Any]]) -> tuple[int, bool]:
    """Clockwise turn (0, 90, 180 or 270) that makes the picture upright, and whether it is flipped after it."""
    for entry in side_data:
        if entry.get("side_data_type") == "Display Matrix":
            return _decompose(_parse_matrix(entry.get("displaymatrix", "")))
    return 0, False


def _parse_matrix(text: str) -> list[int]:
    """``00000000:  0  65536  0`` three times over → nine numbers; nothing when it is not that."""
    rows = [line.partition(":")[2].split() for line in text.strip().splitlines()]
    try:
        return [int(value) for row in rows for value in row]
    except ValueError:
        return []


def _decompose(matrix: list[int]) -> tuple[int, bool]:
    """x' = a·x + c·y, y' = b·x + d·y with y downwards. Turns that are no right angle are left alone."""
    if len(matrix) != ROW_LENGTH * ROW_LENGTH:
        return 0, False
    a, b, c, d = (matrix[i] / UNIT for i in (0, 1, 3, 4))
    is_mirrored = a * d - b * c < 0
    if is_mirrored:  # undo the flip, which comes after the turn
        a, c = -a, -c
    for rotation_deg, (cosine, sine) in {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}.items():
        if a * cosine + b * sine > 0.9 and d * cosine - c * sine > 0.9:
            return rotation_deg, is_mirrored
    return 0, False
