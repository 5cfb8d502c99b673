"""Train the exercise classifier: `python -m inference train classifier [--folds]`."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch

from inference import catalogue, files, metrics, weights
from inference.classify import Classifier, Recipe, name_parts
from inference.network import DESIGNS, Scorer
from inference.recognise import believe_repeated
from inference.tensors import save_tensors
from inference.train import clips, depth, lstm, motion_sets, pool, summary
from inference.train.clips import LabelledTrack
from inference.train.lstm import CLASSES, FAMILIES, HIDDEN
from inference.train.summary import Table

MEMBERS = ("lstm", "tcn", "tcn")
STEPS = {"lstm": 2000, "tcn": 5000}  # a convolution takes half as long and goes on learning for longer
SUMMARIES = 3  # networks that see statistics
SYNTHETIC_EACH = 240
MOTION_OTHERS = 250  # sequences of motion sets that show no exercise; more and "other" is seen everywhere
WINDOW_SHARE, TEMPERATURE = 0.5, 0.8
FOLDS = 6


@dataclasses.dataclass(frozen=True)
class Material:
    """Everything to learn from."""

    real: list[LabelledTrack]
    synthetic: list[LabelledTrack]
    tables: tuple[Table, Table]  # statistics of both


def gather(estimators: Sequence[str] = (clips.FIRST_ESTIMATOR,)) -> Material:
    """Clips through the pose stage, motion sets, and synthetic motion."""
    real = [*depth.add(clips.load(estimators=estimators)), *motion_sets.load_exercises()]
    synthetic = pool.make_synthetic(SYNTHETIC_EACH, seed=11) + motion_sets.load_others(MOTION_OTHERS)
    print(f"{len(real)} tracks of {len({t.group for t in real})} groups, {len(synthetic)} synthetic", flush=True)
    return Material(real, synthetic, (summary.tabulate_real(real), summary.tabulate_synthetic(synthetic)))


def build(
    material: Material, kept: Sequence[bool], steps: Mapping[str, int], members: Sequence[str], folder: Path | None
) -> Classifier:
    """Train all parts on some of the clips; ``kept`` says which."""
    real = [t for t, k in zip(material.real, kept, strict=True) if k]
    paths = [folder / f"member{i}-{design}.pt" if folder else None for i, design in enumerate(members)]
    networks = [
        cast(Scorer, lstm.train(real, material.synthetic, steps[design], seed, path, DESIGNS[design]))
        for seed, (path, design) in enumerate(zip(paths, members, strict=True))
    ]
    table, made = material.tables
    summaries = [summary.train(table.of(np.array(kept)), made, seed) for seed in range(SUMMARIES)]
    recipe = Recipe(
        classes=CLASSES,
        families=FAMILIES,
        hidden=HIDDEN,
        members=tuple(members),
        summaries=SUMMARIES,
        summary_hidden=summary.HIDDEN,
        window_share=WINDOW_SHARE,
        temperature=TEMPERATURE,
        prior=tuple(pool.count_prior(real, CLASSES)),
    )
    return Classifier(recipe, networks, summaries)


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


def cross_validate(
    material: Material, steps: Mapping[str, int], members: Sequence[str], repeats: Mapping[tuple[str, str], float]
) -> list[dict[str, object]]:
    """Predictions for every checked clip by a classifier that saw nobody of its group."""
    fold_of = clips.split_folds([t.group for t in material.real if t.part == "checked"], FOLDS)
    rows: list[tuple[LabelledTrack, tuple[str, ...]]] = []
    told: list[dict[str, object]] = []
    for fold in range(FOLDS):
        kept = [fold_of.get(t.group) != fold for t in material.real]
        classifier = build(material, kept, steps, members, None)
        for clip in (t for t, k in zip(material.real, kept, strict=True) if not k and t.part == "checked"):
            found = classifier.predict(clip.track, repeats.get((f"{clip.part}/{clip.file}", clip.estimator)))
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
    material = gather(args.estimators)
    steps = dict.fromkeys(STEPS, args.steps) if args.steps else STEPS
    if args.folds:
        repeats = read_repeats(args.counts) if args.counts else {}
        told = json.dumps(cross_validate(material, steps, args.members, repeats), indent=1)
        files.write_text(args.folds, told)
        return 0
    folder = clips.ROOT / "var" / "train" / "classifier"
    folder.mkdir(parents=True, exist_ok=True)
    save(build(material, [True] * len(material.real), steps, args.members, folder))
    for path in folder.glob("member*.pt"):
        path.unlink()
    return 0
