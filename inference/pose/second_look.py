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

STILL_THERE = 0.7  # presence that is enough where somebody was a moment ago
PATIENCE, SELDOM = 12, 4  # after so many times nobody was seen at all only every fourth is looked at twice: empty rooms
SURELY_SOMEBODY = 0.85  # and where nobody was: titles, watermarks and hands reach 0.8 now and then


class SecondLook:
    """Loads HRNet when it is first needed. Not safe to share between threads."""

    def __init__(self) -> None:
        self._in_vain = 0

    @cached_property
    def _hrnet(self) -> HrnetLooks:
        return HrnetLooks()

    def improve(self, looks: Sequence[Look], jobs: Sequence[tuple[Image, Region]]) -> list[Look]:
        """The looks of some jobs; those that found nobody give way to HRNet's where it is sure of somebody."""
        better = list(looks)
        missed = [number for number, look in enumerate(looks) if look.presence < MIN_PRESENCE]
        if missed and not self._is_tired():
            for number, second in zip(missed, self._hrnet.look([jobs[n] for n in missed]), strict=True):
                if second.presence >= STILL_THERE:
                    better[number] = second
        if any(look.presence >= MIN_PRESENCE for look in better):
            self._in_vain = 0
        return better

    def _is_tired(self) -> bool:
        self._in_vain += 1
        return self._in_vain > PATIENCE and self._in_vain % SELDOM > 0

    def presence(self, image: Image, region: Region) -> float:
        """How sure HRNet is that somebody is in a region; 0 where that is not enough to count."""
        presence = self._hrnet.look([(image, region)])[0].presence
        return presence if presence >= SURELY_SOMEBODY else 0.0
