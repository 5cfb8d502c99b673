"""Numbers of very different sizes brought to one, the first layer of networks that see statistics and features."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

LOW, MIDDLE, HIGH = 16, 50, 84  # percentiles; two thirds of all values lie between the outer ones


class Ranges(nn.Module):
    """Each number by its usual range, bent towards a limit so that a strange one can't outweigh the rest."""

    middle: Tensor  # (F,) usual value
    spread: Tensor  # (F,) usual distance from it

    def __init__(self, features: int, limit: float) -> None:
        """``limit``: usual distances from the usual value that no number can pass."""
        super().__init__()
        self.limit = limit
        self.register_buffer("middle", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))

    def forward(self, numbers: Tensor) -> Tensor:
        """(…, F) to the same within the limit."""
        return self.limit * torch.tanh((numbers - self.middle) / self.spread / self.limit)

    def learn(self, numbers: NDArray[np.float32], least_spread: float) -> None:
        """Usual values and distances of (N, F)."""
        low, middle, high = np.percentile(numbers, (LOW, MIDDLE, HIGH), axis=0)
        self.middle.copy_(torch.from_numpy(middle))
        self.spread.copy_(torch.from_numpy(np.maximum((high - low) / 2, least_spread)))
