"""HRNet as eyes: our own 24-keypoint network looks at boxes; where to look first, the person detector says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.pose import crop, decode
from inference.pose.follow import Wanted, follow
from inference.pose.hrnet_looks import HrnetLook, HrnetLooks
from inference.pose.people import PeopleFinder
from inference.pose.query import describe_query
from inference.pose.region import Region
from inference.pose.steady import steady
from inference.types import Frame, PoseTrack

CLOSER = 0.85  # of a given box: a second, closer look shows the body larger and fewer of its neighbours


class HrnetPose:
    """Estimator of Sun et al. 2019, with our own weights or published ones. Not safe to share between threads."""

    at_once = 4

    def __init__(
        self,
        name: str,
        *,
        person_hint: tuple[float, float, float] | None = None,
        query_image: NDArray[np.uint8] | None = None,
    ) -> None:
        self.name = name
        self._looks = HrnetLooks(name)
        self.version = self._looks.version
        self._people = PeopleFinder()
        self._wanted = Wanted(person_hint, None if query_image is None else describe_query(self, query_image))

    def estimate(self, frames: Iterable[Frame], size_px: tuple[int, int]) -> PoseTrack:
        """Follow everybody, choose the one who trains, make their points steady."""
        return steady(follow(self, frames, size_px, self._wanted))

    def estimate_crop(self, image: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.float32]:
        """Keypoints (24, 3) of the person in a box (x0, y0, x1, y1 px): mean of two looks and their mirror images."""
        model = self._looks.model
        size_px = model.recipe.size_px
        view = crop.fit_box(box, size_px)
        whole, closer = (one.matrix(size_px) for one in (view, replace(view, width=view.width * CLOSER)))
        crops = np.stack([crop.cut(image, matrix, size_px) for matrix in (whole, closer)])
        heatmaps = model.predict(crops, flip=True)
        both = [heatmaps[0], decode.resample(heatmaps[1], crop.chain(closer, whole), size_px)]
        mean: NDArray[np.float32] = np.mean(both, axis=0, dtype=np.float32, keepdims=True)
        return np.asarray(self._looks.to_frame(model.read(mean), [whole])[0])

    def find_people(self, image: NDArray[np.uint8], *, thorough: bool) -> list[Region]:
        """People in a frame, surest first."""
        if not thorough:
            return self._people.find(image)
        return self._people.find_hidden(image, lambda *job: self.look([job])[0].presence)

    def find_bodies(self, image: NDArray[np.uint8]) -> list[Region]:
        """Everybody in a frame, surest first, also those who stand side by side or hide their face."""
        return self._people.find_bodies(image, lambda *job: self.look([job])[0].presence)

    def look(self, jobs: Sequence[tuple[NDArray[np.uint8], Region]]) -> list[HrnetLook]:
        """All pictures in one batch."""
        return self._looks.look(jobs)
