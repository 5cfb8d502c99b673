"""What a person taught wins when it is near enough."""

import numpy as np
import pytest

from inference.examples import Examples
from inference.types import Candidate, Classification

NONE = Examples(np.zeros((0, 4), np.float32), ())


def seen(*embedding: float) -> Classification:
    vector = np.array(embedding, np.float32)
    names = (Candidate("squat", 0.6), Candidate("lunge", 0.3))
    return Classification(names, vector / np.linalg.norm(vector))


def test_a_near_example_wins():
    taught = NONE.add(np.array([1, 0, 0, 0], np.float32), "my_move")
    found = taught.overrule(seen(1, 0.05, 0, 0))
    assert found.exercise == "my_move"
    assert found.confidence > 0.9
    assert sum(c.confidence for c in found.candidates) == pytest.approx(1.0)


def test_a_far_example_changes_nothing():
    taught = NONE.add(np.array([1, 0, 0, 0], np.float32), "my_move")
    assert taught.overrule(seen(0, 1, 0, 0)).exercise == "squat"


def test_a_name_that_was_a_candidate_is_not_offered_twice():
    taught = NONE.add(np.array([1, 0, 0, 0], np.float32), "lunge")
    names = [c.exercise for c in taught.overrule(seen(1, 0, 0, 0)).candidates]
    assert names == ["lunge", "squat"]


def test_examples_can_be_taken_back():
    taught = NONE.add(np.array([1, 0, 0, 0], np.float32), "a").add(np.array([0, 1, 0, 0], np.float32), "b")
    assert taught.without("a").exercises == ("b",)
    assert taught.without("a").overrule(seen(1, 0, 0, 0)).exercise == "squat"


def test_a_file_brings_them_back(tmp_path):
    taught = NONE.add(np.array([1, 2, 0, 0], np.float32), "내 운동")
    taught.save(tmp_path / "mine.npz")
    again = Examples.load(tmp_path / "mine.npz")
    assert again.exercises == ("내 운동",)
    assert again.embeddings == pytest.approx(taught.embeddings)


def test_embeddings_of_another_model_are_left_alone():
    taught = NONE.add(np.array([1, 0, 0, 0], np.float32), "my_move")
    other = Classification((Candidate("squat", 1.0),), np.ones(7, np.float32))
    assert taught.overrule(other) is other
