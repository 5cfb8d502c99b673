"""Sets: what a person wrote stays; newer analyses only propose."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from diary.errors import Code, DiaryError
from diary.models import Clip, Exercise, Workout, WorkoutSet
from diary.services.analyses import fail_analysis
from diary.services.outcome import Finding
from diary.services.sets import (
    accept_proposal,
    correct_set,
    create_set,
    delete_set,
    dismiss_earlier,
    dismiss_proposal,
    order_sets,
    take_back,
)
from tests.factories import Analyse, claim, make_exercise, make_finding

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def test_each_filled_value_keeps_its_source_and_confidence(analyse: Analyse, squat: Exercise) -> None:
    [row] = analyse(make_finding(reps=10))
    assert (row.exercise, row.reps, row.start_s, row.end_s, len(row.rep_times)) == (squat, 10, 1.0, 21.0, 10)
    assert row.source_of("exercise") == {"source": "model", "model": "namer@1", "confidence": 0.9, "locked": False}
    assert row.source_of("reps") == {"source": "model", "model": "counter@1", "confidence": 0.8, "locked": False}
    assert (row.reps_low, row.reps_high) == (10, 11)
    assert not row.is_touched


def test_held_exercise_gives_seconds_instead_of_reps(analyse: Analyse) -> None:
    [row] = analyse(make_finding(reps=0, hold_s=31.5))
    assert (row.reps, row.duration_s) == (None, 31.5)


def test_movement_without_a_count_leaves_the_reps_open(analyse: Analyse) -> None:
    [row] = analyse(make_finding(reps=0))
    assert (row.reps, row.reps_low, row.duration_s) == (None, None, None)


def test_unknown_exercise_is_left_open_with_its_candidates(analyse: Analyse) -> None:
    [row] = analyse(make_finding("other"))
    assert row.exercise is None and row.candidates[0]["exercise"] == "other"


def test_own_exercise_of_the_person_wins_over_the_catalogue_s(user: User, analyse: Analyse) -> None:
    own = make_exercise("squat", owner=user)
    assert analyse(make_finding("squat"))[0].exercise == own


def test_long_clip_becomes_several_sets_in_order(analyse: Analyse) -> None:
    rows = analyse(make_finding(reps=10), make_finding("lunge", reps=8, start_s=60))
    assert [(row.exercise.slug, row.reps, row.position) for row in rows] == [("squat", 10, 0), ("lunge", 8, 1)]


def test_new_analysis_replaces_untouched_values_in_the_same_row(analyse: Analyse) -> None:
    [first] = analyse(make_finding(reps=10))
    [second] = analyse(make_finding("lunge", reps=11))
    assert second.pk == first.pk and (second.exercise.slug, second.reps) == ("lunge", 11)


def test_new_analysis_drops_untouched_rows_that_it_does_not_find_again(analyse: Analyse) -> None:
    analyse(make_finding(), make_finding(start_s=100))
    [row] = analyse(make_finding())
    assert WorkoutSet.objects.get() == row


def test_corrected_value_is_never_overwritten_only_proposed(analyse: Analyse, squat: Exercise, lunge: Exercise) -> None:
    [row] = analyse(make_finding(reps=10))
    correct_set(row=row, reps=12)
    [row] = analyse(make_finding("lunge", reps=11))
    assert (row.reps, row.exercise) == (12, lunge)  # the exercise was not touched
    assert row.proposal == {"reps": {"value": 11, "model": "counter@1", "confidence": 0.8}}
    assert row.source_of("reps")["source"] == "user"


def test_confirming_the_same_value_locks_it_too(analyse: Analyse, squat: Exercise) -> None:
    [row] = analyse(make_finding())
    correct_set(row=row, exercise=squat)
    assert analyse(make_finding("lunge"))[0].exercise == squat


def test_touched_row_stays_when_nothing_is_found_there(analyse: Analyse) -> None:
    first, _ = analyse(make_finding(), make_finding(start_s=100))
    correct_set(row=first, weight_kg=Decimal("42.5"))
    rows = analyse(make_finding(start_s=100))
    assert len(rows) == 2 and rows[0].weight_kg == Decimal("42.5")


def test_row_filled_by_hand_after_a_failure_takes_the_moments_of_a_later_analysis(
    clip: Clip, analyse: Analyse, squat: Exercise
) -> None:
    fail_analysis(analysis=claim(clip), attempt=1, code=Code.INTERNAL)
    correct_set(row=clip.sets.get(), exercise=squat, reps=9)
    [row] = analyse(make_finding("lunge", reps=10))
    assert (row.exercise, row.reps, row.start_s) == (squat, 9, 1.0)
    assert {name: entry["value"] for name, entry in row.proposal.items()} == {"exercise": "lunge", "reps": 10}


def test_deleted_set_does_not_come_back(analyse: Analyse) -> None:
    first, _ = analyse(make_finding(), make_finding("lunge", start_s=100))
    delete_set(row=first)
    assert [row.exercise.slug for row in analyse(make_finding(), make_finding("lunge", start_s=100))] == ["lunge"]


@pytest.mark.parametrize("double_first", [True, False])
def test_a_deleted_double_does_not_empty_the_set_that_stays(
    clip: Clip, analyse: Analyse, squat: Exercise, double_first: bool
) -> None:
    """An app sends a set twice that a run has found; the person deletes all but one."""
    [found] = analyse(make_finding(reps=4))
    doubles = [
        create_set(user=clip.user, date=clip.day, clip=clip, exercise=squat, reps=4, start_s=1.0, end_s=9.0)
        for _ in range(2)
    ]
    kept, *gone = [found, *doubles] if double_first else [*doubles, found]
    for row in gone:
        delete_set(row=row)
    [row] = analyse(make_finding(reps=4))
    assert (row.pk, row.exercise, row.reps, len(row.rep_times)) == (kept.pk, squat, 4, 4)
    delete_set(row=row)
    assert [row.reps for row in analyse(make_finding(reps=4))] == [None]  # the last one is gone: it stays away


def test_a_set_that_is_typed_in_where_one_was_deleted_is_filled(clip: Clip, analyse: Analyse) -> None:
    [found] = analyse(make_finding(reps=4))
    delete_set(row=found)
    typed = create_set(user=clip.user, date=clip.day, clip=clip, reps=5, start_s=1.0, end_s=9.0)
    [row] = analyse(make_finding(reps=4))
    assert (row.pk, row.reps, row.exercise.slug, len(row.rep_times)) == (typed.pk, 5, "squat", 4)


TIMES: dict[str, dict[str, Any]] = {
    "none": {"start_s": None, "end_s": None},
    "a part": {"start_s": 2.0, "end_s": 3.0},
    "elsewhere": {"start_s": 22.0, "end_s": 28.0},
}
FINDINGS = {"reps": make_finding(), "held": make_finding(reps=0, end_s=21.0, hold_s=20.0)}
with_corrected_times = pytest.mark.parametrize("times", TIMES.values(), ids=TIMES)
of_each_kind = pytest.mark.parametrize("finding", FINDINGS.values(), ids=FINDINGS)


@with_corrected_times
@of_each_kind
def test_a_set_with_corrected_times_is_not_doubled(analyse: Analyse, finding: Finding, times: dict[str, Any]) -> None:
    [found] = analyse(finding)
    correct_set(row=found, **times)
    [row] = analyse(finding)
    assert (row.pk, row.start_s, row.end_s) == (found.pk, times["start_s"], times["end_s"])


@with_corrected_times
@of_each_kind
def test_a_deleted_set_with_corrected_times_stays_away(
    analyse: Analyse, finding: Finding, times: dict[str, Any]
) -> None:
    [found] = analyse(finding)
    delete_set(row=correct_set(row=found, **times))
    assert [row.exercise for row in analyse(finding)] == [None]


def test_a_set_that_was_moved_to_where_a_later_run_finds_it_is_not_doubled(analyse: Analyse) -> None:
    [found] = analyse(make_finding(reps=4))
    correct_set(row=found, start_s=20.0, end_s=28.0)
    [row] = analyse(make_finding(reps=4, start_s=20.0))
    assert row.pk == found.pk


def test_accepted_proposal_is_written_and_stays_locked(analyse: Analyse, lunge: Exercise, squat: Exercise) -> None:
    [row] = analyse(make_finding())
    correct_set(row=row, exercise=squat, reps=12)
    [row] = analyse(make_finding("lunge", reps=11))
    row = accept_proposal(row=row, fields=["exercise"])
    assert (row.exercise, row.reps, list(row.proposal)) == (lunge, 12, ["reps"])
    assert row.source_of("exercise") == {"source": "model", "model": "namer@1", "confidence": 0.9, "locked": True}
    assert dismiss_proposal(row=row).proposal == {}
    with pytest.raises(DiaryError) as refusal:
        accept_proposal(row=row)
    assert refusal.value.code == Code.NOTHING_PROPOSED


def offered(row: WorkoutSet) -> dict[str, Any]:
    return {name: entry["value"] for name, entry in row.earlier.items()}


def test_values_that_a_new_analysis_writes_over_can_be_had_back(analyse: Analyse, squat: Exercise) -> None:
    [first] = analyse(make_finding(reps=2))
    assert first.earlier == {}
    [row] = analyse(make_finding("lunge", reps=5))
    assert (row.exercise.slug, row.reps, row.proposal) == ("lunge", 5, {})
    assert row.earlier["reps"] == {"value": 2, "model": "counter@1", "confidence": 0.8}
    row = take_back(row=row)
    assert (row.exercise, row.reps, row.end_s, len(row.rep_times)) == (squat, 2, 5.0, 2)
    assert (row.is_locked("exercise"), row.is_locked("reps"), row.earlier) == (True, True, {})
    assert (row.reps_low, row.is_example) == (None, False)  # the movement seen was a lunge: it teaches nothing
    with pytest.raises(DiaryError) as refusal:
        take_back(row=row)
    assert refusal.value.code == Code.NOTHING_PROPOSED


def test_a_hold_that_was_taken_for_reps_is_a_hold_again(analyse: Analyse) -> None:
    analyse(make_finding(reps=0, hold_s=31.5))
    [row] = analyse(make_finding(reps=5))
    row = take_back(row=row)
    assert (row.reps, row.duration_s) == (None, 31.5)


def test_only_what_could_be_read_is_offered_and_only_while_it_differs(analyse: Analyse) -> None:
    analyse(make_finding(reps=2))
    assert analyse(make_finding(reps=2, end_s=5.5))[0].earlier == {}  # a moment alone is nothing to decide
    [row] = analyse(make_finding("other", reps=0))
    assert (offered(row)["exercise"], offered(row)["reps"]) == ("squat", 2)
    [row] = analyse(make_finding("lunge", reps=3))  # nothing was there in between: the older offer stays
    assert (offered(row)["exercise"], offered(row)["reps"]) == ("squat", 2)
    [row] = analyse(make_finding("lunge", reps=4))
    assert offered(row)["reps"] == 3 and "exercise" not in offered(row)
    assert dismiss_earlier(row=row).earlier == {}


def test_the_earlier_result_again_leaves_no_offer_of_itself(analyse: Analyse) -> None:
    analyse(make_finding(reps=2))
    analyse(make_finding("other", reps=0))
    assert analyse(make_finding(reps=2))[0].earlier == {}


def test_a_corrected_value_is_no_longer_offered(analyse: Analyse, lunge: Exercise) -> None:
    analyse(make_finding(reps=2))
    [row] = analyse(make_finding("lunge", reps=5))
    row = correct_set(row=row, exercise=lunge)
    assert "exercise" not in offered(row) and offered(row)["reps"] == 2


def test_another_stretch_of_the_film_takes_the_place_of_an_untouched_set(analyse: Analyse) -> None:
    [first] = analyse(make_finding(reps=2))
    [row] = analyse(make_finding("lunge", reps=5, start_s=100))
    assert (row.pk, row.start_s, offered(row)["start_s"], offered(row)["reps"]) == (first.pk, 100, 1.0, 2)


def test_a_set_that_is_not_found_again_can_be_had_back(analyse: Analyse, squat: Exercise) -> None:
    [first] = analyse(make_finding(reps=2))
    [row] = analyse()
    assert (row.pk, row.exercise, row.reps, row.start_s, row.provenance) == (first.pk, None, None, None, {})
    row = take_back(row=row)
    assert (row.exercise, row.reps, row.start_s) == (squat, 2, 1.0)


def test_a_run_tells_which_sets_it_took_away(clip: Clip, analyse: Analyse) -> None:
    analyse(make_finding(), make_finding("lunge", reps=3, start_s=100))
    analyse(make_finding())
    assert clip.analyses.first().result["removed"] == [
        {"exercise": "lunge", "reps": 3, "duration_s": None, "start_s": 100, "end_s": 106}
    ]


def test_set_typed_in_without_a_clip(user: User, squat: Exercise) -> None:
    row = create_set(user=user, date=DAY, exercise=squat, reps=5, weight_kg=Decimal("100"), rpe=Decimal("8.5"))
    assert (row.workout.date, row.clip, row.is_locked("reps"), row.is_locked("note")) == (DAY, None, True, False)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reps", -1),
        ("weight_kg", Decimal("-1")),
        ("weight_kg", Decimal("12345.6")),
        ("rpe", Decimal("8.3")),
        ("rpe", Decimal("11")),
        ("duration_s", -2.0),
        ("start_s", -2.0),
        ("position", 3),
        ("workout", None),
    ],
)
def test_impossible_values_are_refused_by_name(user: User, field: str, value: object) -> None:
    row = create_set(user=user, date=DAY, reps=5)
    with pytest.raises(DiaryError) as refusal:
        correct_set(row=row, **{field: value})
    assert (refusal.value.code, refusal.value.params) == (Code.INVALID_VALUE, {"field": field})
    row.refresh_from_db()
    assert row.reps == 5


def test_another_person_s_exercise_is_refused(user: User, stranger: User) -> None:
    with pytest.raises(DiaryError):
        create_set(user=user, date=DAY, exercise=make_exercise("secret", owner=stranger))
    assert not Workout.objects.exists()


def test_set_moved_to_another_day_leaves_no_empty_day_and_stays_there(analyse: Analyse) -> None:
    [row] = analyse(make_finding())
    row = correct_set(row=row, day=DAY)
    assert list(Workout.objects.values_list("date", flat=True)) == [DAY]
    assert analyse(make_finding())[0].workout.date == DAY


def test_deleted_last_set_takes_an_empty_day_with_it_but_not_one_with_a_note(user: User) -> None:
    delete_set(row=create_set(user=user, date=DAY, reps=1))
    assert not Workout.objects.exists()
    row = create_set(user=user, date=DAY, reps=1)
    Workout.objects.update(note="tired")
    delete_set(row=row)
    assert Workout.objects.exists()


def test_order_of_a_day(user: User) -> None:
    a, b, c = (create_set(user=user, date=DAY, reps=reps) for reps in (1, 2, 3))
    order_sets(workout=a.workout, ids=[c.pk, a.pk])
    assert [row.reps for row in a.workout.sets.all()] == [3, 1, 2]
    assert b.workout_id == a.workout_id
