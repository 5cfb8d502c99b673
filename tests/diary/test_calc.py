"""Sums and conversions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from diary import calc


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Asia/Seoul", date(2026, 1, 1)), ("UTC", date(2025, 12, 31)), ("America/Los_Angeles", date(2025, 12, 31))],
)
def test_local_day_is_that_of_the_person(zone: str, day: date) -> None:
    assert calc.local_day(datetime(2025, 12, 31, 15, 30, tzinfo=UTC), ZoneInfo(zone)) == day


def test_pounds_there_and_back() -> None:
    for pounds in ("2.5", "45", "135", "225", "405.5"):
        assert calc.from_kg(calc.to_kg(Decimal(pounds), "lb"), "lb") == Decimal(pounds)
    assert calc.from_kg(Decimal("100.00"), "kg") == calc.to_kg(Decimal(100), "kg") == 100
    assert str(calc.from_kg(Decimal("100.00"), "kg")) == "100"


def test_capture_times_of_unset_clocks_are_not_believed() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    assert calc.is_believable_capture(datetime(2026, 11, 19, tzinfo=UTC), now)
    for moment in (
        datetime(1904, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2000, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 22, tzinfo=UTC),
    ):
        assert not calc.is_believable_capture(moment, now)


def test_month_page_has_whole_weeks() -> None:
    weeks = calc.month_weeks(2026, 11)
    assert [len(week) for week in weeks] == [7] * 5 and weeks[0][0] == date(2026, 11, 1)
    assert calc.month_weeks(2026, 11, first_weekday=0)[0][0] == date(2026, 10, 26)


def test_spans_are_matched_by_the_largest_overlap_once_each() -> None:
    assert calc.match_spans([(0, 10), (20, 30)], [(21, 30), (1, 10)]) == [1, 0]
    assert calc.match_spans([(0, 10), (0, 9)], [(0, 10)]) == [0, None]
    assert calc.match_spans([(0, 10)], [(9, 30)]) == [None]
    assert calc.match_spans([], [(0, 1)]) == []


def test_overlap_of_moments_without_length_is_nothing() -> None:
    assert calc.overlap_share((1, 1), (1, 1)) == 0
    assert calc.overlap_share((0, 1), (5, 6)) == 0
    assert calc.overlap_share((0, 2), (1, 2)) == 0.5


def test_one_rep_max() -> None:
    assert calc.one_rep_max_kg(1, Decimal(100)) == 100
    assert calc.one_rep_max_kg(10, Decimal(90)) == Decimal("120.0")


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1023, "1023 B"), (1024, "1 KB"), (1536, "1.5 KB"), (500 * 1024**2, "500 MB")]
)
def test_bytes_as_people_say_them(size: int, text: str) -> None:
    assert calc.format_bytes(size) == text


def test_durations_as_people_say_them() -> None:
    assert [calc.format_duration(s) for s in (0, 59, 60, 600, 61)] == ["0 s", "59 s", "1 min", "10 min", "1 min 1 s"]
    assert calc.format_duration(90, "ko") == "1분 30초"
