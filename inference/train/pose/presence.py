"""Fit how a look of HRNet says that somebody is there: `python -m inference train pose-presence SHARD.jsonl`.

A heatmap network places its points everywhere; only how sure they are tells a body from a shelf. People are views of
the shard's crops, cut off and worn as in training; rooms without people are the others.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from inference import weights
from inference.pose import crop, heatmap_model, presence
from inference.pose.crop import View
from inference.pose.heatmap_model import HeatmapModel
from inference.train import clips
from inference.train.person.pictures import read_rooms
from inference.train.pose import augment, shards

BATCH = 32
WINDOWS = 20  # of each room
LEAST_SHOWN = 8  # points in the picture, or nobody could say that it is a body
SHARPNESS = 10.0  # inverse of the regularisation

Images = NDArray[np.uint8]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The people, the rooms and the network."""
    parser.add_argument("shard", type=Path, metavar="SHARD.jsonl", help="as `train pose-films` writes it")
    parser.add_argument("--rooms", type=Path, default=clips.DATA / "boxes" / "background")
    parser.add_argument("--weights", type=Path, help="default: those that ship")


def run(args: argparse.Namespace) -> int:
    """Print the constants of `inference/pose/presence.py`, fitted on one half and measured on the other."""
    torch.set_num_threads(1)
    recipe, network = heatmap_model.load(args.weights or weights.resolve("hrnet"))
    model = HeatmapModel(recipe, network, bf16=heatmap_model.has_bf16())
    rng = np.random.default_rng(0)
    people = _describe(model, _draw_people(args.shard, recipe.size_px, rng))
    rooms = _describe(model, _draw_rooms(args.rooms, recipe.size_px, rng))
    print(f"{len(people)} people, {len(rooms)} windows of rooms")
    half = len(people) // 2, len(rooms) // 2
    _report(_fit(people[: half[0]], rooms[: half[1]]), people[half[0] :], rooms[half[1] :])
    fitted = _fit(people, rooms)
    print(f"fitted on all: STEEPNESS = {np.round(fitted.coef_[0], 2).tolist()}, BIAS = {fitted.intercept_[0]:.2f}")
    return 0


def _draw_people(shard: Path, size_px: tuple[int, int], rng: np.random.Generator) -> Images:
    found = []
    for one in shards.read([shard]):
        image, keypoints = augment.draw(one, size_px, rng)
        if (keypoints[:, 2] > 0).sum() >= LEAST_SHOWN:
            found.append(image)
    return np.stack(found)


def _draw_rooms(folder: Path, size_px: tuple[int, int], rng: np.random.Generator) -> Images:
    found = []
    for room in read_rooms(folder):
        image = room.image()
        height, width = image.shape[:2]
        for _ in range(WINDOWS):
            side = width * rng.uniform(0.15, 1.0)
            view = View(rng.uniform(0, width), rng.uniform(0, height), side, float(rng.uniform(-np.pi, np.pi)))
            found.append(augment.wear(crop.cut(image, view.matrix(size_px), size_px), rng))
    return np.stack(found)


def _describe(model: HeatmapModel, images: Images) -> NDArray[np.float64]:
    looks = [model.locate(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
    return np.stack([presence.describe(points) for points in np.concatenate(looks)])


def _fit(people: NDArray[np.float64], rooms: NDArray[np.float64]) -> LogisticRegression:
    rows, label = np.concatenate([people, rooms]), np.repeat([1, 0], [len(people), len(rooms)])
    return LogisticRegression(C=SHARPNESS, class_weight="balanced").fit(rows, label)


def _report(fitted: LogisticRegression, people: NDArray[np.float64], rooms: NDArray[np.float64]) -> None:
    there, not_there = fitted.predict_proba(people)[:, 1], fitted.predict_proba(rooms)[:, 1]
    truth, told = np.repeat([1, 0], [len(people), len(rooms)]), np.concatenate([there, not_there])
    seen = {limit: ((there > limit).mean(), (not_there > limit).mean()) for limit in (0.3, 0.5, 0.7)}
    told_so = ", ".join(f"above {k}: {a:.3f} of people, {b:.3f} of rooms" for k, (a, b) in seen.items())
    print(f"fitted on the first half, second half: area under the curve {roc_auc_score(truth, told):.4f}; {told_so}")
