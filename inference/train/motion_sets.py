"""Public motion sets as labelled tracks: Penn Action (2D, by hand) and UTD-MHAD (3D, through our own camera).

They show what "other" looks like (throwing, bowling, waving, walking) beside exercises by people whom no clip shows.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference import catalogue
from inference.skeleton import COUNT, INDEX
from inference.train import clips
from inference.train.clips import LabelledTrack
from inference.train.synthetic import camera, wear
from inference.types import PoseTrack

PENN_HZ = 25.0  # not stated by the set
GUESSED = 0.3  # confidence of a joint that the annotators could not see
PENN_NAMES = {  # "" = an exercise that the catalogue does not have
    "bench_press": "bench_press", "clean_and_jerk": "", "jumping_jacks": "jumping_jack",
    "jump_rope": "jump_rope", "pullup": "pull_up", "pushup": "push_up", "situp": "sit_up", "squat": "barbell_squat",
}  # fmt: skip
UTD_NAMES = {"squat": "squat", "lunge": "lunge", "jog": "running_in_place", "arm_curl": "dumbbell_curl"}
UTD_HZ, UTD_EVERY = 30.0, 2
UTD_AXES = np.array([-1.0, 1.0, -1.0])  # Kinect's x and z point the other way than ours
FACE_M = {  # to the left, up and ahead of the middle of the head
    "nose": (0, 0, 0.11), "left_eye": (0.033, 0.035, 0.09), "right_eye": (-0.033, 0.035, 0.09),
    "left_ear": (0.075, 0, 0), "right_ear": (-0.075, 0, 0),
}  # fmt: skip
PART = "motion"  # that such tracks belong to
WEIGHT = 0.1  # these sets are large; strangers' clips matter more
LEAST_SEEN = 8  # frames


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
            yield LabelledTrack(f"penn/{row['id']}", PART, name, None, "penn", WEIGHT, row["view"], track)


def read_utd(seed: int = 0) -> Iterator[LabelledTrack]:
    """UTD-MHAD (Chen, Jafari, Kehtarnavaz, ICIP 2015) as our own camera and estimator would have seen it."""
    rng = np.random.default_rng(seed)
    folder = clips.DATA / "motion" / "utd_mhad"
    with np.load(folder / "sequences.npz") as file:
        points, offsets = file["keypoints3d"].astype(np.float64), file["offsets"]
        heads = file["extra_head_shouldercenter_spine_hipcenter"][:, 0].astype(np.float64)
    with (folder / "index.csv").open(newline="", encoding="utf-8") as file_rows:
        rows = list(csv.DictReader(file_rows))
    for row, part in zip(rows, slice_sequences(offsets), strict=True):
        body = add_face(points[part] * UTD_AXES, heads[part] * UTD_AXES)
        name = UTD_NAMES.get(row["action"], catalogue.OTHER)
        seen_by = camera.draw_camera(rng)
        flat, behind_m = camera.project(body, seen_by, rng)
        keypoints = wear.wear(flat[::UTD_EVERY], behind_m[::UTD_EVERY], seen_by.size_px, rng)
        track = PoseTrack(keypoints, np.arange(len(keypoints)) * UTD_EVERY / UTD_HZ, seen_by.size_px)
        if track.found.any():
            yield LabelledTrack(f"utd/{row['id']}", PART, name, None, "utd", WEIGHT, seen_by.view, track)


def add_face(points: NDArray[np.float64], head: NDArray[np.float64]) -> NDArray[np.float64]:
    """Place nose, eyes and ears of (T, 24, 3) about the middle of the head (T, 3), metres; they face as chests do."""
    left = points[:, INDEX["left_shoulder"]] - points[:, INDEX["right_shoulder"]]
    up = head - points[:, INDEX["neck"]]
    left, up = (v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-6) for v in (left, up))
    ahead = np.cross(left, up)
    for name, (x, y, z) in FACE_M.items():
        points[:, INDEX[name]] = head + x * left + y * up + z * ahead
    return points


def complete(points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Palms, feet, eyes and ears that Penn Action lacks, guessed from (T, 24, 3), so that their lack tells nothing."""
    out = points.copy()
    for side in ("left", "right"):
        for name, a, b, reach in (("palm", "elbow", "wrist", 0.3), ("foot", "knee", "ankle", 0.25)):
            near, far = points[:, INDEX[f"{side}_{a}"]], points[:, INDEX[f"{side}_{b}"]]
            out[:, INDEX[f"{side}_{name}"]] = far
            out[:, INDEX[f"{side}_{name}"], :2] += reach * (far - near)[:, :2]
    tall = float(np.linalg.norm(points[:, INDEX["neck"], :2] - points[:, INDEX["waist"], :2], axis=1).mean())
    for name in ("left_eye", "right_eye", "left_ear", "right_ear"):
        out[:, INDEX[name]] = points[:, INDEX["nose"]]
        out[:, INDEX[name], :2] += rng.normal(0, 0.06 * tall, 2)
    sure = np.clip(1 - rng.exponential(0.05, (1, COUNT)), 0.1, 1)
    out[..., 2] *= np.where(out[..., 2] >= 1, sure, 1.0)
    return out


def load_others(count: int, seed: int = 0) -> list[LabelledTrack]:
    """Some of what shows no exercise in Penn Action's training half and in UTD-MHAD, with all 24 keypoints."""
    rng = np.random.default_rng(seed)
    both = [t for t in (*_read_penn_whole("train", rng), *read_utd(seed)) if _teaches(t, exercise=False)]
    return [both[i] for i in rng.permutation(len(both))[:count]]


def load_exercises(seed: int = 3) -> list[LabelledTrack]:
    """What shows an exercise of the catalogue in both halves of Penn Action and in UTD-MHAD, with all 24 keypoints."""
    rng = np.random.default_rng(seed)
    tracks = (*_read_penn_whole("train", rng), *_read_penn_whole("test", rng), *read_utd())
    return [t for t in tracks if _teaches(t, exercise=True)]


def _read_penn_whole(split: str, rng: np.random.Generator) -> Iterator[LabelledTrack]:
    for labelled in read_penn(split):
        whole = complete(labelled.track.keypoints, rng)
        yield replace(labelled, track=replace(labelled.track, keypoints=whole))


def _teaches(labelled: LabelledTrack, *, exercise: bool) -> bool:
    return (labelled.exercise != catalogue.OTHER) == exercise and bool(labelled.track.found.sum() >= LEAST_SEEN)
