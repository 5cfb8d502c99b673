"""How a person gets on with an exercise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.db.models import Count, Max, Q, QuerySet

from accounts.models import User
from diary.calc import one_rep_max_kg, volume_kg
from diary.models import Exercise, WorkoutSet

EPLEY_REPS = 12  # beyond them the estimate of a single lift says nothing


@dataclass(frozen=True)
class DayFigures:
    """Best and sum of one exercise on one day."""

    date: date
    sets: int
    reps: int  # of all sets
    most_reps: int
    heaviest_kg: Decimal | None
    one_rep_max_kg: Decimal | None
    volume_kg: Decimal
    longest_s: float | None


def list_trained(user: User) -> QuerySet[Exercise]:
    """Exercises of the person's sets with `set_count` and `last_day`, the latest first."""
    own = Q(sets__workout__user=user)
    counted = Exercise.objects.filter(own).annotate(
        set_count=Count("sets", filter=own), last_day=Max("sets__workout__date", filter=own)
    )
    return counted.order_by("-last_day", "name_en")


def list_figures(user: User, exercise: Exercise) -> list[DayFigures]:
    """One entry for each day with the exercise, the oldest first."""
    rows = WorkoutSet.objects.filter(workout__user=user, exercise=exercise).order_by("workout__date")
    values = rows.values_list("workout__date", "reps", "weight_kg", "duration_s")
    return [_sum_up(day, list(sets)) for day, sets in groupby(values, key=lambda row: row[0])]


def _sum_up(day: date, sets: list[tuple[date, int | None, Decimal | None, float | None]]) -> DayFigures:
    lifted = [(reps, weight) for _, reps, weight, _ in sets if reps and weight]
    return DayFigures(
        date=day,
        sets=len(sets),
        reps=sum(reps or 0 for _, reps, _, _ in sets),
        most_reps=max(reps or 0 for _, reps, _, _ in sets),
        heaviest_kg=_highest(weight for _, _, weight, _ in sets),
        one_rep_max_kg=_highest(one_rep_max_kg(reps, weight) for reps, weight in lifted if reps <= EPLEY_REPS),
        volume_kg=sum((volume_kg(reps, weight) for reps, weight in lifted), Decimal(0)),
        longest_s=max((seconds for _, _, _, seconds in sets if seconds), default=None),
    )


def _highest(values: Iterable[Decimal | None]) -> Decimal | None:
    return max((value for value in values if value is not None), default=None)
