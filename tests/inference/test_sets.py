"""A long film is cut at its rests."""

import numpy as np

from inference.sets import cut_sets
from inference.types import PoseTrack
from tests.inference.tracks import make_track, squat, waves


def two_bouts(rest_s: float) -> PoseTrack:
    first, second = waves(6, 2.0, 1.0), waves(6, 2.0, 13.0 + rest_s)
    return make_track(26 + rest_s, squat, lambda t: max(first(t), second(t)))


def test_a_rest_makes_two_sets():
    one, other = cut_sets(two_bouts(15.0))
    assert abs(one.start_s - 1) < 2
    assert abs(one.end_s - 13) < 2
    assert abs(other.start_s - 28) < 2
    assert abs(other.end_s - 40) < 2


def test_a_breath_between_repetitions_is_no_rest():
    assert len(cut_sets(two_bouts(3.0))) == 1


def test_a_short_film_is_one_set():
    assert len(cut_sets(make_track(12, squat, waves(5, 2.0)))) == 1


def test_nobody_has_no_sets():
    assert cut_sets(PoseTrack(np.zeros((90, 24, 3), np.float32), np.arange(90) / 15, (640, 480))) == []
