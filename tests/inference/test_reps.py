"""Repetitions are counted without a name for them."""

import numpy as np
import pytest

from inference import reps
from inference.sets import cut
from inference.types import PoseTrack, Segment
from tests.inference.tracks import make_track, raise_arms, rest, squat, waves


@pytest.mark.parametrize(("count", "period_s"), [(3, 2.0), (8, 1.6), (5, 4.5), (12, 1.2)])
@pytest.mark.parametrize("move", [squat, raise_arms])
def test_even_repetitions_are_counted(count, period_s, move):
    track = make_track(count * period_s + 2, move, waves(count, period_s))
    found = reps.count_reps(track)
    assert found.count == count
    assert found.low <= count <= found.high


def test_fast_repetitions_are_counted():
    track = make_track(10, squat, waves(20, 0.4))
    assert abs(reps.count_reps(track).count - 20) <= 1


def test_turns_lie_where_the_movement_turns():
    found = reps.count_reps(make_track(10, squat, waves(4, 2.0)))
    assert [rep.turn_s for rep in found.reps] == pytest.approx([2.0, 4.0, 6.0, 8.0], abs=0.2)
    assert all(rep.start_s < rep.turn_s < rep.end_s for rep in found.reps)
    assert all(a.end_s <= b.start_s + 1e-6 for a, b in zip(found.reps, found.reps[1:], strict=False))


def test_only_the_asked_stretch_is_counted():
    track = make_track(14, squat, waves(6, 2.0))
    assert reps.count_reps(cut(track, Segment(0.5, 7.0))).count == 3


def test_nobody_has_no_repetitions():
    nobody = PoseTrack(np.zeros((60, 24, 3), np.float32), np.arange(60) / 15, (640, 480))
    assert reps.count_reps(nobody) == reps.RepCount((), 1.0, 0, 0)


@pytest.mark.parametrize("frames", [0, 1, 2, 7])
def test_a_moment_has_no_repetitions(frames):
    track = make_track(frames / 15, squat, rest)
    assert reps.count_reps(track).count == 0


def test_the_same_track_gives_the_same_answer():
    track = make_track(12, raise_arms, waves(5, 2.0))
    assert reps.count_reps(track) == reps.count_reps(track)


def test_size_and_place_of_the_person_do_not_matter():
    track = make_track(12, squat, waves(5, 2.0))
    far = track.keypoints.copy()
    far[..., :2] = far[..., :2] * 0.3 + 500
    small = PoseTrack(far, track.times_s, (1920, 1080))
    assert reps.count_reps(small).count == reps.count_reps(track).count == 5
