"""What a person's corrections teach: sets whose exercise they named, in embedding space."""

from __future__ import annotations

from accounts.models import User
from diary.models import WorkoutSet


def note_example(*, row: WorkoutSet) -> None:
    """A set whose exercise a person decided becomes an example when it is known how it looked. Does not save."""
    row.is_example = row.is_locked("exercise") and row.exercise_id is not None and row.embedding is not None


def forget_example(*, row: WorkoutSet) -> WorkoutSet:
    """The set stays as it is, but teaches nothing any more."""
    row.is_example = False
    row.save(update_fields=["is_example", "updated_at"])
    return row


def forget_all_examples(*, user: User) -> int:
    """Go back to what the recogniser knows without this person; returns how many examples went."""
    return WorkoutSet.objects.filter(workout__user=user, is_example=True).update(is_example=False)
