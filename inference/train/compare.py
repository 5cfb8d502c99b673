"""Networks of other designs on the same windows: `python -m inference train compare`.

Each is trained like the shipped one, on the same folds, with sources held out, and scored by its windows alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inference import catalogue, windows
from inference.classify import Classifier, Recipe
from inference.network import ExerciseLSTM, Scorer, TemporalConvolution
from inference.train import clips, lstm
from inference.train.clips import LabelledTrack
from inference.train.lstm import CLASSES, FAMILIES, HIDDEN
from inference.train.parts import FOLDS, gather_real, held_out, look_at_all, real_windows, synthetic_windows
from inference.train.processes import run_each

ESTIMATORS = (clips.FIRST_ESTIMATOR,)


class PlainLSTM(Scorer):
    """One direction, and its last state alone, as in the source report."""

    def __init__(self, channels: int, classes: int, families: int, hidden: int) -> None:
        super().__init__(channels, classes, families, hidden, hidden)
        self.recur = nn.LSTM(hidden, hidden, batch_first=True)

    def pool(self, frames: Tensor) -> Tensor:
        """The state after the last frame."""
        return self.recur(frames)[0][:, -1]  # type: ignore[no-any-return]


class BidirectionalLSTM(Scorer):
    """Both directions, the mean of their states."""

    def __init__(self, channels: int, classes: int, families: int, hidden: int) -> None:
        super().__init__(channels, classes, families, hidden, 2 * hidden)
        self.recur = nn.LSTM(hidden, hidden, batch_first=True, bidirectional=True)

    def pool(self, frames: Tensor) -> Tensor:
        """Mean over time."""
        return self.recur(frames)[0].mean(1)  # type: ignore[no-any-return]


class DenseConvolution(Scorer):
    """Four dilated convolutions beside identities (Bai, Kolter, Koltun 2018) on every frame, mean and maximum."""

    def __init__(self, channels: int, classes: int, families: int, hidden: int) -> None:
        super().__init__(channels, classes, families, hidden, 2 * hidden)
        self.layers = nn.ModuleList(nn.Conv1d(hidden, hidden, 3, padding=d, dilation=d) for d in (1, 2, 4, 8))

    def pool(self, frames: Tensor) -> Tensor:
        """Mean and maximum over time."""
        x = frames.transpose(1, 2)
        for layer in self.layers:
            x = x + functional.gelu(layer(x))
        return torch.cat([x.mean(2), x.amax(2)], dim=1)


class Transformer(Scorer):
    """Two layers of self-attention (Vaswani et al. 2017) with learned places, mean and maximum over time."""

    def __init__(self, channels: int, classes: int, families: int, hidden: int) -> None:
        super().__init__(channels, classes, families, hidden, 2 * hidden)
        self.place = nn.Parameter(torch.randn(windows.FRAMES, hidden) * 0.02)
        layer = nn.TransformerEncoderLayer(hidden, 4, 2 * hidden, 0.1, "gelu", batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    def pool(self, frames: Tensor) -> Tensor:
        """Mean and maximum over time."""
        x = self.layers(frames + self.place)
        return torch.cat([x.mean(1), x.amax(1)], dim=1)


DESIGNS: dict[str, Callable[..., nn.Module]] = {
    "LSTM, last state (source report)": PlainLSTM,
    "bidirectional LSTM, mean": BidirectionalLSTM,
    "bidirectional LSTM, attention + mean + max (shipped)": ExerciseLSTM,
    "temporal convolution on every frame": DenseConvolution,
    "temporal convolution on every other frame (shipped)": TemporalConvolution,
    "transformer": Transformer,
}


def score(network: nn.Module, tracks: list[LabelledTrack]) -> list[tuple[bool, bool, bool]]:
    """Whether each track is named right, among three, and in the right family."""
    recipe = Recipe(CLASSES, FAMILIES, HIDDEN, ("lstm",), 0, 0, 1.0, 1.0)
    classifier = Classifier(recipe, [cast(Scorer, network)])
    told = []
    for labelled in tracks:
        sized = windows.size_track(labelled.track)
        spans = windows.choose_spans(float(sized.times_s[0]), float(sized.times_s[-1]))
        chances, _ = classifier.score_windows(windows.cut(sized, spans))
        names = [CLASSES[i] for i in np.argsort(-chances)[:3]]
        same_family = catalogue.family_of(names[0]) == catalogue.family_of(labelled.exercise)
        told.append((names[0] == labelled.exercise, labelled.exercise in names, same_family))
    return told


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How long, and on how many folds."""
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--folds", type=int, default=FOLDS, help="how many of the folds to look at")


def run(args: argparse.Namespace) -> int:
    """Print a table, one line a design."""
    look_at_all(ESTIMATORS)
    found = run_each(train_and_score, [(name, fold, args.steps) for name in DESIGNS for fold in range(args.folds)])
    print("| design | parameters | clips | exact | top 3 | family | minutes |\n|---|---|---|---|---|---|---|")
    for number, (name, make) in enumerate(DESIGNS.items()):
        mine = found[number * args.folds : (number + 1) * args.folds]
        told = [row for rows, _ in mine for row in rows]
        exact, three, family = np.mean(told, axis=0)
        size = sum(p.numel() for p in make(windows.CHANNELS, len(CLASSES), len(FAMILIES), HIDDEN).parameters())
        minutes = sum(seconds for _, seconds in mine) / 60
        print(f"| {name} | {size:,} | {len(told)} | {exact:.3f} | {three:.3f} | {family:.3f} | {minutes:.0f} |")
    return 0


def train_and_score(name: str, fold: int, steps: int) -> tuple[list[tuple[bool, bool, bool]], float]:
    """What ``score`` says of the checked clips of a fold, and how many seconds the training took."""
    seen, synthetic = real_windows(ESTIMATORS, fold), synthetic_windows()
    began_s = time.monotonic()
    network = lstm.train(seen, synthetic, steps, fold, make=DESIGNS[name])
    took_s = time.monotonic() - began_s
    return score(network, held_out(fold, gather_real(ESTIMATORS))), took_s
