"""A long film is cut at its rests."""

import itertools

import numpy as np
import pytest

from inference.sets import choose_looks, cut_sets, find_sets, likeliest_course
from inference.skeleton import INDEX
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


def stroll(pose: np.ndarray, time_s: float) -> None:
    """Walks to and fro in front of the phone, arms swinging."""
    swing = np.sin(2 * np.pi * time_s / 1.1)
    for side, sign in (("left", 1), ("right", -1)):
        for part, reach in (("knee", 14), ("ankle", 30), ("foot", 30), ("wrist", -18), ("palm", -22)):
            pose[INDEX[f"{side}_{part}"], 0] += sign * reach * swing
        pose[INDEX[f"{side}_ankle"], 1] -= 12 * max(sign * np.cos(2 * np.pi * time_s / 1.1), 0)
    pose[:, 0] += 120 * np.sin(time_s / 3)


def test_who_walks_about_between_sets_rests():
    bout, walk = make_track(20, squat, waves(9, 2.0, 1.0)), make_track(25, stroll, lambda t: t)
    keypoints = np.concatenate([bout.keypoints, walk.keypoints, bout.keypoints])
    one, other = cut_sets(PoseTrack(keypoints, np.arange(len(keypoints)) / 15, bout.size_px))
    assert one.end_s == pytest.approx(19, abs=3)
    assert other.start_s == pytest.approx(46, abs=3)


def test_looks_cover_the_film():
    for length_s in (5.0, 40.0, 41.0, 100.0, 601.0):
        looks = choose_looks(3.0, 3.0 + length_s, 40.0)
        assert looks[0].start_s == 3.0
        assert looks[-1].end_s >= 3.0 + length_s
        assert all(b.start_s - a.start_s <= 20.0 for a, b in itertools.pairwise(looks))


def test_a_moment_of_doubt_neither_ends_a_set_nor_begins_one():
    odds = np.full(600, -3.0)
    odds[150:450] = 3.0
    odds[300:308] = -3.0
    odds[40:48] = 3.0
    assert np.flatnonzero(likeliest_course(odds)).tolist() == list(range(150, 450))


def test_nothing_but_doubt_is_no_set():
    assert find_sets(np.full(600, -0.1), np.arange(600) / 15) == []
