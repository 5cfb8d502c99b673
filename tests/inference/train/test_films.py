"""Synthetic films for the counter, and what the phase network should say about them."""

import numpy as np
import pytest
import torch

from inference.train import films, phase
from inference.types import PoseTrack


@pytest.fixture(scope="module")
def some():
    rng = np.random.default_rng(4)
    return [films.make_film(rng) for _ in range(40)]


def test_films_have_few_and_many_repetitions(some):
    counts = [len(film.reps) for film in some]
    assert min(counts) < 4
    assert max(counts) > 15


def test_repetitions_follow_one_another(some):
    for film in some:
        start, turn, end = film.reps.T
        assert (start < turn).all() and (turn < end).all()
        assert (end[:-1] <= start[1:] + 1e-6).all()


def test_the_same_seed_makes_the_same_film():
    one, two = (films.make_film(np.random.default_rng(7)) for _ in range(2))
    assert (one.track.keypoints == two.track.keypoints).all()
    assert (one.reps == two.reps).all()


def test_half_a_repetition_has_no_count_that_people_agree_on():
    track = PoseTrack(np.ones((31, 24, 3), np.float32), np.arange(31) / 10, (1, 1))
    assert films.Film(track, np.array([[0, 1, 2.0], [2, 3, 3.8]])).count is None
    assert films.Film(track, np.array([[0, 1, 2.0], [2, 2.5, 3.1]])).count == 2
    assert films.Film(track, np.array([[0, 1, 2.0], [2, 4, 5.0]])).count == 1


def test_scaled_frames_span_the_unit_square_and_lost_ones_stay_lost(some):
    keypoints = some[0].track.keypoints.copy()
    keypoints[3] = 0
    scaled = films.scale_frames(keypoints)
    assert not scaled[3].any()
    found = scaled[scaled[..., 2].all(axis=1)][..., :2]
    assert found.min(axis=1) == pytest.approx(0)
    assert found.max(axis=1) == pytest.approx(1)


def test_marks_sum_to_the_count():
    times_s = np.arange(150) / 15
    active, rate, bounds, turns, density = phase.mark(np.array([[1.0, 2.0, 3.0], [3.0, 4.2, 5.0]]), times_s)
    assert density.sum() == pytest.approx(2, abs=0.01)
    assert active.sum() == pytest.approx(60, abs=2)
    assert rate[active > 0] == pytest.approx(0)  # two seconds are usual
    assert bounds[[15, 45, 75]] == pytest.approx(1)
    assert np.flatnonzero(turns == 1).tolist() == [30, 63]


def test_the_loss_is_least_where_the_scores_are_right():
    times_s = np.arange(160) / 15
    wanted = torch.from_numpy(phase.mark(np.array([[1.0, 2.0, 3.0], [3.0, 4.2, 5.0]]), times_s))[None]
    right = torch.stack([wanted[:, 0] * 12 - 6, wanted[:, 1], wanted[:, 2] * 12 - 6, wanted[:, 3] * 12 - 6], dim=1)
    known, weight = torch.ones(1, 160), torch.ones(1)
    shifted = torch.roll(right, 20, dims=2)
    assert phase.loss(right, wanted, known, weight) < 0.3 * phase.loss(shifted, wanted, known, weight)
