"""The classifier's networks by fold: what each learns from, that they are kept, and that a stopped training goes on."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator

import numpy as np
import pytest

from inference import catalogue
from inference.train import compare, lstm, parts, pool, summary
from inference.train.clips import LabelledTrack
from inference.train.parts import Parts
from tests.inference.tracks import make_track, raise_arms, squat, waves

MOVES = {"squat": squat, "lateral_raise": raise_arms}
STEPS = {"lstm": 30, "tcn": 40}


def clip(name: str, group: str, part: str = "checked") -> LabelledTrack:
    track = make_track(6, MOVES[name], waves(3, 1.8, 0.3))
    return LabelledTrack(f"{name}-{group}.mp4", part, name, 3, group, 1.0, "front", track)


@pytest.fixture
def some(monkeypatch, tmp_path) -> Iterator[Parts]:
    """Nine clips of eight sources; jobs run one after the other, right here."""
    real = [clip(name, group) for name, group in zip([*MOVES] * 4, "abcdefgh", strict=True)]
    real.append(clip("squat", "a", "more"))
    made = [dataclasses.replace(t, part=pool.SYNTHETIC, group=pool.SYNTHETIC) for t in real[:2]]
    monkeypatch.setattr(parts, "gather_real", lambda estimators: real)
    monkeypatch.setattr(parts, "make_synthetic", lambda: made)
    monkeypatch.setattr(parts, "run_each", lambda work, jobs: [work(*job) for job in jobs])
    monkeypatch.setattr(parts.clips, "look_at_all", lambda estimators: None)
    monkeypatch.setattr(parts.depth, "look_at_all", lambda: None)
    monkeypatch.setattr(lstm, "BATCH", 8)
    monkeypatch.setattr(summary, "train", functools.partial(summary.train, steps=40))
    parts.synthetic_windows.cache_clear()
    yield Parts(("blazepose-full",), ("lstm", "tcn"), STEPS, tmp_path)
    parts.synthetic_windows.cache_clear()


@pytest.fixture
def trained(monkeypatch) -> list[tuple[int, int]]:
    """Number of clips, and of steps, of every network for windows that is trained."""
    calls, train = [], lstm.train

    def note(real, synthetic, steps, *rest, **named):
        calls.append((len(real.label), steps))
        return train(real, synthetic, steps, *rest, **named)

    monkeypatch.setattr(lstm, "train", note)
    return calls


def test_networks_of_a_fold_see_nobody_of_its_sources(some, trained):
    some.train([2])
    kept = parts.learns_from(some.real, 2)
    held_out = {t.group for t, k in zip(some.real, kept, strict=True) if not k}
    assert 1 <= len(held_out) <= 2
    assert not any(t.group in held_out for t, k in zip(some.real, kept, strict=True) if k)
    assert trained == [(kept.sum(), 40), (kept.sum(), 30)]  # the slowest first


def test_every_source_of_checked_clips_is_held_out_once(some):
    kept = np.stack([parts.learns_from(some.real, fold) for fold in range(parts.FOLDS)])
    assert ((~kept).sum(axis=0) == 1).all()
    assert kept[:, 0].tolist() == kept[:, 8].tolist()  # its clip in another part goes with it
    assert parts.learns_from(some.real, None).all()


def test_a_classifier_is_put_together_from_what_was_kept(some, trained):
    some.train([None])
    count = len(trained)
    some.train([None])
    assert len(trained) == count == 2
    assert not list(some.folder.rglob("*.pt"))

    classifier = some.build(None)
    assert classifier.recipe.members == ("lstm", "tcn")
    assert classifier.recipe.summaries == len(classifier.summaries) == parts.SUMMARIES
    assert classifier.recipe.prior[lstm.CLASSES.index("squat")] == pytest.approx(np.sqrt(1 + 4))
    names = [classifier.predict(t.track, 1.0).candidates[0].exercise for t in some.real]
    assert names == [t.exercise for t in some.real]
    assert set(names) < set(catalogue.exercises())


def test_only_what_is_missing_is_trained_and_more_steps_are_another_network(some, trained):
    some.train([None])
    statistics = some.place(None, None).stat().st_mtime_ns
    some.place(None, 1).unlink()
    some.train([None])
    assert [steps for _, steps in trained] == [40, 30, 40]
    dataclasses.replace(some, steps={"lstm": 35, "tcn": 40}).train([None])
    assert [steps for _, steps in trained[3:]] == [35]
    assert some.place(None, None).stat().st_mtime_ns == statistics


def test_a_table_is_read_as_it_was_written(some, tmp_path):
    table = summary.tabulate_real(some.real[:2])
    table.save(tmp_path / "table.npz")
    back = summary.Table.load(tmp_path / "table.npz")
    for name, value in vars(table).items():
        assert np.array_equal(getattr(back, name), value), name


def test_other_designs_are_scored_on_clips_that_they_have_not_seen(some, trained, monkeypatch):
    monkeypatch.setattr(compare, "gather_real", parts.gather_real)
    rows, took_s = compare.train_and_score("transformer", 2, 20)
    kept = parts.learns_from(some.real, 2)
    assert trained == [(kept.sum(), 20)]
    assert len(rows) == (~kept).sum()
    assert took_s > 0
