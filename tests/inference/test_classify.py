"""Naming holds for anything that can be a track."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference import catalogue, skeleton, windows
from inference.classify import Classifier, Recipe, count_doubts
from inference.network import DESIGNS, TemporalConvolution
from inference.types import PoseTrack
from tests.inference.tracks import make_track, raise_arms, squat, waves


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


def family(classifier: Classifier, track: PoseTrack) -> str:
    return catalogue.family_of(classifier.predict(track).exercise)


@pytest.mark.parametrize("move", [squat, raise_arms])
def test_the_mirror_image_has_the_same_name(classifier, move):
    track = make_track(12, move, waves(5, 2.0))
    mirrored = PoseTrack(skeleton.mirror(track.keypoints, 640), track.times_s, track.size_px)
    assert classifier.predict(track).exercise == classifier.predict(mirrored).exercise


def test_legs_and_arms_get_names_of_legs_and_arms(classifier):
    assert family(classifier, make_track(12, squat, waves(5, 2.0))) in {"squat", "lunge"}
    assert family(classifier, make_track(12, raise_arms, waves(5, 2.0))) in {"lateral_raise", "jumping_jack"}


def test_confidences_fall_and_sum_to_one_at_most(classifier):
    found = classifier.predict(make_track(8, raise_arms, waves(3, 2.0)))
    shares = [c.confidence for c in found.candidates]
    assert shares == sorted(shares, reverse=True) or found.exercise == catalogue.OTHER
    assert 0 < sum(shares) <= 1.0 + 1e-6
    assert all(c.exercise in catalogue.exercises() for c in found.candidates)


def test_embedding_has_unit_length_and_tells_movements_apart(classifier):
    one = classifier.predict(make_track(12, squat, waves(5, 2.0))).embedding
    same = classifier.predict(make_track(13, squat, waves(5, 2.2))).embedding
    other = classifier.predict(make_track(12, raise_arms, waves(5, 2.0))).embedding
    assert np.linalg.norm(one) == pytest.approx(1.0, abs=1e-4)
    assert one @ same > one @ other


@pytest.fixture
def small() -> Classifier:
    """Three classes of two families and "other"; nobody asks its networks."""
    classes = ("barbell_squat", "other", "plank", "squat")
    families = ("other", "plank", "squat")
    recipe = Recipe(classes, families, 8, ("tcn",), 0, 0, 0.5, 1.0, (1.0, 1.0, 1.0, 3.0))
    return Classifier(recipe, [TemporalConvolution(windows.CHANNELS, 4, 3, 8)])


def test_names_that_many_people_film_win_over_their_siblings(small):
    assert small._rank(np.array([0.45, 0.02, 0.18, 0.35]))[0].exercise == "squat"


def test_siblings_that_share_the_chances_are_a_likely_family(small):
    assert small._rank(np.array([0.30, 0.05, 0.46, 0.19]))[0].exercise != "other"


def test_who_repeats_nothing_is_likelier_not_to_exercise(small):
    shares = np.array([0.05, 0.10, 0.15, 0.70])
    assert [small._rank(shares, repeated)[0].exercise for repeated in (None, 0.9, 0.1)] == ["squat", "squat", "other"]
    sure = np.array([0.01, 0.97, 0.01, 0.01])
    assert small._rank(sure, repeated=0.9)[0].exercise == "other"


def test_the_more_one_doubts_a_repetition_the_likelier_nobody_exercises(small):
    shares = np.array([0.05, 0.10, 0.15, 0.70])
    ranked = [small._rank(shares, repeated) for repeated in (0.9, 0.6, 0.5, 0.4, 0.1)]
    other = [next(c.confidence for c in names if c.exercise == "other") for names in ranked]
    assert other == sorted(other)
    assert other[0] < 0.1 < 0.5 < other[-1]


def test_each_doubt_that_a_film_is_of_a_set_makes_no_exercise_likelier(small):
    shares = np.array([0.05, 0.02, 0.15, 0.78])
    assert [small._rank(shares, 0.5, doubts)[0].exercise for doubts in (0, 1, 2)] == ["squat", "squat", "other"]
    told = [next(c.confidence for c in small._rank(shares, 0.5, n) if c.exercise == "other") for n in range(4)]
    assert told == sorted(told)


def test_films_of_nobody_for_long_of_tiny_people_and_of_many_shots_are_doubted():
    near = make_track(4, squat, waves(2, 1.5))
    size = (near.size_px[0] * 6, near.size_px[1] * 6)
    seldom, cut = near.keypoints.copy(), near.keypoints.copy()
    seldom[: len(seldom) // 2] = 0
    for shot in range(0, len(cut), 10):
        cut[shot : shot + 5, :, 0] += 200
    assert count_doubts(near) == 0
    assert count_doubts(replace(near, size_px=size)) == 1
    assert count_doubts(replace(near, keypoints=seldom)) == 1
    assert count_doubts(replace(near, keypoints=cut)) == 1
    assert count_doubts(replace(near, keypoints=np.where(seldom > 0, cut, 0), size_px=size)) == 3


def test_no_likely_family_is_other():
    many = Classifier.load()
    shares = np.full(len(many.recipe.classes), 1 / len(many.recipe.classes))
    shares[many.recipe.classes.index("other")] /= 4
    doubtful, clear = many._rank(shares), many._rank(shares, 0.9)
    assert doubtful[0].exercise == "other" != clear[0].exercise
    assert len({c.exercise for c in doubtful}) == len(doubtful)


@pytest.mark.parametrize("frames", [0, 1, 3])
def test_too_little_is_other(classifier, frames):
    track = make_track(frames / 15, squat, waves(1, 2.0))
    found = classifier.predict(track)
    assert (found.exercise, found.confidence) == (catalogue.OTHER, 1.0)
    assert found.embedding.shape == classifier.predict(make_track(4, squat, waves(1, 2.0))).embedding.shape


def test_missing_palms_feet_and_face_are_survived(classifier):
    track = make_track(12, squat, waves(5, 2.0))
    poorer = track.keypoints.copy()
    poorer[:, [0, 1, 2, 3, 4, 18, 19, 22, 23]] = 0
    assert family(classifier, PoseTrack(poorer, track.times_s, track.size_px)) in {"squat", "lunge", "wall_sit"}


def test_the_same_track_gets_the_same_answer(classifier):
    track = make_track(9, raise_arms, waves(4, 1.8))
    assert classifier.predict(track).candidates == classifier.predict(track).candidates


@pytest.mark.parametrize("design", DESIGNS.values())
def test_exported_networks_say_the_same(design, tmp_path):
    """TorchScript and ONNX give the scores of the network itself."""
    onnxruntime = pytest.importorskip("onnxruntime")
    torch.manual_seed(0)
    network = design(windows.CHANNELS, 7, 3, hidden=16).eval()
    frames = torch.randn(2, windows.FRAMES, windows.CHANNELS)
    with torch.inference_mode():
        wanted = [part.numpy() for part in network(frames)]
    traced = torch.jit.trace(network, frames)
    for part, own in zip(traced(frames), wanted, strict=True):
        assert part.detach().numpy() == pytest.approx(own, abs=1e-5)
    path = tmp_path / "network.onnx"
    torch.onnx.export(network, (frames,), path, input_names=["frames"], dynamo=False)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for part, own in zip(session.run(None, {"frames": frames.numpy()}), wanted, strict=True):
        assert part == pytest.approx(own, abs=1e-4)
