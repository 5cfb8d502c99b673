from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import User
from diary.models import Exercise
from diary.selectors.overview import has_started, list_running
from diary.selectors.progress import list_figures, list_trained
from diary.services.analyses import fail_analysis
from tests.factories import claim, make_clip, make_set

pytestmark = pytest.mark.django_db
FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 8)


def test_figures_of_a_day_are_best_and_sum(user: User, stranger: User, squat: Exercise) -> None:
    make_set(user, FIRST, squat, reps=5, weight_kg=100)
    make_set(user, FIRST, squat, reps=8, weight_kg=80)
    make_set(stranger, FIRST, squat, reps=5, weight_kg=300)
    (day,) = list_figures(user, squat)
    assert (day.sets, day.reps, day.most_reps, day.heaviest_kg) == (2, 13, 8, Decimal(100))
    assert (day.one_rep_max_kg, day.volume_kg) == (Decimal("116.7"), Decimal(1140))


def test_many_reps_estimate_no_single_lift(user: User, squat: Exercise) -> None:
    make_set(user, FIRST, squat, reps=20, weight_kg=40)
    assert list_figures(user, squat)[0].one_rep_max_kg is None


def test_holds_count_the_longest(user: User, squat: Exercise) -> None:
    for seconds in (30.0, 45.5):
        make_set(user, FIRST, squat, duration_s=seconds)
    assert list_figures(user, squat)[0].longest_s == 45.5


def test_trained_exercises_come_latest_first(user: User, stranger: User, squat: Exercise, lunge: Exercise) -> None:
    make_set(user, FIRST, squat)
    make_set(user, SECOND, lunge)
    make_set(stranger, SECOND, squat)
    found = [(exercise.slug, exercise.set_count, exercise.last_day) for exercise in list_trained(user)]
    assert found == [("lunge", 1, SECOND), ("squat", 1, FIRST)]


def test_a_diary_starts_with_a_clip_or_a_set(user: User, stranger: User, squat: Exercise) -> None:
    assert not has_started(user)
    clip = make_clip(stranger)
    assert (has_started(stranger), has_started(user)) == (True, False)
    assert [run.clip for run in list_running(stranger)] == [clip]
    fail_analysis(analysis=claim(clip), attempt=1, code="no_person")
    assert list_running(stranger) == []
    make_set(user, FIRST, squat)
    assert has_started(user)
