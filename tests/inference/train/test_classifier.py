"""Training of the classifier on little: what is drawn, what it weighs, and that a stopped run goes on."""

import dataclasses
import itertools

import numpy as np
import pytest
import torch

from inference import catalogue
from inference.train import lstm, pool, summary
from inference.train.clips import LabelledTrack
from inference.train.compare import DESIGNS, score
from inference.train.lstm import CLASSES
from tests.inference.tracks import make_track, raise_arms, squat, waves

NUMBERS = itertools.count()


def clip(name: str, group: str, move=squat, weight: float = 1.0) -> LabelledTrack:
    track = make_track(6, move, waves(3, 1.8, 0.3))
    return LabelledTrack(f"{name}-{group}-{next(NUMBERS)}", "checked", name, 3, group, weight, "front", track)


@pytest.fixture(scope="module")
def real() -> list[LabelledTrack]:
    return [clip("squat", "a"), clip("squat", "a"), clip("lateral_raise", "b", raise_arms)]


def test_clips_of_the_same_people_count_less(real):
    assert pool.weigh(real) == pytest.approx([1 / np.sqrt(2), 1 / np.sqrt(2), 1])


def test_a_clip_that_two_estimators_saw_is_one_clip(real):
    twice = [*real, dataclasses.replace(real[0], estimator="hrnet")]
    assert pool.weigh(twice) == pytest.approx([*pool.weigh(real), pool.weigh(real)[0]])


def test_what_more_people_film_is_likelier(real):
    squat, raised, unseen = pool.count_prior([*real, clip("squat", "c")], ["squat", "lateral_raise", "plank"])
    assert squat > raised > unseen == 1  # two groups, one, none


def test_synthetic_tracks_show_every_exercise_and_other_more_often():
    made = pool.make_synthetic(1, seed=0)
    names = [t.exercise for t in made]
    assert set(names) == set(catalogue.exercises())
    assert names.count(catalogue.OTHER) == pool.OTHER_TIMES
    assert {t.part for t in made} == {pool.SYNTHETIC}


def test_a_worn_track_is_part_of_the_same_movement(real):
    rng = np.random.default_rng(1)
    for _ in range(20):
        worn = pool.wear_track(real[0].track, rng)
        assert 0.4 * len(real[0].track.times_s) <= len(worn.times_s) <= len(real[0].track.times_s)
        assert worn.times_s[0] == 0
        assert np.isfinite(worn.keypoints).all()
        assert worn.found.all()


def name(network, table):
    with torch.inference_mode():
        return network(torch.from_numpy(table.features)).argmax(1).numpy()


def test_networks_on_statistics_learn_only_from_what_they_may(real):
    table = summary.tabulate_real(real)
    network = summary.train(table.of(np.array([False, False, True])), None, seed=0, steps=60)
    assert (name(network, table) == CLASSES.index("lateral_raise")).all()
    both = summary.train(table, table, seed=0, steps=120)
    assert (name(both, table) == table.label).mean() > 0.9


def test_every_synthetic_exercise_weighs_the_same(real):
    made = [dataclasses.replace(t, part=pool.SYNTHETIC) for t in real]
    table = summary.tabulate_synthetic(made)
    by_class = np.bincount(table.label, table.weight)
    assert by_class[by_class > 0] == pytest.approx(1)


def test_a_network_learns_and_goes_on_after_a_stop(real, tmp_path, monkeypatch):
    monkeypatch.setattr(lstm, "SAVE_EVERY", 10)
    monkeypatch.setattr(lstm, "BATCH", 8)
    path = tmp_path / "member.pt"
    windows = [lstm.Source(real, even=even) for even in (False, True)]
    lstm.train(*windows, 80, seed=0, checkpoint=path)
    assert torch.load(path, weights_only=True)["step"] == 80
    network = lstm.train(*windows, 80, seed=0, checkpoint=path)  # nothing is left to do
    assert sum(right for right, _, _ in score(network, real)) == len(real)


@pytest.mark.parametrize("name", DESIGNS)
def test_designs_answer_in_the_same_form(name):
    network = DESIGNS[name](11, 5, 3, 16).eval()
    names, families, embedding = network(torch.randn(2, 32, 11))
    assert (names.shape, families.shape, embedding.shape) == ((2, 5), (2, 3), (2, 128))
    assert embedding.norm(dim=1).tolist() == pytest.approx([1, 1], abs=1e-5)
