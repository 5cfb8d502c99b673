"""The only door from an id in a URL to a row. Who may not see a row is told that it does not exist."""

from __future__ import annotations

import uuid
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404

from accounts.models import DeviceToken, User
from diary.models import Analysis, Clip, Exercise, Upload, Workout, WorkoutSet

Row = TypeVar("Row", bound=Model)
Id = uuid.UUID | str


def get_clip(user: User, id: Id) -> Clip:
    """A clip of the person."""
    return _get(Clip.objects.filter(user=user), id)


def get_analysis(user: User, id: Id) -> Analysis:
    """A run over a clip of the person."""
    return _get(Analysis.objects.filter(clip__user=user).select_related("clip__user"), id)


def get_set(user: User, id: Id) -> WorkoutSet:
    """A set of the person."""
    related = WorkoutSet.objects.select_related("workout__user", "exercise", "clip", "analysis")
    return _get(related.filter(workout__user=user), id)


def get_workout(user: User, id: Id) -> Workout:
    """A training day of the person."""
    return _get(Workout.objects.filter(user=user), id)


def get_exercise(user: User, id: Id) -> Exercise:
    """An exercise of the catalogue or of the person, by id or by slug."""
    visible = Exercise.objects.filter(Q(owner=user) | Q(owner__isnull=True))
    if _uuid(id) is not None:
        return _get(visible, id)
    by_slug = {exercise.is_own: exercise for exercise in visible.filter(slug=id)}
    if not by_slug:
        raise Http404
    return by_slug.get(True) or by_slug[False]


def get_own_exercise(user: User, id: Id) -> Exercise:
    """An exercise that the person added."""
    return _get(Exercise.objects.filter(owner=user), id)


def get_upload(user: User, id: Id) -> Upload:
    """An upload of the person."""
    return _get(Upload.objects.filter(user=user), id)


def get_token(user: User, id: Id) -> DeviceToken:
    """A token of the person."""
    return _get(DeviceToken.objects.filter(user=user), id)


def _get(rows: QuerySet[Row], id: Id) -> Row:
    key = _uuid(id)
    row = rows.filter(pk=key).first() if key is not None else None
    if row is None:
        raise Http404
    return row


def _uuid(value: Id) -> uuid.UUID | None:
    try:
        return value if isinstance(value, uuid.UUID) else uuid.UUID(value)
    except ValueError:
        return None
