"""What the first page asks beside the month."""

from __future__ import annotations

from accounts.models import User
from diary.models import Analysis, Clip, WorkoutSet


def has_started(user: User) -> bool:
    """Whether there is anything in the diary yet."""
    return Clip.objects.filter(user=user).exists() or WorkoutSet.objects.filter(workout__user=user).exists()


def list_running(user: User) -> list[Analysis]:
    """Runs that have still to end, the oldest first."""
    active = Analysis.objects.filter(clip__user=user, status__in=Analysis.ACTIVE)
    return list(active.select_related("clip").order_by("queued_at"))
