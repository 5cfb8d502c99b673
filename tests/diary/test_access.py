"""The door from an id to a row: the owner gets it, a stranger and a wrong id get 404."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from accounts.services import create_token
from diary import access
from diary.models import Exercise, Upload
from diary.selectors.analyses import latest_analysis
from tests.factories import make_clip, make_exercise, make_set

pytestmark = pytest.mark.django_db

DOORS: dict[str, tuple[Callable[..., Any], Callable[[User], Any]]] = {
    "clip": (access.get_clip, make_clip),
    "analysis": (access.get_analysis, lambda user: latest_analysis(make_clip(user))),
    "set": (access.get_set, lambda user: make_set(user, date(2026, 1, 1))),
    "workout": (access.get_workout, lambda user: make_set(user, date(2026, 1, 1)).workout),
    "exercise": (access.get_exercise, lambda user: make_exercise("own", owner=user)),
    "own exercise": (access.get_own_exercise, lambda user: make_exercise("own", owner=user)),
    "token": (access.get_token, lambda user: create_token(user=user, name="phone")[0]),
    "upload": (
        access.get_upload,
        lambda user: Upload.objects.create(user=user, length=1, expires_at=timezone.now() + timedelta(days=1)),
    ),
}


@pytest.mark.parametrize("name", DOORS)
def test_owner_passes_and_stranger_does_not(name: str, user: User, stranger: User) -> None:
    door, make = DOORS[name]
    row = make(user)
    assert door(user, row.pk) == door(user, str(row.pk)) == row
    for visitor, id in ((stranger, row.pk), (user, uuid.uuid4()), (user, "1"), (user, "' or 1=1"), (user, "")):
        with pytest.raises(Http404):
            door(visitor, id)


def test_catalogue_is_everybody_s_and_own_slug_wins(user: User, stranger: User, squat: Exercise) -> None:
    own = make_exercise("squat", owner=user)
    assert access.get_exercise(user, "squat") == own
    assert access.get_exercise(stranger, "squat") == access.get_exercise(stranger, squat.pk) == squat
    with pytest.raises(Http404):
        access.get_own_exercise(user, squat.pk)
