"""Taking a correction back: values, sources and proposals as they were before it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from diary.errors import Code, DiaryError
from diary.models import Exercise, WorkoutSet
from diary.services import examples
from diary.services.sets import check_values, lock_set

DECIMALS = ("weight_kg", "rpe")
BESIDE = ("reps_low", "reps_high", "proposal", "earlier")  # what a correction clears along with the values


def remember(*, row: WorkoutSet) -> dict[str, Any]:
    """What a correction may change, as plain values that fit into JSON."""
    values = {name: _plain(getattr(row, name)) for name in (*WorkoutSet.USER_FIELDS, *BESIDE)}
    return {"values": values, "provenance": row.provenance}


@transaction.atomic
def restore(*, row: WorkoutSet, before: dict[str, Any], version: str) -> WorkoutSet:
    """Put back what `remember` kept. Refused when the set changed since `version`: another device was there."""
    fresh = lock_set(row)
    if version_of(fresh) != version:
        raise DiaryError(Code.CONFLICT)
    for name, value in before["values"].items():
        setattr(fresh, name, _value(name, value))
    is_forgotten = fresh.source_of("exercise").get("forgotten")
    fresh.provenance = before["provenance"]
    if is_forgotten and fresh.is_locked("exercise"):
        examples.mark_forgotten(row=fresh)  # since then; the name that stood there before taught as well
    check_values(fresh)
    examples.note_example(row=fresh)
    fresh.save()
    return fresh


def version_of(row: WorkoutSet) -> str:
    """Changes whenever the set is saved."""
    return row.updated_at.isoformat()


def _plain(value: Any) -> Any:
    if isinstance(value, Exercise):
        return str(value.pk)
    return str(value) if isinstance(value, Decimal) else value


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "exercise":
        return Exercise.objects.filter(pk=UUID(value)).first()
    return Decimal(value) if name in DECIMALS else value
