"""Where the repetitions of a counted film lie, those among them that the film cuts off."""

from types import SimpleNamespace

import numpy as np
import pytest

from inference.readings import FEATURES, Reading
from inference.train import locate
from inference.train.counted import Table
from inference.train.own_counts import OwnCount

TIMES_S = np.arange(150) / 15
REPS_S = np.array([[1.0, 2.0, 3.0], [3.0, 3.8, 5.0]])


def table(*bounds: list[int], true: int, seen: OwnCount | None = None, bounds_s: list[float] | None = None) -> Table:
    """Readings with these bounds in frames, all equally even, of a film of ten seconds; they turn halfway."""
    film = SimpleNamespace(motion=SimpleNamespace(times_s=TIMES_S), true=true, seen=seen)
    film.bounds_s = None if bounds_s is None else np.array(bounds_s)
    edges = [np.array(each) for each in bounds]
    made = [Reading((each[:-1] + each[1:]) // 2, each, None) for each in edges]
    features = np.zeros((len(made), len(FEATURES)), np.float32)
    return Table(film, made, np.array([reading.count for reading in made]), features)


def test_repetitions_lie_where_somebody_saw_them_start():
    late = table([15, 45, 75, 105], [30, 60, 90, 120], true=3, bounds_s=[1, 3, 5, 7])
    assert locate.locate_reps(late)[:, 0] == pytest.approx([1, 3, 5], abs=0.1)


def test_no_reading_has_the_count():
    assert locate.locate_reps(table([15, 45, 75], true=3)) is None
    assert locate.locate_reps(table([15, 45, 75], true=0)).shape == (0, 3)


def test_what_a_film_cuts_off_lies_partly_outside_it():
    seen = OwnCount(2, 1.0, None, None, 2, (0.5, 0.25))
    reps = locate._reach_out(REPS_S, seen, np.array([0.0, 5.6]))
    assert reps == pytest.approx(np.array([[-1, -0.1, 1], *REPS_S, [5, 6.08, 7.4]]))  # they turn where the others do


def test_a_cut_repetition_that_counts_reaches_beyond_the_film():
    seen = OwnCount(2, 1.0, None, None, 1, (0.8, 0.0))
    reps = locate._reach_out(REPS_S, seen, np.array([1.4, 9.0]))
    assert reps == pytest.approx(np.array([[1, 2, 3], REPS_S[1]]))


def test_a_cut_repetition_of_an_odd_length_stays_as_it_was_read():
    seen = OwnCount(2, 1.0, None, None, 2, (0.2, 0.0))
    assert (locate._reach_out(REPS_S, seen, np.array([0.0, 5.0])) == REPS_S).all()


def test_two_halves_that_count_together_lie_before_and_after_the_whole_ones():
    seen = OwnCount(3, 1.0, None, None, 2, (0.5, 0.5))
    reps = locate.locate_reps(table([30, 75, 120], [30, 60, 90, 120], true=3, seen=seen))
    assert reps[:, 0] == pytest.approx([-2, 2, 5, 8])
    assert locate.locate_reps(table([30, 75, 120], true=1, seen=OwnCount(1, 1.0, None, None, 0, (0.5, 0.5)))) is None
