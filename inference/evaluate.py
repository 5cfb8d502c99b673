"""Score a list of labelled clips: `python -m inference evaluate LABELS.csv [--json]`.

A file of the list is a clip or a keypoints .npz. A file that can't be analysed counts as named and counted wrongly; the
run goes on. Counts are scored where the list has a number; exercises that one holds have 0, and so does a file that
failed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from inference import catalogue, labels, metrics, pipeline, pose
from inference.classify import Classifier
from inference.errors import Code, InferenceError
from inference.labels import Label
from inference.recognise import recognise
from inference.recogniser import load_classifier
from inference.sentences import SENTENCES
from inference.types import AnalysisOptions, PoseTrack, Recognition

TOP = 3
LONGEST_S = 3600.0  # of a keypoints file: its motion is sampled evenly, in memory
FARTHEST_PX = 1e6  # a point beyond it is no pixel
# What numpy and zipfile say of a file that is none of theirs, or damaged, or locked, or larger than can be true.
_DAMAGED = (
    OSError, ValueError, TypeError, LookupError, RuntimeError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One file of the list with what was found in it."""

    file: str
    exercise: str
    reps: int | None
    predicted: str | None
    candidates: tuple[tuple[str, float], ...]
    counted: int
    error: str | None
    seconds: float
    frames: int = 0  # looked at; 0 for a file that failed
    found: int = 0  # of them with the trainee

    @property
    def names(self) -> list[str]:
        """Likeliest slugs."""
        return [name for name, _ in self.candidates[:TOP]]

    def as_json(self) -> dict[str, Any]:
        """The row as the command prints it."""
        return {
            "file": self.file,
            "exercise": self.exercise,
            "predicted": self.predicted,
            "candidates": [{"exercise": name, "confidence": round(share, 4)} for name, share in self.candidates],
            "reps": self.reps,
            "counted": self.counted,
            "error": self.error,
            "frames": self.frames,
            "found": self.found,
        }


def read_track(path: Path | IO[bytes]) -> PoseTrack:
    """A keypoints file as `python -m inference keypoints` writes it, or what it holds.

    Raises InferenceError(NOT_A_VIDEO) when it is something else, and TOO_LONG.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            keypoints = np.nan_to_num(file["keypoints"].astype(np.float32, casting="same_kind"), posinf=0, neginf=0)
            times_s = file["times_s"].astype(np.float64, casting="same_kind")
            width, height = (int(side) for side in file["size"])
    except _DAMAGED as error:
        raise InferenceError(Code.NOT_A_VIDEO, str(error)) from error
    _check_track(keypoints, times_s)
    return PoseTrack(keypoints, times_s, (width, height))


def _check_track(keypoints: NDArray[np.float32], times_s: NDArray[np.float64]) -> None:
    if keypoints.ndim != 3 or keypoints.shape[1:] != (24, 3) or times_s.shape != keypoints.shape[:1]:
        raise InferenceError(Code.NOT_A_VIDEO, f"keypoints of shape {keypoints.shape}, times of {times_s.shape}")
    if not np.isfinite(times_s).all() or (np.diff(times_s) < 0).any():
        raise InferenceError(Code.NOT_A_VIDEO, "times that do not rise")
    if np.abs(keypoints).max(initial=0) > FARTHEST_PX:
        raise InferenceError(Code.NOT_A_VIDEO, "points that lie nowhere")
    if len(times_s) and times_s[-1] - times_s[0] > LONGEST_S:
        raise InferenceError(Code.TOO_LONG, f"{times_s[-1] - times_s[0]:.0f} s")


def recognise_file(path: Path, estimator: str | None, classifier: Classifier) -> tuple[PoseTrack, Recognition]:
    """Name and count one clip or keypoints file."""
    if path.suffix == ".npz":
        track = read_track(path)
        if not track.found.any():
            raise InferenceError(Code.NO_PERSON)
    else:
        _info, track = pipeline.track_pose(path, AnalysisOptions(estimator=estimator))
    return track, recognise(track, classifier=classifier)


def evaluate_row(label: Label, folder: Path, estimator: str | None, classifier: Classifier) -> Row:
    """Score one line of the list."""
    began_s = time.perf_counter()
    try:
        track, found = recognise_file(folder / label.file, estimator, classifier)
    except InferenceError as error:
        # Nobody to be seen is a right answer for a clip that shows no exercise.
        nobody = error.code in {Code.NO_PERSON, Code.NO_MOVEMENT}
        candidates = ((catalogue.OTHER, 1.0),) if nobody else ()
        predicted = catalogue.OTHER if nobody else None
        seconds = time.perf_counter() - began_s
        return Row(label.file, label.exercise, label.reps, predicted, candidates, 0, error.code.value, seconds)
    named = tuple((c.exercise, c.confidence) for c in found.classification.candidates)
    counted = sum(part.rep_count.count for part in found.sets)
    seconds = time.perf_counter() - began_s
    seen = track.found
    return Row(
        label.file, label.exercise, label.reps, named[0][0], named, counted, None, seconds, len(seen), int(seen.sum())
    )


def summarise(rows: list[Row]) -> dict[str, Any]:
    """The figures of DESIGN.md."""
    family = catalogue.family_of
    other = [row for row in rows if row.exercise == catalogue.OTHER]
    pairs = [(row.reps, row.counted) for row in rows if row.reps is not None]
    training = [row for row in rows if row.exercise != catalogue.OTHER]
    return {
        "clips": len(rows),
        "top1": metrics.mean([float(row.predicted == row.exercise) for row in rows]),
        "top3": metrics.mean([float(row.exercise in row.names) for row in rows]),
        "family_top1": metrics.mean(
            [float(row.predicted is not None and family(row.predicted) == family(row.exercise)) for row in rows]
        ),
        "other_recall": metrics.mean([float(row.predicted == catalogue.OTHER) for row in other]),
        "rep_clips": len(pairs),
        **metrics.count_scores(pairs),
        "trainee_found": sum(row.found for row in training) / max(sum(row.frames for row in training), 1),
        "seconds_per_clip": metrics.mean([row.seconds for row in rows]),
    }


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The list and the form of the answer."""
    parser.add_argument("labels", type=Path, metavar="LABELS.csv", help="columns file, exercise, reps")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, with a row for every file")
    parser.add_argument("--estimator", choices=pose.NAMES, help=f"who looks (default: {pose.DEFAULT})")


def run(args: argparse.Namespace) -> int:
    """Score every file and print the figures."""
    listed = labels.read(args.labels)
    unknown = sorted({label.exercise for label in listed} - set(catalogue.exercises()))
    if unknown:
        print(f"Not in the catalogue, so never named right: {', '.join(unknown)}", file=sys.stderr)
    classifier = load_classifier()
    rows = [evaluate_row(label, args.labels.parent, args.estimator, classifier) for label in tqdm(listed, unit="clip")]
    figures = summarise(rows)
    if args.json:
        print(json.dumps({**figures, "rows": [row.as_json() for row in rows]}, ensure_ascii=False))
        return 0
    _print_figures(figures, rows)
    return 0


def _print_figures(figures: dict[str, Any], rows: list[Row]) -> None:
    for name in ("top1", "top3", "family_top1", "other_recall", "off_by_one", "exact"):
        count = figures["rep_clips"] if name in {"off_by_one", "exact"} else figures["clips"]
        if name == "other_recall":
            count = sum(row.exercise == catalogue.OTHER for row in rows)
        if figures[name] is not None:
            low, high = metrics.wilson_interval(figures[name], count)
            print(f"{name:<14} {figures[name]:.3f}  of {count} (95 %: {low:.3f} to {high:.3f})")
    if figures["mae"] is not None:
        print(f"{'mae':<14} {figures['mae']:.3f}")
    print(f"{'trainee found':<14} {figures['trainee_found']:.4f}  of the frames of clips of an exercise")
    if figures["seconds_per_clip"] is not None:
        print(f"{'s per clip':<14} {figures['seconds_per_clip']:.2f}")
    _print_by_exercise(rows)
    _print_failed(rows)


def _print_failed(rows: list[Row]) -> None:
    """A path that is written wrongly looks like a bad product otherwise."""
    failed = [row for row in rows if row.error]
    if failed:
        print(f"\n{len(failed)} of {len(rows)} could not be analysed:")
    for row in failed:
        print(f"{row.file}: {SENTENCES[Code(str(row.error))]}")


def _print_by_exercise(rows: list[Row]) -> None:
    print("\nexercise                      clips  named  count within 1")
    for slug in sorted({row.exercise for row in rows}):
        mine = [row for row in rows if row.exercise == slug]
        named = sum(row.predicted == slug for row in mine)
        counted = [abs(row.reps - row.counted) <= 1 for row in mine if row.reps is not None]
        print(f"{slug:<30}{len(mine):>5}{named:>7}  {sum(counted)}/{len(counted)}")
