"""Train the person detector: `python -m inference train person`."""

from __future__ import annotations

import argparse
import math
import time
from copy import deepcopy
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from inference import weights
from inference.pose import person_detector, yolo
from inference.pose.person_detector import PersonDetector, Recipe, to_tensor
from inference.pose.yolo import YoloConfig
from inference.train import clips
from inference.train.person import augment, figures, pictures
from inference.train.person.loss import loss_of
from inference.train.person.pictures import Picture
from inference.train.state import State

FOLDER = clips.ROOT / "var" / "train" / "person"
RATE, DECAY, AVERAGE_DECAY, CLIP = 1.5e-3, 0.02, 0.998, 5.0
SAVE_EVERY = 200  # steps
UNLIKELY = 0.02  # score from which a box counts for the average precision
# People are taller than wide, unless they lie.
ANCHORS = ((14, 28), (28, 64), (60, 60), (60, 150), (150, 110), (130, 260))
RECIPE = Recipe(YoloConfig(tiny=True, classes=0, shrink=2, anchors=ANCHORS), 320)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How long and on what."""
    parser.add_argument("--data", type=Path, default=clips.DATA / "boxes")
    parser.add_argument("--parts", nargs="*", default=["more", "named"], help="clips whose frames are learnt from too")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="checkpoint; an earlier run there goes on")
    parser.add_argument("--steps", type=int, default=4500)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    parser.add_argument("--figures", action="store_true", help="only measure what ships, and BlazePose's detector")
    parser.add_argument("--ship", action="store_true", help="write the result to inference/models")


def run(args: argparse.Namespace) -> int:
    """Train, or go on; figures at the end."""
    cv2.setNumThreads(0)
    torch.set_num_threads(args.threads)
    photographs, held_out = pictures.read_photographs(args.data)
    if args.figures:
        _print(PersonDetector.load(), held_out)
        print("BlazePose's detector: largest found {:.3f}, false alarms {:.2f}".format(
            *figures.blazepose_finds_largest(held_out)))  # fmt: skip
        return 0
    cache = args.folder / f"frames-{'-'.join(args.parts)}.npz"
    frames = pictures.read_clips(tuple(args.parts), cache) if args.parts else []
    print(f"{len(photographs)} photographs, {len(frames)} frames of clips, {len(held_out)} held out", flush=True)
    args.folder.mkdir(parents=True, exist_ok=True)
    state = start(RECIPE)
    if (args.folder / "last.pt").exists():
        state.load(args.folder / "last.pt")
    train(state, [*photographs, *frames], args.steps, args.batch, args.folder / "last.pt")
    path = weights.RECORDS["person"].path if args.ship else args.folder / "person.safetensors"
    person_detector.save(path, RECIPE, state.average.state_dict())
    print(f"{path.name}: {path.stat().st_size} bytes, sha256 {weights.hash_file(path)}")
    _print(PersonDetector(*person_detector.load(path)), held_out)
    return 0


def start(recipe: Recipe) -> State:
    """A fresh network, which at first finds nobody."""
    torch.manual_seed(0)
    network = yolo.build(recipe.network)
    for head in (part for name, part in network.named_children() if name.endswith("head")):
        weight, bias = head.parameters()
        nn.init.normal_(weight, std=0.01)
        with torch.no_grad():
            bias.view(yolo.EACH, -1)[:, 4] = -4.6  # a chance of 0.01
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return State(network, deepcopy(network), torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY))


def train(state: State, material: list[Picture], steps: int, batch: int, checkpoint: Path) -> None:
    """To the last step; the rate rises for 300 steps and falls as a cosine."""
    state.network.train()
    losses: list[float] = []
    for step in (bar := tqdm(range(state.step, steps), initial=state.step, total=steps, mininterval=10)):
        rate = RATE * min(1.0, (step + 1) / 300) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
        for group in state.optimiser.param_groups:
            group["lr"] = rate
        losses.append(_update(state, material, batch))
        state.step = step + 1
        if state.step % SAVE_EVERY == 0:
            bar.set_postfix(loss=f"{np.mean(losses[-SAVE_EVERY:]):.3f}", refresh=False)
            state.save(checkpoint)


def _update(state: State, material: list[Picture], batch: int) -> float:
    """One step; chance depends on its number alone."""
    rng = np.random.default_rng(state.step)
    side = RECIPE.side_px
    drawn = [augment.draw(material, int(rng.integers(len(material))), side, rng) for _ in range(batch)]
    boxes = [_middles(found) for _, found, _ in drawn]
    complete = torch.tensor([whole for *_, whole in drawn])
    with torch.autocast("cpu", torch.bfloat16):
        heads = state.network(to_tensor(np.stack([image for image, *_ in drawn])))
    loss = loss_of(heads, boxes, complete, RECIPE.network, side)
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(state.network.parameters(), CLIP)
    state.optimiser.step()
    state.follow(AVERAGE_DECAY)
    return float(loss.detach())


def _middles(corners: NDArray[np.float32]) -> Tensor:
    """Corners (N, 4) to middle and size."""
    return torch.from_numpy(np.concatenate([(corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]], 1))


def _print(detector: PersonDetector, held_out: list[Picture]) -> None:
    began_s = time.perf_counter()
    found = figures.measure(lambda image: detector.find(image, UNLIKELY), held_out, person_detector.LEAST_SCORE)
    each_ms = 1000 * (time.perf_counter() - began_s) / max(len(held_out), 1)
    print(
        f"{found.pictures} pictures, {found.people} people: AP at 0.5 {found.average_precision:.3f}, "
        f"recall of large ones {found.large_recall:.3f}, largest found {found.largest_found:.3f}, "
        f"false alarms {found.false_alarms:.2f} a picture without people; {each_ms:.0f} ms a picture"
    )
