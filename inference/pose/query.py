"""A picture of the user, by which they are found among several people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures
from PIL import ImageOps

from inference import person
from inference.pose.eyes import MIN_PRESENCE, Eyes, Image, Look

LARGEST_PX = 640  # of a side, in which a JPEG is unpacked: that of frames of a film
LEAST_CERTAIN = 0.6  # presence times mean confidence of the points, as BlazePose has them


def read_picture(path: Path) -> Image:
    """A still of the user, upright RGB; Pillow refuses what is too large to unpack."""
    with Pictures.open(path, formats=("JPEG", "PNG", "WEBP")) as picture:
        picture.draft("RGB", (LARGEST_PX, LARGEST_PX))
        return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))


def describe_query(eyes: Eyes, picture: Image) -> NDArray[np.float32] | None:
    """Colours of the clothes between shoulders and hips; of the picture's middle where those are not seen.

    None where nobody is in the picture: the colours of a room or of a landscape say nothing about anybody.
    """
    is_somebody_there = False
    for look in _find_somebody(eyes, picture):
        is_somebody_there = True
        if (clothes := person.torso_histogram(picture, look.keypoints())) is not None:
            return clothes
    return person.histogram_of_picture(picture) if is_somebody_there else None


def shows_somebody(eyes: Eyes, picture: Image) -> bool:
    """Whether somebody is in a picture for certain; `eyes` are BlazePose's.

    Stricter than the rule for films: of 40 rooms without people that rule saw somebody in 5, this one in 1; of 40
    photographs of people it sees them in 35, and the others show them small, from behind something, or in the dark.
    """
    looks = _find_somebody(eyes, picture)
    return any(look.presence * float(look.keypoints()[:, 2].mean()) >= LEAST_CERTAIN for look in looks)


def _find_somebody(eyes: Eyes, picture: Image) -> Iterator[Look]:
    """Looks at the surest person of each detector, if there is one; the second detector is asked when it is needed."""
    for is_first in (True, False):
        found = eyes.find_people(picture, thorough=False) if is_first else eyes.find_bodies(picture)
        for region in found[:1]:
            look = eyes.look([(picture, region)])[0]
            if look.presence >= MIN_PRESENCE:
                yield look
