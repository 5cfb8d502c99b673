"""Where in a repetition each frame lies, by a small temporal network that knows no exercises.

A one-dimensional U-Net (Ronneberger et al. 2015, arXiv:1505.04597) looks at postures and at how like they are to those
some time before and after (the diagonals of a self-similarity matrix; Dwibedi et al. 2020, arXiv:2006.15418). For each
frame it says whether the person exercises, how many repetitions pass (a density that sums to the count; Hu et al. 2022,
arXiv:2204.01018), and whether a repetition turns, starts or ends there.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from inference import motion, weights
from inference.ensemble import load_states
from inference.signals import RATE_HZ, MotionSignals
from inference.skeleton import COUNT, INDEX

Floats = NDArray[np.float32]

LAGS = np.unique(np.geomspace(2, 8 * RATE_HZ, 26).astype(int))  # frames; up to eight seconds
LIKE = 0.5  # squared distance, in variances of the film, at which likeness falls to 1/e
ANGLES = len(motion.ANGLE_CORNERS)
CHANNELS = 2 * COUNT + 4 + ANGLES + 2 * len(motion.SLOPE_BONES) + COUNT + 2 * len(LAGS)
WIDTHS = (48, 56, 64, 80, 80)  # of the levels, each at half the rate of the one before
USUAL_S = 2.0  # of a repetition for which the network's rate is 0
STEP = 2 ** (len(WIDTHS) - 1)


@dataclass(frozen=True)
class Phases:
    """What the network says about each of T frames at RATE_HZ."""

    active: Floats  # (T,) probability that a repetition is going on
    density: Floats  # (T,) repetitions a frame
    bounds: Floats  # (T,) probability that one starts or ends here
    turns: Floats  # (T,) probability that one turns here


class PhaseNet(nn.Module):
    """(B, CHANNELS, T) → (B, 4, T): scores of active, log rate, bound, turn. T must be a multiple of STEP.

    With other outputs it says something else of each frame (`inference.sets`).
    """

    def __init__(self, outputs: int = 4) -> None:
        super().__init__()
        self.enter = nn.Sequential(nn.BatchNorm1d(CHANNELS), nn.Conv1d(CHANNELS, WIDTHS[0], 1))
        self.down = nn.ModuleList(_Block(width, 1) for width in WIDTHS[:-1])
        self.deepest = nn.Sequential(_Block(WIDTHS[-1], 1), _Block(WIDTHS[-1], 2))
        pairs = list(itertools.pairwise(WIDTHS))
        self.narrow = nn.ModuleList(nn.Conv1d(a, b, 2, stride=2) for a, b in pairs)
        self.widen = nn.ModuleList(nn.Conv1d(b, a, 1) for a, b in pairs)
        self.up = nn.ModuleList(_Block(width, 1) for width in WIDTHS[:-1])
        self.leave = nn.Conv1d(WIDTHS[0], outputs, 1)

    def forward(self, frames: Tensor) -> Tensor:
        """Score a batch of films."""
        x, kept = self.enter(frames), []
        for block, narrow in zip(self.down, self.narrow, strict=True):
            x = block(x)
            kept.append(x)
            x = narrow(x)
        x = self.deepest(x)
        for block, widen, beside in zip(
            reversed(self.up),
            reversed(self.widen),
            reversed(kept),
            strict=True,
        ):
            x = block(functional.interpolate(widen(x), scale_factor=2) + beside)
        scores: Tensor = self.leave(x)
        return scores


class _Block(nn.Module):
    """Two convolutions along time, added to what came in."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation, bias=False)
        self.norm: nn.Module = nn.BatchNorm1d(width)
        self.second = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)

    def forward(self, x: Tensor) -> Tensor:
        added: Tensor = self.second(functional.gelu(self.norm(self.first(x)), approximate="tanh"))
        return x + added


def make_channels(moving: MotionSignals) -> Floats:
    """(T, CHANNELS): places about the waist and in the room, angles, confidences, likeness across time."""
    points, count = moving.points, len(moving.points)
    waist = points[:, INDEX["waist"]]
    own = (points - waist[:, None]).reshape(count, -1)
    placed = points[:, [INDEX["waist"], INDEX["neck"]]] - np.median(waist, axis=0)
    bends = motion.angles(points)
    slopes = bends[:, ANGLES:]
    parts = (own, np.clip(placed.reshape(count, -1), -3, 3), np.cos(bends[:, :ANGLES]), np.sin(slopes), np.cos(slopes),
             moving.confidence, _likeness(moving.postures))  # fmt: skip
    return np.concatenate(parts, axis=1).astype(np.float32)


def _likeness(postures: NDArray[np.float64]) -> Floats:
    """(T, 2 * lags) likeness, 0..1, of each posture to those so much later and earlier; 0 outside the film."""
    count = len(postures)
    variance = max(float(((postures - postures.mean(axis=0)) ** 2).sum(axis=1).mean()), 1e-9)
    out = np.zeros((count, 2, len(LAGS)), np.float32)
    for number, lag in enumerate(LAGS[count > LAGS]):
        apart = ((postures[lag:] - postures[:-lag]) ** 2).sum(axis=1)
        out[:-lag, 0, number] = out[lag:, 1, number] = np.exp(-apart / (LIKE * variance))
    return out.reshape(count, -1)


def as_phases(scores: Floats) -> Phases:
    """What scores (4, T) mean."""
    active, bounds, turns = (1 / (1 + np.exp(-scores[row])) for row in (0, 2, 3))
    rate = np.exp(np.clip(scores[1], -3, 3)) / (USUAL_S * RATE_HZ)
    return Phases(active, active * rate, bounds, turns)


@torch.inference_mode()
def score(networks: Sequence[PhaseNet], channels: Floats) -> Floats:
    """Mean scores (outputs, T) of channels (T, CHANNELS): networks that learnt from other films err elsewhere."""
    padded = np.pad(channels, ((0, -len(channels) % STEP), (0, 0)))
    frames = torch.from_numpy(padded.T[None].copy())
    out: Floats = torch.stack([network(frames)[0] for network in networks]).mean(0)[:, : len(channels)].numpy()
    return out


@cache
def load_networks(path: Path) -> tuple[PhaseNet, ...]:
    """The networks that a .safetensors file holds, ready to score."""
    return tuple(_revive(state) for state in load_states(path))


@cache
def load_folded(path: Path) -> tuple[PhaseNet, ...]:
    """The same with norms as part of the convolutions before them: a third faster, and no longer to be trained."""
    return tuple(_fold(_revive(state)) for state in load_states(path))


def _fold(network: PhaseNet) -> PhaseNet:
    for block in network.modules():
        if isinstance(block, _Block) and isinstance(block.norm, nn.BatchNorm1d):
            block.first, block.norm = fuse_conv_bn_eval(block.first, block.norm), nn.Identity()
    return network


def _revive(state: dict[str, Tensor]) -> PhaseNet:
    network = PhaseNet(len(state["leave.bias"]))
    network.load_state_dict(state)
    return network.eval()


def detect(moving: MotionSignals) -> Phases:
    """Phases of a motion, by the shipped networks."""
    with weights.open_checked("counter-phase") as path:
        networks = load_folded(path)
    return as_phases(score(networks, make_channels(moving)))
