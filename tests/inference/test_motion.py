"""Motion is taken out of place, size and gaps, but not out of gravity."""

import itertools

import numpy as np
import pytest

from inference import motion
from inference.skeleton import INDEX
from tests.inference.tracks import make_track, rest, squat, standing_pose, waves


def test_gaps_are_filled_between_what_is_known():
    keypoints = np.repeat(standing_pose()[None], 5, axis=0)
    keypoints[:, 9, 0] = [10, 0, 0, 0, 50]
    keypoints[1:4, 9, 2] = 0
    filled = motion.fill_gaps(keypoints)
    assert filled[:, 9, 0].tolist() == [10, 20, 30, 40, 50]
    assert filled[1:4, 9, 2].tolist() == [0, 0, 0]


def test_a_point_that_is_never_known_stands_at_its_neighbour():
    keypoints = np.repeat(standing_pose()[None], 3, axis=0)
    for name in ("left_wrist", "left_palm"):
        keypoints[:, INDEX[name]] = 0
    filled = motion.fill_gaps(keypoints)
    elbow = filled[:, INDEX["left_elbow"], :2]
    assert (filled[:, INDEX["left_wrist"], :2] == elbow).all()
    assert (filled[:, INDEX["left_palm"], :2] == elbow).all()


def test_size_scales_with_the_person():
    keypoints = make_track(2, squat, rest).keypoints
    twice = keypoints.copy()
    twice[..., :2] *= 2
    one, two = (motion.body_size(motion.fill_gaps(k)) for k in (keypoints, twice))
    assert two == pytest.approx(2 * one, rel=1e-4)


def test_knee_angle_of_a_straight_and_a_bent_leg():
    points = np.zeros((2, 24, 2))
    hip, knee, ankle = (INDEX[f"left_{p}"] for p in ("hip", "knee", "ankle"))
    points[:, knee] = (0, 100)
    points[0, ankle], points[1, ankle] = (0, 200), (100, 100)
    column = motion.ANGLE_CORNERS.index((hip, knee, ankle))
    assert motion.angles(points)[:, column] == pytest.approx([np.pi, np.pi / 2])


def test_lying_differs_from_standing():
    standing = standing_pose()[None, :, :2].astype(float)
    lying = standing[..., ::-1] * (1, 1)
    torso = len(motion.ANGLE_CORNERS)  # first slope
    assert abs(motion.angles(standing)[0, torso]) > 1.4
    assert abs(motion.angles(lying)[0, torso]) < 0.2


def test_resampling_keeps_times_true():
    track = make_track(4, squat, waves(1, 2.0), rate_hz=29.0)
    even, times_s = motion.resample_evenly(track.keypoints, track.times_s, 15.0)
    assert np.diff(times_s) == pytest.approx(1 / 15)
    nearest = np.abs(track.times_s[:, None] - times_s).argmin(axis=0)
    assert np.abs(even[..., :2] - track.keypoints[nearest][..., :2]).max() < 12


@pytest.mark.parametrize("count", [1, 2, 3, 40, 181])
def test_the_size_is_that_of_the_longest_views(count):
    points = np.random.default_rng(count).normal(size=(count, 24, 2))

    def long_view(*names):
        at = [points[:, INDEX[name]] for name in names]
        length = sum(np.hypot(*(a - b).T) for a, b in itertools.pairwise(at))
        return np.percentile(length, motion.LONG_BONE_PERCENTILE)

    leg, arm = (
        max(long_view(*(f"{side}_{part}" for part in chain)) for side in ("left", "right"))
        for chain in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist"))
    )
    wanted = (long_view("neck", "waist") + 0.7 * leg + 0.5 * arm) / 2.2
    assert float(motion.body_sizes(points)) == pytest.approx(wanted)
