"""A second estimator's look at a clip: where, how often, and what lies between two looks."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from inference.train import clips, frames, relook
from inference.types import PoseTrack
from tests.inference.tracks import make_track, squat, waves

CLIP = Path("squat.mp4")


def lose(track: PoseTrack, *numbers: int) -> PoseTrack:
    track.keypoints[list(numbers)] = 0
    return track


@pytest.mark.parametrize(("period_s", "step"), [(20.0, 4), (0.6, 2)])
def test_who_moves_fast_is_looked_at_more_often(period_s, step):
    assert relook.choose_step(make_track(8, squat, waves(int(8 / period_s) or 1, period_s, 0.0))) == step


def test_hardly_anything_seen_is_looked_at_as_often_as_can_be():
    track = make_track(4, squat, waves(1, 20.0, 0.0))
    assert relook.choose_step(lose(track, *range(5, len(track.times_s)))) == relook.SHORTEST_STEP


def test_every_fourth_frame_and_all_where_the_person_is_lost_or_the_film_ends():
    found = np.ones(15, bool)
    found[6] = False
    looked = relook.choose_frames(found, 4)
    assert np.flatnonzero(looked).tolist() == [0, 4, 5, 7, 8, 12, 13, 14]


def test_between_two_looks_lie_straight_lines():
    values = np.array([0, 9, 9, 9, 4, 9, 6], np.float32)
    frames.fill_between(values, np.array([0, 1, 1, 1, 0, 1, 0], bool), 4)
    assert values.tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_regions_follow_who_is_seen_and_are_upright_at_first():
    track = lose(make_track(2, squat, waves(1, 1.8, 0.3)), 0, 3)
    regions = relook.follow_regions(track, 0.75)
    assert sorted(regions) == np.flatnonzero(track.found).tolist()
    points = track.keypoints[1, :, :2]
    first = regions[1]
    assert abs(first.rotation) < 0.2
    assert first.side >= np.ptp(points[:, 1])


def test_points_come_back_in_pixels_of_the_first_track(monkeypatch):
    """Pictures of half the size; what is seen there is twice as large in the track."""
    first = lose(make_track(4, squat, waves(1, 20.0, 0.0)), 0)
    asked = []

    def look(jobs):
        asked.extend(region for _, region in jobs)
        return [SimpleNamespace(points=np.full((24, 3), 0.5, np.float32)) for _ in jobs]

    def read(clip, track, wanted):
        return ((int(number), np.zeros((4, 4, 3), np.uint8), 0.5) for number in np.flatnonzero(wanted))

    monkeypatch.setattr(relook, "_load", lambda name: SimpleNamespace(look=look, shape=0.75))
    monkeypatch.setattr(relook.frames, "read", read)
    monkeypatch.setattr(relook, "steady", lambda track: track)
    found = relook.read(CLIP, first, "hrnet")
    assert found.found.tolist() == first.found.tolist()
    assert found.keypoints[1:, :, :2] == pytest.approx(1.0)
    assert found.keypoints[1:, :, 2] == pytest.approx(0.5)
    assert len(asked) < 0.5 * len(first.times_s)
    assert asked[0].side == pytest.approx(relook.follow_regions(first, 0.75)[1].side / 2)


def test_an_estimator_without_a_detector_looks_where_the_first_one_saw_somebody(tmp_path, monkeypatch):
    monkeypatch.setattr(clips, "CACHE", tmp_path / "keypoints")
    track = make_track(2, squat, waves(1, 1.8, 0.3))
    monkeypatch.setattr(clips.pipeline, "track_pose", lambda clip, options: (None, track))
    monkeypatch.setattr(clips.relook, "read", lambda clip, first, name: lose(first, 0))
    found = clips.cached_track(CLIP, "more", "hrnet")
    assert found.found.sum() == track.found.sum() - 1
    assert sorted(p.parent.parent.name for p in tmp_path.rglob("squat.npz")) == ["keypoints", "keypoints-hrnet"]
