"""A new password shuts out whoever knew the old one, and no page lets passwords be guessed without end."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.services import create_token, use_token
from tests.diary.pages import sign_in
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
NEW = "a brand new one 7"
CHANGE = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}


def follow_reset_mail(client: Client) -> Any:
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)[1]
    page = client.get(link, follow=True)
    return client.post(page.redirect_chain[-1][0], {"password1": NEW, "password2": NEW}, follow=True)


def test_a_reset_shuts_out_who_signed_up_with_another_s_address(client: Client) -> None:
    intruder = Client()
    intruder.post("/accounts/signup/", {"email": "owner@example.com", "password1": PASSWORD})
    token = create_token(user=User.objects.get(), name="intruder's phone")[1]
    intruder.post("/accounts/email/", {"email": "intruder@example.com", "action_add": ""})
    back_door = re.search(r"https?://[^/]+(/accounts/confirm-email/\S+)", mail.outbox[-1].body)[1]
    client.post("/accounts/password/reset/", {"email": "owner@example.com"})
    page = follow_reset_mail(client)
    assert User.objects.get().check_password(NEW)
    assert "All other devices and apps have to sign in again." in page.content.decode()
    assert use_token(token=token) is None
    assert intruder.get("/profile/").status_code == 302
    intruder.post(back_door)
    assert User.objects.get().email == "owner@example.com"


def test_a_change_shuts_out_the_person_s_devices_and_says_so_before(user: User, stranger: User) -> None:
    tokens = [create_token(user=person, name="phone")[1] for person in (user, stranger)]
    client = sign_in(user)
    assert (
        "All other devices and apps have to sign in again" in client.get("/accounts/password/change/").content.decode()
    )
    assert client.post("/accounts/password/change/", CHANGE | {"oldpassword": "wrong"}).status_code == 200
    assert use_token(token=tokens[0]) is not None
    client.post("/accounts/password/change/", CHANGE)
    assert [use_token(token=token) is None for token in tokens] == [True, False]
    assert client.get("/profile/").status_code == 200


def test_an_app_that_changes_the_password_shuts_out_the_devices(user: User) -> None:
    token = create_token(user=user, name="phone")[1]
    client = sign_in(user)
    change = {"current_password": PASSWORD, "new_password": NEW}
    answer = client.post("/_allauth/browser/v1/account/password/change", change, "application/json")
    assert (answer.status_code, use_token(token=token)) == (200, None)


def test_the_admin_is_entered_through_the_site_s_own_form(client: Client) -> None:
    User.objects.create_superuser("root@example.com", PASSWORD)
    for _ in range(2):
        answer = client.post("/admin/login/?next=/admin/", {"username": "root@example.com", "password": PASSWORD})
        assert answer.url == "/accounts/login/?next=%2Fadmin%2F" and "_auth_user_id" not in client.session
    page = client.post(answer.url, {"login": "root@example.com", "password": PASSWORD}, follow=True)
    assert page.redirect_chain == [("/admin/", 302)] and page.status_code == 200


def test_guesses_at_an_operator_s_password_are_limited(client: Client) -> None:
    User.objects.create_superuser("root@example.com", PASSWORD)
    address = client.get("/admin/", follow=True).redirect_chain[-1][0]
    for _ in range(6):
        client.post(address, {"login": "root@example.com", "password": "wrong"})
    client.post(address, {"login": "root@example.com", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/"])
def test_only_staff_enters_the_admin(path: str, user: User) -> None:
    helper = make_user("helper@example.com", is_staff=True)
    assert sign_in(user).get(path, follow=True).status_code == 403
    assert sign_in(helper).get(path, follow=True).status_code == 200


def test_staff_cannot_guess_there_either() -> None:
    User.objects.create_superuser("root@example.com", PASSWORD)
    helper = sign_in(make_user("helper@example.com", is_staff=True))
    guess = helper.post("/admin/login/", {"username": "root@example.com", "password": PASSWORD})
    assert guess.status_code == 405


@pytest.mark.parametrize("language", ["en", "ko"])
def test_guesses_at_the_end_of_an_account_are_limited(user: User, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)
    client = sign_in(user)
    codes = [client.post("/profile/delete/", {"password": f"wrong {i}"}).status_code for i in range(11)]
    assert codes == [422] * 10 + [429]
    answer = client.post("/profile/delete/", {"password": PASSWORD})
    assert {"en": "Too many attempts", "ko": "시도가 너무 많았어요"}[language] in answer.content.decode()
    assert User.objects.filter(pk=user.pk).exists()
    assert client.get("/profile/delete/").status_code == 200


def test_staff_change_their_password_on_the_site_s_own_page(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root@example.com", PASSWORD))
    change = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert client.post("/admin/password_change/", change).url == "/accounts/password/change/"
    assert User.objects.get(email="root@example.com").check_password(PASSWORD)
