"""What made-up eyes see: somebody who stands at a place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.pose.region import Region
from inference.skeleton import INDEX
from tests.inference.tracks import standing_pose


def person_at(x: float) -> np.ndarray:
    """(24, 3) of somebody whose waist is so many px from the left."""
    points = standing_pose().copy()
    points[:, :2] = (points[:, :2] - points[INDEX["waist"], :2]) * 0.6 + (x, 250)
    return points


@dataclass(frozen=True)
class FakeLook:
    """A look that found these points."""

    points: np.ndarray
    presence: float

    @property
    def next_region(self) -> Region:
        """Around the points."""
        low, high = self.points[:, :2].min(axis=0), self.points[:, :2].max(axis=0)
        return Region(*((low + high) / 2).tolist(), 1.25 * float(high[1] - low[1]), 0.0)

    def keypoints(self) -> np.ndarray:
        """The points themselves."""
        return self.points
