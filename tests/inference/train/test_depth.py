"""The depth of a clip's points: what the looks say, in pixels, at the moments of any estimator's track."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from inference.pose.blazepose_landmarks import BlazePoseLandmarks
from inference.skeleton import INDEX
from inference.train import clips, depth
from inference.train.clips import LabelledTrack
from inference.types import PoseTrack

PX_A_METRE = 180.0
TIMES_S = np.arange(20) / 10
WORLD = np.repeat(np.random.default_rng(2).normal(0, 0.4, (1, 24, 3)), 20, axis=0).astype(np.float32)
WORLD -= WORLD[:, [INDEX["waist"]]]


def track_of(times_s: np.ndarray) -> PoseTrack:
    places = WORLD[:1, :, :2] * PX_A_METRE + 300
    keypoints = np.concatenate([places, np.ones((1, 24, 1))], axis=2).repeat(len(times_s), axis=0)
    return PoseTrack(keypoints.astype(np.float32), times_s, (640, 480))


def test_metres_become_pixels_and_gaps_are_filled():
    world = WORLD.copy()
    world[5:9] = np.nan
    found = depth.as_pixels(track_of(TIMES_S), world)
    assert found == pytest.approx(WORLD[..., 2] * PX_A_METRE, rel=1e-3, abs=0.05)


def test_too_few_looks_say_nothing():
    world = np.full_like(WORLD, np.nan)
    world[:5] = WORLD[:5]
    assert depth.as_pixels(track_of(TIMES_S), world) is None


def test_every_estimators_track_of_a_clip_gets_the_depth(tmp_path, monkeypatch):
    monkeypatch.setattr(depth, "CACHE", tmp_path)
    monkeypatch.setattr(clips, "cached_track", lambda clip, part: track_of(TIMES_S))
    monkeypatch.setattr(depth, "read_world", lambda clip, track: WORLD)
    depth._find.cache_clear()
    known = LabelledTrack("squat_1.mp4", "more", "squat", 3, "a", 1.0, "front", track_of(TIMES_S[::2] + 0.02), "hrnet")
    (found,) = depth.add([known])
    assert found.depth == pytest.approx(WORLD[:10, :, 2] * PX_A_METRE, rel=1e-3, abs=0.05)
    assert (tmp_path / "more" / "squat_1.npy").exists()
    sized = depth.in_body_sizes(found.track, found.depth)
    assert np.corrcoef(sized.ravel(), found.depth.ravel())[0, 1] == pytest.approx(1.0)
    assert replace(found, depth=None) == replace(known, depth=None)
    depth._find.cache_clear()


def test_clips_are_looked_at_ahead_where_many_are_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(depth, "CACHE", tmp_path)
    named = [(Path(f"{number}.mp4"), "more") for number in range(clips.WORTH_PROCESSES)]
    monkeypatch.setattr(clips, "look_at_all", lambda parts: None)
    monkeypatch.setattr(clips, "list_clips", lambda parts: named)
    started = []
    monkeypatch.setattr(depth, "run_each", lambda work, jobs: started.extend(jobs))
    depth.look_at_all()
    assert started == named
    started.clear()
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "3.npy").touch()
    depth.look_at_all()
    assert started == []  # too few to start processes for


def test_points_in_metres_follow_the_picture_and_not_the_turned_region():
    network = BlazePoseLandmarks.__new__(BlazePoseLandmarks)
    upright = np.zeros((1, 117), np.float32)
    upright[0, :3] = (0.0, -0.6, 0.1)  # the nose above the hips of the region
    network._network, network._world = SimpleNamespace(get_tensor=lambda number: upright), 0
    assert network._read_world(0.0)[0] == pytest.approx((0.0, -0.6, 0.1), abs=1e-6)
    assert network._read_world(np.pi / 2)[0] == pytest.approx((0.6, 0.0, 0.1), abs=1e-6)  # somebody who lies
