"""Writes about exercises."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import User
from diary.errors import Code, DiaryError
from diary.models import Exercise

CATALOGUE = Path(__file__).resolve().parent.parent / "data" / "exercises.csv"
UNKNOWN = "other"  # what the recogniser calls everything it has no name for; the diary leaves the exercise open


def read_catalogue(path: Path = CATALOGUE) -> list[dict[str, Any]]:
    """Rows of the catalogue's file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [{**row, "aihub": row["aihub"] == "1"} for row in csv.DictReader(stream)]


@transaction.atomic
def load_catalogue(*, rows: Iterable[dict[str, Any]]) -> tuple[int, int]:
    """Add and update exercises of the catalogue; returns how many were added and how many updated."""
    known = {exercise.slug: exercise for exercise in Exercise.objects.filter(owner=None)}
    added = [Exercise(**row) for row in rows if row["slug"] not in known and row["slug"] != UNKNOWN]
    changed = [known[row["slug"]] for row in rows if row["slug"] in known and _update(known[row["slug"]], row)]
    Exercise.objects.bulk_create(added)
    Exercise.objects.bulk_update(changed, ["name_en", "name_ko", "family", "kind", "aihub"])
    return len(added), len(changed)


def _update(exercise: Exercise, row: dict[str, Any]) -> bool:
    different = {name: value for name, value in row.items() if getattr(exercise, name) != value}
    for name, value in different.items():
        setattr(exercise, name, value)
    return bool(different)


@transaction.atomic
def create_exercise(
    *, user: User, name_en: str = "", name_ko: str = "", family: str = "", kind: str = "reps"
) -> Exercise:
    """Add an exercise of the person's own; one name is enough."""
    english, korean = name_en.strip() or name_ko.strip(), name_ko.strip() or name_en.strip()
    if not english:
        raise DiaryError(Code.INVALID_VALUE, field="name_en")
    _refuse_double(user, english, korean)
    slug = f"own_{uuid.uuid4().hex[:12]}"  # never that of the catalogue, and it survives a new name
    return Exercise.objects.create(
        owner=user, slug=slug, name_en=english, name_ko=korean, family=family or slug, kind=kind
    )


@transaction.atomic
def update_exercise(*, exercise: Exercise, **fields: Any) -> Exercise:
    """Change an exercise of the person's own."""
    owner = exercise.owner
    if owner is None:
        raise DiaryError(Code.EXERCISE_NOT_YOURS)
    for name in ("name_en", "name_ko", "family", "kind"):
        setattr(exercise, name, fields.get(name) or getattr(exercise, name))
    _refuse_double(owner, exercise.name_en, exercise.name_ko, besides=exercise)
    exercise.save()
    return exercise


def delete_exercise(*, exercise: Exercise) -> None:
    """Delete an exercise of the person's own that no set uses."""
    if exercise.owner_id is None:
        raise DiaryError(Code.EXERCISE_NOT_YOURS)
    if exercise.sets.exists():
        raise DiaryError(Code.EXERCISE_IN_USE)
    try:
        exercise.delete()
    except IntegrityError as error:  # a set has been called so just now
        raise DiaryError(Code.EXERCISE_IN_USE) from error


def find_by_slug(*, user: User, slugs: Iterable[str]) -> dict[str, Exercise]:
    """Exercises that a model named; a person's own wins over the catalogue's, unknown ones are left out."""
    visible = Exercise.objects.filter(Q(owner=user) | Q(owner__isnull=True), slug__in=set(slugs) - {UNKNOWN})
    return {exercise.slug: exercise for exercise in sorted(visible, key=lambda exercise: exercise.is_own)}


def _refuse_double(user: User, name_en: str, name_ko: str, besides: Exercise | None = None) -> None:
    """One at a time for a person: of two that come at once, the second one finds the first."""
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    same = Exercise.objects.filter(Q(name_en__iexact=name_en) | Q(name_ko__iexact=name_ko), owner=user)
    if (same.exclude(pk=besides.pk) if besides else same).exists():
        raise DiaryError(Code.EXERCISE_EXISTS)
