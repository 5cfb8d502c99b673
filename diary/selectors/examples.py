"""Reads about what a person taught the recogniser."""

from __future__ import annotations

from accounts.models import User
from diary.models import WorkoutSet


def list_examples(user: User, *, model: str) -> list[tuple[str, bytes]]:
    """(slug, embedding) of the person's examples that a model can compare, the newest first."""
    rows = WorkoutSet.objects.filter(workout__user=user, is_example=True, embedding_model=model)
    pairs = rows.exclude(exercise=None).order_by("-updated_at").values_list("exercise__slug", "embedding")
    return [(slug, bytes(embedding)) for slug, embedding in pairs if embedding]


def count_examples(user: User) -> int:
    """How many sets teach the recogniser."""
    return WorkoutSet.objects.filter(workout__user=user, is_example=True).count()
