"""Pose estimators behind one protocol: frames of a clip in, the keypoints of the one who trains out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inference.types import Frame, PoseTrack

DEFAULT = "blazepose-full"
NAMES = (DEFAULT, "hrnet", "hrnet-w32-coco")  # the last one's weights are downloaded by hand
TOP_DOWN = ("hrnet", "hrnet-w32-coco")  # have no detector of their own: somebody else finds the person


class PoseEstimator(Protocol):
    """Finds and follows the person who trains."""

    name: str
    version: str

    def estimate(self, frames: Iterable[Frame], size_px: tuple[int, int]) -> PoseTrack:
        """One row for every frame, in order; frames of the same size (width, height)."""
        ...

    def estimate_crop(self, image: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.float32]:
        """Keypoints (24, 3) of the person in a given box (x0, y0, x1, y1 px) of an RGB picture (H, W, 3)."""
        ...


def load(
    name: str | None = None,
    *,
    person_hint: tuple[float, float, float] | None = None,
    query_image: NDArray[np.uint8] | None = None,
) -> PoseEstimator:
    """An estimator by name; networks are imported only when asked for.

    ``person_hint`` (time_s, x, y as shares of the frame) and ``query_image`` (RGB) say who is meant among several
    people. Raises ValueError for a name that does not exist.
    """
    name = name or DEFAULT
    if name == "blazepose-full":
        from inference.pose.blazepose import BlazePose

        return BlazePose(person_hint=person_hint, query_image=query_image)
    if name in NAMES:
        from inference.pose.hrnet_estimator import HrnetPose

        return HrnetPose(name, person_hint=person_hint, query_image=query_image)
    raise ValueError(f"no pose estimator is called {name!r}; there is: {', '.join(NAMES)}")
