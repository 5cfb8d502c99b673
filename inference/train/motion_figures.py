"""The classifier's design measured on public motion sets: `python -m inference train motion-figures`.

Penn Action in its official halves (eight exercises, 13 joints by hand) and UI-PRMD with subjects 8 to 10 held out.
Networks of the shipped design are trained on the one part and scored on the other, then forgotten.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from inference import statistics, windows
from inference.classify import FLOOR, LEAST_FRAMES, Classifier, Recipe, blend
from inference.network import DESIGNS, Scorer
from inference.train import clips, motion_sets, summary
from inference.train.fit import fit
from inference.train.lstm import BATCH, CONTRAST_LOSS, DECAY, HIDDEN, RATE, SMOOTHING, contrast
from inference.train.parts import SUMMARIES, TEMPERATURE, WINDOW_SHARE
from inference.train.windows import Reel, wear
from inference.types import PoseTrack

COPIES, COPY_CHANCE = 3, 0.5  # that lack joints: of each training sequence so many at most, each so likely
KEPT_JOINTS = (0.2, 0.9)  # share of the joints that a copy keeps
PRMD_HZ, PRMD_PIXELS_A_MM = 25.0, 0.3
PRMD_HELD_OUT = {8, 9, 10}
PRMD_VIEWS = 3  # of each training sequence; those held out are seen once, from an angle drawn by chance
PRMD_TURN_RAD = 1.0
Z_95 = 1.96


@dataclass(frozen=True)
class Sequence2D:
    """One labelled sequence of a motion set."""

    name: str
    held_out: bool
    track: PoseTrack


def wilson(right: int, count: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    share, z2 = right / count, Z_95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z_95 * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return middle - half, middle + half


def read_penn() -> Iterator[Sequence2D]:
    """The eight exercises of Penn Action in both official halves."""
    for split in ("train", "test"):
        for track, row in motion_sets.read_penn_actions(split):
            if row["exercise"] in motion_sets.PENN_NAMES:
                yield Sequence2D(row["exercise"], split == "test", track)


def read_prmd(seed: int = 0) -> Iterator[Sequence2D]:
    """UI-PRMD (Vakanski et al. 2018), correct and incorrect repetitions, through cameras at random angles."""
    rng = np.random.default_rng(seed)
    folder = clips.DATA / "motion" / "ui_prmd"
    with np.load(folder / "sequences.npz") as file:
        points, offsets, confidence = file["keypoints3d"].astype(np.float32), file["offsets"], file["confidence"]
    with (folder / "index.csv").open(newline="", encoding="utf-8") as rows:
        for row, part in zip(csv.DictReader(rows), motion_sets.slice_sequences(offsets), strict=True):
            if part.stop - part.start < windows.FRAMES // 8:
                continue
            held_out = int(row["subject"]) in PRMD_HELD_OUT
            for turn_rad in rng.uniform(-PRMD_TURN_RAD, PRMD_TURN_RAD, 1 if held_out else PRMD_VIEWS):
                yield Sequence2D(row["movement"], held_out, _film(points[part], confidence[part], turn_rad))


def _film(points: NDArray[np.float32], confidence: NDArray[Any], turn_rad: float) -> PoseTrack:
    """Millimetres, z up, facing +x, to what a far camera at an angle sees."""
    across = points[..., 1] * np.cos(turn_rad) + points[..., 0] * np.sin(turn_rad)
    flat = np.stack([across, -points[..., 2]], axis=-1) * PRMD_PIXELS_A_MM + 500
    keypoints = np.concatenate([flat, confidence[..., None]], axis=-1).astype(np.float32)
    return PoseTrack(keypoints, np.arange(len(keypoints)) / PRMD_HZ, (1000, 1000))


def lose_joints(track: PoseTrack, rng: np.random.Generator) -> PoseTrack:
    """The track as if some joints had been left out throughout, which Penn Action's annotators often did."""
    keypoints = track.keypoints.copy()
    keypoints[:, rng.random(keypoints.shape[1]) > rng.uniform(*KEPT_JOINTS)] = 0
    return replace(track, keypoints=keypoints)


def multiply(sequences: Sequence[Sequence2D], seed: int = 0) -> list[Sequence2D]:
    """Training sequences, and copies of most of them that lack joints."""
    rng = np.random.default_rng(seed)
    worn = [
        replace(s, track=lose_joints(s.track, rng)) for s in sequences for _ in range(COPIES)
        if rng.random() < COPY_CHANCE
    ]  # fmt: skip
    return [*sequences, *(s for s in worn if s.track.found.sum() >= LEAST_FRAMES)]


def train_network(tracks: Sequence[PoseTrack], label: NDArray[np.int64], steps: int, design: str = "lstm") -> Scorer:
    """A shipped design without its family scores, which these sets do not have."""
    rng = np.random.default_rng(0)
    torch.manual_seed(0)
    reel = Reel.of((windows.size_track(track), None) for track in tracks)
    network = DESIGNS[design](windows.CHANNELS, int(label.max()) + 1, 1, HIDDEN)

    def miss() -> Tensor:
        chosen = rng.choice(len(tracks), BATCH)
        frames = torch.from_numpy(windows.make_channels(wear(reel.draw(chosen, rng), rng)))
        target = torch.from_numpy(label[chosen])
        names, _, embedding = network(frames)
        loss = functional.cross_entropy(names, target, label_smoothing=SMOOTHING)
        return loss + CONTRAST_LOSS * contrast(embedding, target)

    fit(network, steps, RATE, DECAY, design, miss)
    return network


@torch.inference_mode()
def ask_network(network: Scorer, track: PoseTrack) -> NDArray[np.float64]:
    """Class probabilities (C,) on which the windows of a track and their mirror images agree best."""
    sized = windows.size_track(track)
    batch = windows.cut(sized, windows.choose_spans(float(sized.times_s[0]), float(sized.times_s[-1])))
    scores = [network(torch.from_numpy(windows.make_channels(view)))[0] for view in (batch, batch.mirrored())]
    votes = functional.log_softmax(torch.cat(scores), dim=1).mean(0)
    return torch.softmax(votes, dim=0).double().numpy()


def train_summaries(tracks: Sequence[PoseTrack], label: NDArray[np.int64]) -> Classifier:
    """The shipped networks for statistics, in a classifier without others."""
    rows = np.concatenate([statistics.both_views(track) for track in tracks])
    owner = np.repeat(np.arange(len(tracks)), 2)
    table = summary.Table(rows, label[owner], np.ones(len(rows)), owner)
    classes = int(label.max()) + 1
    targets = (1 - SMOOTHING) * torch.eye(classes) + SMOOTHING / classes
    networks = [summary.train(table, None, seed, targets=targets) for seed in range(SUMMARIES)]
    return Classifier(Recipe((), (), HIDDEN, (), SUMMARIES, summary.HIDDEN, WINDOW_SHARE, TEMPERATURE), [], networks)


def measure(sequences: Sequence[Sequence2D], steps: int, *, gaps: bool) -> dict[str, object]:
    """Shares named right by each network, by those that see statistics, and by all together as the product blends them.

    ``gaps``: the set leaves out joints that its annotators did not see, so it is trained on copies that lack some too.
    """
    names = sorted({s.name for s in sequences})
    train, test = [s for s in sequences if not s.held_out], [s for s in sequences if s.held_out]
    train = multiply(train) if gaps else train
    label, truth = (np.array([names.index(s.name) for s in part]) for part in (train, test))
    told: dict[str, NDArray[np.float64]] = {}
    for design in DESIGNS:
        network = train_network([s.track for s in train], label, steps, design)
        told[design] = np.stack([ask_network(network, s.track) for s in test])
    networks = np.exp(np.mean([np.log(told[design] + FLOOR) for design in DESIGNS], axis=0))
    summaries = train_summaries([s.track for s in train], label)
    told["statistics"] = np.stack([summaries.score_summary(s.track) for s in test])
    told["all"] = blend(networks, told["statistics"], WINDOW_SHARE, TEMPERATURE)
    return {
        "train": sum(not s.held_out for s in sequences),
        "test": len(test),
        **{name: _score(table, truth) for name, table in told.items()},
    }


def _score(probabilities: NDArray[np.float64], truth: NDArray[np.int64]) -> dict[str, object]:
    right = int((probabilities.argmax(axis=1) == truth).sum())
    return {"accuracy": right / len(truth), "right": right, "interval_95": wilson(right, len(truth))}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which set, and how long."""
    parser.add_argument("--sets", nargs="+", choices=("penn", "prmd"), default=["penn", "prmd"])
    parser.add_argument("--steps", type=int, default=2500)


def run(args: argparse.Namespace) -> int:
    """Print one JSON object a set."""
    torch.set_num_threads(1)
    for name in args.sets:
        sequences = list(read_penn() if name == "penn" else read_prmd())
        print(json.dumps({name: measure(sequences, args.steps, gaps=name == "penn")}), flush=True)
    return 0
