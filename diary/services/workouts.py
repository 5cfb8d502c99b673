"""Writes about training days."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from diary.calc import FIRST_DAY, last_day, local_day
from diary.errors import Code, DiaryError
from diary.models import Workout, WorkoutSet


def check_day(*, user: User, date: date) -> None:
    """Refuse a day that a person cannot have meant: no page of the calendar would show what is on it."""
    last = last_day(local_day(timezone.now(), user.tz))
    if not FIRST_DAY <= date <= last:
        raise DiaryError(Code.DAY_OUT_OF_RANGE, field="date", first=FIRST_DAY.isoformat(), last=last.isoformat())


def open_workout(*, user: User, date: date) -> Workout:
    """The person's workout of a day, made when there is none."""
    return Workout.objects.get_or_create(user=user, date=date)[0]


def next_position(*, workout: Workout) -> int:
    """The place after the last set of the day."""
    last = workout.sets.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def note_day(*, user: User, date: date, note: str) -> Workout:
    """Set the note of a day that may not have a workout yet."""
    check_day(user=user, date=date)
    return write_note(workout=open_workout(user=user, date=date), note=note)


def write_note(*, workout: Workout, note: str) -> Workout:
    """Set the note of a day."""
    workout.note = note
    workout.save(update_fields=["note", "updated_at"])
    drop_if_empty(workout=workout)
    return workout


def drop_if_empty(*, workout: Workout) -> bool:
    """Delete a day on which nothing is left."""
    if workout.note or workout.sets.exists():
        return False
    workout.delete()
    return True


def leave_day(*, workout: Workout) -> None:
    """A set has left the day, which goes when it is empty; nothing but the day itself tells apps of the change."""
    if not drop_if_empty(workout=workout):
        Workout.objects.filter(pk=workout.pk).update(updated_at=timezone.now())


@transaction.atomic
def move_sets(*, sets: list[WorkoutSet], date: date) -> Workout | None:
    """Put sets on another day, after those that are there; the day they leave goes when it is empty."""
    if not sets:
        return None
    left = {row.workout_id: row.workout for row in sets}
    target = open_workout(user=sets[0].workout.user, date=date)
    place = next_position(workout=target)
    for row in (row for row in sets if row.workout_id != target.pk):
        row.workout, row.position, place = target, place, place + 1
        row.save(update_fields=["workout", "position", "updated_at"])
    for workout in left.values():
        if workout.pk != target.pk:
            leave_day(workout=workout)
    return target
