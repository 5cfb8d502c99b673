"""Counts that we made by eye: what the file says, and what a line of it means."""

import csv

import numpy as np
import pytest

from inference.train import clips, own_counts

LINE = {"file": "more/a.mp4", "whole": "2", "start_seen": "0", "end_seen": "0", "confidence": "high", "bounds_s": ""}


def read(tmp_path, monkeypatch, **changes):
    path = tmp_path / "counts.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(LINE))
        writer.writeheader()
        writer.writerow(LINE | changes)
    monkeypatch.setattr(own_counts, "_FILE", path)
    own_counts.read.cache_clear()
    yield own_counts.read()["more/a.mp4"]
    own_counts.read.cache_clear()


@pytest.fixture
def line(tmp_path, monkeypatch):
    opened = []

    def one(**changes):
        opened.append(read(tmp_path, monkeypatch, **changes))
        return next(opened[-1])

    yield one
    for each in opened:
        next(each, None)


def test_a_repetition_that_is_cut_off_counts_when_most_of_it_is_seen(line):
    assert line(start_seen="0.5", end_seen="0.3").reps == 2
    assert line(start_seen="0.8").reps == 3
    assert line(start_seen="0.7", end_seen="0.9").reps == 4
    assert line(start_seen="0.8", end_seen="0.5").reps == 3


def test_two_halves_at_either_end_are_one_more(line):
    assert line(start_seen="0.5", end_seen="0.5").reps == 3


def test_a_count_that_may_be_off_weighs_less(line):
    assert line().weight == own_counts.SURE
    assert line(confidence="medium").weight == own_counts.UNSURE
    assert line(end_seen="0.6").weight == own_counts.UNSURE


def test_bounds_go_to_the_borders_of_the_film_where_one_is_cut_off(line):
    found = line(start_seen="0.8", end_seen="0.8", bounds_s="0.4 2 3.5").bounds_s
    assert found.tolist() == [0, 0.4, 2, 3.5, np.inf]
    assert line().bounds_s is None


def test_every_line_fits_itself():
    for name, own in own_counts.read().items():
        assert own.reps >= 0, name
        if own.bounds_s is not None:
            assert len(own.bounds_s) == own.reps + 1, name
            assert (np.diff(own.bounds_s) > 0).all(), name


@pytest.mark.skipif(not clips.DATA.exists(), reason="no shared data")
def test_every_line_is_of_a_clip_and_most_given_counts_are_the_same():
    given = {}
    for part in clips.PARTS:
        with (clips.DATA / "clips" / part / "LABELS.csv").open(newline="", encoding="utf-8") as file:
            given |= {f"{part}/{row['file']}": row["reps"] for row in csv.DictReader(file)}
    ours = own_counts.read()
    assert set(ours) <= set(given)
    both = [int(given[name]) == own.reps for name, own in ours.items() if given[name]]
    assert len(both) > 100
    assert np.mean(both) > 0.95
