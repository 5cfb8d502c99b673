"""Labelled clips as keypoint tracks: reads LABELS.csv files, runs the pose stage once, keeps its result in a cache."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference import pipeline
from inference.errors import InferenceError
from inference.evaluate import read_track
from inference.types import AnalysisOptions, PoseTrack

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("DEUKGEUN_SHARED") or ROOT.parent / "shared") / "data"
CACHE = ROOT / "var" / "train" / "keypoints"
PARTS = ("checked", "more", "named")
UNCHECKED_WEIGHT = 0.6  # of a clip whose name nobody checked

# Sources that share people or footage belong to one fold (README of the data).
_SAME_PEOPLE = (
    {"monkeyshavefallenthetree", "renanbolpersonal-cyber"},
    {"chauhan08", "harish25346", "KunlanatPP"},
    {"greendjpt-wq", "TechBusa", "Goondoc08", "Dogrud", "preethim111", "zeyad220"},
)
_SAME_CLIPS = {
    "push_up_017", "push_up_137", "jumping_jack_089", "high_knees_087", "plank_055", "squat_135", "squat_162",
    "goblet_squat_145",
}  # fmt: skip


@dataclass(frozen=True)
class LabelledTrack:
    """One clip with what is known about it."""

    file: str
    part: str
    exercise: str
    reps: int | None
    group: str  # fold unit: nobody is in two groups
    weight: float
    view: str
    track: PoseTrack


def fold_group(row: dict[str, str]) -> str:
    """Unit that is held out together."""
    owner = row["source"].split("/")[0]
    for number, owners in enumerate(_SAME_PEOPLE):
        if owner in owners:
            return f"shared-{number}"
    return "shared-2" if Path(row["file"]).stem in _SAME_CLIPS else owner


def cached_track(clip: Path, part: str) -> PoseTrack | None:
    """Keypoints of a clip, from the cache or by running the pose stage; None when it can't be analysed."""
    path = CACHE / part / f"{clip.stem}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _info, track = pipeline.track_pose(clip, AnalysisOptions())
        except InferenceError:
            return None
        pipeline.save_keypoints(track, path)
    return read_track(path)


def load(parts: tuple[str, ...] = PARTS) -> Iterator[LabelledTrack]:
    """All clips of some parts that the pose stage can see somebody in."""
    for part in parts:
        folder = DATA / "clips" / part
        with (folder / "LABELS.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            track = cached_track(folder / row["file"], part)
            if track is None or not track.found.any():
                continue
            sure = part == "checked" or row.get("name_checked") == "1"
            yield LabelledTrack(
                file=row["file"],
                part=part,
                exercise=row["exercise"],
                reps=int(row["reps"]) if row["reps"] else None,
                group=fold_group(row),
                weight=1.0 if sure else UNCHECKED_WEIGHT,
                view=row.get("view", ""),
                track=track,
            )


def split_folds(groups: list[str], folds: int, seed: int = 0) -> dict[str, int]:
    """Group → fold, by chance but always the same."""
    order = np.random.default_rng(seed).permutation(sorted(set(groups)))
    return {str(group): i % folds for i, group in enumerate(order)}
