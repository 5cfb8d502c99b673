"""BlazePose as eyes: its detector and its landmark network, two pictures at a time, one on each core.

Where it loses the person HRNet takes a second look.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import local

import numpy as np
from numpy.typing import NDArray

from inference import weights
from inference.pose.blazepose_detector import box_iou
from inference.pose.blazepose_landmarks import BlazePoseLandmarks, Landmarks
from inference.pose.eyes import MIN_PRESENCE, Look
from inference.pose.follow import Wanted, follow
from inference.pose.people import LEAST_SURE, PeopleFinder
from inference.pose.query import describe_query
from inference.pose.region import Region
from inference.pose.second_look import SecondLook
from inference.types import Frame, PoseTrack

MARGIN = 0.25  # of the longer side of a given box, for the detectors
LEAST_PX = 16  # of a part of a picture in which anybody is looked for
QUARTERS = (0.0, np.pi / 2, -np.pi / 2, np.pi)


class BlazePose:
    """Estimator of Bazarevsky et al. 2020 ("full") with its own detector. Not safe to share between threads."""

    name = "blazepose-full"
    version = f"0.10.21+{weights.RECORDS['hrnet'].sha256[:8]}"

    def __init__(
        self,
        *,
        person_hint: tuple[float, float, float] | None = None,
        query_image: NDArray[np.uint8] | None = None,
        at_once: int = 2,
    ) -> None:
        self.at_once = at_once
        self._people = PeopleFinder()
        self._second = SecondLook()
        self._networks = local()
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="pose")
        self._wanted = Wanted(person_hint, None if query_image is None else describe_query(self, query_image))

    def locate(self, image: NDArray[np.uint8], region: Region) -> Landmarks:
        """Landmarks by this thread's own network."""
        if not hasattr(self._networks, "landmarks"):
            self._networks.landmarks = BlazePoseLandmarks()
        return self._networks.landmarks.locate(image, region)  # type: ignore[no-any-return]

    def look(self, jobs: Sequence[tuple[NDArray[np.uint8], Region]]) -> list[Look]:
        """What is seen in each picture and region."""
        each = map if len(jobs) == 1 else self._pool.map
        return self._second.improve(list(each(lambda job: self.locate(*job), jobs)), jobs)

    def find_people(self, image: NDArray[np.uint8], *, thorough: bool) -> list[Region]:
        """People in a frame, surest first."""
        if not thorough:
            return self._people.find(image)
        return self._people.find_hidden(image, self._how_sure)

    def _sure_alone(self, image: NDArray[np.uint8], region: Region) -> float:
        return _certainty(self.locate(image, region))

    def _how_sure(self, image: NDArray[np.uint8], region: Region) -> float:
        """Certainty of BlazePose's points, or just enough of it where only HRNet sees somebody."""
        sure = self._sure_alone(image, region)
        if sure >= LEAST_SURE or not self._second.presence(image, region):
            return sure
        return LEAST_SURE

    def find_bodies(self, image: NDArray[np.uint8]) -> list[Region]:
        """Everybody in a frame, surest first, also those who stand side by side or hide their face."""
        return self._people.find_bodies(image, self._sure_alone)

    def estimate(self, frames: Iterable[Frame], size_px: tuple[int, int]) -> PoseTrack:
        """Follow everybody, choose the one who trains."""
        return follow(self, frames, size_px, self._wanted)

    def estimate_crop(self, image: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.float32]:
        """Landmarks of the person in a box, by BlazePose alone.

        Its own detectors look inside the box, a little grown: a box does not say which way up somebody is. Of those
        they find the one counts whose points are sure and fill the box. Where nobody is found the square around the
        box is looked at, turned by quarters.
        """
        found = [self._look_twice(image, region) for region in self._find_inside(image, box)]
        there = [look for look in found if look.presence >= MIN_PRESENCE]
        if there:
            return max(there, key=lambda look: _certainty(look) * _fills(look, box)).keypoints()
        x0, y0, x1, y1 = (float(v) for v in box)
        square = Region((x0 + x1) / 2, (y0 + y1) / 2, max(x1 - x0, y1 - y0), 0.0)
        looks = [self._look_twice(image, replace(square, rotation=turn)) for turn in QUARTERS]
        return max(looks, key=_certainty).keypoints()

    def _find_inside(self, image: NDArray[np.uint8], box: NDArray[np.float32]) -> list[Region]:
        margin = MARGIN * float(max(box[2:] - box[:2]))
        left, top = np.maximum(box[:2] - margin, 0).astype(int)
        right, bottom = np.minimum(box[2:] + margin, image.shape[1::-1]).astype(int)
        part = np.ascontiguousarray(image[top:bottom, left:right])
        if min(part.shape[:2]) < LEAST_PX:
            return []
        regions = self._people.find(part) or self._people.find_hidden(part, self._sure_alone)
        return [replace(region, x=region.x + left, y=region.y + top) for region in regions]

    def _look_twice(self, image: NDArray[np.uint8], region: Region) -> Landmarks:
        """The first look says where the second one should be."""
        first = self.locate(image, region)
        return first if first.presence < MIN_PRESENCE else self.locate(image, first.next_region)


def _certainty(look: Landmarks) -> float:
    """A body seen the wrong way up may be sure to be there; its points are not."""
    return look.presence * float(look.points[:, 2].mean())


def _fills(look: Landmarks, box: NDArray[np.float32]) -> float:
    """Intersection over union of a box and the bounds of the points."""
    bounds = np.concatenate([look.points[:, :2].min(axis=0), look.points[:, :2].max(axis=0)])
    return float(box_iou(bounds.astype(np.float64), np.asarray(box, np.float64)[None])[0])
