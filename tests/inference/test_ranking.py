"""Readings are ranked against each other, and both judges are heard."""

import numpy as np
import pytest
import torch

from inference import ranking, reps
from inference.ensemble import save_networks
from inference.readings import Curve, Reading
from inference.signals import Signal

TIMES_S = np.arange(100) / 15
CURVE = Curve(np.zeros(100), 1.0, Signal("all0", np.zeros(100), 1.0))


def reading(count: int) -> Reading:
    edges = np.linspace(0, 99, 2 * count + 1).astype(np.int64) if count else np.array([0])
    return Reading(edges[1::2], edges[::2], CURVE)


def judge(*told: tuple[int, float, float]) -> reps.RepCount:
    """Readings by count, probability of being right, and chance among all."""
    counts, right, chances = zip(*told, strict=True)
    return reps.judge([reading(n) for n in counts], np.array(right), np.array(chances), TIMES_S)


def test_chances_of_all_readings_are_one_whole(tmp_path):
    torch.manual_seed(0)
    networks = [ranking.RankingNetwork().eval() for _ in range(2)]
    features = np.random.default_rng(0).normal(size=(40, len(ranking.readings.FEATURES))).astype(np.float32)
    chances = ranking.rank(networks, features)
    assert chances.shape == (40,)
    assert chances.sum() == pytest.approx(1, abs=1e-5)
    save_networks(networks, tmp_path / "ranking.safetensors")
    assert ranking.rank(ranking.load_networks(tmp_path / "ranking.safetensors"), features) == pytest.approx(
        chances, abs=2e-3
    )


def test_a_number_needs_both_judges():
    assert judge((4, 0.9, 0.3), (5, 0.3, 0.7)).count == 4
    assert judge((4, 0.5, 0.05), (5, 0.4, 0.95)).count == 5
    assert judge((4, 0.5, 0.0), (5, 0.0, 1.0), (6, 0.4, 0.1)).count == 6


def test_many_readings_of_one_number_add_up():
    assert judge((7, 0.5, 0.2), (7, 0.5, 0.2), (7, 0.5, 0.2), (8, 0.5, 0.4)).count == 7


def test_one_repetition_becomes_two_only_when_that_is_clear():
    assert judge((1, 0.4, 0.4), (2, 0.6, 0.6)).count == 1
    assert judge((1, 0.3, 0.2), (2, 0.7, 0.8)).count == 2
    assert judge((2, 0.4, 0.4), (3, 0.6, 0.6)).count == 3


def test_who_is_unsure_says_maybe():
    sure = judge((9, 0.9, 0.98), (10, 0.1, 0.02))
    assert (sure.count, sure.low, sure.high, sure.confidence) == (9, 9, 9, 0.9)
    unsure = judge((9, 0.6, 0.6), (10, 0.4, 0.4))
    assert (unsure.count, unsure.low, unsure.high) == (9, 9, 10)


def test_only_the_forest_says_that_nothing_is_repeated():
    assert judge((0, 0.7, 0.0), (3, 0.5, 1.0)).count == 0
    some = judge((0, 0.5, 0.9), (3, 0.6, 0.1))
    assert (some.count, some.low) == (3, 3)
