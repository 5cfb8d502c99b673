"""BlazePose finds and follows the figure of our own clip."""

from pathlib import Path

import numpy as np
import pytest

from inference import pose, video
from inference.pose.blazepose_detector import BlazePoseDetector, Detection, region_from_points
from inference.pose.people import _turn_back
from inference.pose.region import Region
from inference.skeleton import INDEX
from inference.types import Frame

SAMPLE = Path(__file__).parents[3] / "frontend" / "static" / "sample" / "squats.mp4"


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    info = video.probe(SAMPLE)
    every = video.read_frames(SAMPLE, info, rate_hz=8, max_side_px=640)
    return [frame for frame in every if 3 < frame.time_s < 8]


@pytest.fixture(scope="module")
def size_px(frames) -> tuple[int, int]:
    return frames[0].image.shape[1], frames[0].image.shape[0]


def test_the_figure_is_found_in_every_frame_and_squats(frames, size_px):
    track = pose.load().estimate(iter(frames), size_px)
    assert track.found.all()
    assert track.times_s.tolist() == [frame.time_s for frame in frames]
    hips = track.keypoints[:, INDEX["waist"], 1]
    assert np.ptp(hips) > 0.06 * size_px[1]
    heads_above = track.keypoints[:, INDEX["nose"], 1] < track.keypoints[:, INDEX["left_ankle"], 1]
    assert heads_above.all()


def test_somebody_who_comes_late_is_followed_backwards(frames, size_px):
    hidden = [Frame(f.time_s, np.zeros_like(f.image)) for f in frames[:6]]
    track = pose.load().estimate(iter(hidden + frames[6:]), size_px)
    assert not track.found[:6].any()
    assert track.found[6:].all()


def test_no_frames_give_an_empty_track():
    track = pose.load().estimate(iter([]), (640, 480))
    assert track.keypoints.shape == (0, 24, 3)


def test_an_empty_room_has_nobody(frames, size_px):
    rooms = [Frame(i / 8, np.full_like(frames[0].image, 120)) for i in range(8)]
    assert not pose.load().estimate(iter(rooms), size_px).found.any()


def test_who_lies_is_found_where_they_lie(frames):
    """The frame on its side shows somebody who lies; points must agree with those of the upright frame."""
    estimator = pose.load()
    upright = frames[0].image
    lying = np.ascontiguousarray(np.rot90(upright))
    one = estimator.estimate(iter([frames[0]]), upright.shape[1::-1]).keypoints[0]
    other = estimator.estimate(iter([Frame(0.0, lying)]), lying.shape[1::-1]).keypoints[0]
    back = np.stack([upright.shape[1] - other[:, 1], other[:, 0]], axis=1)
    shoulders = [INDEX["left_shoulder"], INDEX["right_shoulder"], INDEX["left_hip"], INDEX["right_hip"]]
    assert np.abs(back[shoulders] - one[shoulders, :2]).max() < 25


def test_a_crop_is_looked_at_in_its_box(frames):
    track = pose.load().estimate(iter(frames[:2]), frames[0].image.shape[1::-1])
    keypoints = pose.load().estimate_crop(frames[0].image, track.boxes[0])
    body = slice(5, 17)
    assert np.median(np.abs(keypoints[body, :2] - track.keypoints[0, body, :2])) < 8


def test_the_region_is_the_circle_around_hip_and_rim():
    region = region_from_points(np.array([100.0, 200.0]), np.array([100.0, 100.0]))
    assert (region.x, region.y, region.rotation) == (100, 200, 0)
    assert region.side == pytest.approx(250)
    assert region_from_points(np.array([0.0, 0.0]), np.array([50.0, 0.0])).rotation == pytest.approx(np.pi / 2)


def test_a_region_maps_its_middle_and_top_to_the_crop():
    region = Region(300, 200, 100, np.pi / 2)  # head to the right
    matrix = region.matrix(256)
    assert matrix @ [300, 200, 1] == pytest.approx([128, 128])
    assert matrix @ [350, 200, 1] == pytest.approx([128, 0], abs=1e-6)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_detection_in_a_turned_picture_is_turned_back(quarters):
    picture = np.zeros((40, 60), np.uint8)
    picture[10, 50] = 1  # y, x
    y, x = np.argwhere(np.rot90(picture, quarters))[0]
    seen = Detection(0.9, np.zeros(4), Region(float(x), float(y), 8.0, 0.0))
    region = _turn_back(seen, quarters, picture.shape).region
    assert abs(region.x - 50) <= 1
    assert abs(region.y - 10) <= 1


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="blazepose-full"):
        pose.load("no-such-network")


def test_the_detector_finds_nobody_in_noise():
    noise = np.random.default_rng(0).integers(0, 255, (300, 200, 3)).astype(np.uint8)
    assert BlazePoseDetector().detect(noise) == []
