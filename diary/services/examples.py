"""What a person's corrections teach: sets whose exercise they named, in embedding space."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import User
from diary.models import WorkoutSet


def note_example(*, row: WorkoutSet) -> None:
    """A set whose exercise a person decided becomes an example when it is known how it looked. Does not save."""
    row.is_example = row.is_locked("exercise") and row.exercise_id is not None and row.embedding is not None


def forget_all_examples(*, user: User) -> int:
    """Go back to what the recogniser knows without this person; returns how many examples went."""
    return forget_movements(rows=WorkoutSet.objects.filter(workout__user=user, is_example=True))


def forget_movements(*, rows: QuerySet[WorkoutSet]) -> int:
    """These sets stay as they are but for how they looked, so that no later correction makes them teach again."""
    return rows.update(is_example=False, embedding=None, embedding_model="")
