"""A new password shuts out whoever knew the old one, and no page lets passwords be guessed without end."""

from __future__ import annotations

import io
import re
from importlib import import_module
from typing import Any
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import LazySettings
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.contrib.auth.management.commands import changepassword
from django.core import mail
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import DeviceToken, User
from accounts.services import create_token, use_token
from diary.selectors.listing import list_tokens
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


def change_by_command(user: User) -> None:
    with patch.object(changepassword.Command, "_get_pass", return_value=NEW):
        call_command("changepassword", user.email, stdout=io.StringIO())


def change_in_a_shell(user: User) -> None:
    user.set_password(NEW)
    user.save(update_fields=["password"])


def change_past_the_person(user: User) -> None:
    User.objects.filter(pk=user.pk).update(password=make_password(NEW))


def take_the_password_away(user: User) -> None:
    user.set_unusable_password()
    user.save()


@pytest.mark.parametrize(
    "change", [change_by_command, change_in_a_shell, change_past_the_person, take_the_password_away]
)
def test_however_a_password_is_set_it_shuts_out_the_devices(user: User, stranger: User, change: Any) -> None:
    tokens = [create_token(user=person, name="phone")[1] for person in (user, stranger)]
    browser, app = sign_in(user), sign_in(user).session.session_key
    assert APIClient().get("/api/v1/me/", headers={"X-Session-Token": app}).status_code == 200
    change(User.objects.get(pk=user.pk))
    assert [use_token(token=token) is None for token in tokens] == [True, False]
    user.refresh_from_db()
    assert (list_tokens(user).count(), list_tokens(stranger).count()) == (0, 1)
    assert browser.get("/profile/").status_code == 302
    assert APIClient().get("/api/v1/me/", headers={"X-Session-Token": app}).status_code == 401


@pytest.mark.parametrize("change", [change_by_command, change_in_a_shell])
def test_a_new_password_drops_addresses_still_to_be_confirmed(user: User, change: Any) -> None:
    EmailAddress.objects.create(user=user, email=user.email, primary=True)
    EmailAddress.objects.create(user=user, email="intruder@example.com")
    change(User.objects.get(pk=user.pk))
    assert [row.email for row in EmailAddress.objects.all()] == [user.email]


class NewerHasher(MD5PasswordHasher):
    """What an upgrade of Django brings."""

    algorithm = "newer"


def test_a_password_that_is_only_hashed_anew_keeps_the_devices(user: User, settings: LazySettings) -> None:
    token = create_token(user=user, name="phone")[1]
    old = create_token(user=user, name="old phone")[1]
    DeviceToken.objects.filter(name="old phone").update(password_mark="of an older password")
    settings.PASSWORD_HASHERS = [f"{__name__}.NewerHasher", *settings.PASSWORD_HASHERS]
    Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert User.objects.get().password.startswith("newer$")
    assert use_token(token=token) is not None and use_token(token=old) is None


def test_of_two_that_sign_in_at_once_only_one_hashes_the_password_anew(user: User, settings: LazySettings) -> None:
    token = create_token(user=user, name="phone")[1]
    settings.PASSWORD_HASHERS = [f"{__name__}.NewerHasher", *settings.PASSWORD_HASHERS]
    first, second = (User.objects.get(pk=user.pk) for _ in range(2))
    assert first.check_password(PASSWORD) and second.check_password(PASSWORD)
    assert use_token(token=token) is not None


def test_a_password_that_is_set_meanwhile_is_not_written_over(user: User, settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.NewerHasher", *settings.PASSWORD_HASHERS]
    stale = User.objects.get(pk=user.pk)
    change_in_a_shell(user)
    stale.check_password(PASSWORD)
    assert User.objects.get().check_password(NEW)


def test_the_admin_tells_which_devices_are_let_in(user: User) -> None:
    admin = Client()
    admin.force_login(User.objects.create_superuser("root@example.com", PASSWORD))
    row = create_token(user=user, name="phone")[0]
    assert "icon-yes" in admin.get("/admin/accounts/devicetoken/").content.decode()
    change_past_the_person(user)
    page = admin.get("/admin/accounts/devicetoken/").content.decode()
    assert "icon-no" in page and "icon-yes" not in page
    assert "password_mark" not in admin.get(f"/admin/accounts/devicetoken/{row.pk}/change/").content.decode()


def test_devices_that_were_let_in_before_the_upgrade_stay(user: User, stranger: User) -> None:
    tokens = [create_token(user=person, name="phone")[1] for person in (user, stranger)]
    DeviceToken.objects.update(password_mark="")
    import_module("accounts.migrations.0004_tokens_end_with_the_password").mark_tokens(apps, None)
    assert [use_token(token=token).user for token in tokens] == [user, stranger]


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


@pytest.mark.parametrize(("backend", "told"), [("console", True), ("smtp", False)])
def test_who_waits_for_a_letter_is_told_where_it_goes(
    client: Client, settings: LazySettings, backend: str, told: bool
) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    page = client.get("/accounts/password/reset/done/").content.decode()
    assert "is on its way" in page
    assert ("in the terminal" in page) == told
