"""Labelled clips through one pose estimator or several."""

import csv

import numpy as np
import pytest

from inference import catalogue, pipeline
from inference.train import clips, seen_names
from tests.inference.tracks import make_track, squat, waves

FIELDS = ("file", "exercise", "reps", "name_checked", "view", "source")


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Three clips of which BlazePose saw somebody in two and another estimator in one; none is ever decoded."""
    monkeypatch.setattr(clips, "DATA", tmp_path / "data")
    monkeypatch.setattr(clips, "CACHE", tmp_path / "keypoints")
    folder = tmp_path / "data" / "clips" / "more"
    folder.mkdir(parents=True)
    rows = [("a.mp4", "squat", "3", "1"), ("b.mp4", "squat", "", "0"), ("c.mp4", "plank", "", "1")]
    with (folder / "LABELS.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(dict(zip(FIELDS, (*row, "front", "somebody/x"), strict=True)) for row in rows)
    track = make_track(4, squat, waves(2, 1.8, 0.3))
    nobody = make_track(4, squat, waves(2, 1.8, 0.3))
    nobody.keypoints[:] = 0
    for name, seen in (("keypoints", "ab"), ("keypoints-hrnet", "a")):
        for stem in "abc":
            path = tmp_path / name / "more" / f"{stem}.npz"
            path.parent.mkdir(parents=True, exist_ok=True)
            pipeline.save_keypoints(track if stem in seen else nobody, path)
    return tmp_path


def test_clips_in_which_somebody_is_seen(shelf):
    found = list(clips.load(("more",)))
    assert [(c.file, c.reps, c.weight, c.group) for c in found] == [
        ("a.mp4", 3, 1.0, "somebody"),
        ("b.mp4", None, clips.UNCHECKED_WEIGHT, "somebody"),
    ]
    assert {c.estimator for c in found} == {clips.FIRST_ESTIMATOR}


def test_tracks_of_one_clip_share_its_weight_and_its_group(shelf):
    found = list(clips.load(("more",), (clips.FIRST_ESTIMATOR, "hrnet")))
    assert [(c.file, c.estimator, c.weight) for c in found] == [
        ("a.mp4", clips.FIRST_ESTIMATOR, 0.5),
        ("a.mp4", "hrnet", 0.5),
        ("b.mp4", clips.FIRST_ESTIMATOR, clips.UNCHECKED_WEIGHT),
    ]
    assert len({c.group for c in found}) == 1
    assert np.isfinite(found[1].track.keypoints).all()


def test_a_name_that_was_seen_counts_as_checked(shelf, monkeypatch):
    monkeypatch.setattr(seen_names, "read", lambda: {"more/b.mp4": "lunge", "named/a.mp4": "plank"})
    assert [(c.file, c.exercise, c.weight) for c in clips.load(("more",))] == [
        ("a.mp4", "squat", 1.0),
        ("b.mp4", "lunge", 1.0),
    ]


def test_clips_are_looked_at_ahead_where_nobody_looked_at_many(shelf, monkeypatch):
    started = []
    monkeypatch.setattr(clips, "run_each", lambda work, jobs: started.extend(jobs))
    folder = shelf / "data" / "clips" / "more"
    row = ("squat", "", "1", "front", "somebody/x")
    with (folder / "LABELS.csv").open("a", newline="") as file:
        csv.writer(file).writerows([(f"new{number}.mp4", *row) for number in range(clips.WORTH_PROCESSES - 1)])
    clips.look_at_all(("more",))
    assert started == []  # too few to start processes for
    with (folder / "LABELS.csv").open("a", newline="") as file:
        csv.writer(file).writerow(("one_more.mp4", *row))
    clips.look_at_all(("more",))
    assert [(clip.stem, part, estimator) for clip, part, estimator in started] == [
        *((f"new{number}", "more", clips.FIRST_ESTIMATOR) for number in range(clips.WORTH_PROCESSES - 1)),
        ("one_more", "more", clips.FIRST_ESTIMATOR),
    ]


def test_names_that_were_seen_are_of_the_catalogue():
    names = seen_names.read()
    assert names["named/crunch_047.mp4"] == "sit_up"
    assert set(names.values()) <= set(catalogue.exercises())
    assert {name.split("/")[0] for name in names} <= set(clips.PARTS)
