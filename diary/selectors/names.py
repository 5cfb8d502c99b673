"""By which words people look for an exercise: its names, and what else it is called in a gym."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

from django.db.models import QuerySet

from diary.models import Exercise

HANGUL = ("가", "힣")  # first and last syllable
PLURAL = re.compile(r"(?<=[a-z]{3})(?<!s)s$")
_FILE = Path(__file__).resolve().parent.parent / "data" / "other_names.csv"


@cache
def other_names() -> dict[str, tuple[str, ...]]:
    """Slug → what else the exercise is called, in lower case."""
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return {row["slug"]: tuple(row["names"].split(";")) for row in csv.DictReader(stream)}


def names_of(exercise: Exercise) -> list[str]:
    """All that one may type to find it."""
    others = () if exercise.is_own else other_names().get(exercise.slug, ())
    return [exercise.name_en, exercise.name_ko, *others]


def find_by_name(rows: QuerySet[Exercise], text: str) -> QuerySet[Exercise]:
    """Exercises that are called so, or whose names have words that begin so; a plural makes no difference."""
    wanted = _words(text)
    if not wanted:
        return rows
    known = rows.only("slug", "name_en", "name_ko", "owner")
    return rows.filter(pk__in=[row.pk for row in known if any(_fits(_words(name), wanted) for name in names_of(row))])


def _fits(words: list[str], wanted: list[str]) -> bool:
    """Whether a name has the words together ("pushup" for push-up) or each somewhere; Hangul also inside a word."""
    together = "".join(wanted)
    if any("".join(words[start:]).startswith(together) for start in range(len(words))):
        return True
    if any(HANGUL[0] <= sign <= HANGUL[1] for sign in together):
        return together in "".join(words)
    return all(any(word.startswith(part) for word in words) for part in wanted)


def _words(text: str) -> list[str]:
    """Words in lower case, none in the plural."""
    return [PLURAL.sub("", word) for word in re.split(r"[\s_-]+", text.casefold()) if word]
