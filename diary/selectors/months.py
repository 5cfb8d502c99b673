"""A calendar page in a fixed number of queries, however many sets the month has."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, FloatField, Sum
from django.db.models.functions import Cast

from accounts.models import User
from diary.models import WorkoutSet


@dataclass(frozen=True)
class MonthDay:
    """What a calendar shows of a day with training."""

    date: date
    sets: int
    reps: int
    volume_kg: float
    exercises: list[str]  # slugs, most sets first
    thumbnail_of: uuid.UUID | None  # a set with a picture


def list_month_days(user: User, first: date) -> list[MonthDay]:
    """Days with sets in the month that begins with a date."""
    following = (first + timedelta(days=32)).replace(day=1)
    rows = WorkoutSet.objects.filter(workout__user=user, workout__date__gte=first, workout__date__lt=following)
    rows = rows.order_by()
    volume = Sum(F("reps") * Cast("weight_kg", FloatField()), output_field=FloatField())
    totals = rows.values(day=F("workout__date")).annotate(sets=Count("pk"), total=Sum("reps"), volume=volume)
    counts = rows.exclude(exercise=None).values_list("workout__date", "exercise__slug").annotate(sets=Count("pk"))
    exercises: dict[date, list[str]] = defaultdict(list)
    for day, slug, _count in sorted(counts, key=lambda row: (-row[2], row[1])):
        exercises[day].append(slug)
    pictures = rows.exclude(thumbnail="").order_by("-position", "-created_at").values_list("workout__date", "pk")
    thumbnail = dict(pictures)  # the first of the day is written last
    return [
        MonthDay(
            row["day"], row["sets"], row["total"] or 0, row["volume"] or 0.0, exercises[row["day"]],
            thumbnail.get(row["day"]),
        )
        for row in totals.order_by("workout__date")
    ]  # fmt: skip
