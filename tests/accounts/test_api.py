"""The person and their devices over REST."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import DeviceToken, User
from accounts.services import create_token
from diary.models import Exercise
from diary.selectors.examples import count_examples
from tests.factories import PASSWORD, make_set

ME, TOKENS, END = "/api/v1/me/", "/api/v1/tokens/", "/api/v1/me/deletion/"


@pytest.fixture
def signed_in(user: User) -> APIClient:
    """A browser with a session."""
    client = APIClient()
    client.force_login(user)
    return client


@pytest.fixture
def device(user: User) -> APIClient:
    """An app with a token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {create_token(user=user, name='phone')[1]}")
    return client


def post(address: str, values: Any, **headers: str) -> Any:
    return APIClient().post(address, values, format="json", headers=headers)


def test_from_sign_up_to_a_token_over_the_api_alone(db: None) -> None:
    new = {"email": "app@example.com", "password": "long enough 42", "time_zone": "Asia/Seoul"}
    signup = post("/_allauth/app/v1/auth/signup", new)
    session = json.loads(signup.content)["meta"]["session_token"]
    made = post(TOKENS, {"name": "My phone"}, **{"X-Session-Token": session})
    assert made.status_code == 201
    token = made.json()["token"]
    assert token.startswith(made.json()["prefix"])
    assert token not in DeviceToken.objects.get().token_hash
    app = APIClient()
    app.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert (app.get(ME).json()["email"], app.get(ME).json()["time_zone"]) == ("app@example.com", "Asia/Seoul")
    assert app.get(TOKENS).json()["results"][0]["last_used_at"] is not None
    assert "token" not in app.get(TOKENS).json()["results"][0]
    assert app.delete(f"{TOKENS}{made.json()['id']}/").status_code == 204
    assert app.get(ME).status_code == 401


def test_a_session_token_of_nobody(db: None) -> None:
    assert APIClient().get(ME, headers={"X-Session-Token": "nonsense"}).status_code == 401


def test_preferences(device: APIClient, user: User) -> None:
    shown = device.patch(ME, {"language": "ko", "weight_unit": "lb", "email": "x@example.com"}, format="json").json()
    assert (shown["language"], shown["weight_unit"], shown["email"]) == ("ko", "lb", "owner@example.com")
    assert shown["storage"]["quota_bytes"] == user.storage_quota_bytes
    refused = device.patch(ME, {"time_zone": "Mars/Olympus"}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "time_zone")


def test_an_app_forgets_what_its_owner_taught(device: APIClient, user: User, stranger: User, squat: Exercise) -> None:
    for person in (user, stranger):
        make_set(person, date(2026, 3, 14), squat, is_example=True)
    assert device.get(ME).json()["examples"] == 1
    assert device.delete(f"{ME}examples/").status_code == 204
    assert device.get(ME).json()["examples"] == 0
    assert count_examples(stranger) == 1
    assert APIClient().delete(f"{ME}examples/").status_code == 401
    assert device.get(f"{ME}examples/").status_code == 405


@pytest.mark.parametrize("by_page", [True, False])
def test_preferences_leave_alone_what_is_written_meanwhile(
    device: APIClient, user: User, monkeypatch: pytest.MonkeyPatch, by_page: bool
) -> None:
    browser, save = Client(), User.save
    browser.force_login(user)

    def save_late(person: User, **options: Any) -> None:
        User.objects.update(portrait="people/new.jpg", password="of another hash")
        save(person, **options)

    monkeypatch.setattr(User, "save", save_late)
    values = {"language": "ko", "weight_unit": "lb", "time_zone": "Asia/Seoul"}
    if by_page:
        assert browser.post("/profile/", values).status_code == 302
    else:
        assert device.patch(ME, values, format="json").status_code == 200
    user.refresh_from_db()
    assert (user.language, user.portrait.name, user.password) == ("ko", "people/new.jpg", "of another hash")


def test_a_session_needs_the_csrf_token_to_write(user: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)
    response = client.patch(ME, {"language": "ko"}, format="json")
    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")


def test_a_device_makes_no_further_keys_and_ends_no_account(device: APIClient) -> None:
    assert device.post(TOKENS, {"name": "another"}, format="json").status_code == 403
    assert device.post(END, {"password": PASSWORD}, format="json").status_code == 403


def test_tokens_have_names(signed_in: APIClient) -> None:
    assert signed_in.post(TOKENS, {"name": ""}, format="json").status_code == 400


def test_people_who_were_shut_out(device: APIClient, user: User) -> None:
    user.is_active = False
    user.save()
    assert device.get(ME).status_code == 401


def test_the_end_of_an_account(signed_in: APIClient, user: User) -> None:
    wrong = signed_in.post(END, {"password": "wrong"}, format="json")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "password")
    assert signed_in.post(END, {"password": PASSWORD}, format="json").status_code == 204
    assert not User.objects.filter(pk=user.pk).exists()
    assert signed_in.get(ME).status_code == 401


def test_nobody_ends_an_account(db: None) -> None:
    assert post(END, {"password": PASSWORD}).status_code == 401
