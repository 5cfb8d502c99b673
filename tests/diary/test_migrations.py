"""What migrations write into rows that are there already."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from diary.models import Analysis, WorkoutSet
from tests.factories import make_clip, make_set

pytestmark = pytest.mark.django_db
BY_MODEL, BY_USER = {"source": "model", "locked": False}, {"source": "user", "locked": True}
spans = import_module("diary.migrations.0007_where_older_runs_found_sets")
movements = import_module("diary.migrations.0008_movements_of_films_that_are_gone")
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
    spans.find_spans(apps, None)
    before = row.updated_at
    row.refresh_from_db()
    assert (row.found_span, row.updated_at) == (span, before)


def test_sets_get_their_spans_in_batches_and_keep_what_they_have(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = make_clip(user)
    fields = {"clip": clip, "analysis": Analysis.objects.get(clip=clip), "rep_times": REPS}
    rows = [make_set(user, date(2026, 11, 20), **fields) for _ in range(5)]
    make_set(user, date(2026, 11, 20), **fields | {"rep_times": []})  # nothing is to be found out about it
    known = make_set(user, date(2026, 11, 20), **fields, found_span=[7.0, 8.0])
    monkeypatch.setattr(spans, "BATCH", 2)
    with CaptureQueriesContext(connection) as seen:
        spans.find_spans(apps, None)
    assert len([query for query in seen if query["sql"].startswith("UPDATE")]) == 3
    assert {tuple(row.found_span) for row in WorkoutSet.objects.filter(pk__in=[r.pk for r in rows])} == {(1.0, 5.0)}
    assert WorkoutSet.objects.get(pk=known.pk).found_span == [7.0, 8.0]


def test_what_films_taught_that_are_gone_is_forgotten(user: User) -> None:
    seen = {"embedding": b"1234", "embedding_model": "namer@1", "is_example": True}
    kept = make_set(user, date(2026, 11, 20), clip=make_clip(user), **seen)
    gone = make_set(user, date(2026, 11, 20), **seen)
    movements.forget_movements(apps, None)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.is_example, bytes(kept.embedding)) == (True, b"1234")
    assert (gone.is_example, gone.embedding, gone.embedding_model) == (False, None, "")
