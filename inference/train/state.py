"""What a stopped training needs to go on: the network, its running mean, the optimiser, and where it was."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import nn

from inference import files


@dataclass
class State:
    """Trainings that count more than steps add to ``NUMBERS``."""

    NUMBERS: ClassVar[tuple[str, ...]] = ("step",)
    network: nn.Module
    average: nn.Module
    optimiser: torch.optim.Optimizer
    step: int = 0

    def save(self, path: Path) -> None:
        """Whole or not at all, so that a stop in between loses nothing."""
        parts: dict[str, Any] = {name: getattr(self, name) for name in self.NUMBERS}
        parts |= {name: getattr(self, name).state_dict() for name in ("network", "average", "optimiser")}
        with files.stage(path) as temporary:
            torch.save(parts, temporary)

    def load(self, path: Path) -> None:
        """Go on where the file was written."""
        parts = torch.load(path, weights_only=True, map_location="cpu")
        for name in ("network", "average", "optimiser"):
            getattr(self, name).load_state_dict(parts[name])
        for name in self.NUMBERS:
            setattr(self, name, parts[name])

    @torch.no_grad()
    def follow(self, keep: float) -> None:
        """Move the mean of the weights and of the norms' statistics towards the network's; fast at first."""
        keep = min(keep, (1 + self.step) / (10 + self.step))
        for mean, now in zip(self.average.state_dict().values(), self.network.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(now, 1 - keep)
            else:
                mean.copy_(now)
