"""Sums and conversions on plain values."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal

KG_PER_LB = Decimal("0.45359237")
FIRST_DAY = date(2000, 1, 1)  # of a diary: before phones filmed
SAME_STRETCH = 0.5  # of the time that two stretches of a film cover: sharing as much, they are of one set
DAYS_AHEAD = timedelta(days=366)  # a year, leap or not: what somebody plans
# Containers count from 1904 or 1970, cameras from 2000, when the clock was not set; a day later it is 2000 everywhere.
OLDEST_CAPTURE = datetime(2000, 1, 2, tzinfo=UTC)


def local_day(moment: datetime, zone: tzinfo) -> date:
    """The calendar day of a moment where the person lives."""
    return moment.astimezone(zone).date()


def last_day(today: date) -> date:
    """The last day that a diary may hold."""
    return today + DAYS_AHEAD


def is_believable_capture(moment: datetime, now: datetime) -> bool:
    """Whether a film may have been taken then: not before phones filmed, not in the future."""
    return OLDEST_CAPTURE <= moment <= now + timedelta(days=1)


def month_weeks(year: int, month: int, first_weekday: int = 6) -> list[list[date]]:
    """Weeks of a calendar page, with the days of the months around it; 6 = Sunday first, 0 = Monday first."""
    return calendar.Calendar(firstweekday=first_weekday).monthdatescalendar(year, month)


def to_kg(value: Decimal, unit: str) -> Decimal:
    """A weight as it is stored."""
    return _round(value * KG_PER_LB if unit == "lb" else value, "0.01")


def from_kg(value: Decimal, unit: str) -> Decimal:
    """A weight as the person reads it."""
    return _round(value / KG_PER_LB, "0.1") if unit == "lb" else value.normalize() + 0


def volume_kg(reps: int | None, weight_kg: Decimal | None) -> Decimal:
    """Weight moved by a set."""
    return Decimal(reps or 0) * (weight_kg or Decimal(0))


def one_rep_max_kg(reps: int, weight_kg: Decimal) -> Decimal:
    """What could be lifted once, after Epley (1985); beyond about 12 reps it is a guess."""
    if reps <= 1:
        return weight_kg * reps
    return _round(weight_kg * (1 + Decimal(reps) / 30), "0.1")


def overlap_share(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Time that two stretches share over the time that either covers, 0..1."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    covered = max(a[1], b[1]) - min(a[0], b[0])
    return max(0.0, shared) / covered if covered > 0 else 0.0


def is_among(span: Sequence[float], others: Iterable[Sequence[float]]) -> bool:
    """Whether one of the others is about the same stretch of a film."""
    return any(overlap_share((span[0], span[1]), (other[0], other[1])) >= SAME_STRETCH for other in others)


def match_spans(
    old: Sequence[tuple[float, float]], new: Sequence[tuple[float, float]], least: float = 0.3
) -> list[int | None]:
    """For each old stretch the index of the new one that overlaps it most; each new one is given once."""
    pairs = sorted(
        ((overlap_share(a, b), i, j) for i, a in enumerate(old) for j, b in enumerate(new)),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    found: dict[int, int] = {}
    for share, i, j in pairs:
        if share >= least and i not in found and j not in found.values():
            found[i] = j
    return [found.get(i) for i in range(len(old))]


def format_bytes(size: int, language: str = "en") -> str:
    """A size as people say it."""
    value, unit = float(size), "B"
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if value < 1024 or unit == "TB":
            break
        value /= 1024
    return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}".replace(".0 ", " ")


def format_duration(seconds: float, language: str = "en") -> str:
    """A length of time as people say it."""
    minutes, rest = divmod(round(seconds), 60)
    names = ("분", "초") if language == "ko" else (" min", " s")
    parts = [f"{minutes}{names[0]}"] * bool(minutes) + [f"{rest}{names[1]}"] * bool(rest or not minutes)
    return " ".join(parts)


def _round(value: Decimal, step: str) -> Decimal:
    return value.quantize(Decimal(step), rounding=ROUND_HALF_UP)
