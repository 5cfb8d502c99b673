"""Reads about what a person taught the recogniser."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery

from accounts.models import User
from diary.models import Analysis, WorkoutSet


def list_examples(user: User, *, model: str) -> list[tuple[str, bytes]]:
    """(slug, embedding) of the person's examples that a model can compare, the newest first."""
    rows = WorkoutSet.objects.filter(workout__user=user, is_example=True, embedding_model=model)
    pairs = rows.exclude(exercise=None).order_by("-updated_at").values_list("exercise__slug", "embedding")
    return [(slug, bytes(embedding)) for slug, embedding in pairs if embedding]


def list_outdated(user: User, *, model: str, most: int) -> list[WorkoutSet]:
    """The newest examples that a model can't compare but could see anew: the keypoints of their run are kept."""
    newest = Analysis.objects.filter(clip=OuterRef("clip")).exclude(result={}).order_by("-queued_at", "-id")
    rows = WorkoutSet.objects.filter(workout__user=user, is_example=True, analysis=Subquery(newest.values("pk")[:1]))
    rows = rows.exclude(embedding_model=model).exclude(found_span=[]).exclude(clip__keypoints="")
    return list(rows.select_related("clip").order_by("-updated_at")[:most])


def count_examples(user: User) -> int:
    """How many sets teach the recogniser."""
    return WorkoutSet.objects.filter(workout__user=user, is_example=True).count()
