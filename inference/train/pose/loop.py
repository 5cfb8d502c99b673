"""The training loop: cross-entropy over heatmap cells, AdamW, a constant rate that falls at the end, averaged weights.

A stopped run goes on where it was. A finished run can be continued too: the state before the rate began to fall is
kept (``trunk.pt``), and a longer run starts from there (warm-up, stable, decay: Hu et al. 2024, arXiv:2404.06395).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from inference.pose import crop, heatmap_model
from inference.pose.decode import cell_size
from inference.pose.heatmap_model import Recipe
from inference.train.pose import augment
from inference.train.pose.shards import Person
from inference.train.state import State

WARM_UP_STEPS = 300
AVERAGE_DECAY = 0.999
CLIP = 5.0
SAVE_EVERY_S = 240.0


@dataclass(frozen=True)
class Plan:
    """One run."""

    epochs: float
    fall_epochs: float  # the last of them, in which the rate falls to nothing
    batch: int = 32
    rate: float = 1e-3
    decay: float = 0.02
    loaders: int = 0  # processes that prepare crops; a crop takes half a millisecond
    device: str = "cpu"

    def rate_at(self, epoch: float, step: int) -> float:
        """Learning rate at a place in the run."""
        left = (self.epochs - epoch) / max(self.fall_epochs, 1e-6)
        return self.rate * min(1.0, (step + 1) / WARM_UP_STEPS) * float(np.clip(left, 0.0, 1.0))


class Crops(Dataset[tuple[Tensor, Tensor]]):
    """Worn crops; the chance of an item depends on the epoch and its number alone."""

    def __init__(self, people: list[Person], size_px: tuple[int, int], epoch: int) -> None:
        self.people, self.size_px, self.epoch = people, size_px, epoch

    def __len__(self) -> int:
        return len(self.people)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng((self.epoch, index))
        image, keypoints = augment.draw(self.people[index], self.size_px, rng)
        return torch.from_numpy(image), torch.from_numpy(keypoints)


@dataclass
class PoseState(State):
    """Also counts epochs."""

    NUMBERS = ("step", "seen", "epoch", "fell")
    seen: int = 0  # people of the running epoch
    epoch: int = 0
    fell: bool = False  # whether the rate has begun to fall


def start(recipe: Recipe, plan: Plan, weights: Path | None = None) -> PoseState:
    """A fresh network, or one with the weights of a file, its average and a fresh optimiser."""
    torch.manual_seed(0)
    network = recipe.build()
    nn.init.normal_(network.final_layer.weight, std=0.001)
    if weights is not None:
        network.load_state_dict(heatmap_model.load(weights)[1].state_dict())
    network = network.to(plan.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    thin = [p for p in network.parameters() if p.ndim < 2]  # norms and biases are not decayed
    thick = [p for p in network.parameters() if p.ndim >= 2]
    groups = [{"params": thick, "weight_decay": plan.decay}, {"params": thin, "weight_decay": 0.0}]
    return PoseState(network, deepcopy(network), torch.optim.AdamW(groups, plan.rate))


def targets(keypoints: Tensor, recipe: Recipe) -> Tensor:
    """Gaussians (N, 24, cells) that sum to 1, from keypoints (N, 24, 3) in pixels."""
    columns, rows = (pixels // 4 for pixels in recipe.size_px)
    unit = torch.from_numpy(cell_size(recipe.size_px, (columns, rows))).to(keypoints.device)
    x, y = (keypoints[..., :2] / unit).unbind(-1)
    across = torch.exp(-((torch.arange(columns, device=x.device) - x[..., None]) ** 2) / (2 * recipe.sigma_cells**2))
    down = torch.exp(-((torch.arange(rows, device=x.device) - y[..., None]) ** 2) / (2 * recipe.sigma_cells**2))
    maps = (down[..., :, None] * across[..., None, :]).flatten(2)
    return maps / maps.sum(-1, keepdim=True).clamp_min(1e-9)


def loss_of(scores: Tensor, keypoints: Tensor, recipe: Recipe) -> Tensor:
    """Cross-entropy of scores (N, 24, h, w), each keypoint by its weight."""
    log_share = functional.log_softmax(scores.float().flatten(2), dim=-1)
    weight = keypoints[..., 2]
    each = -(targets(keypoints, recipe) * log_share).sum(-1)
    return (each * weight).sum() / weight.sum().clamp_min(1.0)


def update(state: PoseState, images: Tensor, keypoints: Tensor, recipe: Recipe, plan: Plan, rate: float) -> float:
    """One step; returns the loss."""
    for group in state.optimiser.param_groups:
        group["lr"] = rate
    with torch.autocast(plan.device, torch.bfloat16):
        scores = state.network(images)
    loss = loss_of(scores, keypoints, recipe)
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(state.network.parameters(), CLIP)
    state.optimiser.step()
    state.step += 1
    state.follow(AVERAGE_DECAY)
    return float(loss.detach())


def normalise(images: Tensor, device: str) -> Tensor:
    """(N, H, W, 3) bytes to what the network sees."""
    mean, spread = (torch.from_numpy(values).to(device) for values in (crop.MEAN, crop.SPREAD))
    scaled = (images.to(device).float() - mean) / spread
    return scaled.permute(0, 3, 1, 2)


def order_of(people: int, epoch: int) -> NDArray[np.int64]:
    """The order of an epoch."""
    return np.random.default_rng(epoch).permutation(people)


def run_epoch(
    state: PoseState, people: list[Person], recipe: Recipe, plan: Plan, checkpoint: Path
) -> Iterator[tuple[float, float]]:
    """Yields (epochs done so far, loss) at every step; saves now and then."""
    order = order_of(len(people), state.epoch)[state.seen :]
    data = Crops(people, recipe.size_px, state.epoch)
    loader = DataLoader(data, plan.batch, sampler=order.tolist(), num_workers=plan.loaders, drop_last=True)
    saved_s = time.monotonic()
    state.network.train()
    for images, keypoints in loader:
        place = state.epoch + state.seen / len(people)
        if place >= plan.epochs:
            return
        rate = plan.rate_at(place, state.step)
        state.fell |= place > plan.epochs - plan.fall_epochs
        loss = update(state, normalise(images, plan.device), keypoints.to(plan.device), recipe, plan, rate)
        state.seen += len(images)
        if time.monotonic() - saved_s > SAVE_EVERY_S:
            state.save(checkpoint)
            saved_s = time.monotonic()
        yield state.epoch + state.seen / len(people), loss
    state.epoch, state.seen = state.epoch + 1, 0
