"""Who is in a frame: BlazePose's detector first, upright and turned; for those it does not see, our own.

BlazePose's detector looks for a face and hips and says which way up a body is, so it is asked first. Ours looks for a
whole body of any posture; its boxes don't say which way up, so each is tried in the likely ways.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from inference.pose.blazepose_detector import BlazePoseDetector, Detection
from inference.pose.person_detector import PersonDetector
from inference.pose.region import Region

Image = NDArray[np.uint8]
Certainty = Callable[[Image, Region], float]  # how sure a look at a region is of somebody's points, 0..1

GROWTH = 1.25  # of the longer side of a box
UPRIGHT = 1.25  # taller than wide by this: nobody who lies
MOST_BOXES, MANY_BOXES = 3, 6
LEAST_SURE = 0.25  # certainty of a look below which nobody is there
SAME_PERSON = 0.5  # of a region's side: nearer middles are of the same person
SAME_BOX = 0.1  # where everybody is wanted: nearer ones are the same box in another way
WAYS = (0.0, np.pi / 2, -np.pi / 2)


class PeopleFinder:
    """Finds people in single frames. Not safe to share between threads."""

    def __init__(self) -> None:
        self._faces = BlazePoseDetector()
        self._bodies = PersonDetector.load()

    def find(self, image: Image) -> list[Region]:
        """People whose face and hips are seen, surest first; cheap."""
        return [one.region for one in self._faces.detect(image)]

    def find_hidden(self, image: Image, certainty: Certainty) -> list[Region]:
        """People of any posture, surest first; costs as much as several looks at a person."""
        if turned := self._find_turned(image):
            return turned
        return self._find_bodies(image, certainty, MOST_BOXES, SAME_PERSON)

    def find_bodies(self, image: Image, certainty: Certainty) -> list[Region]:
        """Everybody whose body our own detector sees, also those who stand side by side; costs as much."""
        return self._find_bodies(image, certainty, MANY_BOXES, SAME_BOX)

    def _find_bodies(self, image: Image, certainty: Certainty, most: int, apart: float) -> list[Region]:
        boxes = [one.box for one in self._bodies.find(image)[:most]]
        regions = [region for box in boxes for region in ways_of(box)]
        return choose(regions, [certainty(image, region) for region in regions], apart)

    def _find_turned(self, image: Image) -> list[Region]:
        """People in the frame turned by quarters, for those who lie."""
        return [
            _turn_back(one, quarters, image.shape[:2]).region
            for quarters in (1, 3, 2)
            for one in self._faces.detect(np.ascontiguousarray(np.rot90(image, quarters)))
        ]


def ways_of(box: NDArray[np.float32]) -> list[Region]:
    """Regions of a box (4,) px, one for each way in which a body of its shape may lie in it."""
    x0, y0, x1, y1 = (float(value) for value in box)
    side = GROWTH * max(x1 - x0, y1 - y0)
    ways = WAYS[:1] if y1 - y0 > UPRIGHT * (x1 - x0) else WAYS
    return [Region((x0 + x1) / 2, (y0 + y1) / 2, side, way) for way in ways]


def choose(regions: Sequence[Region], sure: Sequence[float], least_apart: float = SAME_PERSON) -> list[Region]:
    """The surest region of each person; those in which nobody is surely seen go."""
    chosen: list[Region] = []
    for number in sorted(range(len(regions)), key=lambda i: -sure[i]):
        region = regions[number]
        apart = [np.hypot(region.x - one.x, region.y - one.y) / max(region.side, one.side) for one in chosen]
        if sure[number] >= LEAST_SURE and all(distance > least_apart for distance in apart):
            chosen.append(region)
    return chosen


def _turn_back(detection: Detection, quarters: int, shape: tuple[int, ...]) -> Detection:
    """From the pixels of a picture turned counter-clockwise by quarters to those of the upright one."""
    region, height, width = detection.region, shape[0], shape[1]
    x, y = region.x, region.y
    if quarters == 1:
        x, y = width - y, x
    elif quarters == 2:
        x, y = width - x, height - y
    else:
        x, y = y, height - x
    turned = Region(x, y, region.side, region.rotation + quarters * np.pi / 2)
    return Detection(detection.score, detection.box, turned)
