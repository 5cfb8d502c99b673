from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from PIL import Image

from accounts.forms import PictureField
from accounts.models import DeviceToken, User
from accounts.services import create_token, delete_account, note_portrait, use_token
from diary.models import Clip, Exercise, WorkoutSet
from tests.accounts.pictures import BAD_PICTURES, make_picture
from tests.diary.pages import check_door, sign_in
from tests.factories import PASSWORD, make_clip, make_set

pytestmark = pytest.mark.django_db
SETTINGS = {"language": "ko", "time_zone": "Asia/Seoul", "weight_unit": "lb"}


@pytest.mark.parametrize("path", ["/profile/", "/profile/delete/"])
def test_nobody_has_a_profile(client: Client, path: str) -> None:
    assert client.get(path).url.startswith("/accounts/login/")
    assert client.post(path).url.startswith("/accounts/login/")


def test_settings_are_saved_and_spoken_at_once(user: User) -> None:
    client = sign_in(user)
    page = client.post("/profile/", SETTINGS, follow=True).content.decode()
    user.refresh_from_db()
    assert (user.language, user.weight_unit) == ("ko", "lb")
    assert "설정을 저장했어요." in page


@pytest.mark.parametrize("wrong", [{"language": "xx"}, {"time_zone": "Mars/Olympus"}, {"weight_unit": "stone"}])
def test_what_is_no_setting_answers_422(user: User, wrong: dict[str, str]) -> None:
    answer = sign_in(user).post("/profile/", SETTINGS | wrong)
    user.refresh_from_db()
    assert answer.status_code == 422
    assert (user.language, user.weight_unit) == ("en", "kg")


def test_a_token_is_shown_once_and_opens_the_api(user: User) -> None:
    client = sign_in(user)
    page = client.post("/profile/devices/", {"name": "Watch"}).content.decode()
    shown = re.search(r"dgk_[\w-]+", page)
    assert shown
    row = use_token(token=shown[0])
    assert row is not None and (row.user, row.name) == (user, "Watch")
    profile = client.get("/profile/").content.decode()
    assert "Watch" in profile and shown[0] not in profile
    assert client.post("/profile/devices/", {"name": ""}).status_code == 422


def test_a_device_is_shut_out_by_its_owner_only(user: User, stranger: User) -> None:
    row, token = create_token(user=user, name="Watch")
    check_door("post", f"/profile/devices/{row.pk}/end/", stranger)
    assert use_token(token=token)
    sign_in(user).post(f"/profile/devices/{row.pk}/end/")
    assert use_token(token=token) is None
    assert DeviceToken.objects.get().revoked_at is not None


def test_the_account_ends_with_the_right_password_only(user: User, stranger: User) -> None:
    make_clip(user)
    make_clip(stranger)
    client = sign_in(user)
    assert client.post("/profile/delete/", {"password": "guess"}).status_code == 422
    assert User.objects.filter(pk=user.pk).exists()
    answer = client.post("/profile/delete/", {"password": PASSWORD})
    assert answer.url == "/"
    assert list(User.objects.all()) == [stranger]
    assert Clip.objects.get().user == stranger
    assert client.get("/profile/").status_code == 302


def test_the_language_switch_works_for_visitors_and_is_remembered_for_people(user: User) -> None:
    visitor = Client()
    visitor.post("/language/", {"language": "ko", "next": "/accounts/login/"})
    assert "다음 세트" in visitor.get("/accounts/login/").content.decode()
    sign_in(user).post("/language/", {"language": "ko"})
    user.refresh_from_db()
    assert user.language == "ko"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_language_switch_leads_nowhere_else(client: Client, target: str) -> None:
    assert client.post("/language/", {"language": "ko", "next": target}).url == "/"


def test_a_picture_is_kept_small_and_without_metadata(user: User, stranger: User) -> None:
    client = sign_in(user)
    assert client.get("/profile/portrait.jpg").status_code == 404
    assert client.post("/profile/portrait/", {"picture": make_picture()}).status_code == 302
    shown = b"".join(client.get("/profile/portrait.jpg").streaming_content)
    kept = Image.open(io.BytesIO(shown))
    assert kept.size == (640, 427)
    assert not kept.getexif() and b"Secret" not in shown
    assert sign_in(stranger).get("/profile/portrait.jpg").status_code == 404
    assert Client().get("/profile/portrait.jpg").status_code == 302
    client.post("/profile/portrait/", {"remove": "1"})
    assert client.get("/profile/portrait.jpg").status_code == 404


def test_after_a_picture_is_saved_the_page_tells_what_becomes_of_clips_that_are_there(user: User) -> None:
    answer = sign_in(user).post("/profile/portrait/", {"picture": make_picture()}, follow=True)
    assert "open it, tap the pencil at its top and then “Analyse again”" in answer.content.decode()


def test_a_picture_that_shows_nobody_is_told_where_it_is_seen(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[int] = []
    monkeypatch.setattr("workers.queue.wake_for_portrait", woken.append)
    client = sign_in(user)
    client.post("/profile/portrait/", {"picture": make_picture()})
    assert woken == [user.pk]
    assert "data-ask" in client.get("/profile/").content.decode()  # a worker looks at it meanwhile
    user.refresh_from_db()
    for shows_person in (False, True):
        note_portrait(user=user, name=user.portrait.name, shows_person=shows_person)
        page = client.get("/profile/").content.decode()
        assert ("Nobody is seen in this picture" in page, "data-ask" in page) == (not shows_person, False)
    client.post("/profile/portrait/", {"remove": "1"})
    assert woken == [user.pk]


@pytest.mark.parametrize("name", BAD_PICTURES)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_is_no_picture_is_refused_where_it_is_seen(user: User, name: str, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)
    content, code = BAD_PICTURES[name]
    answer = sign_in(user).post("/profile/portrait/", {"picture": SimpleUploadedFile("me.jpg", content)})
    user.refresh_from_db()
    assert (answer.status_code, bool(user.portrait)) == (422, False)
    with translation.override(language):
        sentence = str(PictureField.default_error_messages[code])
    page = answer.content.decode()
    assert page.count(sentence) == 2  # on top of the page and at the field, where the page opens
    assert re.search(r'<input type="file"[^>]* autofocus', page)
    assert any("가" <= letter <= "힣" for letter in sentence) is (language == "ko")


def test_what_somebody_taught_is_forgotten_when_they_say_so(user: User, stranger: User, squat: Exercise) -> None:
    rows = [make_set(person, date(2026, 3, 14), squat, is_example=True) for person in (user, user, stranger)]
    client = sign_in(user)
    assert "2 sets whose exercise you named help" in client.get("/profile/").content.decode()
    assert Client().post("/profile/examples/forget/").url.startswith("/accounts/login/")
    assert client.get("/profile/examples/forget/").status_code == 405
    page = client.post("/profile/examples/forget/", follow=True).content.decode()
    assert "What you taught is forgotten." in page and 'id="examples"' not in page
    assert [WorkoutSet.objects.get(pk=row.pk).is_example for row in rows] == [False, False, True]
    assert WorkoutSet.objects.filter(exercise=squat).count() == 3


@pytest.mark.parametrize("path", ["/profile/portrait/", "/profile/devices/"])
def test_an_answer_that_is_loaded_again_leads_to_the_profile(user: User, path: str) -> None:
    assert sign_in(user).get(path).url == "/profile/"
    assert Client().get(path).url.startswith("/accounts/login/")


def test_a_device_without_a_name_is_pointed_out(user: User) -> None:
    page = sign_in(user).post("/profile/devices/", {"name": ""}).content.decode()
    assert re.search(r'<input type="text" name="name"[^>]* autofocus', page)
    assert "autofocus" not in sign_in(user).get("/profile/").content.decode()


def test_an_account_that_ended_while_its_picture_was_shrunk(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    real = PictureField.shrink

    def end_meanwhile(self: PictureField, upload: Any) -> Any:
        delete_account(user=User.objects.get())
        return real(self, upload)

    monkeypatch.setattr(PictureField, "shrink", end_meanwhile)
    answer = sign_in(user).post("/profile/portrait/", {"picture": make_picture()}, follow=True)
    assert answer.redirect_chain == [("/profile/", 302), ("/accounts/login/?next=/profile/", 302)]
