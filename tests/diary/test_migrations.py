"""What migrations write into rows that are there already."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from accounts.models import User
from diary.models import Analysis
from tests.factories import make_clip, make_set

pytestmark = pytest.mark.django_db
BY_MODEL, BY_USER = {"source": "model", "locked": False}, {"source": "user", "locked": True}
REPS = [[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]]


@pytest.mark.parametrize(
    ("values", "span"),
    [
        ({"provenance": {"start_s": BY_MODEL, "end_s": BY_MODEL}}, [0.5, 5.5]),
        ({"provenance": {"start_s": BY_MODEL, "end_s": BY_USER}, "rep_times": REPS}, [1.0, 5.0]),
        ({"provenance": {"start_s": BY_USER, "end_s": BY_USER}}, []),
        ({"provenance": {"start_s": BY_MODEL, "end_s": BY_MODEL}, "analysis": None}, []),
    ],
)
def test_sets_remember_where_a_run_found_them(user: User, values: dict[str, Any], span: list[float]) -> None:
    clip = make_clip(user)
    fields = {"clip": clip, "analysis": Analysis.objects.get(clip=clip), "start_s": 0.5, "end_s": 5.5} | values
    row = make_set(user, date(2026, 11, 20), **fields)
    import_module("diary.migrations.0003_where_runs_found_sets").find_spans(apps, None)
    before = row.updated_at
    row.refresh_from_db()
    assert (row.found_span, row.updated_at) == (span, before)
