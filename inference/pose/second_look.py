"""HRNet's look where BlazePose sees nobody in the place where somebody was a moment ago.

BlazePose's landmark network gives up on silhouettes, on bodies behind plates and on fast turns in which HRNet still
finds most joints. It costs nothing while BlazePose sees the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from inference.pose.eyes import MIN_PRESENCE, Image, Look
from inference.pose.hrnet_looks import HrnetLooks
from inference.pose.region import Region

SURELY_SOMEBODY = 0.85  # titles, watermarks and hands reach 0.8 now and then


class SecondLook:
    """Loads HRNet when it is first needed. Not safe to share between threads."""

    @cached_property
    def _hrnet(self) -> HrnetLooks:
        return HrnetLooks()

    def improve(self, looks: Sequence[Look], jobs: Sequence[tuple[Image, Region]]) -> list[Look]:
        """The looks of some jobs; those that found nobody give way to HRNet's where it is sure of somebody."""
        better = list(looks)
        missed = [number for number, look in enumerate(looks) if look.presence < MIN_PRESENCE]
        if missed:
            for number, second in zip(missed, self._hrnet.look([jobs[n] for n in missed]), strict=True):
                if second.presence >= SURELY_SOMEBODY:
                    better[number] = second
        return better
