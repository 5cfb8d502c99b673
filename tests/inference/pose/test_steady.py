"""Points of a heatmap network are made steady without losing the movement."""

from __future__ import annotations

import numpy as np
import pytest

from inference.pose.steady import steady
from inference.skeleton import COUNT, INDEX
from inference.types import PoseTrack

RATE_HZ, TALL_PX = 15.0, 200.0
LEFT_LEG, RIGHT_LEG = (
    [INDEX[f"{side}_{part}"] for part in ("hip", "knee", "ankle", "foot")] for side in ("left", "right")
)


def make_track(hz: float = 0.5, frames: int = 45) -> PoseTrack:
    """Somebody whose points lie apart and who moves up and down by half a torso."""
    rng = np.random.default_rng(0)
    times_s = np.arange(frames) / RATE_HZ
    keypoints = np.ones((frames, COUNT, 3), np.float32)
    keypoints[..., :2] = rng.uniform(0, TALL_PX, (COUNT, 2)) + 100
    for name, y in (("left_shoulder", 120), ("right_shoulder", 120), ("left_hip", 200), ("right_hip", 200)):
        keypoints[:, INDEX[name], 1] = y
    keypoints[..., 1] += (40 * np.sin(2 * np.pi * hz * times_s))[:, None].astype(np.float32)
    return PoseTrack(keypoints, times_s, (640, 480))


def furthest(a: PoseTrack, b: PoseTrack) -> float:
    """Longest way between two tracks' points, px."""
    return float(np.linalg.norm(a.keypoints[..., :2] - b.keypoints[..., :2], axis=-1).max())


def test_a_calm_track_stays_as_it_is() -> None:
    assert furthest(steady(make_track()), make_track()) < 5


def test_fast_repetitions_keep_most_of_their_range() -> None:
    fast = make_track(hz=2.0)
    kept = np.ptp(steady(fast).keypoints[5:-5, :, 1], axis=0) / np.ptp(fast.keypoints[5:-5, :, 1], axis=0)
    assert kept.min() > 0.65


def test_legs_that_changed_sides_are_put_back() -> None:
    true, seen = make_track(), make_track()
    frames = np.arange(15, 22)
    seen.keypoints[np.ix_(frames, LEFT_LEG)] = true.keypoints[np.ix_(frames, RIGHT_LEG)]
    seen.keypoints[np.ix_(frames, RIGHT_LEG)] = true.keypoints[np.ix_(frames, LEFT_LEG)]
    assert furthest(seen, true) > 30
    assert furthest(steady(seen), true) < 5


def test_a_point_that_jumps_for_a_frame_hardly_counts() -> None:
    true, seen = make_track(), make_track()
    seen.keypoints[20, INDEX["left_wrist"], :2] += 150
    assert furthest(steady(seen), true) < 8


@pytest.mark.parametrize("confidence", [0.1, 0.2])
def test_a_doubtful_point_is_unknown(confidence: float) -> None:
    seen = make_track()
    seen.keypoints[10:14, INDEX["right_foot"], 2] = confidence
    assert not steady(seen).keypoints[10:14, INDEX["right_foot"], 2].any()


def test_nobody_gets_lost() -> None:
    """A frame with doubtful points only, or with nobody, stays what it was."""
    seen = make_track()
    seen.keypoints[7, :, 2] = 0.1
    seen.keypoints[30] = 0
    assert np.array_equal(steady(seen).found, seen.found)


def test_a_track_of_few_frames_stays_as_it_is() -> None:
    short = make_track(frames=3)
    assert furthest(steady(short), short) == 0
