"""A small network that says which of all readings of a motion is the right one.

It scores each reading by its features; a softmax over all readings of the stretch turns the scores into chances, and a
number's chance is the sum over the readings that have it (listwise ranking: Cao et al. 2007, ICML, "Learning to rank").
A forest that looks at one reading at a time (`inference.reps`) knows how sure to be; this one knows the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference import readings
from inference.ensemble import load_states
from inference.ranges import Ranges

HIDDEN, DROPOUT = 24, 0.2
LIMIT = 3.0  # usual distances from the usual value


class RankingNetwork(nn.Module):
    """Features (N, F) of readings to scores (N,)."""

    def __init__(self, features: int = len(readings.FEATURES)) -> None:
        super().__init__()
        self.ranges = Ranges(features, LIMIT)
        self.layers = nn.Sequential(
            *(nn.Linear(features, HIDDEN), nn.GELU(), nn.Dropout(DROPOUT)),
            *(nn.Linear(HIDDEN, HIDDEN), nn.GELU(), nn.Dropout(DROPOUT)),
            nn.Linear(HIDDEN, 1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Score readings."""
        return self.layers(self.ranges(features))[..., 0]  # type: ignore[no-any-return]


@torch.inference_mode()
def rank(networks: Sequence[RankingNetwork], features: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N,) chance that each of the readings (N, F) of one stretch is the right one, the mean of all networks."""
    rows = torch.from_numpy(features)
    return torch.stack([torch.softmax(network(rows), dim=0) for network in networks]).mean(0).numpy()


@cache
def load_networks(path: Path) -> tuple[RankingNetwork, ...]:
    """The networks that a .safetensors file holds, ready to rank."""
    return tuple(_revive(state) for state in load_states(path))


def _revive(state: dict[str, Tensor]) -> RankingNetwork:
    network = RankingNetwork()
    network.load_state_dict(state)
    return network.eval()
