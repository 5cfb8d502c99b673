"""Training of the networks that rank readings: the right count of each film against all others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.ranking import RankingNetwork, log_sums
from inference.train.counted import Table
from inference.train.fit import Chances, fit
from inference.train.pool import SYNTHETIC

STEPS, FILMS, RATE, DECAY = 700, 24, 3e-3, 0.1
READINGS = 60  # of a film at a time
REAL_SHARE = 0.5  # of the films of a batch
NOISE = 0.05  # added to the scaled features
LEAST_SPREAD = 0.05
NEVER = -1e4  # logarithm of no chance

Drawn = tuple[Tensor, Tensor, Tensor]  # features (N, F), film (N,) and whether the count is right (N,)


def train(tables: Sequence[Table], seed: int) -> RankingNetwork:
    """One network. Films none of whose readings is right teach nothing."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    tables = [table for table in tables if (table.counts == table.film.true).any()]
    network = RankingNetwork(tables[0].features.shape[1])
    network.ranges.learn(np.concatenate([table.features for table in tables]), LEAST_SPREAD)
    chances = Chances(_weigh(tables))
    fit(
        network, STEPS, RATE, DECAY, f"ranking {seed}",
        lambda: _miss(network, _draw([tables[i] for i in chances.draw(FILMS, rng)], rng)),
    )  # fmt: skip
    return network


def _weigh(tables: Sequence[Table]) -> NDArray[np.float64]:
    """(films,) chances: real and synthetic films together as likely; a real one at another speed half as likely."""
    real = np.array([table.film.source != SYNTHETIC for table in tables])
    weight = np.array([table.film.weight * (1.0 if table.film.speed == 1 else 0.5) for table in tables])
    for kind, share in ((real, REAL_SHARE), (~real, 1 - REAL_SHARE)):
        weight[kind] *= share / max(weight[kind].sum(), 1e-9)
    return weight


def _draw(tables: Sequence[Table], rng: np.random.Generator) -> Drawn:
    """Some readings of each film, the right ones among them."""
    features, film, right = [], [], []
    for number, table in enumerate(tables):
        is_right = table.counts == table.film.true
        kept = rng.permutation(len(is_right))[:READINGS]
        if not is_right[kept].any():
            kept = np.arange(len(is_right))
        features.append(table.features[kept])
        film.append(np.full(len(kept), number))
        right.append(is_right[kept])
    rows, owner, truth = (torch.from_numpy(np.concatenate(part)) for part in (features, film, right))
    return rows, owner, truth


def _miss(network: RankingNetwork, drawn: Drawn) -> Tensor:
    """Mean negative logarithm of the chance of the right count."""
    features, film, right = drawn
    scaled = network.ranges(features)
    scores = network.score(scaled + NOISE * torch.randn_like(scaled), film)
    both = torch.stack([scores, torch.where(right, scores, NEVER)], dim=1)
    sums = log_sums(both, film).mean(dim=0)
    return sums[0] - sums[1]
