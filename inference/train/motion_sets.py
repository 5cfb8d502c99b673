"""Public motion sets as labelled tracks: Penn Action (2D, by hand) and UTD-MHAD (3D, seen by a random camera).

They show what "other" looks like (throwing, bowling, waving, walking) beside exercises by people whom no clip shows.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from inference import catalogue
from inference.skeleton import COUNT
from inference.train import clips
from inference.train.clips import LabelledTrack
from inference.types import PoseTrack

PENN_HZ = 25.0  # not stated by the set
GUESSED = 0.3  # confidence of a joint that the annotators could not see
PENN_NAMES = {  # "" = an exercise that the catalogue does not have
    "bench_press": "bench_press", "clean_and_jerk": "", "jumping_jacks": "jumping_jack",
    "jump_rope": "jump_rope", "pullup": "pull_up", "pushup": "push_up", "situp": "sit_up", "squat": "barbell_squat",
}  # fmt: skip
UTD_NAMES = {"squat": "squat", "lunge": "lunge", "jog": "running_in_place", "arm_curl": "dumbbell_curl"}
UTD_HZ, UTD_PIXELS_A_METRE = 30.0, 300.0
TURN_RAD = 1.0  # a camera looks at the front within this angle
WEIGHT = 0.25  # these sets are large; strangers' clips matter more
TAKEN_OF_OTHER = 0.35  # share of the sequences that show no exercise


def slice_sequences(offsets: NDArray[np.int64]) -> list[slice]:
    """Where each sequence lies in the table of all frames."""
    return [slice(int(a), int(b)) for a, b in itertools.pairwise(offsets)]


def read_penn_actions(split: str) -> Iterator[tuple[PoseTrack, dict[str, str]]]:
    """Penn Action (Zhang, Zhu, Derpanis, ICCV 2013), one of its official halves; hidden joints keep their guess."""
    folder = clips.DATA / "motion" / "penn_action"
    with np.load(folder / "sequences.npz") as file:
        keypoints, offsets = file["keypoints"].astype(np.float32), file["offsets"]
    with (folder / "index.csv").open(newline="", encoding="utf-8") as file_rows:
        rows = list(csv.DictReader(file_rows))
    for row, part in zip(rows, slice_sequences(offsets), strict=True):
        points = keypoints[part].copy()
        guessed = (points[..., 2] == 0) & (points[..., :2] != 0).any(axis=-1)
        points[guessed, 2] = GUESSED
        if row["split"] == split and (points[..., 2] > 0).any():
            size = (int(row["width"]), int(row["height"]))
            yield PoseTrack(points, np.arange(len(points)) / PENN_HZ, size), row


def read_penn(split: str = "train") -> Iterator[LabelledTrack]:
    """Penn Action under the catalogue's names."""
    for track, row in read_penn_actions(split):
        name = PENN_NAMES.get(row["exercise"], catalogue.OTHER)
        if name:
            yield LabelledTrack(f"penn/{row['id']}", "motion", name, None, "penn", WEIGHT, row["view"], track)


def read_utd(seed: int = 0) -> Iterator[LabelledTrack]:
    """UTD-MHAD (Chen, Jafari, Kehtarnavaz, ICIP 2015) through a camera at a random angle."""
    rng = np.random.default_rng(seed)
    folder = clips.DATA / "motion" / "utd_mhad"
    with np.load(folder / "sequences.npz") as file:
        points, offsets, confidence = file["keypoints3d"].astype(np.float32), file["offsets"], file["confidence"]
    with (folder / "index.csv").open(newline="", encoding="utf-8") as file_rows:
        rows = list(csv.DictReader(file_rows))
    for row, part in zip(rows, slice_sequences(offsets), strict=True):
        flat = _project(points[part], rng.uniform(-TURN_RAD, TURN_RAD))
        keypoints = np.zeros((len(flat), COUNT, 3), np.float32)
        keypoints[..., :2], keypoints[..., 2] = flat, confidence[part]
        track = PoseTrack(keypoints, np.arange(len(flat)) / UTD_HZ, (1000, 1000))
        name = UTD_NAMES.get(row["action"], catalogue.OTHER)
        yield LabelledTrack(f"utd/{row['id']}", "motion", name, None, "utd", WEIGHT, "", track)


def _project(points: NDArray[np.float32], turn_rad: float) -> NDArray[np.float32]:
    """(T, 24, 3) metres, y up, to pixels (T, 24, 2), y down, seen from an angle."""
    across = -points[..., 0] * np.cos(turn_rad) + points[..., 2] * np.sin(turn_rad)
    flat = np.stack([across, -points[..., 1]], axis=-1) * UTD_PIXELS_A_METRE + 500
    return np.asarray(flat, np.float32)


def load(seed: int = 0) -> list[LabelledTrack]:
    """Both sets; of what shows no exercise only a share, drawn by chance."""
    rng = np.random.default_rng(seed)
    both = [*read_penn(), *read_utd(seed)]
    return [t for t in both if t.exercise != catalogue.OTHER or rng.random() < TAKEN_OF_OTHER]
