"""What stood in a set before a newer analysis wrote over it, so that a person can have it back."""

from __future__ import annotations

from typing import Any

from diary.models import Exercise, WorkoutSet

COUNTS = ("reps", "duration_s")  # one of them is open when the other is known
READABLE = ("exercise", *COUNTS)  # what a person may have read; the other values go along
KEPT_OF_REMOVED = (*READABLE, "start_s", "end_s")


def note_earlier(*, row: WorkoutSet, values: dict[str, Any]) -> None:
    """Keep what `values` are about to write over; an older offer stays when none of it could be read. Does not save."""
    changed = [n for n, value in values.items() if not row.is_locked(n) and getattr(row, n) != value]
    if any(name in READABLE and getattr(row, name) is not None for name in changed):
        row.earlier = {n: _entry(row, n) for n in changed if n in COUNTS or getattr(row, n) is not None}
    else:
        row.earlier = {n: entry for n, entry in row.earlier.items() if entry["value"] != plain(values.get(n))}
    if not any(row.earlier.get(name, {}).get("value") is not None for name in READABLE):
        row.earlier = {}


def describe_removed(rows: list[WorkoutSet]) -> list[dict[str, Any]]:
    """What a person may have read in sets that are about to go, as plain values; empty sets said nothing."""
    facts = [{name: plain(getattr(row, name)) for name in KEPT_OF_REMOVED} for row in rows]
    return [fact for fact in facts if any(fact[name] is not None for name in READABLE)]


def plain(value: Any) -> Any:
    """A value of a set as it fits into JSON."""
    return value.slug if isinstance(value, Exercise) else value


def _entry(row: WorkoutSet, name: str) -> dict[str, Any]:
    source = row.source_of(name)
    return {
        "value": plain(getattr(row, name)),
        "model": source.get("model", ""),
        "confidence": source.get("confidence"),
    }
