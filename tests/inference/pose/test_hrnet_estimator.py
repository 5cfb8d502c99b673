"""HRNet as an estimator: boxes to points and back, turned bodies, several frames at once."""

from pathlib import Path

import numpy as np
import pytest

from inference import pose, pose_metrics, video
from inference.pose import hrnet_estimator, hrnet_looks
from inference.pose.hrnet_estimator import HrnetPose
from inference.pose.hrnet_looks import next_region
from inference.pose.presence import presence_of
from inference.pose.region import Region
from inference.skeleton import COUNT, INDEX
from inference.types import Frame
from tests.inference.tracks import standing_pose

SAMPLE = Path(__file__).parents[3] / "frontend" / "static" / "sample" / "squats.mp4"
SHAPE = 0.75


@pytest.fixture(scope="module")
def estimator() -> HrnetPose:
    return pose.load("hrnet")


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    info = video.probe(SAMPLE)
    every = video.read_frames(SAMPLE, info, rate_hz=8, max_side_px=640)
    return [frame for frame in every if 3 < frame.time_s < 5]


def lean(points: np.ndarray, degrees: float) -> np.ndarray:
    """The same body turned clockwise about the middle of the picture."""
    turned, angle = points.copy(), np.radians(degrees)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned[:, :2] = (points[:, :2] - [320, 240]) @ spin.T + [320, 240]
    return turned


def test_frames_without_anybody_are_empty(estimator):
    rooms = [Frame(i / 8, np.full((480, 640, 3), 120, np.uint8)) for i in range(4)]
    assert not estimator.estimate(iter(rooms), (640, 480)).found.any()


def test_looking_at_one_region_alone_or_beside_others_is_the_same(estimator, frames):
    image = frames[0].image
    region = Region(image.shape[1] / 2, image.shape[0] / 2, image.shape[0] * 0.9, 0.0)
    other = Region(100, 100, 80, 0.5)
    alone = estimator.look([(image, region)])[0].keypoints()
    beside = estimator.look([(image, region), (image, other)])[0].keypoints()
    assert alone.shape == (COUNT, 3)
    assert np.abs(alone[:, :2] - beside[:, :2]).max() < 3  # bfloat16 sums differ with the size of a batch


def test_the_region_holds_the_body_and_is_turned_with_it():
    points = standing_pose()
    upright = next_region(points, Region(0, 0, 400, 0.0), SHAPE)
    assert upright.rotation == pytest.approx(0, abs=0.01)
    assert upright.side == pytest.approx(np.ptp(points[:, 1]) * hrnet_looks.GROWTH, rel=0.02)
    lying = next_region(lean(points, 90), Region(0, 0, 400, 0.0), SHAPE)
    assert lying.rotation == pytest.approx(np.pi / 2, abs=0.01)
    assert lying.side == pytest.approx(upright.side, rel=0.02)


def test_a_body_that_is_not_seen_leaves_the_region_as_it_was():
    before = Region(5, 6, 70, 0.3)
    assert next_region(np.zeros((COUNT, 3), np.float32), before, SHAPE) == before


def test_who_is_sure_is_there():
    sure = standing_pose()
    unsure = sure.copy()
    unsure[:, 2] = 0.05
    assert presence_of(sure) > 0.9
    assert presence_of(unsure) < 0.1
    close_up = unsure.copy()
    close_up[:14, 2] = 0.8  # head, arms and hips; the legs are out of the picture
    assert presence_of(close_up) > 0.7


def test_a_box_gives_the_points_that_the_film_has(estimator, frames):
    """One picture with a box, looked at twice, against the same frame followed."""
    track = estimator.estimate(iter(frames), (frames[0].image.shape[1], frames[0].image.shape[0]))
    points = track.keypoints[-1]
    box = pose_metrics.given_box(points)
    given = estimator.estimate_crop(frames[-1].image, box)
    body = slice(5, 17)
    apart = np.hypot(*(given[body, :2] - points[body, :2]).T)
    assert (apart < 0.08 * np.ptp(points[:, 1])).sum() >= 11  # of 12: on a drawn figure one point may slip
    assert given[body, 2].mean() > 0.4


def test_published_weights_are_used_when_they_are_there(monkeypatch, tmp_path):
    """A checkpoint with the published names gives 24 keypoints; palms and feet stay unknown."""
    import torch

    from inference import weights
    from inference.pose.heatmap_model import Recipe

    small = Recipe(width=8, modules=(1, 1, 1), blocks=1, keypoints=17, size_px=(64, 64), softmax=False)
    path = tmp_path / "published.pth"
    torch.save({"state_dict": {f"backbone.{k}": v for k, v in small.build().state_dict().items()}}, path)
    monkeypatch.setattr(weights, "resolve", lambda name: path)
    monkeypatch.setattr(hrnet_estimator, "PeopleFinder", lambda: None)
    monkeypatch.setitem(hrnet_looks.PUBLISHED, "hrnet-w32-coco", small)
    found = HrnetPose("hrnet-w32-coco").estimate_crop(np.zeros((80, 80, 3), np.uint8), np.array([0, 0, 80, 80.0]))
    assert found.shape == (COUNT, 3)
    assert found[INDEX["left_palm"], 2] == found[INDEX["right_foot"], 2] == 0


def test_without_weights_the_remedy_is_named(monkeypatch, tmp_path):
    from inference.weights import WeightError

    monkeypatch.setenv("DEUKGEUN_WEIGHTS_DIR", str(tmp_path))
    with pytest.raises(WeightError, match="inference weights hrnet-w32-coco"):
        pose.load("hrnet-w32-coco")
