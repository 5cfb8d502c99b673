"""Sets over the API: typed in, corrected, proposed, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from diary.models import Clip, Exercise, Workout, WorkoutSet
from diary.services import exercises, sets
from tests.diary.api.conftest import body, make_clip

HOME = "/api/v1/sets/"


def address(row: WorkoutSet) -> str:
    return f"{HOME}{row.pk}/"


def test_a_correction_is_written_locked_and_shown(owner: APIClient, workout_set: WorkoutSet, lunge: Exercise) -> None:
    WorkoutSet.objects.update(
        provenance={"reps": {"source": "model", "model": "m@1", "confidence": 0.7, "locked": False}}
    )
    response = owner.patch(address(workout_set), {"reps": 9, "exercise": "lunge", "weight_kg": 42.5}, format="json")
    assert response.status_code == 200
    shown = body(owner.get(address(workout_set)))
    assert (shown["reps"], shown["exercise"], shown["exercise_name"], shown["weight_kg"]) == (9, "lunge", "Lunge", 42.5)
    assert shown["provenance"]["reps"] == {"source": "user", "model": "", "confidence": None, "locked": True}
    assert body(owner.get(HOME))["results"][0]["reps"] == 9


def test_names_are_in_the_language_that_is_asked_for(owner: APIClient, workout_set: WorkoutSet) -> None:
    shown = body(owner.get(address(workout_set), headers={"Accept-Language": "ko"}))
    assert shown["exercise_name"] == "스쿼트"


def test_an_app_without_wishes_gets_the_person_s_language(
    owner: APIClient, user: User, workout_set: WorkoutSet
) -> None:
    user.language = "ko"
    user.save()
    assert body(owner.get(address(workout_set)))["exercise_name"] == "스쿼트"


def test_a_correction_may_clear_a_value_and_move_the_day(owner: APIClient, workout_set: WorkoutSet) -> None:
    shown = body(owner.patch(address(workout_set), {"reps": None, "date": "2026-11-18"}, format="json"))
    assert (shown["reps"], shown["date"]) == (None, "2026-11-18")


def test_the_source_of_the_day_has_the_name_of_the_field(owner: APIClient, workout_set: WorkoutSet) -> None:
    shown = body(owner.patch(f"/api/v1/sets/{workout_set.pk}/", {"date": "2026-11-01"}, format="json"))
    assert shown["provenance"]["date"] == {"source": "user", "model": "", "confidence": None, "locked": True}
    assert set(shown["provenance"]) <= set(shown)


def test_a_set_without_a_clip(owner: APIClient, squat: Exercise) -> None:
    values = {"date": "2026-11-20", "exercise": "squat", "reps": 8, "weight_kg": 60, "rpe": 7.5, "note": "가볍게"}
    response = owner.post(HOME, values, format="json")
    assert response.status_code == 201
    shown = body(owner.get(response.headers["Location"]))
    assert {name: shown[name] for name in values} == values
    assert shown["clip"] is None


def test_a_set_that_is_sent_again_is_not_added_twice(owner: APIClient) -> None:
    values = {"id": "0b7a4f5e-2f38-4c1e-9a52-6f2f4d0f7a11", "date": "2026-11-20", "reps": 8}
    first = owner.post(HOME, values, format="json")
    assert (first.status_code, body(first)["id"]) == (201, values["id"])
    owner.patch(first.headers["Location"], {"reps": 9}, format="json")
    again = owner.post(HOME, values, format="json")
    assert (again.status_code, body(again)["reps"], again.headers["Location"]) == (200, 9, first.headers["Location"])
    assert WorkoutSet.objects.count() == 1


def test_a_set_that_is_sent_twice_at_once_is_not_added_twice(
    owner: APIClient, monkeypatch: pytest.MonkeyPatch, workout_set: WorkoutSet
) -> None:
    """The other request adds it after this one has looked whether it is there."""
    look, looks = sets._find_known, iter([None])
    monkeypatch.setattr(sets, "_find_known", lambda user, id: next(looks, look(user, id)))
    values = {"id": str(workout_set.pk), "date": "2026-11-20", "reps": 8}
    answer = owner.post(HOME, values, format="json")
    assert (answer.status_code, body(answer)["reps"], WorkoutSet.objects.count()) == (200, 10, 1)


@pytest.mark.parametrize("id", ["taken", "mine", "", None])
def test_ids_that_cannot_be_used(other: APIClient, workout_set: WorkoutSet, id: Any) -> None:
    values = {"id": str(workout_set.pk) if id == "taken" else id, "date": "2026-11-20", "reps": 8}
    answer = other.post(HOME, values, format="json")
    assert answer.status_code == 400
    assert [error["field"] for error in body(answer)["errors"]] == ["id"]
    assert "10" not in body(answer)["detail"]
    assert WorkoutSet.objects.get() == workout_set


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"reps": -1}, "reps"), ({"reps": 1e9}, "reps"), ({"reps": "many"}, "reps"), ({"rpe": 7.3}, "rpe"),
        ({"rpe": 11}, "rpe"), ({"weight_kg": -1}, "weight_kg"), ({"weight_kg": 1e9}, "weight_kg"),
        ({"weight_kg": -0.001}, "weight_kg"), ({"weight_kg": 9999.999}, "weight_kg"),
        ({"weight_kg": 1e300}, "weight_kg"),
        ({"duration_s": -1}, "duration_s"), ({"start_s": 20, "end_s": 10}, "end_s"), ({"start_s": 20}, "end_s"),
        ({"exercise": "no_such_thing"}, "exercise"), ({"date": "2026-02-30"}, "date"), ({"note": "a\x00b"}, "note"),
        ({"date": "0026-11-20"}, "date"), ({"date": "2999-01-01"}, "date"),
    ],
)  # fmt: skip
def test_values_that_cannot_be(owner: APIClient, workout_set: WorkoutSet, values: dict[str, Any], field: str) -> None:
    response = owner.patch(address(workout_set), values, format="json")
    assert response.status_code == 400
    problem = body(response)
    assert problem["code"] == "invalid_input"
    assert [error["field"] for error in problem["errors"]] == [field]
    workout_set.refresh_from_db()
    assert workout_set.reps == 10


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"end_s": 12.6}, "end_s"),
        ({"start_s": 12.6, "end_s": 13.0}, "start_s"),
        ({"start_s": 5.0, "end_s": 900}, "end_s"),
    ],
)
def test_moments_after_the_film(
    owner: APIClient, workout_set: WorkoutSet, clip: Clip, values: dict[str, Any], field: str
) -> None:
    new = {"date": "2026-11-20", "clip": str(clip.pk), **values}
    for response in (owner.patch(address(workout_set), values, format="json"), owner.post(HOME, new, format="json")):
        assert response.status_code == 400
        [error] = body(response)["errors"]
        assert (error["field"], error["code"]) == (field, "after_the_film")
        assert "it is 12 s long" in error["detail"]
    assert WorkoutSet.objects.get().end_s == 11.0


def test_moments_up_to_the_end_of_the_film(owner: APIClient, workout_set: WorkoutSet, clip: Clip) -> None:
    """A player may stand a little behind the last frame; how long the film is may not be known yet."""
    assert owner.patch(address(workout_set), {"end_s": 12.4}, format="json").status_code == 200
    Clip.objects.update(duration_s=None)
    assert owner.patch(address(workout_set), {"end_s": 900}, format="json").status_code == 200
    Clip.objects.update(duration_s=12.0)
    assert owner.patch(address(workout_set), {"reps": 3}, format="json").status_code == 200  # what stands there stays


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(61.23496995, 61.23), ("61.235", 61.24), (60.00000000000001, 60.0), (0.001, 0.0), (9999.99, 9999.99)],
)
def test_a_weight_is_rounded_to_what_is_kept(owner: APIClient, workout_set: WorkoutSet, sent: Any, kept: float) -> None:
    """An app that reads pounds sends what they are in kilograms."""
    answer = owner.patch(address(workout_set), {"weight_kg": sent}, format="json")
    assert (answer.status_code, body(answer).get("weight_kg")) == (200, kept)


def test_a_value_of_another_name_is_refused_and_one_that_a_set_has_may_come_back(
    owner: APIClient, workout_set: WorkoutSet
) -> None:
    refused = owner.patch(address(workout_set), {"rep": 4, "note": "x"}, format="json")
    assert refused.status_code == 400
    [error] = body(refused)["errors"]
    assert (error["field"], error["code"]) == ("rep", "unknown_field")
    assert "rep" in error["detail"]
    workout_set.refresh_from_db()
    assert workout_set.note != "x"
    whole = body(owner.get(address(workout_set)))
    kept = {name: whole[name] for name in ("id", "reps", "candidates", "provenance", "thumbnail", "updated_at")}
    assert owner.patch(address(workout_set), kept, format="json").status_code == 200


def test_errors_speak_korean(owner: APIClient, workout_set: WorkoutSet) -> None:
    headers = {"Accept-Language": "ko"}
    problem = body(owner.patch(address(workout_set), {"exercise": "nope"}, format="json", headers=headers))
    assert "올바르지" in problem["title"]
    assert "운동이 없어요" in problem["errors"][0]["detail"]


def test_a_new_row_is_on_a_day_of_the_calendar(owner: APIClient) -> None:
    early = {"date": "0001-01-01", "reps": 5, "note": "x"}
    for address in (HOME, "/api/v1/workouts/"):
        [error] = body(owner.post(address, early, format="json"))["errors"]
        assert (error["field"], error["code"]) == ("date", "day_out_of_range")
    assert not Workout.objects.exists()


def test_another_person_s_exercise_and_clip_do_not_exist(owner: APIClient, stranger: User) -> None:
    theirs = exercises.create_exercise(user=stranger, name_en="Secret")
    clip = make_clip(stranger, 7)
    for values in ({"exercise": theirs.slug}, {"exercise": str(theirs.pk)}, {"clip": str(clip.pk)}):
        assert owner.post(HOME, {"date": "2026-11-20", **values}, format="json").status_code == 400


def test_a_proposal_is_accepted_or_dismissed(owner: APIClient, workout_set: WorkoutSet) -> None:
    proposal = {"reps": {"value": 11, "model": "reps@2", "confidence": 0.9}}
    WorkoutSet.objects.update(proposal=proposal)
    assert body(owner.get(address(workout_set)))["proposal"] == proposal
    shown = body(owner.post(f"{address(workout_set)}proposal/", {"only": ["reps"]}, format="json"))
    assert (shown["reps"], shown["proposal"], shown["provenance"]["reps"]["locked"]) == (11, {}, True)
    again = owner.post(f"{address(workout_set)}proposal/", {}, format="json")
    assert (again.status_code, body(again)["code"]) == (409, "nothing_proposed")
    WorkoutSet.objects.update(proposal=proposal)
    assert body(owner.delete(f"{address(workout_set)}proposal/"))["proposal"] == {}


def test_earlier_values_are_taken_back_or_forgotten(owner: APIClient, workout_set: WorkoutSet) -> None:
    earlier = {name: {"value": 8, "model": "reps@1", "confidence": 0.9} for name in ("reps", "duration_s")}
    WorkoutSet.objects.update(earlier=earlier)
    assert body(owner.get(address(workout_set)))["earlier"] == earlier
    shown = body(owner.post(f"{address(workout_set)}earlier/", {"only": ["reps"]}, format="json"))
    assert (shown["reps"], list(shown["earlier"]), shown["provenance"]["reps"]["locked"]) == (8, ["duration_s"], True)
    assert body(owner.delete(f"{address(workout_set)}earlier/"))["earlier"] == {}
    again = owner.post(f"{address(workout_set)}earlier/", {}, format="json")
    assert (again.status_code, body(again)["code"]) == (409, "nothing_proposed")


@pytest.mark.parametrize("offer", ["proposal", "earlier"])
def test_an_empty_choice_takes_nothing(owner: APIClient, workout_set: WorkoutSet, offer: str) -> None:
    values = {"reps": {"value": 11, "model": "reps@2", "confidence": 0.9}}
    WorkoutSet.objects.update(**{offer: values})
    answer = owner.post(f"{address(workout_set)}{offer}/", {"only": []}, format="json")
    assert (answer.status_code, body(answer)["code"]) == (409, "nothing_proposed")
    shown = body(owner.get(address(workout_set)))
    assert (shown["reps"], shown[offer]) == (10, values)


def test_malformed_json(owner: APIClient, workout_set: WorkoutSet) -> None:
    response = owner.patch(address(workout_set), b'{"reps": NaN', content_type="application/json")
    assert (response.status_code, body(response)["code"]) == (400, "unreadable_body")
    response = owner.patch(address(workout_set), b"reps=3", content_type="text/plain")
    assert (response.status_code, body(response)["code"]) == (415, "unsupported_media_type")


def test_the_note_of_a_day(owner: APIClient, workout_set: WorkoutSet) -> None:
    home = f"/api/v1/workouts/{workout_set.workout_id}/"
    assert body(owner.patch(home, {"note": "good"}, format="json"))["note"] == "good"
    assert body(owner.get("/api/v1/days/2026-11-20/"))["workout"]["sets"][0]["id"] == str(workout_set.pk)
    made = owner.post("/api/v1/workouts/", {"date": "2026-11-02", "note": "rest"}, format="json")
    assert (made.status_code, body(made)["sets"]) == (201, [])
    emptied = owner.patch(f"/api/v1/workouts/{body(made)['id']}/", {"note": ""}, format="json")
    assert emptied.status_code == 204
    assert body(owner.get("/api/v1/days/2026-11-02/"))["workout"] is None


def test_own_exercises(owner: APIClient, workout_set: WorkoutSet) -> None:
    made = owner.post("/api/v1/exercises/", {"name_ko": "밧줄 오르기", "kind": "hold"}, format="json")
    assert made.status_code == 201
    slug = body(made)["slug"]
    assert (body(made)["name"], body(made)["own"], body(made)["kind"]) == ("밧줄 오르기", True, "hold")
    double = owner.post("/api/v1/exercises/", {"name_ko": "밧줄 오르기"}, format="json")
    assert (double.status_code, body(double)["code"]) == (409, "exercise_exists")
    assert owner.post("/api/v1/exercises/", {}, format="json").status_code == 400
    owner.patch(address(workout_set), {"exercise": slug}, format="json")
    assert body(owner.delete(f"/api/v1/exercises/{slug}/"))["code"] == "exercise_in_use"
    figures = body(owner.get(f"/api/v1/exercises/{slug}/progress/"))
    assert [(day["date"], day["sets"], day["reps"]) for day in figures] == [("2026-11-20", 1, 10)]


def test_clips_tell_their_sets(owner: APIClient, workout_set: WorkoutSet, clip: Clip) -> None:
    shown = body(owner.get(f"/api/v1/clips/{clip.pk}/"))
    assert [row["id"] for row in shown["sets"]] == [str(workout_set.pk)]
