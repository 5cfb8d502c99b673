"""Training of the classifier's network on windows of real and of synthetic motion, half and half."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from tqdm import trange

from inference import catalogue, files, windows
from inference.network import ExerciseLSTM
from inference.train import depth, pool
from inference.train.clips import LabelledTrack
from inference.train.windows import Reel, join, wear
from inference.windows import Windows

BATCH, RATE, DECAY, SMOOTHING = 64, 2e-3, 0.02, 0.05
SIBLINGS = 0.1  # of the target goes to the exercises of the family: a skeleton can hardly tell them apart
FAMILY_LOSS, CONTRAST_LOSS, CONTRAST_TEMPERATURE = 0.3, 0.2, 0.1
SYNTHETIC_SHARE = 0.5  # of each batch
HIDDEN = 128
SAVE_EVERY = 250  # steps

CLASSES = tuple(sorted(catalogue.exercises()))
FAMILIES = tuple(sorted({exercise.family for exercise in catalogue.exercises().values()}))
FAMILY_OF = torch.tensor([FAMILIES.index(catalogue.family_of(slug)) for slug in CLASSES])


def _targets() -> Tensor:
    """(C, C) what each exercise's scores are to become: itself, its family, a little of everything."""
    same: Tensor = (FAMILY_OF[:, None] == FAMILY_OF).float()
    count = len(CLASSES)
    own = (1 - SIBLINGS - SMOOTHING) * torch.eye(count)
    return own + SIBLINGS * same / same.sum(1, keepdim=True) + SMOOTHING / count


TARGETS = _targets()


def contrast(embedding: Tensor, label: Tensor) -> Tensor:
    """Supervised contrastive loss of a batch of unit vectors (Khosla et al. 2020, equation 2)."""
    likeness = embedding @ embedding.T / CONTRAST_TEMPERATURE
    likeness = likeness - 1e9 * torch.eye(len(embedding))
    same = (label[:, None] == label) & ~torch.eye(len(embedding), dtype=torch.bool)
    log_share = likeness - torch.logsumexp(likeness, dim=1, keepdim=True)
    partners = same.sum(1)
    has = partners > 0
    return -((log_share * same).sum(1)[has] / partners[has]).mean() if has.any() else embedding.sum() * 0


class Source:
    """Tracks to draw windows from, some more often than others."""

    def __init__(self, tracks: Sequence[LabelledTrack], *, even: bool) -> None:
        """``even``: every track as likely; else rare exercises are drawn more often than they occur."""
        self.reel = Reel.of((windows.size_track(t.track), _depth_of(t)) for t in tracks)
        self.label = np.array([CLASSES.index(labelled.exercise) for labelled in tracks], np.int64)
        weight = np.ones(len(tracks)) if even else pool.weigh(tracks)
        total = np.bincount(self.label, weight, minlength=len(CLASSES))
        chance = weight if even else weight / np.sqrt(total[self.label])
        self.chance = chance / max(chance.sum(), 1e-9)

    def draw(self, count: int, rng: np.random.Generator) -> tuple[Windows, NDArray[np.int64]]:
        """So many windows and their classes."""
        chosen = rng.choice(len(self.chance), count, p=self.chance)
        return self.reel.draw(chosen, rng), self.label[chosen]


def _depth_of(labelled: LabelledTrack) -> windows.Floats | None:
    return None if labelled.depth is None else depth.in_body_sizes(labelled.track, labelled.depth)


def train(
    real: Source,
    synthetic: Source,
    steps: int,
    seed: int,
    checkpoint: Path | None = None,
    make: Callable[..., nn.Module] = ExerciseLSTM,
) -> nn.Module:
    """One network; with a checkpoint a stopped run goes on."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    made = int(BATCH * SYNTHETIC_SHARE)
    network = make(windows.CHANNELS, len(CLASSES), len(FAMILIES), HIDDEN)
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    parts: dict[str, Any] = {"network": network, "optimiser": optimiser, "schedule": schedule}
    first = _resume(checkpoint, parts)
    network.train()
    for step in (progress := trange(first, steps, initial=first, total=steps, desc=f"network {seed}", mininterval=5)):
        drawn = [real.draw(BATCH - made, rng), synthetic.draw(made, rng)]
        frames = windows.make_channels(wear(join([part for part, _ in drawn]), rng))
        label = torch.from_numpy(np.concatenate([label for _, label in drawn]))
        loss = _step(network, optimiser, torch.from_numpy(frames), label)
        schedule.step()
        if step % SAVE_EVERY == SAVE_EVERY - 1:
            progress.set_postfix(loss=f"{loss:.3f}")
            _save(checkpoint, parts, step + 1)
    return network.eval()


def _step(network: nn.Module, optimiser: torch.optim.Optimizer, frames: Tensor, label: Tensor) -> float:
    names, families, embedding = network(frames)
    loss = functional.cross_entropy(names, TARGETS[label])
    loss = loss + FAMILY_LOSS * functional.cross_entropy(families, FAMILY_OF[label], label_smoothing=SMOOTHING)
    loss = loss + CONTRAST_LOSS * contrast(embedding, label)
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    return float(loss.detach())


def _save(checkpoint: Path | None, parts: dict[str, Any], step: int) -> None:
    if checkpoint:
        with files.stage(checkpoint) as temporary:
            torch.save({"step": step, **{name: part.state_dict() for name, part in parts.items()}}, temporary)


def _resume(checkpoint: Path | None, parts: dict[str, Any]) -> int:
    if checkpoint is None or not checkpoint.exists():
        return 0
    saved = torch.load(checkpoint, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(saved[name])
    return int(saved["step"])
