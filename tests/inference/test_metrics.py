"""Figures are what their names say."""

import pytest

from inference import metrics


def test_wilson_interval_of_a_known_case():
    assert metrics.wilson_interval(0.9, 100) == pytest.approx((0.8256, 0.9448), abs=1e-3)  # Newcombe 1998


def test_interval_of_nothing_is_everything():
    assert metrics.wilson_interval(0.0, 0) == (0.0, 1.0)


def test_counts_are_scored():
    scores = metrics.count_scores([(10, 10), (10, 9), (4, 8), (0, 1)])
    assert scores["exact"] == 0.25
    assert scores["off_by_one"] == 0.75
    assert scores["mae"] == pytest.approx((0 + 0.1 + 1.0) / 3)


def test_no_counts_have_no_score():
    assert metrics.count_scores([]) == {"off_by_one": None, "exact": None, "mae": None}
