"""A set as its card shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import User
from diary.calc import format_duration, from_kg
from diary.models import Exercise, WorkoutSet
from diary.services.exercises import find_by_slug

LOW = 0.6  # below it the card asks to have a look
CHIPS = 3


@dataclass(frozen=True)
class Choice:
    """A name that the classifier thinks possible."""

    slug: str
    name: str
    percent: int


@dataclass(frozen=True)
class Proposal:
    """What a newer analysis would write."""

    field: str
    label: str
    value: str


@dataclass(frozen=True)
class Card:
    """A set with all that its card says."""

    row: WorkoutSet
    choices: list[Choice]
    proposals: list[Proposal]
    weight: Any
    unit: str
    earlier: str = ""
    undo: str = ""
    problem: str = ""

    @property
    def exercise_badge(self) -> str:
        """Who named the exercise: yours, auto, unsure or nothing."""
        return badge_of(self.row, "exercise")

    @property
    def reps_badge(self) -> str:
        """Who counted."""
        return badge_of(self.row, "reps")

    @property
    def held_badge(self) -> str:
        """Who stopped the time."""
        return badge_of(self.row, "duration_s")

    @property
    def is_named(self) -> bool:
        """Whether one of the chips shows the present name."""
        return self.row.exercise is not None and bool(self.choices)

    @property
    def is_settled(self) -> bool:
        """Whether a person named the exercise, so that no chips ask for it."""
        return self.row.exercise is not None and self.exercise_badge == "yours"

    @property
    def fewer(self) -> int:
        """What the minus key writes."""
        return max(0, (self.row.reps or 0) - 1)

    @property
    def more(self) -> int:
        """What the plus key writes."""
        return (self.row.reps or 0) + 1

    @property
    def percent(self) -> int | None:
        """How sure the classifier is."""
        confidence = self.row.source_of("exercise").get("confidence")
        return None if confidence is None else round(confidence * 100)

    @property
    def has_range(self) -> bool:
        """Whether the count is "10, maybe 11"."""
        row = self.row
        return None not in (row.reps_low, row.reps_high) and row.reps_low != row.reps_high

    @property
    def is_hold(self) -> bool:
        """Whether seconds are counted: the exercise says so; without a name, or where it counts nothing, the values."""
        kind = self.row.exercise.kind if self.row.exercise else Exercise.Kind.NONE
        known = self.row.reps is None and self.row.duration_s is not None
        return known if kind == Exercise.Kind.NONE else kind == Exercise.Kind.HOLD

    @property
    def shows_reps(self) -> bool:
        """Whether there are reps to correct: a hold has some after another name, and the month counts them."""
        return not self.is_hold or self.row.reps is not None


def badge_of(row: WorkoutSet, field: str) -> str:
    """Who wrote a value."""
    source = row.source_of(field)
    if not source:
        return ""
    if source.get("locked"):
        return "yours"
    confidence = source.get("confidence")
    return "unsure" if confidence is not None and confidence < LOW else "auto"


def build_cards(user: User, rows: Iterable[WorkoutSet], **extra: Any) -> list[Card]:
    """Cards of sets; names of all candidates come in one query."""
    rows = list(rows)
    slugs = {candidate["exercise"] for row in rows for candidate in row.candidates}
    offers = [
        offer["exercise"]["value"] for row in rows for offer in (row.proposal, row.earlier) if "exercise" in offer
    ]
    slugs |= {slug for slug in offers if slug is not None}
    named = find_by_slug(user=user, slugs=slugs) if slugs else {}
    return [_build(user, row, named, extra) for row in rows]


def _build(user: User, row: WorkoutSet, named: dict[str, Exercise], extra: dict[str, Any]) -> Card:
    choices = [
        Choice(exercise.slug, exercise.name, round(candidate["confidence"] * 100))
        for candidate in row.candidates[: CHIPS + 1]
        if (exercise := named.get(candidate["exercise"])) is not None
    ]
    weight = None if row.weight_kg is None else from_kg(row.weight_kg, user.weight_unit)
    proposals = [
        _propose(field, entry["value"], named) for field, entry in row.proposal.items() if field in proposable()
    ]
    earlier = describe_values({name: entry["value"] for name, entry in row.earlier.items()}, named)
    return Card(row, choices[:CHIPS], proposals, weight, user.weight_unit, earlier, **extra)


def proposable() -> dict[str, str]:
    """Proposals that a person can judge; times of reps follow the count."""
    return {"exercise": _("Exercise"), "reps": _("Reps"), "duration_s": _("Seconds held")}


def _propose(field: str, value: Any, named: dict[str, Exercise]) -> Proposal:
    shown = named[value].name if field == "exercise" and value in named else str(value)
    return Proposal(field, proposable()[field], shown)


def describe_values(values: dict[str, Any], named: dict[str, Exercise]) -> str:
    """Name and count of a set in one line: "Squat, 10 reps"."""
    slug, reps, duration_s = (values.get(name) for name in ("exercise", "reps", "duration_s"))
    parts = [named[slug].name if slug in named else ""]
    parts.append("" if reps is None else ngettext("%(count)d rep", "%(count)d reps", reps) % {"count": reps})
    parts.append("" if duration_s is None else format_duration(duration_s, get_language() or "en"))
    return ", ".join(part for part in parts if part)
