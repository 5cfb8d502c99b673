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
from inference.pose.blazepose_landmarks import BlazePoseLandmarks, Landmarks
from inference.pose.eyes import MIN_PRESENCE, Look
from inference.pose.follow import Wanted, follow
from inference.pose.people import PeopleFinder
from inference.pose.query import describe_query
from inference.pose.region import Region
from inference.pose.second_look import SecondLook
from inference.types import Frame, PoseTrack

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
        if len(jobs) == 1:
            return self._second.improve([self.locate(*jobs[0])], jobs)
        return self._second.improve(list(self._pool.map(lambda job: self.locate(*job), jobs)), jobs)

    def find_people(self, image: NDArray[np.uint8], *, thorough: bool) -> list[Region]:
        """People in a frame, surest first."""
        if not thorough:
            return self._people.find(image)
        return self._people.find_hidden(image, lambda *job: _certainty(self.locate(*job)))

    def find_bodies(self, image: NDArray[np.uint8]) -> list[Region]:
        """Everybody in a frame, surest first, also those who stand side by side or hide their face."""
        return self._people.find_bodies(image, lambda *job: _certainty(self.locate(*job)))

    def estimate(self, frames: Iterable[Frame], size_px: tuple[int, int]) -> PoseTrack:
        """Follow everybody, choose the one who trains."""
        return follow(self, frames, size_px, self._wanted)

    def estimate_crop(self, image: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.float32]:
        """Landmarks in the square around a box, looked at again where the first looks say the body is.

        A box does not say which way up somebody is, so the first looks turn by quarters.
        """
        x0, y0, x1, y1 = (float(v) for v in box)
        square = Region((x0 + x1) / 2, (y0 + y1) / 2, max(x1 - x0, y1 - y0), 0.0)
        first = max((self.locate(image, replace(square, rotation=turn)) for turn in QUARTERS), key=_certainty)
        if first.presence < MIN_PRESENCE:
            return first.keypoints()
        return max(self.locate(image, first.next_region), first, key=_certainty).keypoints()


def _certainty(look: Landmarks) -> float:
    """A body seen the wrong way up may be sure to be there; its points are not."""
    return look.presence * float(look.points[:, 2].mean())
