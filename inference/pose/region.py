"""Where in a frame to look for one person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Region:
    """A rotated square of the frame, in pixels; rotation in radians, 0 = the person is upright."""

    x: float
    y: float
    side: float
    rotation: float

    def matrix(self, to_px: int) -> NDArray[np.float64]:
        """(2, 3) affine map from frame pixels to a crop of to_px × to_px."""
        scale = to_px / max(self.side, 1.0)
        cos, sin = np.cos(self.rotation) * scale, np.sin(self.rotation) * scale
        turn = np.array([[cos, sin], [-sin, cos]])
        shift = np.array([to_px / 2, to_px / 2]) - turn @ np.array([self.x, self.y])
        return np.column_stack([turn, shift])
