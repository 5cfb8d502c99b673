"""The month in a fixed number of queries, with the right things on the right days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from diary.models import Clip, Exercise
from diary.selectors.calendar import read_days, read_month
from tests.factories import make_clip, make_set

pytestmark = pytest.mark.django_db
FIRST = date(2026, 11, 1)


def fill(user: User, exercises: list[Exercise], count: int) -> None:
    for i in range(count):
        make_set(user, FIRST + timedelta(days=i % 30), exercises[i % 2], reps=10, thumbnail=f"{i}.jpg", position=i)


def count_queries(user: User) -> int:
    """Of a month whose names and pictures are all looked at, as the page does."""
    with CaptureQueriesContext(connection) as queries:
        days = [day for week in read_month(user, 2026, 11) for day in week]
        assert any(exercise.name for day in days for exercise in day.exercises)
    return len(queries)


def test_queries_do_not_grow_with_the_diary(user: User, squat: Exercise, lunge: Exercise) -> None:
    fill(user, [squat, lunge], 30)
    few = count_queries(user)
    fill(user, [squat, lunge], 60)
    assert count_queries(user) == few == 3


def test_a_day_shows_its_sets_exercises_picture_and_clips(user: User, squat: Exercise, lunge: Exercise) -> None:
    make_set(user, FIRST, lunge, reps=8, position=1)
    make_set(user, FIRST, squat, reps=10, position=0)
    pictured = make_set(user, FIRST, squat, reps=None, position=2, thumbnail="x.jpg")
    make_set(user, FIRST, position=3, thumbnail="y.jpg")
    Clip.objects.filter(pk=make_clip(user).pk).update(day=FIRST)
    day = read_days(user, FIRST, FIRST)[FIRST]
    assert (day.sets, day.reps, day.unnamed, day.clips, day.running) == (4, 18, 1, 1, 1)
    assert day.exercises == [squat, lunge] and day.thumbnail_set == pictured.pk


def test_other_people_s_days_stay_theirs(user: User, stranger: User, squat: Exercise) -> None:
    make_set(stranger, FIRST, squat)
    make_clip(stranger)
    assert all(day.is_empty for week in read_month(user, 2026, 11) for day in week)
    assert read_days(user, date.min, date.max) == {}


def test_days_of_neighbouring_months_are_on_the_page(user: User, squat: Exercise) -> None:
    make_set(user, date(2026, 12, 5), squat)
    last = read_month(user, 2026, 11)[-1][-1]
    assert (last.date, last.sets) == (date(2026, 12, 5), 1)
