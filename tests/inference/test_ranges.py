"""Numbers of any size come into one range."""

import numpy as np
import pytest
import torch

from inference.ranges import Ranges


def test_usual_numbers_keep_their_order_and_strange_ones_stop_at_the_limit():
    rng = np.random.default_rng(0)
    numbers = rng.normal([100, 0], [20, 0.001], (500, 2)).astype(np.float32)
    ranges = Ranges(2, limit=2.5)
    ranges.learn(numbers, least_spread=0.02)
    assert ranges.middle.tolist() == pytest.approx([100, 0], abs=3)
    assert ranges.spread.tolist() == pytest.approx([20, 0.02], rel=0.1)  # what hardly changes is not blown up
    told = ranges(torch.tensor([[100.0, 0.0], [120.0, 0.0], [1e9, -1e9]]))
    assert told[:, 0].tolist() == pytest.approx([0, 0.95, 2.5], abs=0.15)
    assert float(told[2, 1]) == pytest.approx(-2.5)
