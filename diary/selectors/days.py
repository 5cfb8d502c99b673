"""Reads for one day and for one clip: everything that the page shows, in a fixed number of queries."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from diary.models import Analysis, Clip, Exercise, Workout, WorkoutSet


@dataclass(frozen=True)
class ExerciseBlock:
    """Sets in a row of one exercise, as a person reads their day."""

    exercise: Exercise | None
    sets: list[WorkoutSet]


@dataclass(frozen=True)
class Day:
    """A day of the diary. `waiting` are clips without a row yet: under way, or ended without one."""

    date: datetime.date
    workout: Workout | None
    blocks: list[ExerciseBlock]
    waiting: list[Clip]

    @property
    def sets(self) -> list[WorkoutSet]:
        """All sets in the order of the day."""
        return [row for block in self.blocks for row in block.sets]


def read_day(user: User, day: datetime.date) -> Day:
    """Everything about one day."""
    rows = full_sets().filter(workout__user=user, workout__date=day).order_by("position", "created_at")
    clips = full_clips(user).filter(day=day)
    return Day(
        date=day,
        workout=Workout.objects.filter(user=user, date=day).first(),
        blocks=group_sets(rows),
        waiting=list(clips.filter(Q(sets=None) | Q(analyses__status__in=Analysis.ACTIVE)).distinct()),
    )


def group_sets(rows: Iterable[WorkoutSet]) -> list[ExerciseBlock]:
    """Neighbouring sets of one exercise together; a superset shows as it was done."""
    blocks = [list(group) for _, group in groupby(rows, key=lambda row: row.exercise_id)]
    return [ExerciseBlock(exercise=block[0].exercise, sets=block) for block in blocks]


def full_sets() -> QuerySet[WorkoutSet]:
    """Sets with what a page shows beside them."""
    return WorkoutSet.objects.select_related("workout", "exercise", "clip").defer("embedding")


def full_clips(user: User) -> QuerySet[Clip]:
    """The person's clips with their sets and runs, the newest first."""
    runs = Analysis.objects.order_by("-queued_at", "-id")
    sets = full_sets().order_by("start_s", "position", "created_at")
    return Clip.objects.filter(user=user).prefetch_related(Prefetch("analyses", runs), Prefetch("sets", sets))
