"""Members of the counter's phase networks: trained once each, kept, and never shown the fold they are to judge."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from inference import phase as network
from inference.train import reps
from inference.train.phase import Example


def example(group: str) -> Example:
    return Example(np.zeros((32, network.CHANNELS), np.float16), np.zeros((5, 32), np.float16), group, 1.0)


@pytest.fixture
def trained(monkeypatch) -> list[tuple[int, list[str]]]:
    """Seed and groups of every training, none of which really happens."""
    calls: list[tuple[int, list[str]]] = []

    def train(synthetic, real, steps, seed=0, start=None, rate=0.0):
        calls.append((seed, [one.group for one in real]))
        torch.manual_seed(len(calls))
        return network.PhaseNet().eval()

    monkeypatch.setattr(reps.phase, "train", train)
    monkeypatch.setattr(reps.phase, "make_synthetic", lambda count, seed: [])
    monkeypatch.setattr(reps, "make_examples", lambda real, first, seed: [example(group) for group in "abcdefgh"])
    return calls


def networks_in(folder) -> reps.Networks:
    networks = reps.Networks([], 2, folder)
    networks.fold_of.update({group: number for number, group in enumerate("abcdefgh")})
    return networks


def test_members_see_all_groups_but_the_held_out_ones(trained, tmp_path):
    networks = networks_in(tmp_path)
    assert len(networks.without(2)) == 2
    assert trained == [(0, []), (0, list("abdefgh")), (1, []), (1, list("abdefgh"))]
    networks.without(None)
    assert trained[4:] == [(0, list("abcdefgh")), (1, list("abcdefgh"))]


def test_what_was_trained_is_not_trained_again(trained, tmp_path):
    first = networks_in(tmp_path).without(None)
    count = len(trained)
    second = networks_in(tmp_path).without(None)
    assert len(trained) == count == 4
    frames = np.random.default_rng(0).normal(size=(48, network.CHANNELS)).astype(np.float32)
    assert network.score(second, frames) == pytest.approx(network.score(first, frames))


def test_a_member_trains_every_fold_and_the_one_that_ships(trained, monkeypatch, tmp_path):
    monkeypatch.setattr(reps, "collect", lambda estimators: [SimpleNamespace(group=group) for group in "abcdefgh"])
    reps._train_member(["blazepose-full"], 1, tmp_path)
    assert [seed for seed, _ in trained] == [1] * (1 + reps.FOLDS + 1)
    assert {path.parent.name for path in tmp_path.rglob("*.safetensors")} == {"member-1"}


def test_members_that_are_there_need_no_processes(trained, monkeypatch, tmp_path):
    monkeypatch.setattr(reps, "collect", lambda estimators: [SimpleNamespace(group=group) for group in "abcdefgh"])
    for number in range(2):
        reps._train_member([], number, tmp_path)

    started = []
    monkeypatch.setattr(reps, "run_each", lambda work, jobs: started.extend(jobs))
    reps.train_members(networks_in(tmp_path), [], tmp_path)
    assert started == []
    (tmp_path / "member-1" / "without-3.safetensors").unlink()
    reps.train_members(networks_in(tmp_path), [], tmp_path)
    assert started == [([], 1, tmp_path)]
