"""What the measurement on motion sets feeds and reports."""

from __future__ import annotations

import numpy as np
import pytest

from inference.skeleton import INDEX
from inference.train import clips, motion_figures, motion_sets


@pytest.fixture
def motion_data(shared_data, monkeypatch):
    if not (shared_data / "motion").exists():
        pytest.skip(f"{shared_data / 'motion'} is absent")
    monkeypatch.setattr(clips, "DATA", shared_data)


def test_wilson_interval_of_known_shares():
    low, high = motion_figures.wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert motion_figures.wilson(10, 10)[1] == pytest.approx(1.0)
    assert motion_figures.wilson(0, 10)[0] == pytest.approx(0.0)


def test_prmd_people_held_out_are_not_trained_on_and_stand_upright(motion_data):
    sequences = list(motion_figures.read_prmd())
    held_out = [s for s in sequences if s.held_out]
    assert {s.name for s in sequences} == {s.name for s in held_out}
    assert len({s.name for s in sequences}) == 10
    assert len(held_out) + (len(sequences) - len(held_out)) / motion_figures.PRMD_VIEWS == pytest.approx(1979)
    squat = next(s for s in held_out if s.name == "deep_squat").track.keypoints[0]
    assert squat[INDEX["neck"], 1] < squat[INDEX["waist"], 1] < squat[INDEX["left_ankle"], 1]


def test_penn_keeps_its_official_halves_and_eight_exercises(motion_data):
    sequences = list(motion_figures.read_penn())
    assert {s.name for s in sequences} == set(motion_sets.PENN_NAMES)
    assert 0.4 < np.mean([s.held_out for s in sequences]) < 0.6
    assert not sequences[0].track.keypoints[:, INDEX["left_foot"]].any()  # a joint the set does not have


def test_what_is_no_exercise_has_every_keypoint(motion_data):
    others = motion_sets.load_others(40)
    assert len(others) == 40
    assert {t.exercise for t in others} == {"other"}
    assert {t.group for t in others} == {"penn", "utd"}
    for labelled in others:
        assert (labelled.track.keypoints[labelled.track.found][:, INDEX["left_palm"], 2] > 0).any()
        assert np.isfinite(labelled.track.keypoints).all()


def test_copies_lack_some_joints_throughout_and_keep_the_others_as_they_were(motion_data):
    sequences = list(motion_figures.read_penn())[:20]
    copies = motion_figures.multiply(sequences)[20:]
    assert len(copies) > 10
    for copy in copies:
        points = copy.track.keypoints
        like = next(s.track.keypoints for s in sequences if s.track.times_s is copy.track.times_s)
        lost = ~points.any(axis=(0, 2))
        assert lost.any()
        assert np.array_equal(points[:, ~lost], like[:, ~lost])
