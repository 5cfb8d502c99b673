"""Lists: pages, filters, and as many queries for N rows as for 2N."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import create_token
from diary.models import Analysis, Clip, Exercise, Workout, WorkoutSet
from diary.services import exercises, sets
from diary.services.analyses import record_progress
from diary.services.clips import delete_clip, move_clip
from tests import factories
from tests.diary.api.conftest import body, make_clip, make_set

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def fill(user: User, squat: Exercise, first: int, last: int) -> None:
    """One of everything for each number."""
    for number in range(first, last):
        clip = make_clip(user, number)
        Analysis.objects.create(clip=clip, status="done", stage="done", progress=1.0)
        Analysis.objects.create(clip=clip, status="failed", error_code="no_person")
        make_set(user, squat, clip)
        sets.create_set(user=user, date=date(2026, 11, 1) + timedelta(days=number), exercise=squat, reps=5)
        exercises.create_exercise(user=user, name_en=f"Mine {number}")
        create_token(user=user, name=f"phone {number}")


@pytest.mark.parametrize(
    "address",
    [
        "clips/", "analyses/", "sets/", "workouts/", "exercises/", "tokens/", "calendar/?month=2026-11",
        "days/2026-11-20/", "exercises/squat/progress/",
    ],
)  # fmt: skip
def test_twice_the_rows_take_as_many_queries(owner: APIClient, user: User, squat: Exercise, address: str) -> None:
    owner.get("/api/v1/me/")  # notes that the token is in use
    counts = []
    for first, last in [(0, 3), (3, 6)]:
        fill(user, squat, first, last)
        with CaptureQueriesContext(connection) as queries:
            assert owner.get(f"/api/v1/{address}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_a_note_takes_as_many_queries_for_twice_the_sets(owner: APIClient, user: User, squat: Exercise) -> None:
    owner.get("/api/v1/me/")
    counts = []
    for _ in range(2):
        for exercise in (squat, factories.make_exercise("lunge"), factories.make_exercise("plank")):
            row = make_set(user, exercise)
        with CaptureQueriesContext(connection) as queries:
            added = owner.post("/api/v1/workouts/", {"date": "2026-11-20", "note": "a"}, format="json")
            owner.patch(f"/api/v1/workouts/{row.workout_id}/", {"note": "b"}, format="json")
        assert len(body(added)["sets"]) == user.workouts.get().sets.count()
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", ["clips", "analyses", "sets", "workouts", "exercises", "tokens"])
def test_pages_hold_every_row_once(owner: APIClient, user: User, squat: Exercise, name: str) -> None:
    fill(user, squat, 0, 4)
    seen: list[str] = []
    address = f"/api/v1/{name}/?limit=3"
    while address:
        page = body(owner.get(address))
        assert len(page["results"]) <= 3
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    models: dict[str, Any] = {
        "clips": Clip, "analyses": Analysis, "sets": WorkoutSet, "workouts": user.workouts, "exercises": Exercise,
        "tokens": user.tokens,
    }  # fmt: skip
    rows = getattr(models[name], "objects", models[name]).all()
    assert sorted(seen) == sorted(str(row.pk) for row in rows)


@pytest.mark.parametrize("cursor", ["%00", "bm9uc2Vuc2U=", "cD1ub25zZW5zZQ==", "x" * 500])
@pytest.mark.parametrize("name", ["clips", "workouts", "exercises"])
def test_a_cursor_of_nobody_is_wrong_input(owner: APIClient, name: str, cursor: str) -> None:
    response = owner.get(f"/api/v1/{name}/", {"cursor": cursor})
    assert response.status_code in {200, 400}
    assert response.status_code == 200 or body(response)["errors"][0]["field"] == "cursor"


@pytest.fixture
def found(owner: APIClient) -> Callable[..., list[str]]:
    """Ids of the rows that a filter leaves."""

    def ask(name: str, **filters: Any) -> list[str]:
        response = owner.get(f"/api/v1/{name}/", filters)
        assert response.status_code == 200, response.content
        return [row["id"] for row in body(response)["results"]]

    return ask


def test_sets_by_day_exercise_clip_and_change(user: User, squat: Exercise, clip: Clip, found: Any) -> None:
    lunge = factories.make_exercise("lunge")
    old = sets.create_set(user=user, date=date(2026, 10, 1), exercise=lunge, reps=8)
    new = make_set(user, squat, clip)
    WorkoutSet.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=30))
    assert found("sets") == [str(new.pk), str(old.pk)]
    assert found("sets", date_from="2026-11-01") == found("sets", exercise="squat") == [str(new.pk)]
    assert found("sets", date_to="2026-10-01") == found("sets", exercise="lunge") == [str(old.pk)]
    assert found("sets", clip=str(clip.pk)) == [str(new.pk)]
    assert found("sets", updated_since=(timezone.now() - timedelta(days=1)).isoformat()) == [str(new.pk)]
    assert found("workouts", exercise="lunge") == [str(old.workout_id)]
    assert found("workouts", date_from="2026-11-20", date_to="2026-11-20") == [str(new.workout_id)]


def test_clips_by_day_exercise_state_and_change(user: User, squat: Exercise, found: Any) -> None:
    quiet, busy = make_clip(user, 1), make_clip(user, 2)
    Clip.objects.update(updated_at=LONG_AGO)
    Clip.objects.filter(pk=quiet.pk).update(day=date(2026, 1, 1))
    Analysis.objects.create(clip=busy)
    assert found("clips", active="true") == [str(busy.pk)]
    assert found("clips", active="false") == [str(quiet.pk)]
    assert found("clips", date_to="2026-01-01") == [str(quiet.pk)]
    assert found("clips", updated_since="2026-06-01T00:00:00Z") == [str(busy.pk)]
    make_set(user, squat, quiet)
    assert found("clips", exercise="squat") == [str(quiet.pk)]
    assert len(found("clips", updated_since="2026-06-01T00:00:00Z")) == 2


@pytest.fixture
def news(found: Any, user: User) -> Callable[..., tuple[list[str], list[str]]]:
    """Days and clips of which an app hears after something is done that it does not see in a set."""
    Workout.objects.update(updated_at=LONG_AGO)
    WorkoutSet.objects.update(updated_at=LONG_AGO)
    Clip.objects.update(updated_at=LONG_AGO)

    def tell(act: Callable[[], Any]) -> tuple[list[str], list[str]]:
        since = timezone.now().isoformat()
        act()
        days = [str(Workout.objects.get(pk=id).date) for id in found("workouts", updated_since=since)]
        return sorted(days), found("clips", updated_since=since)

    return tell


@pytest.fixture
def two_sets(user: User, squat: Exercise, clip: Clip) -> list[WorkoutSet]:
    return [make_set(user, squat, clip), make_set(user, squat, clip)]


def test_apps_hear_of_a_day_that_a_set_leaves(two_sets: list[WorkoutSet], clip: Clip, news: Any) -> None:
    days, clips = news(lambda: sets.correct_set(row=two_sets[0], day=date(2026, 11, 18)))
    assert (days, clips) == (["2026-11-18", "2026-11-20"], [str(clip.pk)])


def test_apps_hear_of_what_lost_a_set(two_sets: list[WorkoutSet], clip: Clip, news: Any) -> None:
    assert news(lambda: sets.delete_set(row=two_sets[0])) == (["2026-11-20"], [str(clip.pk)])


def test_apps_hear_of_a_day_whose_film_went_with_its_sets(
    user: User, two_sets: list[WorkoutSet], clip: Clip, news: Any
) -> None:
    sets.create_set(user=user, date=date(2026, 11, 20), reps=5)
    assert news(lambda: delete_clip(clip=clip, with_sets=True)) == (["2026-11-20"], [])


def test_apps_hear_of_a_moved_film_without_sets(clip: Clip, news: Any) -> None:
    assert news(lambda: move_clip(clip=clip, date=date(2026, 11, 18))) == ([], [str(clip.pk)])


def test_a_sign_of_life_writes_no_clip(clip: Clip, news: Any) -> None:
    run = Analysis.objects.create(clip=clip, status="running", attempt=1)
    Analysis.objects.update(queued_at=LONG_AGO)
    assert news(lambda: record_progress(analysis_id=run.pk, attempt=1, stage="pose", share=0.5))[1] == [str(clip.pk)]
    clip.refresh_from_db()
    assert clip.updated_at == LONG_AGO


def test_exercises_by_name_family_and_owner(user: User, squat: Exercise, found: Any) -> None:
    own = exercises.create_exercise(user=user, name_ko="밧줄 오르기")
    assert found("exercises", search="밧줄") == found("exercises", own="true") == [str(own.pk)]
    assert str(squat.pk) in found("exercises", own="false", family="squat")


@pytest.mark.parametrize(("yes", "no"), [("true", "false"), ("1", "0"), ("True", "False"), ("TRUE", "FALSE")])
def test_yes_and_no_in_each_way(user: User, squat: Exercise, found: Any, yes: str, no: str) -> None:
    quiet, busy = make_clip(user, 1), make_clip(user, 2)
    Analysis.objects.create(clip=busy)
    own = exercises.create_exercise(user=user, name_ko="밧줄 오르기")
    assert found("clips", active=yes) == [str(busy.pk)]
    assert found("clips", active=no) == [str(quiet.pk)]
    assert len(found("clips", active="")) == 2
    assert found("exercises", own=yes) == [str(own.pk)]
    assert str(own.pk) not in found("exercises", own=no)


@pytest.mark.parametrize(
    "query",
    [
        "sets/?date_from=yesterday", "clips/?updated_since=x", "analyses/?status=lost", "calendar/?month=2026-13",
        "clips/?active=banana", "clips/?active=2", "exercises/?own=banana",
    ],
)  # fmt: skip
def test_filters_that_mean_nothing(owner: APIClient, query: str) -> None:
    response = owner.get(f"/api/v1/{query}")
    assert (response.status_code, body(response)["code"]) == (400, "invalid_input")
    assert body(response)["errors"][0]["field"] in query


def test_a_month(owner: APIClient, user: User, squat: Exercise, clip: Clip) -> None:
    row = make_set(user, squat, clip)
    sets.create_set(user=user, date=date(2026, 12, 1), reps=3)
    month = body(owner.get("/api/v1/calendar/?month=2026-11"))
    assert [day["date"] for day in month["days"]] == ["2026-11-20"]
    day = month["days"][0]
    assert (day["sets"], day["reps"], day["exercises"], day["clips"]) == (1, 10, ["squat"], 1)
    assert day["thumbnail"].endswith(f"/media/sets/{row.pk}/thumbnail")


def test_a_day_without_training_is_empty(owner: APIClient) -> None:
    assert body(owner.get("/api/v1/days/2026-01-01/")) == {"date": "2026-01-01", "workout": None, "clips": []}
    assert owner.get("/api/v1/days/2026-02-30/").status_code == 404
