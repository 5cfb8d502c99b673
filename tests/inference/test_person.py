"""The one who trains is chosen, not the first one found."""

import numpy as np
import pytest

from inference import person
from inference.person import Tracklet
from tests.inference.tracks import make_track, rest, squat, waves

SIZE = (640, 480)
PLAIN = np.full((480, 640, 3), 90, np.uint8)


def tracklet(keypoints: np.ndarray, image: np.ndarray = PLAIN) -> Tracklet:
    made = Tracklet()
    for number, pose in enumerate(keypoints):
        made.add(number, pose, image)
    return made


def moved(keypoints: np.ndarray, x: float, scale: float = 1.0) -> np.ndarray:
    out = keypoints.copy()
    out[..., :2] = (out[..., :2] - (320, 420)) * scale + (320 + x, 420)
    return out


TRAINING = make_track(8, squat, waves(3, 2.0)).keypoints
STANDING = make_track(8, squat, rest).keypoints


def test_who_moves_is_chosen_over_who_watches():
    watching, training = tracklet(moved(STANDING, 120)), tracklet(moved(TRAINING, -120))
    assert person.choose([watching, training], SIZE, 120) is training


def test_a_passer_by_glides_and_is_not_chosen():
    gliding = STANDING.copy()
    gliding[..., 0] += np.linspace(-300, 300, len(gliding))[:, None]
    passing, training = tracklet(gliding), tracklet(moved(TRAINING, 100))
    assert person.choose([passing, training], SIZE, 120) is training


def test_the_larger_of_two_is_chosen():
    far, near = tracklet(moved(TRAINING, 100, 0.4)), tracklet(moved(TRAINING, -100))
    assert person.choose([far, near], SIZE, 120) is near


def test_a_tap_decides():
    left, right = tracklet(moved(TRAINING, -180)), tracklet(moved(STANDING, 180, 0.7))
    assert person.choose([left, right], SIZE, 120, hint=(60, 500.0, 250.0)) is right
    assert person.choose([left, right], SIZE, 120, hint=(60, 140.0, 250.0)) is left


def test_a_picture_of_the_person_decides_between_two_who_train():
    red, blue = PLAIN.copy(), PLAIN.copy()
    red[:], blue[:] = (200, 20, 20), (20, 20, 200)
    one, other = tracklet(moved(TRAINING, -90), red), tracklet(moved(TRAINING, 90), blue)
    assert person.choose([one, other], SIZE, 120, query=person.histogram_of_picture(blue)) is other
    assert person.choose([one, other], SIZE, 120, query=person.histogram_of_picture(red)) is one


@pytest.mark.parametrize("shape", [(1, 1), (1, 640), (640, 1), (2, 2), (3, 3)])
def test_a_picture_too_small_for_a_middle_counts_as_a_whole(shape: tuple[int, int]):
    red = np.full((*shape, 3), (200, 20, 20), np.uint8)
    assert np.allclose(person.histogram_of_picture(red), person.histogram_of_picture(np.resize(red, (64, 64, 3))))


def test_nobody_is_nobody():
    assert person.choose([], SIZE, 10) is None


def test_clothes_outside_the_picture_are_not_seen():
    assert person.torso_histogram(PLAIN, moved(STANDING, 5000)[0]) is None
