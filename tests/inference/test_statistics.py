"""Statistics of a track: of one length, finite, and they see what tells grips and turns apart."""

from dataclasses import replace

import numpy as np
import pytest

from inference import skeleton, statistics
from inference.types import PoseTrack
from tests.inference.tracks import make_track, raise_arms, squat, waves

DIRECTIONS = 198  # numbers about bones at the end of a description


def describe(track: PoseTrack) -> np.ndarray:
    return statistics.describe(track.keypoints, track.times_s)


def test_every_track_has_as_many_finite_features():
    tracks = [make_track(n, move, waves(3, 2.0)) for n, move in ((0.4, squat), (6, squat), (9, raise_arms))]
    tables = [describe(track) for track in tracks]
    assert len({table.shape for table in tables}) == 1
    assert all(np.isfinite(table).all() for table in tables)


def test_place_and_size_in_the_picture_do_not_count():
    track = make_track(6, squat, waves(3, 2.0))
    nearer = track.keypoints.copy()
    nearer[..., :2] = nearer[..., :2] * 1.7 + 60
    assert statistics.describe(nearer, track.times_s) == pytest.approx(describe(track), abs=2e-3)


def test_the_ends_of_the_movement_do_not_depend_on_where_it_begins():
    down, up = (make_track(8, squat, phase) for phase in (waves(4, 2.0), lambda s: 1 - waves(4, 2.0)(s)))
    ends = slice(-135 - DIRECTIONS, -1 - DIRECTIONS)
    assert describe(down)[ends] == pytest.approx(describe(up)[ends], abs=0.12)


def test_the_mirror_image_swaps_sides_and_nothing_else():
    track = make_track(6, raise_arms, waves(3, 2.0))
    one, other = statistics.both_views(track)
    twice = skeleton.mirror(skeleton.mirror(track.keypoints, 640), 640)
    assert statistics.describe(twice, track.times_s) == pytest.approx(one, abs=1e-3)
    apart = slice(-211 - DIRECTIONS, -135 - DIRECTIONS)
    assert sorted(np.round(one[apart], 2)) == pytest.approx(sorted(np.round(other[apart], 2)), abs=0.03)


@pytest.mark.parametrize("move", [squat, raise_arms])
def test_the_mirror_image_is_what_would_be_measured_in_a_mirror(move):
    rng = np.random.default_rng(5)
    track = make_track(6, move, waves(3, 2.0))
    track.keypoints[..., :2] += rng.normal(size=track.keypoints[..., :2].shape) * 6 + rng.normal(size=(24, 2)) * 20
    track.keypoints[..., 2] = rng.random(track.keypoints.shape[:2]) * 0.9 + 0.1
    _, image = statistics.both_views(track)
    mirrored = skeleton.mirror(track.keypoints, 640)
    assert image == pytest.approx(statistics.describe(mirrored, track.times_s), abs=2e-3)


def test_a_limb_is_described_by_its_direction_at_both_ends_and_its_length():
    track = make_track(6, raise_arms, waves(3, 2.0))
    told = describe(track)[-DIRECTIONS:]
    bones, left_arm = 18, 2
    mean, rest = told[: 2 * bones].reshape(-1, 2), told[2 * bones :]
    spread, length = rest[:bones], rest[bones : 2 * bones]
    ends = rest[3 * bones : 7 * bones].reshape(2, bones, 2)
    assert np.linalg.norm(mean, axis=1).max() <= 1 + 1e-6
    assert abs(ends[0, left_arm, 0]) > 0.8  # to the side
    assert ends[1, left_arm, 1] > 0.8  # y points down
    assert spread[left_arm] > 0.4 > spread[0]  # radians; the trunk keeps still
    assert length[left_arm] > 0.1


def test_a_long_film_is_described_in_parts_too():
    track = make_track(6, squat, waves(3, 1.8, 0.3))
    views = statistics.all_views(track)
    assert views.shape == (2 * (1 + len(statistics.PARTS)), views.shape[1])
    assert (views[:2] == statistics.both_views(track)).all()
    assert not (views[2:4] == views[4:6]).all()


def test_a_short_film_and_parts_without_anybody_are_left_out():
    short = make_track(1.2, squat, waves(1, 1.0))
    assert len(statistics.all_views(short)) == 2
    track = make_track(4, squat, waves(2, 1.6))
    lost = track.keypoints.copy()
    lost[5:55] = 0  # of 60: somebody is seen at both ends only
    views = statistics.all_views(replace(track, keypoints=lost))
    assert len(views) == 2
    assert np.isfinite(views).all()
