"""Score a pose estimator on labelled pictures: `python -m inference evaluate-pose SHARD.jsonl [--json]`.

The truth is `gt` (joints set by people) where a line has it, else `keypoints` (a teacher's). Everybody gets the same
box; estimators with a detector of their own are also given the whole picture and have to find the person.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import sys
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from tqdm import tqdm

from inference import pose, pose_metrics
from inference.errors import UnreadableListError
from inference.pose import PoseEstimator
from inference.pose_metrics import Score
from inference.types import Frame

# What json, tarfile, Pillow and numpy say of what is none of theirs.
_DAMAGED = (OSError, ValueError, LookupError, RecursionError, tarfile.TarError, Image.DecompressionBombError)
POSTURES = ("upright", "lying", "upside_down", "unknown")


@dataclass(frozen=True)
class Example:
    """One picture of a person with the truth."""

    image: NDArray[np.uint8]  # (H, W, 3) RGB
    truth: NDArray[np.float32]  # (24, 3) x px, y px, above 0 = known
    teacher: NDArray[np.float32]  # (24, 3)
    by_people: bool  # the truth was set by people


@dataclass(frozen=True)
class Scored:
    """One picture after both ways of looking."""

    with_box: Score
    whole_picture: Score | None
    by_people: bool
    seconds: float  # for the crop


def read_examples(shard: Path) -> Iterator[Example]:
    """Pictures of a shard, whose tar lies beside it; lines without any known joint are left out.

    Raises UnreadableListError when one of the two files is missing or is something else.
    """
    with _open_lines(shard) as lines, _open_pictures(shard.with_suffix(".tar")) as pictures:
        for number in itertools.count(1):
            try:
                line = next(lines, None)
                example = _read_example(json.loads(line), pictures) if line and line.strip() else None
            except _DAMAGED as error:
                raise UnreadableListError(f"{shard}, line {number}: {_explain(error)}") from error
            if line is None:
                return
            if example is not None:
                yield example


def _open_lines(shard: Path) -> TextIO:
    try:
        return shard.open(encoding="utf-8")
    except OSError as error:
        raise UnreadableListError(f"{shard}: {error.strerror}") from error


def _open_pictures(path: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(path)
    except OSError as error:
        raise UnreadableListError(f"{path}, which holds the pictures: {error.strerror}") from error
    except tarfile.TarError as error:
        raise UnreadableListError(f"{path}, which holds the pictures, is not a tar file") from error


def _explain(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not a text in UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error})"
    if isinstance(error, UnidentifiedImageError):
        return "its picture is none"
    return str(error.args[0]) if error.args else type(error).__name__


def count_lines(shard: Path) -> int:
    """Lines of a shard, for the progress bar; 0 when it can't be read."""
    try:
        with shard.open(encoding="utf-8") as lines:
            return sum(1 for _ in lines)
    except (OSError, UnicodeDecodeError):
        return 0


def _read_example(label: dict[str, Any], pictures: tarfile.TarFile) -> Example | None:
    if not isinstance(label, dict) or not isinstance(label.get("file"), str):
        raise ValueError("no object with `file` and `keypoints`")
    teacher = _read_points(label, "keypoints")
    by_people = label.get("gt") is not None
    truth = _read_points(label, "gt") if by_people else teacher
    if not (truth[:, 2] > 0).any():
        return None
    stream = pictures.extractfile(label["file"])
    if stream is None:
        raise ValueError(f"no picture {label['file']}")
    with Image.open(io.BytesIO(stream.read())) as picture:
        image = np.asarray(picture.convert("RGB"))
    return Example(image, truth, teacher, by_people)


def _read_points(label: dict[str, Any], name: str) -> NDArray[np.float32]:
    points = label.get(name)
    try:
        found = np.array(points, np.float32)
    except (TypeError, ValueError):
        found = np.zeros(0, np.float32)
    if found.shape != (24, 3) or not np.isfinite(found).all():
        raise ValueError(f"`{name}` is not 24 times x, y and how sure")
    return found


def score_example(estimator: PoseEstimator, example: Example, *, whole_picture: bool) -> Scored | None:
    """Look at one picture; None when nothing in it can be scored."""
    began_s = time.perf_counter()
    found = estimator.estimate_crop(example.image, pose_metrics.given_box(example.truth))
    seconds = time.perf_counter() - began_s
    with_box = pose_metrics.score_person(found, example.truth, example.teacher)
    if with_box is None:
        return None
    whole = None
    if whole_picture:
        height, width = example.image.shape[:2]
        track = estimator.estimate([Frame(0.0, example.image)], (width, height))
        whole = pose_metrics.score_person(track.keypoints[0], example.truth, example.teacher)
    return Scored(with_box, whole, example.by_people, seconds)


def summarise(scored: list[Scored]) -> dict[str, Any]:
    """On top what the estimator makes of the whole picture, or of the given box if that was all it got.

    With the box always stand beside it: all people, by posture, and by kind of truth.
    """
    boxed = [one.with_box for one in scored]
    whole = [s.whole_picture for s in scored if s.whole_picture is not None]
    figures = pose_metrics.summarise(whole or boxed)
    figures["with_box"] = pose_metrics.summarise(boxed)
    figures["ms_per_crop"] = round(1000 * float(np.median([s.seconds for s in scored])), 2) if scored else None
    figures["by_posture"] = {p: pose_metrics.summarise([s for s in boxed if s.posture == p]) for p in POSTURES}
    figures["by_truth"] = {
        "people": pose_metrics.summarise([s.with_box for s in scored if s.by_people]),
        "teacher": pose_metrics.summarise([s.with_box for s in scored if not s.by_people]),
    }
    return figures


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The shard, the estimator and the form of the answer."""
    parser.add_argument("shard", type=Path, metavar="SHARD.jsonl", help="its .tar lies beside it")
    parser.add_argument("--estimator", choices=pose.NAMES, default=pose.DEFAULT)
    parser.add_argument(
        "--box-only", action="store_true", help="leave out the estimator's own detector (top-down ones have none)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Score every picture and print the figures."""
    estimator = pose.load(args.estimator)
    examples = tqdm(read_examples(args.shard), total=count_lines(args.shard), unit="picture", file=sys.stderr)
    box_only = args.box_only or args.estimator in pose.TOP_DOWN
    looked_at = [score_example(estimator, one, whole_picture=not box_only) for one in examples]
    if not looked_at:
        raise UnreadableListError(f"{args.shard}: no line with a known joint")
    figures = {
        "estimator": f"{estimator.name}@{estimator.version}",
        "shard": args.shard.name,
        **summarise([one for one in looked_at if one is not None]),
        "not_scored": sum(one is None for one in looked_at),
    }
    print(json.dumps(figures) if args.json else _as_table(figures))
    return 0


def _as_table(figures: dict[str, Any]) -> str:
    groups = {"all": figures, "all, with the box": figures["with_box"], **figures["by_posture"]}
    groups |= {f"truth by {name}": group for name, group in figures["by_truth"].items()}
    keys = ("people", "pck_0.2", "pck_0.1", "error_px_at_1920", "median_error_px_at_1920", "joints_missing")
    titles = ("people", "PCK@0.2", "PCK@0.1", "mean px", "median px", "missing")
    lines = [f"{figures['estimator']} on {figures['shard']}", f"{'':<20}" + "".join(f"{t:>11}" for t in titles)]
    for name, group in groups.items():
        if group["people"]:
            lines.append(f"{name:<20}" + "".join(f"{'-' if group[k] is None else group[k]:>11}" for k in keys))
    lines.append(
        f"{figures['ms_per_crop']} ms a crop (median); {figures['not_scored']} without shoulders or hips left out"
    )
    return "\n".join(lines)
