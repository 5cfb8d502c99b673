"""Held-out predictions as a table and pictures: `python -m inference train plots FOLDS.json`.

FOLDS.json is what `python -m inference train classifier --folds FOLDS.json` writes.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import pyplot
from matplotlib.figure import Figure

from inference import catalogue, files
from inference.errors import UnreadableListError
from inference.train import clips
from inference.train.motion_figures import wilson

matplotlib.use("Agg")

BINS = 8
Key = Callable[["Prediction"], str]


@dataclass(frozen=True)
class Prediction:
    """What was said about a clip by a classifier that had not seen its source."""

    file: str
    exercise: str
    names: tuple[str, ...]
    confidence: float

    @property
    def right(self) -> bool:
        """Whether the first name is the exercise."""
        return self.names[0] == self.exercise


def read(path: Path, estimator: str = clips.FIRST_ESTIMATOR) -> list[Prediction]:
    """Predictions as the training writes them, on the keypoints of one estimator; UnreadableListError for all else."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        found = [
            Prediction(r["file"], r["exercise"], tuple(n for n, _ in r["candidates"]), float(r["candidates"][0][1]))
            for r in rows
            if r.get("estimator", clips.FIRST_ESTIMATOR) == estimator
        ]
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise UnreadableListError(f"{path}: not what `train classifier --folds` writes") from error
    if not found:
        raise UnreadableListError(f"{path}: no predictions on the keypoints of {estimator}")
    return found


def tabulate(rows: list[Prediction]) -> str:
    """The figures as a Markdown table with the number of clips and 95 % intervals."""
    family = catalogue.family_of
    kinds: dict[str, list[bool]] = {
        "exact name": [r.right for r in rows],
        "among three": [r.exercise in r.names[:3] for r in rows],
        "family": [family(r.names[0]) == family(r.exercise) for r in rows],
        '"other" called so': [r.right for r in rows if r.exercise == catalogue.OTHER],
        'exercises called "other"': [r.names[0] == catalogue.OTHER for r in rows if r.exercise != catalogue.OTHER],
    }
    lines = ["| figure | share | clips | 95 % interval |", "|---|---|---|---|"]
    for name, hits in kinds.items():
        if hits:
            low, high = wilson(sum(hits), len(hits))
            lines.append(f"| {name} | {np.mean(hits):.3f} | {len(hits)} | {low:.2f} to {high:.2f} |")
    return "\n".join(lines)


def calibration(rows: list[Prediction]) -> tuple[list[tuple[float, float, int]], float]:
    """Mean confidence, share right and number of clips of each bin; expected calibration error."""
    bins: dict[int, list[Prediction]] = defaultdict(list)
    for row in rows:
        bins[min(int(row.confidence * BINS), BINS - 1)].append(row)
    points = [
        (float(np.mean([r.confidence for r in b])), float(np.mean([r.right for r in b])), len(b))
        for _, b in sorted(bins.items())
    ]
    return points, sum(abs(told - true) * count for told, true, count in points) / len(rows)


def draw_reliability(rows: list[Prediction], out: Path) -> None:
    """Share right over confidence; dots as large as there are clips."""
    points, error = calibration(rows)
    told, true, counts = zip(*points, strict=True)
    figure, axes = pyplot.subplots(figsize=(5, 5), layout="constrained")
    axes.plot([0, 1], [0, 1], color="0.7")
    axes.scatter(told, true, s=[6 * count for count in counts])
    axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1))
    axes.set_title(f"{len(rows)} clips, expected calibration error {error:.3f}")
    _save(figure, out)


def draw_confusion(rows: list[Prediction], out: Path) -> None:
    """True families down, predicted ones across; families that occur in neither are left out."""
    pairs = [(catalogue.family_of(r.exercise), catalogue.family_of(r.names[0])) for r in rows]
    names = sorted({name for pair in pairs for name in pair})
    table = np.zeros((len(names), len(names)), int)
    for true, told in pairs:
        table[names.index(true), names.index(told)] += 1
    figure, axes = pyplot.subplots(figsize=(0.25 * len(names) + 3,) * 2, layout="constrained")
    axes.imshow(np.sqrt(table / np.maximum(table.sum(1, keepdims=True), 1)), cmap="Greys")
    for row, column in np.argwhere(table):
        shade = "white" if row == column else "tab:orange"
        axes.text(column, row, str(table[row, column]), ha="center", va="center", fontsize=6, color=shade)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.set(xlabel="predicted family", ylabel="true family")
    _save(figure, out)


def draw_errors(rows: list[Prediction], key: Key, out: Path) -> None:
    """Right and wrong clips of each group as bars."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row.right)
    names = sorted(groups, key=lambda name: (np.mean(groups[name]), name))
    right = np.array([sum(groups[name]) for name in names])
    wrong = np.array([len(groups[name]) for name in names]) - right
    figure, axes = pyplot.subplots(figsize=(6, 0.18 * len(names) + 1.2), layout="constrained")
    axes.barh(names, right, color="tab:blue", label="right")
    axes.barh(names, wrong, left=right, color="tab:red", label="wrong")
    axes.tick_params(axis="y", labelsize=7)
    axes.set(xlabel="clips")
    axes.legend()
    _save(figure, out)


def _save(figure: Figure, out: Path) -> None:
    with files.write_whole(out) as file:
        figure.savefig(file, dpi=110, format="png")
    pyplot.close(figure)


def read_views(parts: Iterable[str] = ("checked",)) -> dict[str, str]:
    """File → the side from which it was filmed."""
    views: dict[str, str] = {}
    for part in parts:
        with (clips.DATA / "clips" / part / "LABELS.csv").open(newline="", encoding="utf-8") as file:
            views |= {row["file"]: row.get("view") or "unknown" for row in csv.DictReader(file)}
    return views


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """From what, to where."""
    parser.add_argument("folds", type=Path, metavar="FOLDS.json")
    parser.add_argument("--estimator", default=clips.FIRST_ESTIMATOR, metavar="NAME", help="whose keypoints")
    parser.add_argument("--out", type=Path, default=clips.ROOT / "var" / "train" / "plots", metavar="FOLDER")


def run(args: argparse.Namespace) -> int:
    """Write the pictures and print the table."""
    rows = read(args.folds, args.estimator)
    views = read_views()
    args.out.mkdir(parents=True, exist_ok=True)
    draw_confusion(rows, args.out / "confusion.png")
    draw_reliability(rows, args.out / "reliability.png")
    draw_errors(rows, lambda row: row.exercise, args.out / "by_exercise.png")
    draw_errors(rows, lambda row: views.get(row.file, "unknown"), args.out / "by_view.png")
    print(tabulate(rows))
    print(f"expected calibration error {calibration(rows)[1]:.3f}; pictures in {args.out}")
    return 0
