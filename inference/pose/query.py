"""A picture of the user, by which they are found among several people."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference import person
from inference.pose.eyes import MIN_PRESENCE, Eyes, Image


def describe_query(eyes: Eyes, picture: Image) -> NDArray[np.float32]:
    """Colours of the clothes between shoulders and hips; of the picture's middle where no body is seen in it."""
    for region in [*eyes.find_people(picture, thorough=False)[:1], *eyes.find_bodies(picture)[:1]]:
        look = eyes.look([(picture, region)])[0]
        clothes = person.torso_histogram(picture, look.keypoints())
        if look.presence >= MIN_PRESENCE and clothes is not None:
            return clothes
    return person.histogram_of_picture(picture)
