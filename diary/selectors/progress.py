"""Reads for the charts: how an exercise went, day by day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.db.models import Count, Max, QuerySet

from accounts.models import User
from diary.calc import one_rep_max_kg, volume_kg
from diary.models import Exercise, WorkoutSet

EPLEY_REPS = 12  # beyond them the estimate of a single lift says nothing


@dataclass(frozen=True)
class ProgressPoint:
    """One day of one exercise."""

    date: date
    sets: int
    reps: int
    longest_s: float | None  # held, for exercises that are held
    max_weight_kg: Decimal | None
    volume_kg: Decimal
    one_rep_max_kg: Decimal | None


def read_progress(user: User, exercise: Exercise, *, since: date | None = None) -> list[ProgressPoint]:
    """Days with the exercise, the oldest first; one query."""
    rows = WorkoutSet.objects.filter(workout__user=user, exercise=exercise)
    if since is not None:
        rows = rows.filter(workout__date__gte=since)
    values = rows.order_by("workout__date").values_list("workout__date", "reps", "weight_kg", "duration_s")
    return [_point(day, [row[1:] for row in group]) for day, group in groupby(values, key=lambda row: row[0])]


def list_trained(user: User) -> QuerySet[Exercise]:
    """Exercises that the person trained, the latest first; `trained` counts sets, `last_date` is the last day."""
    rows = Exercise.objects.filter(sets__workout__user=user)
    counted = rows.annotate(trained=Count("sets"), last_date=Max("sets__workout__date"))
    return counted.order_by("-last_date", "-trained", "slug")


Values = tuple[int | None, Decimal | None, float | None]  # reps, weight_kg, duration_s


def _point(day: date, rows: list[Values]) -> ProgressPoint:
    weights = [weight for _, weight, _ in rows if weight is not None]
    held = [seconds for _, _, seconds in rows if seconds is not None]
    return ProgressPoint(
        date=day,
        sets=len(rows),
        reps=sum(reps or 0 for reps, _, _ in rows),
        longest_s=max(held, default=None),
        max_weight_kg=max(weights, default=None),
        volume_kg=sum((volume_kg(reps, weight) for reps, weight, _ in rows), Decimal(0)),
        one_rep_max_kg=max(_estimates(rows), default=None),
    )


def _estimates(rows: Iterable[Values]) -> list[Decimal]:
    return [one_rep_max_kg(reps, weight) for reps, weight, _ in rows if reps and weight and reps <= EPLEY_REPS]
