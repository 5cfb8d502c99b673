"""AI Hub's fitness postures (dataSetSn 231): label files as sequences of keypoints, five cameras each.

The set itself is handed out on request only; its format is known. A file holds up to 16 labelled moments of one set of
repetitions, every second picture of 32, seen by five cameras.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.skeleton import COUNT, INDEX
from inference.types import PoseTrack

VIEWS = tuple(f"view{i}" for i in range(1, 6))
SIZE_PX = (1920, 1080)
IMAGE_HZ = 8.0  # assumed: the files do not say
LEAST_MOMENTS = 4
_PICTURE = re.compile(r"Z(?P<subject>\d+)_[A-E]-(?P<number>\d+)\.\w+$")


@dataclass(frozen=True)
class AIHubSequence:
    """One file through one camera."""

    exercise: str  # Korean name, normalised
    subject: str  # unit of a split by person; "" when the file does not say
    view: str
    conditions: Mapping[str, bool]  # what was done right
    active: NDArray[np.bool_]  # (T,) whether the exercise is under way
    track: PoseTrack


def read_file(path: Path) -> Iterator[AIHubSequence]:
    """The cameras of a label file; none for a file with too few moments to show a movement."""
    content = json.loads(path.read_text(encoding="utf-8"))
    told = content["type_info"]
    conditions = {clean(c["condition"]): bool(c["value"]) for c in told.get("conditions", ())}
    for view in VIEWS:
        seen = [frame[view] for frame in content["frames"] if view in frame]
        if len(seen) < LEAST_MOMENTS:
            continue
        pictures = [_PICTURE.search(moment.get("img_key", "")) for moment in seen]
        numbers = [int(p["number"]) if p else 2 * i + 1 for i, p in enumerate(pictures)]
        keypoints = np.stack([_read_points(moment["pts"]) for moment in seen])
        order = np.argsort(numbers, kind="stable")
        times_s = (np.array(numbers, np.float64)[order] - 1) / IMAGE_HZ
        yield AIHubSequence(
            exercise=clean(told["exercise"]),
            subject=next((p["subject"] for p in pictures if p), ""),
            view=view,
            conditions=conditions,
            active=np.array([moment.get("active") == "Yes" for moment in seen])[order],
            track=PoseTrack(keypoints[order], times_s, SIZE_PX),
        )


def read_folder(folder: Path) -> Iterator[AIHubSequence]:
    """All two-dimensional label files below a folder."""
    for path in sorted(folder.rglob("*.json")):
        if not path.stem.endswith("-3d"):
            yield from read_file(path)


def clean(name: str) -> str:
    """Some names end in a blank; file systems and editors differ in how they compose Hangul."""
    return unicodedata.normalize("NFC", name).strip()


def _read_points(points: Mapping[str, Any]) -> NDArray[np.float32]:
    """(24, 3), by name because the order varies; a name that is missing or empty stays unknown."""
    out = np.zeros((COUNT, 3), np.float32)
    for name, place in points.items():
        index = INDEX.get(name.strip().lower().replace(" ", "_"))
        if index is not None and place and None not in (place.get("x"), place.get("y")):
            out[index] = (place["x"], place["y"], 1.0)
    return out
