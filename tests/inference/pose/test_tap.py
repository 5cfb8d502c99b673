"""A tap finds whoever is there, also somebody whom the detector does not see; a picture finds who wears the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from inference import person
from inference.errors import Code, InferenceError
from inference.pose.follow import Wanted, follow
from inference.pose.query import describe_query, shows_somebody
from inference.pose.region import Region
from inference.skeleton import INDEX
from inference.types import Frame, PoseTrack
from tests.inference.looks import FakeLook, person_at

SIZE = (640, 480)
FRAMES, RATE_HZ = 24, 8.0
SEEN, OVERLOOKED = 250.0, 340.0  # where two people stand, px from the left: half a body apart


class FakeEyes:
    """Two people stand side by side; the detector finds one, a look at a place finds whoever is nearest."""

    at_once = 4

    def __init__(self) -> None:
        self.people = [person_at(SEEN), person_at(OVERLOOKED)]

    def find_people(self, image: np.ndarray, *, thorough: bool) -> list[Region]:
        return [FakeLook(points, 1.0).next_region for points in self.people[:1]]

    def find_bodies(self, image: np.ndarray) -> list[Region]:
        return self.find_people(image, thorough=True)

    def look(self, jobs: Sequence[tuple[np.ndarray, Region]]) -> list[FakeLook]:
        return [self._look(region) for _image, region in jobs]

    def _look(self, region: Region) -> FakeLook:
        away = [abs(points[INDEX["waist"], 0] - region.x) for points in self.people]
        nearest = int(np.argmin(away))
        return FakeLook(self.people[nearest], 1.0 if away[nearest] < 0.3 * region.side else 0.0)


def see(hint: tuple[float, float, float] | None) -> PoseTrack:
    frames = [Frame(i / RATE_HZ, np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)) for i in range(FRAMES)]
    return follow(FakeEyes(), iter(frames), SIZE, Wanted(hint=hint))


def place(track: PoseTrack) -> float:
    return float(np.median(track.keypoints[track.found][:, INDEX["waist"], 0]))


def test_without_a_tap_it_is_the_one_who_is_seen() -> None:
    assert place(see(None)) == pytest.approx(SEEN)


@pytest.mark.parametrize("time_s", [0.0, 1.3, FRAMES / RATE_HZ])
def test_a_tap_on_somebody_the_detector_overlooks_finds_them_in_the_whole_film(time_s: float) -> None:
    track = see((time_s, OVERLOOKED / SIZE[0], 0.5))
    assert place(track) == pytest.approx(OVERLOOKED)
    assert track.found.all()


def test_a_tap_on_the_one_who_is_followed_changes_nothing() -> None:
    track = see((1.0, SEEN / SIZE[0], 0.5))
    assert place(track) == pytest.approx(SEEN)
    assert track.found.all()


def test_a_tap_on_nobody_says_so() -> None:
    with pytest.raises(InferenceError) as refused:
        see((1.0, 0.02, 0.02))
    assert refused.value.code is Code.NOBODY_TAPPED


def test_a_picture_without_anybody_in_it_describes_nobody() -> None:
    eyes, picture = FakeEyes(), np.full((SIZE[1], SIZE[0], 3), (20, 200, 20), np.uint8)
    eyes.people = []
    assert describe_query(eyes, picture) is None
    assert (shows_somebody(eyes, picture), shows_somebody(FakeEyes(), picture)) == (False, True)


def test_a_picture_is_described_by_the_clothes_of_who_is_in_it() -> None:
    """Not by its middle, which in the picture of a whole body shows trousers."""
    eyes, picture = FakeEyes(), np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    x0, y0, x1, y1 = person.bounds(eyes.people[0][[INDEX["left_shoulder"], INDEX["right_hip"]]]).astype(int)
    picture[y0 : y1 + 1, x0 : x1 + 1] = (200, 20, 20)
    red = person.histogram_of_picture(np.full_like(picture, (200, 20, 20)))
    assert person.likeness(describe_query(eyes, picture), red) > 0.8
    assert person.likeness(person.histogram_of_picture(picture), red) < 0.5
