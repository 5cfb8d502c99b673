"""Somebody is followed through a cut: the frames before they were found again are looked at once more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inference.pose.follow import Wanted, follow
from inference.pose.region import Region
from inference.skeleton import INDEX
from inference.types import Frame
from tests.inference.looks import FakeLook, person_at

SIZE = (640, 480)
FRAMES, CUT, RATE_HZ = 40, 13, 15.0
LEFT, RIGHT = 120.0, 520.0  # where the person stands before and after the cut


class CutEyes:
    """The brightness of a frame says which scene it shows; the detector sees the second one only when thorough."""

    at_once = 2

    def find_people(self, image: np.ndarray, *, thorough: bool) -> list[Region]:
        return [] if self._is_late(image) and not thorough else [self._person(image).next_region]

    def find_bodies(self, image: np.ndarray) -> list[Region]:
        return []

    def look(self, jobs: Sequence[tuple[np.ndarray, Region]]) -> list[FakeLook]:
        return [self._look(image, region) for image, region in jobs]

    def _look(self, image: np.ndarray, region: Region) -> FakeLook:
        there = self._person(image)
        near = abs(there.next_region.x - region.x) < 0.3 * region.side
        return FakeLook(there.points, 1.0 if near else 0.0)

    def _person(self, image: np.ndarray) -> FakeLook:
        return FakeLook(person_at(RIGHT if self._is_late(image) else LEFT), 1.0)

    def _is_late(self, image: np.ndarray) -> bool:
        return bool(image[0, 0, 0] > 100)


def test_no_frame_after_a_cut_is_lost() -> None:
    frames = [Frame(i / RATE_HZ, np.full((*SIZE[::-1], 3), 90 if i < CUT else 110, np.uint8)) for i in range(FRAMES)]
    track = follow(CutEyes(), iter(frames), SIZE, Wanted())
    assert track.found.all()
    waist = track.keypoints[:, INDEX["waist"], 0]
    assert np.allclose(waist, [LEFT if i < CUT else RIGHT for i in range(FRAMES)])
