"""Each address for its owner, for another person and for nobody."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import DeviceToken, User
from diary.models import Analysis, Clip, Exercise, Upload, WorkoutSet
from diary.services import exercises, uploads
from tests.diary.api.conftest import body

LISTS = ["clips", "analyses", "sets", "workouts", "exercises", "tokens", "calendar", "me", "days/2026-11-20"]
ROWS = [  # address with one id, method, what the owner gets
    ("/api/v1/clips/{clip}/", "get", 200),
    ("/api/v1/clips/{clip}/", "patch", 200),
    ("/api/v1/clips/{clip}/", "delete", 204),
    ("/api/v1/clips/{clip}/analyses/", "get", 200),
    ("/api/v1/clips/{clip}/analyses/", "post", 202),
    ("/api/v1/clips/{clip}/keypoints/", "get", 200),
    ("/api/v1/analyses/{analysis}/", "get", 200),
    ("/api/v1/analyses/{active}/", "delete", 200),
    ("/api/v1/analyses/{analysis}/events", "get", 200),
    ("/api/v1/sets/{set}/", "get", 200),
    ("/api/v1/sets/{set}/", "patch", 200),
    ("/api/v1/sets/{set}/", "delete", 204),
    ("/api/v1/sets/{proposed}/proposal/", "post", 200),
    ("/api/v1/sets/{set}/proposal/", "delete", 200),
    ("/api/v1/sets/{proposed}/earlier/", "post", 200),
    ("/api/v1/sets/{set}/earlier/", "delete", 200),
    ("/api/v1/workouts/{workout}/", "get", 200),
    ("/api/v1/workouts/{workout}/", "patch", 200),
    ("/api/v1/workouts/{workout}/", "delete", 204),
    ("/api/v1/exercises/{own}/", "get", 200),
    ("/api/v1/exercises/{own}/", "patch", 200),
    ("/api/v1/exercises/{own}/", "delete", 204),
    ("/api/v1/tokens/{token}/", "delete", 204),
    ("/api/v1/uploads/{upload}/", "get", 200),
    ("/api/v1/uploads/{upload}/", "head", 200),
    ("/api/v1/uploads/{upload}/", "delete", 204),
    ("/media/clips/{clip}/rendition", "get", 200),
    ("/media/clips/{clip}/poster", "get", 200),
    ("/media/sets/{set}/thumbnail", "get", 200),
]
SENT = {("clips", "patch"): {"date": "2026-11-19"}, ("sets", "patch"): {"reps": 9}}


@pytest.fixture
def ids(user: User, clip: Clip, analysis: Analysis, workout_set: WorkoutSet, squat: Exercise) -> dict[str, Any]:
    """One row of each kind, all of the owner."""
    upload = uploads.create_upload(user=user, length=100)
    workout_set.proposal = {"reps": {"value": 11, "model": "reps@2", "confidence": 0.9}}
    workout_set.earlier = workout_set.proposal
    workout_set.save()
    own = exercises.create_exercise(user=user, name_en="Rope climb")
    token = DeviceToken.objects.create(user=user, name="old phone", token_hash="0" * 64, prefix="dgk_")
    return {
        "clip": clip.pk, "analysis": analysis.pk, "set": workout_set.pk, "proposed": workout_set.pk, "own": own.slug,
        "workout": workout_set.workout_id, "token": token.pk, "upload": upload.pk, "active": analysis.pk,
    }  # fmt: skip


def ask(client: APIClient, method: str, address: str) -> Any:
    sent = SENT.get((address.split("/")[3], method)) if address.startswith("/api") else None
    headers = {"Tus-Resumable": "1.0.0"} if "uploads" in address else {}
    return getattr(client, method)(address, sent, format="json", headers=headers)


@pytest.mark.parametrize(("pattern", "method", "expected"), ROWS)
def test_a_row_is_there_for_its_owner_only(
    ids: dict[str, Any], owner: APIClient, other: APIClient, nobody: APIClient, pattern: str, method: str, expected: int
) -> None:
    if "{active}" in pattern:
        Analysis.objects.filter(pk=ids["active"]).update(status="queued")
    address = pattern.format(**ids)
    refused = ask(nobody, method, address)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert ask(other, method, address).status_code == 404
    assert ask(owner, method, address).status_code == expected


@pytest.mark.parametrize("address", sorted({row[0] for row in ROWS}))
def test_an_id_that_nobody_has_is_not_found(owner: APIClient, address: str) -> None:
    names = ["clip", "analysis", "active", "set", "proposed", "workout", "own", "token", "upload"]
    method = "delete" if "{token}" in address else "get"
    method = "post" if address.endswith(("/proposal/", "/earlier/")) else method
    response = ask(owner, method, address.format(**dict.fromkeys(names, uuid.uuid4())))
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_for_people_who_are_signed_in(
    ids: dict[str, Any], owner: APIClient, other: APIClient, nobody: APIClient, name: str
) -> None:
    address = f"/api/v1/{name}/"
    assert nobody.get(address).status_code == 401
    assert owner.get(address).status_code == 200
    seen = other.get(address).content.decode()
    assert not any(str(id) in seen for id in ids.values())


@pytest.mark.parametrize("address", ["/api/v1/clips/", "/api/v1/sets/", "/api/v1/uploads/", "/api/v1/tokens/"])
def test_nobody_writes(nobody: APIClient, address: str) -> None:
    response = nobody.post(address, {}, format="json", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "5"})
    assert response.status_code == 401
    assert not Upload.objects.exists()


def test_the_catalogue_cannot_be_changed(owner: APIClient, squat: Exercise) -> None:
    response = owner.patch("/api/v1/exercises/squat/", {"name_en": "Mine"}, format="json")
    assert (response.status_code, body(response)["code"]) == (403, "exercise_not_yours")
