"""Windows have the shape the network was trained on."""

import numpy as np
import pytest

from inference import motion, windows
from tests.inference.tracks import make_track, squat, waves


def test_channels_have_the_stated_number():
    sized = windows.size_track(make_track(6, squat, waves(2, 2.0)))
    channels = windows.make_channels(windows.cut(sized, [(0.0, 3.0), (2.0, 5.0)]))
    assert channels.shape == (2, windows.FRAMES, windows.CHANNELS)
    assert np.isfinite(channels).all()


@pytest.mark.parametrize("length", [0.1, 2.0, 8.0, 60.0])
def test_spans_stay_inside_the_clip(length):
    spans = windows.choose_spans(1.0, 1.0 + length)
    assert all(a >= 1.0 and b <= 1.0 + max(length, 0.3) + 1e-9 and a < b for a, b in spans)
    assert len(spans) <= 2 + 2 * windows.MOST_SLIDING


def test_frames_without_the_person_at_the_ends_are_left_out():
    track = make_track(6, squat, waves(2, 2.0))
    track.keypoints[:15] = 0
    sized = windows.size_track(track)
    assert sized.times_s[0] == pytest.approx(1.0)


def test_mirroring_twice_changes_nothing():
    sized = windows.size_track(make_track(4, squat, waves(1, 2.0)))
    batch = windows.cut(sized, [(0.0, 3.0)])
    assert batch.mirrored().mirrored().points == pytest.approx(batch.points)


def test_directions_are_those_of_the_angles():
    rng = np.random.default_rng(0)
    points = rng.normal(0, 1, (2, windows.FRAMES, 24, 2)).astype(np.float32)
    points[0, 0] = 0  # nothing has a direction here
    batch = windows.Windows(points, np.ones((2, windows.FRAMES, 24), np.float32), np.full(2, 3.0, np.float32))
    bends = motion.angles(points.reshape(-1, 24, 2).astype(np.float64)).reshape(2, windows.FRAMES, -1)
    channels = windows.make_channels(batch)[:, :, 3 * 48 :]
    assert channels[..., :19] == pytest.approx(np.cos(bends), abs=1e-4)
    assert channels[..., 19:38] == pytest.approx(np.sin(bends), abs=1e-4)
