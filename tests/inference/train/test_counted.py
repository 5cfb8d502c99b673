"""Counted films for the counter: which counts of ours teach, and parts of clips."""

from dataclasses import replace

import numpy as np
import pytest

from inference.skeleton import COUNT
from inference.train import clips, counted
from inference.train.own_counts import OwnCount
from inference.types import PoseTrack

BOUNDS_S = np.array([1.0, 3.0, 5.0, 7.0])


@pytest.fixture
def track():
    """Three squats of two seconds, from the first second on."""
    times_s = np.arange(150) / 15
    keypoints = np.ones((150, COUNT, 3), np.float32)
    keypoints[..., 0] = 100 + 10 * np.arange(COUNT)
    deep = np.where((times_s > 1) & (times_s < 7), 1 - np.cos(np.pi * (times_s - 1)), 0)
    keypoints[..., 1] = 100 + 8 * np.arange(COUNT) + np.outer(deep, np.linspace(40, 0, COUNT))
    return PoseTrack(keypoints, times_s, (640, 480))


@pytest.fixture
def clip(track, monkeypatch):
    own = OwnCount(3, 0.5, BOUNDS_S, BOUNDS_S, 3, (0.0, 0.0))
    monkeypatch.setattr(counted.own_counts, "read", lambda: {"more/a.mp4": own, "more/b.mp4": replace(own, reps=0)})
    return clips.LabelledTrack("a.mp4", "more", "squat", None, "somebody", 1.0, "front", track)


def test_a_clip_without_a_count_has_ours(clip):
    film = counted._prepare_clip(clip, 2.0)
    assert (film.source, film.true, film.weight) == (counted.OWN, 3, 0.5)
    assert film.bounds_s.tolist() == (BOUNDS_S / 2).tolist()
    assert counted._prepare_clip(replace(clip, reps=2)).true == 2  # the one that it came with goes first
    assert counted._prepare_clip(replace(clip, file="c.mp4")).true == counted.UNKNOWN


def test_half_a_repetition_and_a_hold_that_rocks_teach_nothing(clip):
    assert counted._own_count(replace(clip, file="b.mp4")) is None
    assert counted._own_count(replace(clip, exercise="plank")) is None
    assert counted._own_count(replace(clip, file="b.mp4", exercise="plank")).reps == 0


def test_parts_of_a_clip_have_the_count_of_what_they_show(track):
    rng = np.random.default_rng(1)
    for _ in range(60):
        part, count = counted._cut(track, BOUNDS_S, rng)
        if not len(part.times_s):
            assert count == 0
            continue
        start_s, end_s = part.times_s[0], part.times_s[-1]
        seen = np.clip(np.minimum(BOUNDS_S[1:], end_s) - np.maximum(BOUNDS_S[:-1], start_s), 0, None) / 2
        if count is not None:
            assert count == (seen > 0.6).sum()
        assert len(part.keypoints) == len(part.times_s)


def test_films_are_cut_anywhere_in_their_first_and_last_repetitions(track):
    rng = np.random.default_rng(2)
    spans = np.stack([BOUNDS_S[:-1], BOUNDS_S[:-1] + 1, BOUNDS_S[1:]], axis=1)
    parts = [counted.cut_anywhere(track, spans, rng) for _ in range(100)]
    starts_s, ends_s = (np.array([part.times_s[end] for part in parts]) for end in (0, -1))
    assert 0.2 < (starts_s == track.times_s[0]).mean() < 0.8
    assert ((starts_s == 0) | (starts_s >= 1)).all()
    assert starts_s.max() < 5
    assert ends_s.min() > 3
    assert (ends_s - starts_s > 1.8).all()
    assert counted.cut_anywhere(track, np.zeros((0, 3)), rng) is track
