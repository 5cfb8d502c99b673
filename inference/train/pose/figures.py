"""Figures of a network on shards that it was not trained on, given the same box as in `evaluate-pose`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from inference import pose_metrics
from inference.evaluate_pose import Example, read_examples
from inference.pose import crop
from inference.pose.heatmap_model import HeatmapModel
from inference.pose_metrics import Score

BATCH = 32


@dataclass(frozen=True)
class ShardFigures:
    """One shard."""

    shard: str
    pck_02: float
    pck_01: float
    median_px: float


@cache
def _examples(shard: Path) -> list[Example]:
    return list(read_examples(shard))


def measure(model: HeatmapModel, shards: list[Path], *, flip: bool = False) -> list[ShardFigures]:
    """Every person of every shard."""
    return [_as_figures(shard, pose_metrics.summarise(_score(model, _examples(shard), flip))) for shard in shards]


def _as_figures(shard: Path, summary: dict[str, Any]) -> ShardFigures:
    return ShardFigures(shard.stem, summary["pck_0.2"], summary["pck_0.1"], summary["median_error_px_at_1920"])


def _score(model: HeatmapModel, examples: list[Example], flip: bool) -> list[Score]:
    scores = []
    for start in range(0, len(examples), BATCH):
        batch = examples[start : start + BATCH]
        size = model.recipe.size_px
        maps = [crop.fit_box(pose_metrics.given_box(one.truth), size).matrix(size) for one in batch]
        crops = np.stack([crop.cut(one.image, m, size) for one, m in zip(batch, maps, strict=True)])
        for one, matrix, found in zip(batch, maps, model.locate(crops, flip=flip), strict=True):
            found[:, :2] = crop.move_back(found[:, :2], matrix)
            scores.append(pose_metrics.score_person(found, one.truth, one.teacher))
    return [score for score in scores if score is not None]
