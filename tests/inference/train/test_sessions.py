"""Synthetic sessions, and long films put together from clips."""

import numpy as np
import pytest

from inference.skeleton import COUNT
from inference.train import sessions, spliced
from inference.train import sets as train_sets
from inference.train.clips import LabelledTrack
from inference.types import PoseTrack, Segment
from tests.inference.tracks import make_track, squat, waves


@pytest.fixture(scope="module")
def some():
    rng = np.random.default_rng(6)
    return [sessions.make_session(rng) for _ in range(12)]


def test_sets_follow_one_another_inside_the_film(some):
    for session in some:
        start_s, end_s = session.sets_s.T
        assert (start_s < end_s).all()
        assert (end_s[:-1] + 5 < start_s[1:]).all()  # at least most of a rest of six seconds
        assert start_s[0] >= 0
        assert end_s[-1] <= session.track.times_s[-1] + 0.1


def test_some_sessions_have_one_set_and_some_have_more(some):
    assert {len(session.sets_s) for session in some} >= {1, 3}


def test_people_leave_the_picture_in_rests(some):
    away, exercising = [], []
    for session in some:
        times_s = session.track.times_s
        away.append(~session.track.found)
        exercising.append(np.any([(times_s > a) & (times_s < b) for a, b in session.sets_s], axis=0))
    gone, busy = np.concatenate(away), np.concatenate(exercising)
    assert gone[~busy].mean() > 0.03
    assert gone[busy].mean() < gone[~busy].mean() / 3  # an estimator loses them for moments only


def test_the_same_seed_makes_the_same_session():
    one, two = (sessions.make_session(np.random.default_rng(7)) for _ in range(2))
    assert (one.track.keypoints == two.track.keypoints).all()
    assert (one.sets_s == two.sets_s).all()


def test_every_point_is_a_number(some):
    for session in some:
        assert np.isfinite(session.track.keypoints).all()


def test_an_example_asks_nothing_at_the_borders():
    track = make_track(30, squat, waves(5, 2.0, 10.0))
    (example,) = train_sets.make_examples(track, np.array([[10.0, 20.0]]))
    assert example.target[150:300].all()
    assert not example.target[:149].any()
    assert not example.known[[150, 300]].any()
    assert example.known[[75, 225, 400]].all()


def test_nobody_is_no_example():
    nobody = PoseTrack(np.zeros((60, COUNT, 3), np.float32), np.arange(60) / 15, (9, 9))
    assert train_sets.make_examples(nobody, np.zeros((0, 2))) == []


def _clip(name: str) -> LabelledTrack:
    track = make_track(8, squat, waves(4, 2.0, 0.0))
    return LabelledTrack(name, "checked", "squat", 4, "somebody", 1.0, "front", track)


def test_a_spliced_film_has_its_sets_where_it_says():
    material = spliced.Material({"somebody": [_clip("a"), _clip("b")]}, {}, [np.ones((40, COUNT, 3), np.float32)])
    film = spliced.make(material, np.random.default_rng(3))
    assert 2 <= len(film.sets) <= 4
    assert all(count % 4 == 0 for count in film.counts)
    for segment, clip in zip(film.sets, film.clips, strict=True):
        first = round(segment.start_s * 15)
        part = film.track.keypoints[first : first + len(clip.track.keypoints)]
        assert (part == clip.track.keypoints).all()
    gaps_s = [b.start_s - a.end_s for a, b in zip(film.sets, film.sets[1:], strict=False)]
    assert min(gaps_s) >= 8


def test_a_set_is_found_once():
    true = [Segment(0, 10), Segment(20, 30)]
    found = [Segment(21, 30), Segment(1, 9), Segment(0, 10)]
    assert [pair[:2] for pair in spliced.match(true, found)] == [(0, 2), (1, 0)]
    assert spliced.match(true, [Segment(0, 30)]) == []
