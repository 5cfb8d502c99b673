"""Sign up, log in and out, change the address, get a new password: through the pages and through the app's API."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
NEW = {"email": "new@example.com", "password1": PASSWORD}


def test_sign_up_keeps_the_browser_s_time_zone_and_language(client: Client) -> None:
    form = {**NEW, "time_zone": "Asia/Seoul"}
    answer = client.post("/accounts/signup/", form, headers={"accept-language": "ko"})
    person = User.objects.get()
    assert (answer.status_code, answer.url) == (302, "/")
    assert (person.email, person.time_zone, person.language) == ("new@example.com", "Asia/Seoul", "ko")
    assert client.session["_auth_user_id"] == str(person.pk)


def test_nonsense_time_zone_does_not_stop_sign_up(client: Client, settings: LazySettings) -> None:
    client.post("/accounts/signup/", {**NEW, "time_zone": "../../etc"})
    assert User.objects.get().time_zone == settings.TIME_ZONE


def test_closed_site_takes_nobody(client: Client, settings: LazySettings) -> None:
    settings.SIGNUP_OPEN = False
    client.post("/accounts/signup/", NEW)
    assert not User.objects.exists()


def test_log_in_and_out(client: Client) -> None:
    make_user("me@example.com")
    assert client.post("/accounts/login/", {"login": "ME@example.com", "password": "wrong"}).status_code == 200
    answer = client.post("/accounts/login/", {"login": "ME@example.com", "password": PASSWORD})
    assert answer.status_code == 302 and "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_forgotten_password_is_replaced_by_mail(client: Client) -> None:
    make_user("me@example.com")
    client.post("/accounts/password/reset/", {"email": "me@example.com"})
    link = re.search(r"https?://[^/]+(/\S+)", mail.outbox[0].body)[1]
    page = client.get(link, follow=True)
    address = page.redirect_chain[-1][0]
    client.post(address, {"password1": "a brand new one 7", "password2": "a brand new one 7"})
    assert client.login(username="me@example.com", password="a brand new one 7")


def test_address_is_changed_once_the_new_one_answered(client: Client) -> None:
    client.post("/accounts/signup/", NEW)
    client.post("/accounts/email/", {"email": "later@example.com", "action_add": ""})
    confirmation = next(message for message in mail.outbox if message.to == ["later@example.com"])
    link = re.search(r"https?://[^/]+(/\S+)", confirmation.body)[1]
    assert User.objects.get().email == "new@example.com"
    client.post(link)
    assert User.objects.get().email == "later@example.com"


def test_app_signs_up_and_logs_in_by_json(client: Client) -> None:
    address = "/_allauth/app/v1/auth/"
    answer = client.post(f"{address}signup", {"email": "app@example.com", "password": PASSWORD}, "application/json")
    token = answer.json()["meta"]["session_token"]
    assert client.get(f"{address}session", headers={"x-session-token": token}).json()["meta"]["is_authenticated"]
    login = {"email": "app@example.com", "password": PASSWORD}
    assert Client().post(f"{address}login", login, "application/json").status_code == 200


def test_many_wrong_passwords_are_slowed_down(client: Client) -> None:
    make_user("me@example.com")
    wrong = {"login": "me@example.com", "password": "wrong"}
    codes = [client.post("/accounts/login/", wrong) for _ in range(12)]
    answer = client.post("/accounts/login/", {**wrong, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert answer.status_code in (200, 429) and codes


def test_page_is_in_the_person_s_language_and_time(client: Client, settings: LazySettings) -> None:
    seen: dict[str, Any] = {}

    def note(request: Any) -> Any:
        from django.http import HttpResponse

        seen.update(language=translation.get_language(), zone=timezone.get_current_timezone_name())
        return HttpResponse()

    from django.test import RequestFactory

    from accounts.middleware import PreferencesMiddleware

    request = RequestFactory().get("/", headers={"accept-language": "en"})
    request.user = User(email="k@example.com", language="ko", time_zone="Asia/Seoul")
    answer = PreferencesMiddleware(note)(request)
    assert seen == {"language": "ko", "zone": "Asia/Seoul"} and answer["Content-Language"] == "ko"
    assert timezone.get_current_timezone_name() == settings.TIME_ZONE


@pytest.mark.parametrize("address", ["app/v1/auth/login", "browser/v1/auth/signup", "app/v1/auth/password/request"])
@pytest.mark.parametrize(
    "sent", ["[" * 100_000, '{"email":' * 100_000, '{"email":' + "[" * 990 + "]" * 990 + "}", "[", "\x00"]
)
def test_what_an_app_sends_that_is_no_json_or_nested_without_end_is_wrong_input(
    client: Client, address: str, sent: str
) -> None:
    assert client.post(f"/_allauth/{address}", sent, "application/json").status_code == 400
