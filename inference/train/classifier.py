"""Train the exercise classifier: `python -m inference train classifier [--folds]`."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from sklearn.ensemble import ExtraTreesClassifier
from torch import Tensor, nn
from torch.nn import functional
from tqdm import trange

from inference import catalogue, metrics, statistics, weights, windows
from inference.classify import Classifier, Recipe
from inference.network import ExerciseLSTM
from inference.train import clips, motion_sets
from inference.train.clips import LabelledTrack
from inference.train.windows import draw, wear
from inference.trees import Forest

BATCH, RATE, DECAY, SMOOTHING = 64, 2e-3, 0.02, 0.1
FAMILY_LOSS, CONTRAST_LOSS, CONTRAST_TEMPERATURE = 0.3, 0.2, 0.1
HIDDEN, MEMBERS, EPOCHS = 128, 3, 50
TREES = 400
NETWORK_SHARE, TEMPERATURE = 0.5, 0.8
FOLDS = 6

CLASSES = tuple(sorted(catalogue.exercises()))
FAMILIES = tuple(sorted({exercise.family for exercise in catalogue.exercises().values()}))
_FAMILY_OF = torch.tensor([FAMILIES.index(catalogue.family_of(slug)) for slug in CLASSES])


def contrast(embedding: Tensor, label: Tensor) -> Tensor:
    """Supervised contrastive loss of a batch of unit vectors (Khosla et al. 2020, equation 2)."""
    likeness = embedding @ embedding.T / CONTRAST_TEMPERATURE
    likeness = likeness - 1e9 * torch.eye(len(embedding))
    same = (label[:, None] == label) & ~torch.eye(len(embedding), dtype=torch.bool)
    log_share = likeness - torch.logsumexp(likeness, dim=1, keepdim=True)
    partners = same.sum(1)
    has = partners > 0
    return -((log_share * same).sum(1)[has] / partners[has]).mean() if has.any() else embedding.sum() * 0


def train_network(tracks: Sequence[LabelledTrack], epochs: int, seed: int, checkpoint: Path | None) -> ExerciseLSTM:
    """One member. Rare exercises are drawn more often than they occur; with a checkpoint a stopped run goes on."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    sized = [windows.size_track(labelled.track) for labelled in tracks]
    label = np.array([CLASSES.index(labelled.exercise) for labelled in tracks])
    weight = np.array([labelled.weight for labelled in tracks])
    chance = weight / np.sqrt(np.bincount(label, weight)[label])
    steps = max(int(2.5 * weight.sum()) // BATCH, 2)
    network = ExerciseLSTM(windows.CHANNELS, len(CLASSES), len(FAMILIES), HIDDEN)
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=epochs * steps)
    parts: dict[str, Any] = {"network": network, "optimiser": optimiser, "schedule": schedule}
    first = _resume(checkpoint, parts)
    progress = trange(first, epochs, initial=first, total=epochs, desc=f"member {seed}")
    for epoch in progress:
        network.train()
        losses = []
        for _ in range(steps):
            chosen = rng.choice(len(tracks), BATCH, p=chance / chance.sum())
            frames = windows.make_channels(wear(draw([sized[i] for i in chosen], rng), rng))
            losses.append(_step(network, optimiser, torch.from_numpy(frames), torch.from_numpy(label[chosen])))
            schedule.step()
        progress.set_postfix(loss=f"{np.mean(losses):.3f}")
        if checkpoint and epoch % 5 == 4:
            torch.save({"epoch": epoch + 1, **{name: part.state_dict() for name, part in parts.items()}}, checkpoint)
    return network.eval()


def _resume(checkpoint: Path | None, parts: dict[str, Any]) -> int:
    if checkpoint is None or not checkpoint.exists():
        return 0
    saved = torch.load(checkpoint, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(saved[name])
    return int(saved["epoch"])


def _step(network: ExerciseLSTM, optimiser: torch.optim.Optimizer, frames: Tensor, label: Tensor) -> float:
    names, families, embedding = network(frames)
    loss = functional.cross_entropy(names, label, label_smoothing=SMOOTHING)
    loss = loss + FAMILY_LOSS * functional.cross_entropy(families, _FAMILY_OF[label], label_smoothing=SMOOTHING / 2)
    loss = loss + CONTRAST_LOSS * contrast(embedding, label)
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    return float(loss)


def train_forest(tracks: Sequence[LabelledTrack], seed: int = 0) -> Forest:
    """Extremely randomised trees (Geurts et al. 2006) on the statistics of clips and their mirror images."""
    features = np.concatenate([statistics.both_views(labelled.track) for labelled in tracks])
    label = np.repeat([CLASSES.index(labelled.exercise) for labelled in tracks], 2)
    weight = np.repeat([labelled.weight for labelled in tracks], 2)
    model = ExtraTreesClassifier(TREES, n_jobs=1, random_state=seed)
    return Forest.from_sklearn(model.fit(features, label, sample_weight=weight), classes=len(CLASSES))


def build(
    tracks: Sequence[LabelledTrack], epochs: int, members: int, folder: Path | None
) -> tuple[Classifier, list[ExerciseLSTM], Forest]:
    """Train all parts on some clips."""
    paths = [folder / f"member{i}.pt" if folder else None for i in range(members)]
    networks = [train_network(tracks, epochs, seed, path) for seed, path in enumerate(paths)]
    forest = train_forest([t for t in tracks if t.part != "motion"])  # they cost it two points of a hundred
    recipe = Recipe(CLASSES, FAMILIES, HIDDEN, members, NETWORK_SHARE, TEMPERATURE)
    return Classifier(recipe, networks, forest), networks, forest


def save(recipe: Recipe, networks: list[ExerciseLSTM], forest: Forest) -> None:
    """Half precision, with the recipe in the header."""
    tensors = {f"{i}.{k}": v.half().contiguous() for i, n in enumerate(networks) for k, v in n.state_dict().items()}
    save_file(tensors, weights.RECORDS["classifier"].path, {"recipe": json.dumps(dataclasses.asdict(recipe))})
    forest.save(weights.RECORDS["classifier-forest"].path)
    for name in ("classifier", "classifier-forest"):
        path = weights.RECORDS[name].path
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


def cross_validate(tracks: list[LabelledTrack], epochs: int, members: int) -> list[dict[str, object]]:
    """Predictions for every checked clip by a classifier that saw nobody of its group."""
    fold_of = clips.split_folds([t.group for t in tracks if t.part == "checked"], FOLDS)
    rows: list[tuple[LabelledTrack, tuple[str, ...]]] = []
    kept: list[dict[str, object]] = []
    for fold in range(FOLDS):
        held = [t for t in tracks if fold_of.get(t.group) == fold]
        classifier, _, _ = build([t for t in tracks if fold_of.get(t.group) != fold], epochs, members, None)
        for clip in held:
            if clip.part == "checked":
                found = classifier.predict(clip.track)
                rows.append((clip, tuple(c.exercise for c in found.candidates)))
                named = [[c.exercise, round(c.confidence, 4)] for c in found.candidates]
                kept.append({"file": clip.file, "exercise": clip.exercise, "candidates": named})
        print(f"fold {fold}: {score(rows)}", flush=True)
    return kept


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How long, and what for."""
    parser.add_argument("--folds", type=Path, metavar="FILE.json", help="only predict held-out sources, into a file")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--motion-sets", action="store_true", help="also learn from Penn Action and UTD-MHAD")
    parser.add_argument("--members", type=int, default=MEMBERS)


def run(args: argparse.Namespace) -> int:
    """Train on all clips and write the weights, or report figures by fold."""
    torch.set_num_threads(1)
    tracks = [*clips.load(), *(motion_sets.load() if args.motion_sets else [])]
    print(f"{len(tracks)} clips of {len({t.group for t in tracks})} groups")
    if args.folds:
        args.folds.write_text(json.dumps(cross_validate(tracks, args.epochs, args.members), indent=1))
        return 0
    folder = clips.ROOT / "var" / "train" / "classifier"
    folder.mkdir(parents=True, exist_ok=True)
    classifier, networks, forest = build(tracks, args.epochs, args.members, folder)
    save(classifier.recipe, networks, forest)
    for path in folder.glob("member*.pt"):
        path.unlink()
    return 0
