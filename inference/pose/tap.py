"""Somebody at a tapped place: the user saw them, whatever the detector says and whoever else is followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference import person
from inference.pose.eyes import MIN_PRESENCE, Eyes, Image, Look
from inference.pose.region import Region

SIDES = (0.45, 0.8, 1.3)  # of the frame's shorter side: how large somebody may be whom no detector sees
WAYS = (0.0, np.pi / 2, -np.pi / 2)  # upright, and lying to either side
AROUND = 0.75  # of a region's side: people found so far from the tap may cover it
REACH = 0.1  # of a region's side: how far from a point of the body a tap may be
LOOKS = 2  # each says where to look next; after two, a region that was only nearly right fits


@dataclass(frozen=True)
class Tap:
    """A moment of the film and a place in the frame."""

    time_s: float
    x: float  # px
    y: float

    def distance(self, points: NDArray[np.float32]) -> float:
        """Px to the nearest known point of (24, 3); infinite where none is known."""
        return person.distance_to_body(points, self.x, self.y)


def find_tapped(eyes: Eyes, image: Image, tap: Tap) -> Look | None:
    """A look at whoever is nearest to the tap; None where nobody is."""
    seen = [*eyes.find_people(image, thorough=False), *eyes.find_bodies(image)]
    regions = [region for region in seen if _covers(region, tap)]
    regions += [Region(tap.x, tap.y, share * min(image.shape[:2]), way) for share in SIDES for way in WAYS]
    looks: Sequence[Look] = []
    for _ in range(LOOKS):
        looks = [look for look in eyes.look([(image, region) for region in regions]) if look.presence >= MIN_PRESENCE]
        regions = [look.next_region for look in looks]
        if not looks:
            return None
    found = [look for look in looks if tap.distance(look.keypoints()) <= REACH * look.next_region.side]
    return min(found, key=lambda look: tap.distance(look.keypoints()) / look.next_region.side, default=None)


def _covers(region: Region, tap: Tap) -> bool:
    return float(np.hypot(region.x - tap.x, region.y - tap.y)) <= AROUND * region.side
