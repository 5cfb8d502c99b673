from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import User
from diary.models import Exercise, WorkoutSet
from diary.services.analyses import fill_diary
from diary.services.sets import correct_set
from diary.views.cards import build_cards
from tests.diary.pages import check_door, sign_in
from tests.factories import claim, make_clip, make_exercise, make_finding, make_outcome, make_set

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 14)
FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def row(user: User, squat: Exercise, lunge: Exercise) -> WorkoutSet:
    """What an analysis has written."""
    clip = make_clip(user)
    fill_diary(analysis=claim(clip), attempt=1, outcome=make_outcome(make_finding()))
    return WorkoutSet.objects.get(clip=clip)


@pytest.mark.parametrize(
    ("method", "ending"),
    [
        ("get", ""),
        ("post", ""),
        ("post", "correct/"),
        ("post", "undo/"),
        ("post", "proposal/"),
        ("post", "earlier/"),
        ("post", "delete/"),
    ],
)
def test_a_set_is_its_owner_s(row: WorkoutSet, stranger: User, method: str, ending: str) -> None:
    check_door(method, f"/sets/{row.pk}/{ending}", stranger, {"reps": "3"} if method == "post" else None)
    row.refresh_from_db()
    assert row.reps == 10


def test_one_tap_corrects_and_locks_the_reps(row: WorkoutSet, user: User) -> None:
    answer = sign_in(user).post(f"/sets/{row.pk}/correct/", {"reps": "11"}, headers=FRAGMENT)
    row.refresh_from_db()
    assert (row.reps, row.is_locked("reps"), row.is_locked("exercise")) == (11, True, False)
    card = answer.content.decode()
    assert card.strip().startswith("<set-card") and "<html" not in card
    assert "yours" in card and "Undo" in card


def test_one_tap_names_the_exercise(row: WorkoutSet, user: User, lunge: Exercise) -> None:
    sign_in(user).post(f"/sets/{row.pk}/correct/", {"exercise": "lunge"}, headers=FRAGMENT)
    row.refresh_from_db()
    assert row.exercise == lunge
    assert row.is_locked("exercise")


def test_a_name_that_the_list_does_not_have_becomes_an_own_exercise(row: WorkoutSet, user: User) -> None:
    values = {"exercise": "", "new_exercise": " Zercher squat ", "new_kind": "reps", "reps": "8"}
    answer = sign_in(user).post(f"/sets/{row.pk}/correct/", values, headers=FRAGMENT)
    row.refresh_from_db()
    own = Exercise.objects.get(owner=user)
    assert (answer.status_code, row.exercise, row.reps, row.is_locked("exercise")) == (200, own, 8, True)
    assert (own.name_en, own.name_ko, own.kind) == ("Zercher squat", "Zercher squat", "reps")
    assert "Zercher squat</h3>" in answer.content.decode()
    assert f'value="{own.slug}"' in sign_in(user).get(f"/clips/{row.clip_id}/").content.decode()  # to be chosen again


def test_the_same_new_exercise_asked_twice_is_added_once(row: WorkoutSet, user: User, lunge: Exercise) -> None:
    client, path = sign_in(user), f"/sets/{row.pk}/correct/"
    new = {"exercise": "", "new_exercise": "Zercher squat", "new_kind": "reps"}
    assert [client.post(path, new, headers=FRAGMENT).status_code for _ in range(2)] == [200, 200]
    assert Exercise.objects.filter(owner=user).count() == 1
    client.post(path, {"exercise": "lunge", "new_exercise": ""}, headers=FRAGMENT)
    row.refresh_from_db()
    assert row.exercise == lunge
    answer = client.post(path, {"new_exercise": "ZERCHER squat"}, headers=FRAGMENT)
    row.refresh_from_db()
    assert (answer.status_code, row.exercise) == (422, lunge)
    assert "You already have an exercise of this name." in answer.content.decode()


@pytest.mark.parametrize(
    "values", [{"new_exercise": "x" * 121}, {"new_exercise": "  "}, {"new_exercise": "Plank", "new_kind": "laps"}]
)
def test_a_new_exercise_that_cannot_be_answers_422_and_adds_nothing(
    row: WorkoutSet, user: User, values: dict[str, str]
) -> None:
    answer = sign_in(user).post(f"/sets/{row.pk}/correct/", values, headers=FRAGMENT)
    assert (answer.status_code, Exercise.objects.filter(owner=user).exists()) == (422, False)


@pytest.mark.parametrize("path", ["/sets/new/", "/sets/{row.pk}/"])
def test_the_form_adds_an_own_exercise_too(row: WorkoutSet, user: User, path: str) -> None:
    path = path.format(row=row)
    client = sign_in(user)
    assert "Not in the list? Add your own" in client.get(path).content.decode()
    values = {"new_exercise": "L-sit", "new_kind": "hold", "duration_s": "20", "date": "2026-03-14"}
    assert client.post(path, values).status_code == 302
    own = Exercise.objects.get(owner=user)
    assert (own.name_en, own.kind, own.sets.get().duration_s) == ("L-sit", "hold", 20)
    again = client.post("/sets/new/", values)
    assert again.status_code == 422
    assert "You already have an exercise of this name." in again.content.decode()


def test_an_own_exercise_is_deleted_in_the_profile_once_no_set_uses_it(
    user: User, stranger: User, squat: Exercise
) -> None:
    own = make_exercise("own_1", owner=user, name_en="Zercher squat")
    row = make_set(user, DAY, own)
    client, path = sign_in(user), f"/exercises/{own.pk}/delete/"
    check_door("post", path, stranger)
    assert client.post(f"/exercises/{squat.pk}/delete/").status_code == 404
    assert client.get(path).status_code == 405
    page = client.get("/profile/").content.decode()
    assert "Zercher squat" in page and "1 set" in page
    refused = client.post(path, follow=True).content.decode()
    assert "Zercher squat: Sets in your diary use this exercise. Change those sets first" in refused
    row.delete()
    assert "“Zercher squat” is deleted." in client.post(path, follow=True).content.decode()
    assert not Exercise.objects.filter(owner=user).exists()
    assert 'id="exercises"' not in client.get("/profile/").content.decode()


@pytest.fixture
def plank(db: None) -> Exercise:
    """An exercise that is held."""
    return make_exercise("plank", kind=Exercise.Kind.HOLD)


def test_a_hold_that_is_renamed_can_be_counted(user: User, squat: Exercise, plank: Exercise) -> None:
    row = make_set(user, DAY, plank, duration_s=30.0)
    client = sign_in(user)
    assert "data-step" not in client.get("/days/2026-03-14/").content.decode()
    card = client.post(f"/sets/{row.pk}/correct/", {"exercise": "squat"}, headers=FRAGMENT).content.decode()
    assert 'data-step="1"' in card
    assert ("30 s" in card, 'class="held' in card) == (True, False)


def test_counted_reps_stay_in_sight_under_a_name_that_is_held(user: User, squat: Exercise, plank: Exercise) -> None:
    row = make_set(user, DAY, squat, reps=12)
    card = sign_in(user).post(f"/sets/{row.pk}/correct/", {"exercise": "plank"}, headers=FRAGMENT).content.decode()
    assert 'class="held' in card
    assert "<span data-value>12</span>" in card
    assert card.count('class="load') == 1


@pytest.mark.parametrize("kind", [None, Exercise.Kind.NONE])
def test_without_a_name_that_is_counted_the_values_decide(user: User, kind: str | None) -> None:
    row = make_set(user, DAY, make_exercise("treadmill", kind=kind) if kind else None, duration_s=30.0)
    assert build_cards(user, [row])[0].is_hold
    row.reps = 3
    assert not build_cards(user, [row])[0].is_hold


def test_without_scripts_a_tap_leads_back_to_the_page(row: WorkoutSet, user: User) -> None:
    client = sign_in(user)
    path = f"/sets/{row.pk}/correct/"
    assert client.post(path, {"reps": "9", "next": f"/clips/{row.clip_id}/"}).url == f"/clips/{row.clip_id}/"
    assert client.post(path, {"reps": "9", "next": "https://evil.example/"}).url.startswith("/days/")


def test_undo_puts_back_value_and_source(row: WorkoutSet, user: User) -> None:
    client = sign_in(user)
    card = client.post(f"/sets/{row.pk}/correct/", {"reps": "11"}, headers=FRAGMENT).content.decode()
    token = re.search(r'name="undo" value="([^"]+)"', card)
    assert token
    client.post(f"/sets/{row.pk}/undo/", {"undo": token[1]}, headers=FRAGMENT)
    row.refresh_from_db()
    assert (row.reps, row.reps_high, row.is_locked("reps")) == (10, 11, False)


def test_undo_is_refused_when_another_device_was_there(row: WorkoutSet, user: User) -> None:
    client = sign_in(user)
    card = client.post(f"/sets/{row.pk}/correct/", {"reps": "11"}, headers=FRAGMENT).content.decode()
    token = re.search(r'name="undo" value="([^"]+)"', card)
    assert token
    client.post(f"/sets/{row.pk}/correct/", {"reps": "12"}, headers=FRAGMENT)
    answer = client.post(f"/sets/{row.pk}/undo/", {"undo": token[1]}, headers=FRAGMENT)
    row.refresh_from_db()
    assert (answer.status_code, row.reps) == (422, 12)
    assert "Somebody changed this at the same time." in answer.content.decode()


@pytest.mark.parametrize("undo", ["", "made up", "eyJzZXQiOiAiMSJ9:1:abc"])
def test_a_forged_undo_changes_nothing(row: WorkoutSet, user: User, undo: str) -> None:
    answer = sign_in(user).post(f"/sets/{row.pk}/undo/", {"undo": undo}, headers=FRAGMENT)
    row.refresh_from_db()
    assert (answer.status_code, row.reps) == (422, 10)


@pytest.mark.parametrize(
    "values", [{"reps": "-1"}, {"reps": "many"}, {"reps": "10001"}, {"exercise": "no_such"}, {"weight_kg": "1e9"}, {}]
)
def test_a_wrong_value_answers_422_on_the_card(row: WorkoutSet, user: User, values: dict[str, str]) -> None:
    answer = sign_in(user).post(f"/sets/{row.pk}/correct/", values, headers=FRAGMENT)
    row.refresh_from_db()
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert (row.reps, row.is_locked("reps")) == (10, False)


def test_another_person_s_own_exercise_cannot_be_guessed(row: WorkoutSet, user: User, stranger: User) -> None:
    make_exercise("own_secret", owner=stranger)
    assert sign_in(user).post(f"/sets/{row.pk}/correct/", {"exercise": "own_secret"}).status_code == 422


def test_a_newer_analysis_proposes_and_the_person_decides(row: WorkoutSet, user: User) -> None:
    client = sign_in(user)
    row.proposal = {"reps": {"value": 12, "model": "counter@2", "confidence": 0.9}}
    row.save()
    assert "Reps 12" in client.get(f"/clips/{row.clip_id}/").content.decode()
    client.post(f"/sets/{row.pk}/proposal/", {"answer": "take"}, headers=FRAGMENT)
    row.refresh_from_db()
    assert (row.reps, row.proposal) == (12, {})
    assert client.post(f"/sets/{row.pk}/proposal/", {"answer": "take"}, headers=FRAGMENT).status_code == 422


@pytest.mark.parametrize(("answer", "reps"), [("take", 12), ("keep", 10)])
def test_earlier_values_are_taken_back_or_forgotten(row: WorkoutSet, user: User, answer: str, reps: int) -> None:
    client = sign_in(user)
    row.earlier = {"reps": {"value": 12, "model": "counter@1", "confidence": 0.9}}
    row.save()
    assert "12 reps" in client.get(f"/clips/{row.clip_id}/").content.decode()
    card = client.post(f"/sets/{row.pk}/earlier/", {"answer": answer}, headers=FRAGMENT).content.decode()
    row.refresh_from_db()
    assert (row.reps, row.earlier, "Before:" in card) == (reps, {}, False)
    again = client.post(f"/sets/{row.pk}/earlier/", {"answer": "take"}, headers=FRAGMENT)
    assert again.status_code == 422


def test_a_set_is_typed_in(user: User, squat: Exercise) -> None:
    values = {"exercise": "squat", "reps": "5", "weight_kg": "102.5", "rpe": "8.5", "note": "", "date": "2026-03-14"}
    answer = sign_in(user).post("/sets/new/", values)
    row = WorkoutSet.objects.get()
    assert answer.url == "/days/2026-03-14/"
    assert (row.exercise, row.reps, row.weight_kg, row.rpe) == (squat, 5, Decimal("102.5"), Decimal("8.5"))
    assert row.workout.user == user


def test_pounds_are_stored_as_kilograms_and_shown_as_typed(user: User, squat: Exercise) -> None:
    User.objects.filter(pk=user.pk).update(weight_unit="lb")
    client = sign_in(user)
    client.post("/sets/new/", {"exercise": "squat", "reps": "5", "weight_kg": "225", "date": "2026-03-14"})
    row = WorkoutSet.objects.get()
    assert row.weight_kg == Decimal("102.06")
    page = client.get(f"/sets/{row.pk}/")
    assert page.context["form"]["weight_kg"].value() == Decimal("225.0")


@pytest.mark.parametrize("values", [{}, {"reps": "5"}, {"reps": "x", "date": "2026-03-14"}, {"date": "2026-03-14"}])
def test_what_cannot_be_saved_answers_422(user: User, values: dict[str, str]) -> None:
    answer = sign_in(user).post("/sets/new/", values)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not WorkoutSet.objects.exists()


def test_a_set_for_a_clip_only_with_one_s_own_clip(user: User, stranger: User) -> None:
    clip = make_clip(user)
    assert sign_in(user).get(f"/sets/new/?clip={clip.pk}").status_code == 200
    check_door("get", f"/sets/new/?clip={clip.pk}", stranger)
    assert sign_in(user).get("/sets/new/?date=never").status_code == 404


def fill_in(client: Client, row: WorkoutSet, **typed: str) -> dict[str, str]:
    """What a browser sends from the form of a set: all of it, and what it showed first."""
    form = client.get(f"/sets/{row.pk}/").context["form"]
    shown = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    return {**{f"initial-{name}": value for name, value in shown.items()}, **shown, **typed}


def test_editing_locks_only_what_was_changed(row: WorkoutSet, user: User) -> None:
    client = sign_in(user)
    answer = client.post(f"/sets/{row.pk}/", fill_in(client, row, weight_kg="60"))
    row.refresh_from_db()
    assert answer.status_code == 302
    assert (row.weight_kg, row.is_locked("weight_kg"), row.is_locked("reps")) == (Decimal(60), True, False)


def test_a_form_from_before_leaves_newer_values_alone(row: WorkoutSet, user: User, lunge: Exercise) -> None:
    client = sign_in(user)
    form = fill_in(client, row, weight_kg="60")
    correct_set(row=row, reps=12, day=DAY)
    WorkoutSet.objects.update(exercise=lunge)  # by a newer analysis
    answer = client.post(f"/sets/{row.pk}/", form)
    row.refresh_from_db()
    assert answer.url == f"/days/2026-03-14/#set-{row.pk}"
    assert (row.reps, row.exercise, row.weight_kg, row.workout.date) == (12, lunge, Decimal(60), DAY)
    assert not row.is_locked("exercise")


def test_the_page_sends_along_what_it_showed_first(row: WorkoutSet, user: User) -> None:
    client = sign_in(user)
    shown = 'name="initial-reps" value="10"'
    assert shown in client.get(f"/sets/{row.pk}/").content.decode()
    form = fill_in(client, row, reps="many")
    correct_set(row=row, reps=12)
    refused = client.post(f"/sets/{row.pk}/", form)
    assert refused.status_code == 422
    assert shown in refused.content.decode()


def test_a_weight_in_pounds_that_nobody_touched_is_not_locked(user: User, squat: Exercise) -> None:
    User.objects.filter(pk=user.pk).update(weight_unit="lb")
    row, client = make_set(user, DAY, squat, reps=5, weight_kg=Decimal("60.00")), sign_in(user)
    client.post(f"/sets/{row.pk}/", fill_in(client, row, reps="6"))
    row.refresh_from_db()
    assert (row.reps, row.weight_kg, row.is_locked("weight_kg")) == (6, Decimal("60.00"), False)


def test_a_set_moves_to_another_day(row: WorkoutSet, user: User) -> None:
    client = sign_in(user)
    client.post(f"/sets/{row.pk}/", {"exercise": "squat", "reps": "10", "date": "2026-03-14"})
    row.refresh_from_db()
    assert row.workout.date == DAY


@pytest.mark.parametrize("day", ["0026-03-14", "1999-12-31", "2999-01-01"])
def test_a_day_that_no_month_shows_is_refused(row: WorkoutSet, user: User, day: str) -> None:
    before, client = row.workout.date, sign_in(user)
    for address in ("/sets/new/", f"/sets/{row.pk}/"):
        answer = client.post(address, {"exercise": "squat", "reps": "10", "date": day})
        assert answer.status_code == 422
        assert "The diary holds days from 2000-01-01 to" in answer.context["form"].errors["date"][0]
    assert WorkoutSet.objects.get().workout.date == before


def test_a_set_of_an_early_year_can_still_be_corrected(user: User, squat: Exercise) -> None:
    row = make_set(user, date(26, 3, 14), squat, reps=5)
    answer = sign_in(user).post(f"/sets/{row.pk}/correct/", {"reps": "6"})
    assert answer.url == f"/days/0026-03-14/#set-{row.pk}"
    assert sign_in(user).get(answer.url).status_code == 200


def test_deleting_asks_first(user: User, squat: Exercise) -> None:
    row = make_set(user, DAY, squat, reps=5)
    client = sign_in(user)
    assert client.get(f"/sets/{row.pk}/delete/").status_code == 200
    assert WorkoutSet.objects.exists()
    assert client.post(f"/sets/{row.pk}/delete/").url == "/days/2026-03-14/"
    assert not WorkoutSet.objects.exists()


def test_posts_need_the_token_of_the_page(row: WorkoutSet, user: User) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(user)
    assert careful.post(f"/sets/{row.pk}/correct/", {"reps": "11"}).status_code == 403


def test_a_low_confidence_asks_for_a_look(user: User, squat: Exercise) -> None:
    clip = make_clip(user)
    fill_diary(analysis=claim(clip), attempt=1, outcome=make_outcome(make_finding(confidence=0.4)))
    assert "not sure" in sign_in(user).get(f"/clips/{clip.pk}/").content.decode()


@pytest.mark.parametrize(("reps", "unit"), [(0, "reps"), (1, "rep"), (2, "reps")])
def test_one_rep_is_not_called_reps(row: WorkoutSet, user: User, reps: int, unit: str) -> None:
    card = sign_in(user).post(f"/sets/{row.pk}/correct/", {"reps": str(reps)}, headers=FRAGMENT).content.decode()
    assert f"<small>{unit}</small>" in card
    assert f"· {reps} {unit}</strong>" in sign_in(user).get(f"/sets/{row.pk}/delete/").content.decode()


@pytest.mark.parametrize(("language", "sentence"), [("en", "At most 10000."), ("ko", "10000 이하여야 해요.")])
def test_a_number_beyond_its_limit_is_refused_in_plain_words(user: User, language: str, sentence: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)
    page = sign_in(user).post("/sets/new/", {"reps": "10001", "date": "2026-03-14"})
    assert page.status_code == 422
    assert sentence in page.content.decode()
