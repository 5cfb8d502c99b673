"""A box of a body does not say which way up it is: the way in which points are surest is taken."""

from pathlib import Path

import numpy as np
import pytest

from inference import pose, video
from inference.pose.people import GROWTH, LEAST_SURE, WAYS, PeopleFinder, choose, ways_of
from inference.pose.person_detector import FoundPerson
from inference.pose.region import Region

SAMPLE = Path(__file__).parents[3] / "frontend" / "static" / "sample" / "squats.mp4"
PICTURE = np.zeros((480, 640, 3), np.uint8)
TALL, WIDE = np.array([100, 50, 180, 350], np.float32), np.array([100, 50, 400, 130], np.float32)


def test_who_stands_is_looked_at_upright_only():
    assert ways_of(TALL) == [Region(140, 200, 300 * GROWTH, 0.0)]
    assert [region.rotation for region in ways_of(WIDE)] == list(WAYS)


@pytest.mark.parametrize("right", WAYS)
def test_the_surest_way_is_taken(right: float):
    regions = ways_of(WIDE)
    found = choose(regions, [0.8 if region.rotation == right else 0.5 for region in regions])
    assert [region.rotation for region in found] == [right]


def test_two_people_are_two_and_nobody_is_nobody():
    far = np.array([400, 50, 480, 350], np.float32)
    regions = [*ways_of(TALL), *ways_of(far)]
    assert [region.x for region in choose(regions, [0.6, 0.7])] == [440, 140]
    assert choose(regions, [LEAST_SURE - 0.01, 0.0]) == []


def test_bodies_are_looked_for_where_no_face_is_seen(monkeypatch: pytest.MonkeyPatch):
    finder = PeopleFinder()
    monkeypatch.setattr(finder._faces, "detect", lambda _image: [])
    monkeypatch.setattr(finder._bodies, "find", lambda _image: [FoundPerson(0.9, TALL)])
    assert finder.find(PICTURE) == []
    assert [region.x for region in finder.find_hidden(PICTURE, lambda _image, _region: 0.9)] == [140]
    assert finder.find_hidden(PICTURE, lambda _image, _region: 0.0) == []


def test_people_side_by_side_are_told_apart_where_everybody_is_wanted(monkeypatch: pytest.MonkeyPatch):
    finder = PeopleFinder()
    beside = TALL + np.array([70, 0, 70, 0], np.float32)
    monkeypatch.setattr(finder._faces, "detect", lambda _image: [])
    monkeypatch.setattr(finder._bodies, "find", lambda _image: [FoundPerson(0.9, TALL), FoundPerson(0.8, beside)])
    assert [region.x for region in finder.find_bodies(PICTURE, lambda _image, _region: 0.9)] == [140, 210]
    assert [region.x for region in finder.find_hidden(PICTURE, lambda _image, _region: 0.9)] == [140]


def test_our_detector_sees_the_figure_of_the_sample_clip():
    info = video.probe(SAMPLE)
    frame = next(f for f in video.read_frames(SAMPLE, info, rate_hz=4, max_side_px=640) if f.time_s > 3)
    track = pose.load().estimate([frame], frame.image.shape[1::-1])
    box = PeopleFinder()._bodies.find(frame.image)[0].box
    middle = (track.boxes[0, :2] + track.boxes[0, 2:]) / 2
    assert (box[:2] < middle).all()
    assert (middle < box[2:]).all()
