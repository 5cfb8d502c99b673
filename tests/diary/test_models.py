"""What must never be false is refused by the database itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from accounts.models import User
from diary.models import Analysis, Clip, Exercise, Upload, Workout, WorkoutSet
from tests.factories import make_clip, make_exercise, make_set, make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)

LIES: dict[str, Callable[[User], object]] = {
    "negative reps": lambda user: make_set(user, DAY, reps=-1),
    "negative weight": lambda user: make_set(user, DAY, weight_kg=Decimal(-1)),
    "negative duration": lambda user: make_set(user, DAY, duration_s=-1),
    "effort of 11": lambda user: make_set(user, DAY, rpe=Decimal(11)),
    "effort of 0.5": lambda user: make_set(user, DAY, rpe=Decimal("0.5")),
    "effort between halves": lambda user: make_set(user, DAY, rpe=Decimal("7.3")),
    "end before start": lambda user: make_set(user, DAY, start_s=2, end_s=1),
    "start before the clip": lambda user: make_set(user, DAY, start_s=-1),
    "two workouts a day": lambda user: [Workout.objects.create(user=user, date=DAY) for _ in "ab"],
    "same bytes twice": lambda user: _copy_clip(make_clip(user)),
    "two active analyses": lambda user: Analysis.objects.create(clip=make_clip(user), status="running"),
    "progress over 1": lambda user: Analysis.objects.filter(clip=make_clip(user)).update(progress=1.1),
    "unknown status": lambda user: Analysis.objects.filter(clip=make_clip(user)).update(status="lost"),
    "failure without reason": lambda user: Analysis.objects.filter(clip=make_clip(user)).update(status="failed"),
    "catalogue slug twice": lambda user: [Exercise.objects.create(slug="x") for _ in "ab"],
    "own slug twice": lambda user: [Exercise.objects.create(slug="x", owner=user) for _ in "ab"],
    "unknown kind": lambda user: make_exercise("x", kind="jump"),
    "offset beyond the end": lambda user: _make_upload(user, length=1, offset=2),
    "empty upload": lambda user: _make_upload(user, length=0),
    "same address in capitals": lambda user: make_user(user.email.upper()),
    "unknown unit": lambda user: make_user(weight_unit="st"),
}


def _copy_clip(clip: Clip) -> None:
    Clip.objects.create(user=clip.user, sha256=clip.sha256, size_bytes=1, captured_at=clip.captured_at, day=clip.day)


def _make_upload(user: User, **fields: int) -> Upload:
    return Upload.objects.create(user=user, expires_at=timezone.now() + timedelta(hours=1), **fields)


@pytest.mark.parametrize("lie", LIES)
def test_database_refuses(lie: str, user: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        LIES[lie](user)


def test_ended_analyses_may_be_many(user: User) -> None:
    clip = make_clip(user)
    for _ in range(2):
        clip.analyses.update(status="done")
        Analysis.objects.create(clip=clip)
    assert clip.analyses.count() == 3


def test_exercise_speaks_the_language_of_the_page(squat: Exercise) -> None:
    with translation.override("ko"):
        assert squat.name == "스쿼트"
    with translation.override("en"):
        assert squat.name == "Squat"


def test_everything_has_a_readable_name(user: User, squat: Exercise) -> None:
    row = make_set(user, DAY, squat, reps=3)
    assert (str(row), str(row.workout), str(make_set(user, DAY))) == ("Squat × 3", "2026-11-20", "? × ?")
    assert str(WorkoutSet(provenance={"reps": "broken"}).source_of("reps")) == "{}"
