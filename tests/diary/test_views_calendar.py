from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from diary.models import Exercise, WorkoutSet
from diary.services.analyses import fill_diary
from diary.views.calendar import find_today
from tests.diary.pages import sign_in
from tests.factories import claim, make_clip, make_finding, make_outcome, make_set

pytestmark = pytest.mark.django_db


def test_visitors_get_to_know_the_site() -> None:
    answer = Client().get("/")
    assert answer.status_code == 200
    assert "Start your diary" in answer.content.decode()


def test_an_empty_diary_offers_the_sample(user: User) -> None:
    page = sign_in(user).get("/").content.decode()
    assert "Try it with the sample" in page
    assert 'action="/upload/sample/"' in page


def test_each_sees_their_own_month(user: User, stranger: User, squat: Exercise) -> None:
    make_set(user, date(2026, 3, 14), squat, reps=5)
    mine = sign_in(user).get("/calendar/2026/3/").content.decode()
    theirs = sign_in(stranger).get("/calendar/2026/3/").content.decode()
    assert "cell trained" in mine and "Squat" in mine
    assert "cell trained" not in theirs and "Squat" not in theirs
    assert Client().get("/calendar/2026/3/").status_code == 302


@pytest.mark.parametrize("path", ["/calendar/1999/1/", "/calendar/2026/13/", "/calendar/2026/0/"])
def test_there_is_no_such_month(user: User, path: str) -> None:
    assert sign_in(user).get(path).status_code == 404


def test_the_month_shows_a_picture_of_the_day(user: User, squat: Exercise, tmp_path: object) -> None:
    analysis = claim(clip := make_clip(user))
    fill_diary(analysis=analysis, attempt=1, outcome=make_outcome(make_finding(), folder=tmp_path / "out"))  # type: ignore[operator]
    row = WorkoutSet.objects.get(clip=clip)
    assert f"/media/sets/{row.pk}/thumbnail" in sign_in(user).get("/").content.decode()


def test_today_is_where_the_person_lives(user: User) -> None:
    user.time_zone = "Pacific/Kiritimati"  # UTC+14
    assert find_today(user) == (timezone.now() + timedelta(hours=14)).date()


def test_the_month_asks_the_database_as_often_with_many_sets(
    user: User, squat: Exercise, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(user)
    counts = []
    for _ in range(2):
        for day in range(1, 20):
            make_set(user, date(2026, 3, day), squat, reps=5)
        with django_assert_num_queries(20, exact=False) as queries:
            client.get("/calendar/2026/3/")
        counts.append(len(queries))
    assert counts[0] == counts[1] < 10
