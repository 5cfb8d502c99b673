"""Rows as the API lists them: with all that one page of them shows, in a fixed number of queries."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import DeviceToken, User
from diary.models import Analysis, Clip, Exercise, Workout, WorkoutSet


def list_clips(user: User) -> QuerySet[Clip]:
    """The person's clips with their sets and runs."""
    runs = Analysis.objects.order_by("-queued_at", "-id")
    return Clip.objects.filter(user=user).prefetch_related(Prefetch("sets", _sets()), Prefetch("analyses", runs))


def list_sets(user: User) -> QuerySet[WorkoutSet]:
    """The person's sets."""
    return _sets().filter(workout__user=user)


def list_workouts(user: User) -> QuerySet[Workout]:
    """The person's training days with their sets."""
    return Workout.objects.filter(user=user).prefetch_related(Prefetch("sets", _sets()))


def list_exercises(user: User) -> QuerySet[Exercise]:
    """The catalogue and the person's own."""
    return Exercise.objects.filter(Q(owner=user) | Q(owner__isnull=True))


def list_own_exercises(user: User) -> QuerySet[Exercise]:
    """The person's own, each with how many sets use it (`uses`)."""
    return Exercise.objects.filter(owner=user).annotate(uses=Count("sets"))


def list_tokens(user: User) -> QuerySet[DeviceToken]:
    """Devices of the person that are let in."""
    return DeviceToken.objects.filter(user=user, revoked_at=None, password_mark=user.password_mark)


def changed_clips(clips: QuerySet[Clip], since: datetime) -> QuerySet[Clip]:
    """Clips that are new or changed, or whose runs or sets changed."""
    signs = Q(heartbeat_at__gte=since) | Q(queued_at__gte=since) | Q(finished_at__gte=since)
    runs = Analysis.objects.filter(signs).values("clip")
    sets = WorkoutSet.objects.filter(updated_at__gte=since, clip__isnull=False).values("clip")
    return clips.filter(Q(updated_at__gte=since) | Q(pk__in=runs) | Q(pk__in=sets))


def _sets() -> QuerySet[WorkoutSet]:
    return WorkoutSet.objects.select_related("workout", "exercise").defer("embedding")
