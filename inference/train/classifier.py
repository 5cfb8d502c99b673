"""Train the exercise classifier: `python -m inference train classifier [--folds FILE.json]`.

Networks are kept under var/train/classifier (`inference/train/parts.py`): a training that was stopped goes on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

import torch

from inference import catalogue, files, metrics, weights
from inference.classify import Classifier, name_parts
from inference.network import DESIGNS
from inference.recognise import believe_repeated
from inference.tensors import save_tensors
from inference.train import clips
from inference.train.clips import LabelledTrack
from inference.train.parts import FOLDS, Parts, held_out

MEMBERS = ("lstm", "tcn", "tcn")
STEPS = {"lstm": 2000, "tcn": 5000}  # a convolution takes half as long and goes on learning for longer


def save(classifier: Classifier) -> None:
    """Half precision, with the recipe in the header."""
    parts = name_parts(classifier.members, classifier.summaries)
    tensors = {prefix + k: v.half().contiguous() for prefix, n in parts for k, v in n.state_dict().items()}
    path = weights.RECORDS["classifier"].path
    save_tensors(path, tensors, classifier.recipe)
    print(f"{path.name}: {path.stat().st_size} bytes, sha256 {weights.hash_file(path)}")


def score(rows: list[tuple[LabelledTrack, tuple[str, ...]]]) -> dict[str, float | None]:
    """Share of clips named right, among three, in the right family; and of clips of "other" called so."""
    other = [names[0] == catalogue.OTHER for clip, names in rows if clip.exercise == catalogue.OTHER]
    return {
        "clips": len(rows),
        "top1": metrics.mean([float(names[0] == clip.exercise) for clip, names in rows]),
        "top3": metrics.mean([float(clip.exercise in names[:3]) for clip, names in rows]),
        "family": metrics.mean(
            [float(catalogue.family_of(names[0]) == catalogue.family_of(clip.exercise)) for clip, names in rows]
        ),
        "other": metrics.mean([float(found) for found in other]),
    }


def read_repeats(path: Path) -> dict[tuple[str, str], float]:
    """How far one believes that something is repeated, by clip and estimator, from `train reps --folds --counts`."""
    return {
        (row["file"], row["estimator"]): believe_repeated(row["count"], row["confidence"])
        for row in json.loads(path.read_text(encoding="utf-8"))
    }


def cross_validate(parts: Parts, repeats: Mapping[tuple[str, str], float]) -> list[dict[str, object]]:
    """Predictions for every checked clip by a classifier that saw nobody of its group."""
    rows: list[tuple[LabelledTrack, tuple[str, ...]]] = []
    told: list[dict[str, object]] = []
    for fold in range(FOLDS):
        classifier = parts.build(fold)
        for clip in held_out(fold, parts.real):
            found = classifier.predict(clip.track, repeats.get((clip.name, clip.estimator)))
            rows.append((clip, tuple(c.exercise for c in found.candidates)))
            named = [[c.exercise, round(c.confidence, 4)] for c in found.candidates]
            told.append(
                {"file": clip.file, "exercise": clip.exercise, "estimator": clip.estimator, "candidates": named}
            )
        for name in sorted({clip.estimator for clip, _ in rows}):
            print(f"fold {fold}, {name}: {score([row for row in rows if row[0].estimator == name])}", flush=True)
    return told


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How long, and what for."""
    parser.add_argument("--folds", type=Path, metavar="FILE.json", help="only predict held-out sources, into a file")
    parser.add_argument("--counts", type=Path, metavar="FILE.json", help="what `train reps --folds --counts` wrote")
    parser.add_argument("--steps", type=int, help=f"of every network (default: {STEPS})")
    clips.add_estimators(parser)
    parser.add_argument("--members", nargs="+", default=MEMBERS, choices=DESIGNS, help="designs of the networks")


def run(args: argparse.Namespace) -> int:
    """Train on all clips and write the weights, or report figures by fold."""
    torch.set_num_threads(1)
    if args.folds:
        files.require_file_place(args.folds)
    steps = dict.fromkeys(STEPS, args.steps) if args.steps else STEPS
    parts = Parts(tuple(args.estimators), tuple(args.members), steps)
    parts.train(range(FOLDS) if args.folds else [None])
    if args.folds:
        repeats = read_repeats(args.counts) if args.counts else {}
        files.write_text(args.folds, json.dumps(cross_validate(parts, repeats), indent=1))
    else:
        save(parts.build(None))
    return 0
