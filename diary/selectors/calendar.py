"""Reads for the month: a query each for sets, exercises and clips, however full the month is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.models import User
from diary.calc import month_weeks
from diary.models import Analysis, Clip, Exercise, WorkoutSet

SetFacts = tuple[date, UUID | None, int | None, UUID, str]  # day, exercise, reps, id, thumbnail


@dataclass
class DaySummary:
    """A cell of the calendar."""

    date: date
    sets: int = 0
    reps: int = 0
    unnamed: int = 0  # sets whose exercise is still open
    exercises: list[Exercise] = field(default_factory=list)  # in the order of the day, each once
    thumbnail_set: UUID | None = None  # the first set of the day with a picture
    running: int = 0  # clips that are being analysed
    clips: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened."""
        return not (self.sets or self.clips)


def read_month(user: User, year: int, month: int, *, first_weekday: int = 6) -> list[list[DaySummary]]:
    """Weeks of a calendar page, each of seven days, with those of the months around it."""
    weeks = month_weeks(year, month, first_weekday)
    days = read_days(user, weeks[0][0], weeks[-1][-1])
    return [[days.get(day) or DaySummary(day) for day in week] for week in weeks]


def read_days(user: User, first: date, last: date) -> dict[date, DaySummary]:
    """Summaries of the days on which something is, from first to last."""
    days: dict[date, DaySummary] = {}
    rows = list(_sets_between(user, first, last))
    exercises = Exercise.objects.in_bulk({row[1] for row in rows if row[1]})
    for day, exercise, reps, id, thumbnail in rows:
        _count_set(days.setdefault(day, DaySummary(day)), exercises.get(exercise) if exercise else None, reps)
        if thumbnail and days[day].thumbnail_set is None:
            days[day].thumbnail_set = id
    for day, is_active in _clips_between(user, first, last):
        summary = days.setdefault(day, DaySummary(day))
        summary.clips += 1
        summary.running += is_active
    return dict(sorted(days.items()))


def _count_set(summary: DaySummary, exercise: Exercise | None, reps: int | None) -> None:
    summary.sets += 1
    summary.reps += reps or 0
    if exercise is None:
        summary.unnamed += 1
    elif exercise not in summary.exercises:
        summary.exercises.append(exercise)


def _sets_between(user: User, first: date, last: date) -> Iterable[SetFacts]:
    """Plain values: a month of many sets is read much faster than as rows of a model."""
    rows = WorkoutSet.objects.filter(workout__user=user, workout__date__range=(first, last))
    ordered = rows.order_by("workout__date", "position", "created_at")
    return ordered.values_list("workout__date", "exercise_id", "reps", "id", "thumbnail")


def _clips_between(user: User, first: date, last: date) -> Iterable[tuple[date, bool]]:
    active = Analysis.objects.filter(clip=OuterRef("pk"), status__in=Analysis.ACTIVE)
    clips = Clip.objects.filter(user=user, day__range=(first, last)).annotate(is_active=Exists(active))
    return clips.order_by().values_list("day", "is_active")
