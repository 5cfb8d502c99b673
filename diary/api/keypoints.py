"""Keypoints of a clip, small enough for a phone: whole pixels and percent."""

from __future__ import annotations

import zipfile
from typing import Any

import numpy as np
from django.http import Http404

from diary.models import Clip

# Pairs of the 24 keypoints that a skeleton joins, by their place in the list (order: docs/api.md).
EDGES = [
    (0, 17), (17, 5), (17, 6), (5, 7), (7, 9), (9, 18), (6, 8), (8, 10), (10, 19), (17, 20), (20, 21), (21, 11),
    (21, 12), (11, 13), (13, 15), (15, 22), (12, 14), (14, 16), (16, 23), (0, 1), (0, 2), (1, 3), (2, 4),
]  # fmt: skip
TIME_DIGITS = 3


def read_keypoints(clip: Clip) -> dict[str, Any]:
    """{size, times, points, edges}; a frame without a person is null."""
    if not clip.keypoints:
        raise Http404
    try:
        with clip.keypoints.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return describe_track(arrays["keypoints"], arrays["times_s"], [int(side) for side in arrays["size"]])
    except (FileNotFoundError, KeyError, zipfile.BadZipFile) as error:
        raise Http404 from error


def describe_track(keypoints: Any, times_s: Any, size: list[int]) -> dict[str, Any]:
    """Arrays of (T, 24, 3) and (T,) as plain lists."""
    scaled = np.nan_to_num(keypoints * np.array([1.0, 1.0, 100.0]))
    rounded = np.rint(scaled).astype(int).reshape(len(times_s), -1)  # (T, 72) x, y, percent, x, y, percent …
    found = keypoints[..., 2].max(axis=-1) > 0 if len(times_s) else []
    points = [row if seen else None for row, seen in zip(rounded.tolist(), found, strict=True)]
    times = [round(float(time), TIME_DIGITS) for time in times_s]
    return {"size": size, "times": times, "points": points, "edges": [list(edge) for edge in EDGES]}
