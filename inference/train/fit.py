"""The loop in which a network learns from batches that are drawn by chance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import trange


class Chances:
    """Rows to draw, some more often than others; ``Generator.choice`` would sum the weights up anew each time."""

    def __init__(self, weight: NDArray[np.float64]) -> None:
        """``weight``: (N,) how often each row is drawn against the others."""
        self._rising = np.cumsum(weight) / weight.sum()

    def draw(self, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Numbers (count,) of rows."""
        rows = np.searchsorted(self._rising, rng.random(count))
        return np.asarray(np.minimum(rows, len(self._rising) - 1), np.int64)


def fit(network: nn.Module, steps: int, rate: float, decay: float, title: str, miss: Callable[[], Tensor]) -> None:
    """AdamW at a rate that rises and falls once; ``miss`` draws a batch and says how wrong the network is about it."""
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps)
    network.train()
    for _ in trange(steps, desc=title, mininterval=5):
        loss = miss()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    network.eval()
