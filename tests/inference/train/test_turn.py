"""Real motion from other sides is what a camera there would have seen."""

import numpy as np
import pytest

from inference import motion
from inference.skeleton import INDEX
from inference.train.turn import turn, turn_some
from inference.train.windows import Reel
from inference.windows import Sized

RNG = np.random.default_rng(4)
BODY = RNG.normal(0, 0.5, (3, 32, 24, 3)) + np.array([2.0, 1.0, 0.0])
WAIST = BODY[:, :, [INDEX["waist"]]]


def project(azimuth: float) -> np.ndarray:
    """(3, 32, 24, 2) as a far camera sees the bodies that turn about their waists."""
    own = BODY - WAIST
    across = own[..., 0] * np.cos(azimuth) + own[..., 2] * np.sin(azimuth)
    return np.stack([across, own[..., 1]], axis=-1) + WAIST[..., :2]


DEPTH = (BODY - WAIST)[..., 2]


def test_turned_points_are_those_of_another_camera():
    seen = turn(project(0.0), DEPTH, np.array([0.3, -0.7, 0.0]), np.zeros(3))
    for number, azimuth in enumerate((0.3, -0.7, 0.0)):
        assert seen[number] == pytest.approx(project(azimuth)[number], abs=1e-5)


def test_a_tilted_camera_sees_what_lies_behind_higher():
    flat = np.zeros((1, 1, 24, 2))
    behind = np.zeros((1, 1, 24))
    behind[0, 0, INDEX["left_foot"]] = 1.0
    seen = turn(flat, behind, np.zeros(1), np.array([0.2]))
    assert seen[0, 0, INDEX["left_foot"], 1] == pytest.approx(-np.sin(0.2))


def test_only_windows_with_a_depth_are_turned_and_bodies_keep_their_size():
    points = project(0.0).astype(np.float32).repeat(20, axis=0)
    known = np.arange(60) % 2 == 0
    seen = turn_some(points, DEPTH.repeat(20, axis=0), known, np.random.default_rng(0))
    assert np.array_equal(seen[~known], points[~known])
    changed = np.abs(seen - points).max(axis=(1, 2, 3)) > 1e-3
    assert 15 <= changed.sum() < 30
    assert motion.body_sizes(seen) == pytest.approx(motion.body_sizes(points), rel=1e-4)


def test_a_reel_turns_the_tracks_whose_depth_it_knows():
    times_s = np.arange(32) / 15
    sized = Sized(project(0.0)[0].astype(np.float32), np.ones((32, 24), np.float32), times_s)
    chosen = np.array([0, 1] * 20)
    with_depth = Reel.of([(sized, DEPTH[0].astype(np.float32)), (sized, None)]).draw(chosen, np.random.default_rng(1))
    without = Reel.of([(sized, None)] * 2).draw(chosen, np.random.default_rng(1))
    assert np.array_equal(with_depth.points[1::2], without.points[1::2])
    assert not np.array_equal(with_depth.points[::2], without.points[::2])
