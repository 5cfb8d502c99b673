"""The picture of a person over REST."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from accounts.forms import PictureField
from accounts.models import User
from accounts.services import create_token, delete_account, note_portrait
from tests.accounts.pictures import BAD_PICTURES, make_picture
from workers import queue

pytestmark = pytest.mark.django_db
ME, PORTRAIT = "/api/v1/me/", "/api/v1/me/portrait/"
PROBLEM = "application/problem+json"


def let_in(user: User) -> APIClient:
    """An app with a token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {create_token(user=user, name='phone')[1]}")
    return client


def send(client: APIClient, picture: Any, **headers: str) -> Any:
    return client.put(PORTRAIT, {"picture": picture}, format="multipart", headers=headers)


@pytest.fixture
def device(user: User) -> APIClient:
    """The owner's."""
    return let_in(user)


def test_a_picture_is_kept_shown_and_deleted(device: APIClient) -> None:
    assert device.get(ME).json()["has_portrait"] is False
    assert device.get(PORTRAIT).status_code == 404
    answer = send(device, make_picture())
    assert (answer.status_code, answer.json()["has_portrait"]) == (200, True)
    shown = device.get(PORTRAIT)
    content = b"".join(shown.streaming_content)
    assert (shown.headers["Content-Type"], shown.headers["Cache-Control"]) == ("image/jpeg", "private, no-cache")
    assert Image.open(io.BytesIO(content)).size == (640, 427) and b"Secret" not in content
    assert [device.delete(PORTRAIT).status_code for _ in range(2)] == [204, 204]
    assert device.get(ME).json()["has_portrait"] is False
    assert device.get(PORTRAIT).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_whether_somebody_is_seen_is_told_later(device: APIClient, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(queue, "_send", lambda task, id: sent.append(f"{task} {id}"))
    assert send(device, make_picture()).json()["portrait_shows_person"] is None
    assert sent == [f"workers.look_at_portrait {user.pk}"]
    user.refresh_from_db()
    note_portrait(user=user, name=user.portrait.name, shows_person=False)
    assert device.get(ME).json()["portrait_shows_person"] is False
    device.patch(ME, {"portrait_shows_person": True}, format="json")
    assert device.get(ME).json()["portrait_shows_person"] is False
    device.delete(PORTRAIT)
    assert (device.get(ME).json()["portrait_shows_person"], len(sent)) == (None, 1)


@pytest.mark.django_db(transaction=True)
def test_a_new_picture_takes_the_place_of_the_old_one(device: APIClient, settings: LazySettings) -> None:
    send(device, make_picture())
    first = device.get(PORTRAIT).headers["ETag"]
    assert device.get(PORTRAIT, headers={"If-None-Match": first}).status_code == 304
    send(device, make_picture((300, 300)))
    assert device.get(PORTRAIT, headers={"If-None-Match": first}).status_code == 200
    assert len(list(Path(settings.MEDIA_ROOT).rglob("portrait-*"))) == 1


def test_everybody_has_their_own(device: APIClient, stranger: User) -> None:
    other = let_in(stranger)
    send(device, make_picture())
    assert other.get(PORTRAIT).status_code == 404
    assert other.get(ME).json()["has_portrait"] is False
    assert other.delete(PORTRAIT).status_code == 204
    assert device.get(PORTRAIT).status_code == 200


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_nobody_has_none(method: str) -> None:
    answer = getattr(APIClient(), method)(PORTRAIT)
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, PROBLEM)


@pytest.mark.parametrize("name", BAD_PICTURES)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_bad_picture_is_a_problem_with_its_field(device: APIClient, user: User, name: str, language: str) -> None:
    content, code = BAD_PICTURES[name]
    answer = send(device, SimpleUploadedFile("me.jpg", content), **{"Accept-Language": language})
    (error,) = answer.json()["errors"]
    user.refresh_from_db()
    assert (answer.status_code, answer.headers["Content-Type"], bool(user.portrait)) == (400, PROBLEM, False)
    assert (answer.json()["code"], error["field"], error["code"]) == ("invalid_input", "picture", code)
    assert any("가" <= letter <= "힣" for letter in error["detail"]) is (language == "ko")


def test_a_refused_picture_leaves_the_old_one(device: APIClient) -> None:
    send(device, make_picture())
    send(device, make_picture((1, 1)))
    assert device.get(PORTRAIT).status_code == 200


def test_what_is_not_sent_as_a_form(device: APIClient) -> None:
    answers = [device.put(PORTRAIT, {"picture": "x"}, format=kind) for kind in ("json", "multipart")]
    assert [answer.status_code for answer in answers] == [415, 400]
    assert device.put(PORTRAIT, {}, format="multipart").json()["errors"][0]["code"] == "required"


@pytest.mark.parametrize("accept", ["image/jpeg", "image/*", "application/json", "*/*"])
def test_a_picture_comes_whatever_kind_is_asked_for(device: APIClient, accept: str) -> None:
    missing = device.get(PORTRAIT, headers={"Accept": accept})
    assert (missing.status_code, missing.headers["Content-Type"]) == (404, PROBLEM)
    send(device, make_picture())
    assert device.get(PORTRAIT, headers={"Accept": accept}).headers["Content-Type"] == "image/jpeg"


def test_pictures_are_counted_and_looking_at_them_is_not(device: APIClient) -> None:
    codes = [send(device, make_picture((80, 80))).status_code for _ in range(21)]
    assert codes == [200] * 20 + [429]
    assert (device.get(PORTRAIT).status_code, device.delete(PORTRAIT).status_code) == (200, 204)


def test_an_account_that_ended_while_its_picture_was_shrunk(device: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    real = PictureField.shrink

    def end_meanwhile(self: PictureField, upload: Any) -> Any:
        delete_account(user=User.objects.get())
        return real(self, upload)

    monkeypatch.setattr(PictureField, "shrink", end_meanwhile)
    answer = send(device, make_picture())
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, PROBLEM)
