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

HIDDEN, SHARED, DROPOUT = 32, 16, 0.2
VIEWS = 2  # of what all readings of a film have in common
LIMIT = 3.0  # usual distances from the usual value


class RankingNetwork(nn.Module):
    """Features (N, F) of readings to scores (N,), each beside two weighted means of all readings of its film.

    The means are attention pooling (Ilse et al. 2018, arXiv:1802.04712) over readings.
    """

    def __init__(self, features: int = len(readings.FEATURES)) -> None:
        super().__init__()
        self.ranges = Ranges(features, LIMIT)
        self.look = nn.Sequential(nn.Linear(features, HIDDEN), nn.GELU(), nn.Dropout(DROPOUT))
        self.weigh = nn.Linear(HIDDEN, VIEWS)
        self.share = nn.Linear(HIDDEN, SHARED)
        self.judge = nn.Sequential(
            *(nn.Linear(HIDDEN + VIEWS * SHARED, HIDDEN), nn.GELU(), nn.Dropout(DROPOUT)),
            nn.Linear(HIDDEN, 1),
        )

    def forward(self, features: Tensor, film: Tensor) -> Tensor:
        """Score readings (N, F) of films (N,), which are numbered from 0 in a row."""
        return self.score(self.ranges(features), film)

    def score(self, scaled: Tensor, film: Tensor) -> Tensor:
        """The same from features that are brought to their usual range."""
        seen = self.look(scaled)
        weights = torch.exp(log_shares(self.weigh(seen), film))  # (N, VIEWS)
        weighted = weights[:, :, None] * self.share(seen)[:, None]  # (N, VIEWS, SHARED)
        means = torch.zeros(count_films(film), VIEWS * SHARED).index_add(0, film, weighted.flatten(1))
        return self.judge(torch.cat([seen, means[film]], dim=1))[:, 0]  # type: ignore[no-any-return]


def count_films(film: Tensor) -> int:
    """How many films readings (N,) come from."""
    return int(film.max()) + 1


def log_sums(scores: Tensor, film: Tensor) -> Tensor:
    """(films, K) logarithms of the sums of exp(scores (N, K)) of each film."""
    rows = film[:, None].expand_as(scores)
    none = scores.new_full((count_films(film), scores.shape[1]), -torch.inf)
    most = none.scatter_reduce(0, rows, scores.detach(), "amax")
    total = torch.zeros_like(most).index_add(0, film, torch.exp(scores - most[film]))
    return most + torch.log(total)


def log_shares(scores: Tensor, film: Tensor) -> Tensor:
    """(N, K) logarithms of the softmax of scores (N, K) over the readings of each film."""
    return scores - log_sums(scores, film)[film]


@torch.inference_mode()
def rank(networks: Sequence[RankingNetwork], features: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N,) chance that each of the readings (N, F) of one stretch is the right one, the mean of all networks."""
    rows, film = torch.from_numpy(features), torch.zeros(len(features), dtype=torch.int64)
    return torch.stack([torch.softmax(network(rows, film), dim=0) for network in networks]).mean(0).numpy()


@cache
def load_networks(path: Path) -> tuple[RankingNetwork, ...]:
    """The networks that a .safetensors file holds, ready to rank."""
    return tuple(_revive(state) for state in load_states(path))


def _revive(state: dict[str, Tensor]) -> RankingNetwork:
    network = RankingNetwork()
    network.load_state_dict(state)
    return network.eval()
