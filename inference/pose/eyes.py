"""What following people needs of whatever looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inference.pose.region import Region

Image = NDArray[np.uint8]

MIN_PRESENCE = 0.5  # of a look, from which somebody is there


class Look(Protocol):
    """What was seen in a region."""

    @property
    def presence(self) -> float:
        """How sure it is that somebody is there, 0..1."""
        ...

    @property
    def next_region(self) -> Region:
        """Where to look in the next frame."""
        ...

    def keypoints(self) -> NDArray[np.float32]:
        """(24, 3) px of the frame."""
        ...


class Eyes(Protocol):
    """Finds people in a frame and their points in a region."""

    at_once: int  # frames that are looked at together

    def find_people(self, image: Image, *, thorough: bool) -> list[Region]:
        """Everybody in a frame, surest first; ``thorough`` takes longer and finds those who are hard to see."""
        ...

    def find_bodies(self, image: Image) -> list[Region]:
        """Everybody in a frame, surest first, also those who stand side by side or hide their face."""
        ...

    def look(self, jobs: Sequence[tuple[Image, Region]]) -> Sequence[Look]:
        """One answer for each picture and region."""
        ...
