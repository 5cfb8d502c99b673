"""The exercises that can be named: slug, names, family, and whether one counts or holds them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

OTHER = "other"  # dance, walking, talking, nobody
PATH = Path(__file__).resolve().parent / "data" / "exercises.csv"


@dataclass(frozen=True)
class Exercise:
    """One row of the catalogue."""

    slug: str
    family: str  # moves that a skeleton can hardly tell apart
    kind: str  # reps, hold or none


@cache
def exercises() -> dict[str, Exercise]:
    """Slug → exercise, in the order of the file."""
    with PATH.open(newline="", encoding="utf-8") as file:
        return {row["slug"]: Exercise(row["slug"], row["family"], row["kind"]) for row in csv.DictReader(file)}


def family_of(slug: str) -> str:
    """Family of an exercise; a slug that the catalogue does not know is a family of its own."""
    known = exercises().get(slug)
    return known.family if known else slug


def kind_of(slug: str) -> str:
    """reps, hold or none."""
    known = exercises().get(slug)
    return known.kind if known else "reps"
