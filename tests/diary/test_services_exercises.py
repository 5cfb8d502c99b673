"""The catalogue and people's own exercises."""

from __future__ import annotations

import threading
import time
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from diary.errors import Code, DiaryError
from diary.models import Exercise, WorkoutSet
from diary.services import examples, exercises
from diary.services.exercises import (
    CATALOGUE,
    create_exercise,
    delete_exercise,
    find_by_slug,
    load_catalogue,
    read_catalogue,
    update_exercise,
)
from diary.services.sets import correct_set, create_set
from tests.factories import make_exercise, make_set
from tests.races import run_at_once

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 14)


def test_catalogue_is_loaded_once_however_often(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_exercises")
    call_command("load_exercises")
    assert capsys.readouterr().out.splitlines() == [
        "Exercises: 122 added, 0 updated.",
        "Exercises: 0 added, 0 updated.",
    ]
    assert Exercise.objects.filter(aihub=True).count() == 41
    assert Exercise.objects.get(slug="plank").kind == "hold"
    assert not Exercise.objects.filter(slug="other").exists()


def test_changed_row_updates_and_keeps_its_sets(user: User) -> None:
    rows = read_catalogue()
    load_catalogue(rows=rows)
    row = make_set(user, date(2026, 1, 1), Exercise.objects.get(slug="squat"))
    assert load_catalogue(rows=[{**row, "name_ko": "앉았다 일어서기"} for row in rows if row["slug"] == "squat"]) == (
        0,
        1,
    )
    row.exercise.refresh_from_db()
    assert row.exercise.name_ko == "앉았다 일어서기"


def test_recogniser_and_diary_share_one_catalogue() -> None:
    other = CATALOGUE.parents[2] / "inference" / "data" / "exercises.csv"
    if not Path(other).exists():
        pytest.skip("inference/data/exercises.csv is not there")
    assert CATALOGUE.read_text() == other.read_text()


def test_own_exercise_has_a_name_in_both_languages_and_a_slug_of_its_own(user: User) -> None:
    exercise = create_exercise(user=user, name_ko="벽 스쿼트")
    assert (exercise.name_en, exercise.owner) == ("벽 스쿼트", user)
    assert exercise.slug.startswith("own_")
    with pytest.raises(DiaryError) as refusal:
        create_exercise(user=user, name_en="벽 스쿼트")
    assert refusal.value.code == Code.EXERCISE_EXISTS
    with pytest.raises(DiaryError):
        create_exercise(user=user, name_en="  ")


def test_own_exercise_can_be_renamed_and_deleted_while_unused(user: User, squat: Exercise) -> None:
    exercise = update_exercise(exercise=create_exercise(user=user, name_en="Wall squat"), name_en="Wall sit 2")
    assert exercise.name_en == "Wall sit 2"
    row = make_set(user, date(2026, 1, 1), exercise)
    with pytest.raises(DiaryError) as refusal:
        delete_exercise(exercise=exercise)
    assert refusal.value.code == Code.EXERCISE_IN_USE
    row.delete()
    delete_exercise(exercise=exercise)
    for change in (lambda: delete_exercise(exercise=squat), lambda: update_exercise(exercise=squat, name_en="x")):
        with pytest.raises(DiaryError) as refusal:
            change()
        assert refusal.value.code == Code.EXERCISE_NOT_YOURS


def test_names_of_a_model_find_only_what_the_person_may_use(user: User, stranger: User, squat: Exercise) -> None:
    theirs = create_exercise(user=stranger, name_en="Secret")
    assert find_by_slug(user=user, slugs=["squat", theirs.slug, "other", "nonsense"]) == {"squat": squat}


@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_a_new_exercise_that_is_sent_twice_at_once_is_added_once(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse = exercises._refuse_double
    make_set(user, DAY)

    def refuse_slowly(*arguments: object) -> None:
        refuse(*arguments)
        time.sleep(0.3)

    monkeypatch.setattr(exercises, "_refuse_double", refuse_slowly)

    def add() -> None:
        create_set(user=user, date=DAY, own={"name": "Zercher squat", "kind": "reps"})

    assert sorted(run_at_once(add, add)) == ["DiaryError", "ok"]
    assert Exercise.objects.get(owner=user).sets.count() == 1


@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_an_exercise_that_a_set_is_called_by_just_now_stays(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    own = make_exercise("own_1", owner=user)
    row = make_set(user, DAY)
    asked, delete = threading.Event(), Exercise.delete

    def delete_later(exercise: Exercise) -> tuple[int, dict[str, int]]:
        asked.set()
        time.sleep(0.5)
        return delete(exercise)

    monkeypatch.setattr(Exercise, "delete", delete_later)

    def use() -> None:
        asked.wait(10)
        correct_set(row=row, exercise=own)

    assert sorted(run_at_once(use, lambda: delete_exercise(exercise=own))) == ["DiaryError", "ok"]
    assert Exercise.objects.get(owner=user).sets.get() == row


def test_no_set_is_called_by_an_exercise_that_is_gone(user: User, squat: Exercise) -> None:
    own, row = make_exercise("own_1", owner=user), make_set(user, DAY, exercise=squat)
    delete_exercise(exercise=Exercise.objects.get(pk=own.pk))
    for name in (lambda: correct_set(row=row, exercise=own), lambda: create_set(user=user, date=DAY, exercise=own)):
        with pytest.raises(DiaryError) as refusal:
            name()
        assert refusal.value.code == Code.INVALID_VALUE
    row.refresh_from_db()
    assert row.exercise == squat
    assert row.workout.user.workouts.count() == 1


@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_an_exercise_that_goes_while_a_set_is_called_by_it_waits(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    own = make_exercise("own_1", owner=user)
    row = make_set(user, DAY)
    asked, note = threading.Event(), examples.note_example

    def note_slowly(*, row: WorkoutSet) -> None:
        asked.set()
        time.sleep(0.5)
        note(row=row)

    monkeypatch.setattr(examples, "note_example", note_slowly)

    def drop() -> None:
        asked.wait(10)
        delete_exercise(exercise=own)

    assert sorted(run_at_once(drop, lambda: correct_set(row=row, exercise=own))) == ["DiaryError", "ok"]
    assert Exercise.objects.get(owner=user).sets.get() == row
