"""HRNet steps in where BlazePose gives up, and only there."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from inference import video
from inference.pose import second_look
from inference.pose.blazepose import BlazePose
from inference.pose.hrnet_looks import HrnetLook
from inference.pose.region import Region
from inference.pose.second_look import STILL_THERE, SURELY_SOMEBODY, SecondLook
from inference.skeleton import COUNT
from inference.types import Frame

SAMPLE = Path(__file__).parents[3] / "frontend" / "static" / "sample" / "squats.mp4"
REGION = Region(50, 50, 80, 0.0)
JOB = (np.zeros((100, 100, 3), np.uint8), REGION)


def look(presence: float) -> HrnetLook:
    return HrnetLook(np.zeros((COUNT, 3), np.float32), presence, REGION)


@dataclass
class FakeHrnet:
    """Sees somebody as surely as it is told to; counts the pictures it was shown."""

    presence: float
    shown: int = 0

    def look(self, jobs):
        self.shown += len(jobs)
        return [look(self.presence) for _ in jobs]


@pytest.fixture
def fake(monkeypatch) -> FakeHrnet:
    fake = FakeHrnet(0.95)
    monkeypatch.setattr(second_look, "HrnetLooks", lambda: fake)
    return fake


def test_only_what_was_missed_is_looked_at_again(fake):
    seen, missed = look(0.9), look(0.1)
    better = SecondLook().improve([seen, missed, seen], [JOB] * 3)
    assert better[0] is better[2] is seen
    assert better[1].presence == 0.95
    assert fake.shown == 1


def test_hrnet_is_not_even_loaded_while_everybody_is_seen(monkeypatch):
    monkeypatch.setattr(second_look, "HrnetLooks", lambda: pytest.fail("loaded"))
    assert len(SecondLook().improve([look(0.9)] * 2, [JOB] * 2)) == 2


def test_who_is_not_surely_there_stays_missed(fake):
    fake.presence = STILL_THERE - 0.01
    missed = look(0.1)
    assert SecondLook().improve([missed], [JOB]) == [missed]


def test_an_empty_room_is_looked_at_seldom_until_somebody_is_there(fake):
    fake.presence = 0.0
    second, missed = SecondLook(), look(0.1)
    for _ in range(60):
        second.improve([missed], [JOB])
    assert 12 <= fake.shown <= 26
    fake.presence = 0.95
    for _ in range(4):
        second.improve([missed], [JOB])
    shown = fake.shown
    assert second.improve([missed], [JOB])[0].presence == 0.95
    assert fake.shown == shown + 1


def test_somebody_new_has_to_be_surer_than_somebody_followed(fake):
    assert SecondLook().presence(*JOB) == 0.95
    fake.presence = SURELY_SOMEBODY - 0.01
    assert SecondLook().presence(*JOB) == 0
    assert SecondLook().improve([look(0.1)], [JOB])[0].presence == fake.presence


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    info = video.probe(SAMPLE)
    every = video.read_frames(SAMPLE, info, rate_hz=8, max_side_px=640)
    return [frame for frame in every if 3 < frame.time_s < 5]


def test_frames_that_blazepose_misses_are_filled_by_hrnet(frames, monkeypatch):
    """The real networks: every third look of BlazePose finds nobody; the points stay where they are."""
    size_px = (frames[0].image.shape[1], frames[0].image.shape[0])
    whole = BlazePose().estimate(iter(frames), size_px)
    poor = BlazePose()
    plain, calls = poor.locate, []

    def locate(image, region):
        calls.append(region)
        found = plain(image, region)
        return replace(found, presence=0.0) if len(calls) % 3 == 0 else found

    monkeypatch.setattr(poor, "locate", locate)
    filled = poor.estimate(iter(frames), size_px)
    assert filled.found.mean() > 0.9
    torso = [5, 6, 11, 12]
    apart = np.hypot(*(filled.keypoints[:, torso, :2] - whole.keypoints[:, torso, :2]).T)
    assert np.median(apart[:, filled.found]) < 0.05 * np.ptp(whole.keypoints[-1, :, 1])


def test_an_empty_room_stays_empty():
    rooms = [Frame(i / 8, np.full((480, 640, 3), 120, np.uint8)) for i in range(4)]
    assert not BlazePose().estimate(iter(rooms), (640, 480)).found.any()
