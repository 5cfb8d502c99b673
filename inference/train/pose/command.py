"""Train the pose network: `python -m inference train pose [--preset NAME]`."""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import matplotlib
import torch
from matplotlib import pyplot
from tqdm import tqdm

from inference import files, weights
from inference.errors import UnreadableListError
from inference.pose import heatmap_model
from inference.pose.heatmap_model import HeatmapModel, Recipe
from inference.train import clips
from inference.train.pose import figures, loop, shards
from inference.train.pose.figures import ShardFigures
from inference.train.pose.loop import Plan, PoseState

matplotlib.use("Agg")

FOLDER = clips.ROOT / "var" / "train" / "pose"
DATA = clips.DATA / "pose24"
HELD_OUT = ("val", "val-coco", "val-sport")
COLUMNS = ("epoch", "loss", "shard", "pck_02", "pck_01", "median_px")


@dataclass(frozen=True)
class Preset:
    """What fits a machine."""

    recipe: Recipe
    plan: Plan


PRESETS = {
    "cpu-small": Preset(Recipe(modules=(1, 2, 2), blocks=2, size_px=(96, 128)), Plan(epochs=24, fall_epochs=4)),
    "gpu-w32": Preset(
        Recipe(size_px=(192, 256), sigma_cells=2.0),
        Plan(epochs=140, fall_epochs=30, batch=128, rate=2e-3, loaders=14, device="cuda"),
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to read and write, and what differs from the preset."""
    parser.add_argument("--preset", choices=PRESETS, default="cpu-small")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with train-*.jsonl and val*.jsonl")
    parser.add_argument("--extra", type=Path, nargs="*", default=[], metavar="SHARD.jsonl", help="further shards")
    parser.add_argument("--folder", type=Path, help="checkpoints and curves; an earlier run there goes on")
    parser.add_argument(
        "--start", type=Path, metavar="WEIGHTS", help="begin with these (.safetensors) where no earlier run goes on"
    )
    parser.add_argument("--epochs", type=float)
    parser.add_argument("--fall-epochs", type=float, help="the last epochs, in which the rate falls")
    parser.add_argument("--rate", type=float)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--size", type=_size, metavar="WIDTHxHEIGHT", help="of the crops, multiples of 32")
    parser.add_argument("--threads", type=int, help="of torch")
    parser.add_argument("--ship", action="store_true", help="write the result to inference/models")


def _size(text: str) -> tuple[int, int]:
    sides = text.split("x")
    if len(sides) != 2 or not all(side.isdecimal() and int(side) > 0 and int(side) % 32 == 0 for side in sides):
        raise argparse.ArgumentTypeError("as in 96x128; both must be multiples of 32")
    return int(sides[0]), int(sides[1])


def run(args: argparse.Namespace) -> int:
    """Train, or go on; figures after each epoch."""
    cv2.setNumThreads(0)  # its pool does not survive the fork into loaders
    if args.threads:
        torch.set_num_threads(args.threads)
    preset = PRESETS[args.preset]
    given = {name: getattr(args, name) for name in ("epochs", "fall_epochs", "rate", "batch")}
    plan = replace(preset.plan, **{name: value for name, value in given.items() if value is not None})
    recipe = replace(preset.recipe, size_px=args.size) if args.size else preset.recipe
    folder: Path = args.folder or FOLDER / args.preset
    people = shards.read([*sorted(args.data.glob("train-*.jsonl")), *args.extra])
    if not people:
        raise UnreadableListError(f"{args.data}: no train-*.jsonl with people in it")
    folder.mkdir(parents=True, exist_ok=True)
    state = loop.start(recipe, plan, args.start)
    _go_on(state, plan, folder)
    print(f"{len(people)} people; from epoch {state.epoch + state.seen / len(people):.2f} to {plan.epochs}", flush=True)
    held_out = [args.data / f"{name}.jsonl" for name in HELD_OUT]
    train(state, people, recipe, plan, folder, held_out)
    heatmap_model.save(folder / "weights.safetensors", recipe, state.average.state_dict())
    if args.ship:
        _ship(recipe, state)
    return 0


def _go_on(state: PoseState, plan: Plan, folder: Path) -> None:
    """Load the last checkpoint; where its rate had begun to fall too early for this plan, the one before that."""
    last, trunk = folder / "last.pt", folder / "trunk.pt"
    if last.exists():
        state.load(last)
    if state.fell and trunk.exists() and state.epoch < plan.epochs - plan.fall_epochs:
        state.load(trunk)


def train(
    state: PoseState, people: list[shards.Person], recipe: Recipe, plan: Plan, folder: Path, held_out: list[Path]
) -> None:
    """Epochs to the end of the plan, a checkpoint and a line of figures after each."""
    while state.epoch + state.seen / len(people) < plan.epochs - 1e-3:
        if 0 <= state.epoch - (plan.epochs - plan.fall_epochs) < 1 and state.seen == 0:  # the rate is about to fall
            state.save(folder / "trunk.pt")
        began = state.epoch
        loss = _train_epoch(state, people, recipe, plan, folder / "last.pt")
        state.save(folder / "last.pt")
        model = HeatmapModel(recipe, state.average.eval(), bf16=True)
        measured = figures.measure(model, held_out) if plan.device == "cpu" else _measure_there(state, recipe, held_out)
        _write(folder, began + 1, loss, measured)


def _measure_there(state: PoseState, recipe: Recipe, held_out: list[Path]) -> list[ShardFigures]:
    """On an accelerator: pictures go there and heatmaps come back."""
    device = next(state.average.parameters()).device
    network = state.average.eval()
    model = HeatmapModel(recipe, lambda images: network(images.to(device)).cpu())
    return figures.measure(model, held_out)


def _train_epoch(state: PoseState, people: list[shards.Person], recipe: Recipe, plan: Plan, checkpoint: Path) -> float:
    """One epoch with a progress bar; the mean loss of its last quarter."""
    total = len(people) // plan.batch
    losses = []
    with tqdm(total=total, initial=state.seen // plan.batch, unit="step", mininterval=10) as bar:
        for _place, loss in loop.run_epoch(state, people, recipe, plan, checkpoint):
            losses.append(loss)
            bar.set_postfix(epoch=state.epoch, loss=f"{sum(losses[-50:]) / len(losses[-50:]):.3f}", refresh=False)
            bar.update()
    late = losses[-max(len(losses) // 4, 1) :]
    return sum(late) / max(len(late), 1)


def _write(folder: Path, epoch: int, loss: float, measured: list[ShardFigures]) -> None:
    path = folder / "curve.csv"
    fresh = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        if fresh:
            table.writerow(COLUMNS)
        for one in measured:
            table.writerow([epoch, round(loss, 4), one.shard, one.pck_02, one.pck_01, one.median_px])
    line = ", ".join(f"{one.shard} {one.pck_02:.3f}/{one.pck_01:.3f} {one.median_px:.0f} px" for one in measured)
    print(f"epoch {epoch}: loss {loss:.3f}; {line}", flush=True)
    plot(path, folder / "curve.png")


def plot(table: Path, picture: Path) -> None:
    """PCK@0.2 of each shard, and the loss, over the epochs."""
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4))
    for name in sorted({row["shard"] for row in rows}):
        mine = [row for row in rows if row["shard"] == name]
        left.plot([int(r["epoch"]) for r in mine], [float(r["pck_02"]) for r in mine], label=name)
    right.plot([int(r["epoch"]) for r in rows], [float(r["loss"]) for r in rows], color="black")
    left.set(xlabel="epoch", ylabel="PCK@0.2, with the box")
    right.set(xlabel="epoch", ylabel="cross-entropy")
    left.legend()
    figure.tight_layout()
    with files.write_whole(picture) as file:
        figure.savefig(file, format="png")
    pyplot.close(figure)


def _ship(recipe: Recipe, state: PoseState) -> None:
    path = weights.PACKAGE / "models" / "hrnet.safetensors"
    heatmap_model.save(path, recipe, state.average.state_dict())
    print(f"{path.name}: {path.stat().st_size} bytes, sha256 {weights.hash_file(path)}")
