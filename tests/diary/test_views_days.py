from __future__ import annotations

from datetime import date

import pytest

from accounts.models import User
from diary.models import Analysis, Exercise, Workout
from tests.diary.pages import sign_in
from tests.factories import make_clip, make_set

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 14)


def test_sets_are_grouped_by_exercise(user: User, squat: Exercise, lunge: Exercise) -> None:
    for reps in (10, 8):
        make_set(user, DAY, squat, reps=reps, weight_kg=60)
    make_set(user, DAY, lunge, reps=12, position=1)
    page = sign_in(user).get("/days/2026-03-14/")
    assert [len(group["cards"]) for group in page.context["groups"]] == [2, 1]
    assert "× 60 kg" in page.content.decode()


def test_weights_are_told_in_the_person_s_unit(user: User, squat: Exercise) -> None:
    User.objects.filter(pk=user.pk).update(weight_unit="lb")
    make_set(user, DAY, squat, reps=5, weight_kg=100)
    assert "× 220.5 lb" in sign_in(user).get("/days/2026-03-14/").content.decode()


def test_the_same_day_of_another_person_is_their_own(user: User, stranger: User, squat: Exercise) -> None:
    make_set(user, DAY, squat, reps=5)
    page = sign_in(stranger).get("/days/2026-03-14/")
    assert page.status_code == 200
    assert page.context["groups"] == []


def test_nobody_is_asked_to_sign_in(client: object) -> None:
    answer = client.get("/days/2026-03-14/")  # type: ignore[attr-defined]
    assert answer.headers["Location"] == "/accounts/login/?next=/days/2026-03-14/"


def test_a_day_that_does_not_exist(user: User) -> None:
    assert sign_in(user).get("/days/2026-02-30/").status_code == 404


def test_the_note_is_written_and_taken_away(user: User) -> None:
    client = sign_in(user)
    client.post("/days/2026-03-14/note/", {"note": " slept badly "})
    assert Workout.objects.get(user=user).note == "slept badly"
    client.post("/days/2026-03-14/note/", {"note": ""})
    assert not Workout.objects.exists()


def test_a_note_on_a_day_that_no_month_shows_answers_422(user: User) -> None:
    answer = sign_in(user).post("/days/0026-03-14/note/", {"note": "x"})
    assert answer.status_code == 422 and "2000-01-01" in answer.content.decode()
    assert not Workout.objects.exists()


def test_a_note_that_is_too_long_answers_422(user: User) -> None:
    answer = sign_in(user).post("/days/2026-03-14/note/", {"note": "x" * 10_001})
    assert answer.status_code == 422
    assert answer.context["note_form"].errors["note"]
    assert not Workout.objects.exists()


def test_the_day_asks_as_often_with_many_sets(
    user: User, squat: Exercise, lunge: Exercise, django_assert_max_num_queries
) -> None:
    client = sign_in(user)
    counts = []
    for places in (range(4), range(4, 40)):  # a superset: each set is a group of its own
        for place in places:
            candidates = [{"exercise": "squat", "confidence": 0.9}]
            make_set(user, DAY, (squat, lunge)[place % 2], reps=5, position=place, candidates=candidates)
        with django_assert_max_num_queries(20) as asked:
            page = client.get("/days/2026-03-14/")
        assert [len(group["cards"]) for group in page.context["groups"]] == [1] * places.stop
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_film_whose_sets_are_all_deleted_says_so(user: User) -> None:
    clip = make_clip(user)
    Analysis.objects.create(clip=clip, status="done")
    for address in (f"/days/{clip.day.isoformat()}/", "/clips/"):
        page = sign_in(user).get(address).content.decode()
        assert "No set of it is in the diary" in page
        assert "pulse" not in page
        assert "Not named yet" not in page
