"""Labelled clips as keypoint tracks: reads LABELS.csv files, runs the pose stage once, keeps its result in a cache."""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference import pipeline, pose
from inference.errors import InferenceError
from inference.evaluate import read_track
from inference.train import relook, seen_names
from inference.train.processes import run_each
from inference.types import AnalysisOptions, PoseTrack

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("DEUKGEUN_SHARED") or ROOT.parent / "shared") / "data"
CACHE = ROOT / "var" / "train" / "keypoints"
FIRST_ESTIMATOR = "blazepose-full"  # its keypoints lie in CACHE itself, those of others beside it
PARTS = ("checked", "more", "named")
UNCHECKED_WEIGHT = 0.6  # of a clip whose name nobody checked
WORTH_PROCESSES = 8  # clips to look at; to start a process takes as long as one

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
    estimator: str = FIRST_ESTIMATOR
    depth: NDArray[np.float64] | None = None  # (T, 24) px behind the waist; None where nobody knows

    @property
    def name(self) -> str:
        """Part and file: the same file name may be in two parts."""
        return f"{self.part}/{self.file}"


def fold_group(row: dict[str, str]) -> str:
    """Unit that is held out together."""
    owner = row["source"].split("/")[0]
    for number, owners in enumerate(_SAME_PEOPLE):
        if owner in owners:
            return f"shared-{number}"
    return "shared-2" if Path(row["file"]).stem in _SAME_CLIPS else owner


def cache_of(estimator: str) -> Path:
    """Folder of the keypoints that a pose estimator gave."""
    return CACHE if estimator == FIRST_ESTIMATOR else CACHE.with_name(f"{CACHE.name}-{estimator}")


def _place(clip: Path, part: str, estimator: str) -> Path:
    return cache_of(estimator) / part / f"{clip.stem}.npz"


def cached_track(clip: Path, part: str, estimator: str = FIRST_ESTIMATOR) -> PoseTrack | None:
    """Keypoints of a clip, from the cache or by running the pose stage; None when it can't be analysed.

    Estimators that have no detector of their own look where the first one saw somebody.
    """
    path = _place(clip, part, estimator)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        track = _look_again(clip, part, estimator) if estimator in pose.TOP_DOWN else _look(clip, estimator)
        if track is None:
            return None
        pipeline.save_keypoints(track, path)
    return read_track(path)


def look_at_all(parts: Sequence[str] = PARTS, estimators: Sequence[str] = (FIRST_ESTIMATOR,)) -> None:
    """Fill the cache where much is missing; a few clips are looked at when somebody asks for them."""
    for estimator in sorted(estimators, key=lambda name: name != FIRST_ESTIMATOR):  # others look where it saw somebody
        jobs = [(clip, part, estimator) for clip, part in list_clips(parts)]
        missing = [job for job in jobs if not _place(*job).exists()]
        if len(missing) >= WORTH_PROCESSES:
            print(f"{estimator} looks at {len(missing)} clips", flush=True)
            run_each(cached_track, missing)


def list_clips(parts: Sequence[str] = PARTS) -> list[tuple[Path, str]]:
    """Every clip, and the part that it is in."""
    return [(DATA / "clips" / part / row["file"], part) for part in parts for row in _read_labels(part)]


def _read_labels(part: str) -> list[dict[str, str]]:
    with (DATA / "clips" / part / "LABELS.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _look(clip: Path, estimator: str) -> PoseTrack | None:
    try:
        return pipeline.track_pose(clip, AnalysisOptions(estimator=estimator))[1]
    except InferenceError:
        return None


def _look_again(clip: Path, part: str, estimator: str) -> PoseTrack | None:
    first = cached_track(clip, part)
    return None if first is None else relook.read(clip, first, estimator)


def load(parts: Sequence[str] = PARTS, estimators: Sequence[str] = (FIRST_ESTIMATOR,)) -> Iterator[LabelledTrack]:
    """All clips of some parts in which a pose estimator sees somebody, once for each estimator that does.

    The tracks of one clip share its weight, and its group.
    """
    look_at_all(parts, estimators)
    for part in parts:
        for row in _read_labels(part):
            clip = DATA / "clips" / part / row["file"]
            found = {name: cached_track(clip, part, name) for name in estimators}
            seen = {name: track for name, track in found.items() if track is not None and track.found.any()}
            for name, track in seen.items():
                yield _label(row, part, name, track, 1 / len(seen))


def _label(row: dict[str, str], part: str, estimator: str, track: PoseTrack, share: float) -> LabelledTrack:
    seen = seen_names.read().get(f"{part}/{row['file']}")
    sure = part == "checked" or row.get("name_checked") == "1" or seen is not None
    return LabelledTrack(
        file=row["file"],
        part=part,
        exercise=seen or row["exercise"],
        reps=int(row["reps"]) if row["reps"] else None,
        group=fold_group(row),
        weight=share * (1.0 if sure else UNCHECKED_WEIGHT),
        view=row.get("view", ""),
        track=track,
        estimator=estimator,
    )


def split_folds(groups: list[str], folds: int, seed: int = 0) -> dict[str, int]:
    """Group → fold, by chance but always the same."""
    order = np.random.default_rng(seed).permutation(sorted(set(groups)))
    return {str(group): i % folds for i, group in enumerate(order)}


def add_estimators(parser: argparse.ArgumentParser) -> None:
    """The option that says whose keypoints a training learns from."""
    parser.add_argument(
        "--estimators",
        nargs="+",
        default=[FIRST_ESTIMATOR],
        choices=pose.NAMES,
        help="whose keypoints to learn from",
    )
