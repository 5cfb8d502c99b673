"""An address that is only asked for is nobody's yet; those of people made by operators count."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import LazySettings
from django.core import mail
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
WANTED = "wanted@example.com"
OTHER = "another password 8"


def sign_up(email: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/accounts/signup/", {"email": email, "password1": password})
    return client


def ask_for(client: Client, email: str = WANTED) -> str:
    """The way to confirm it."""
    client.post("/accounts/email/", {"email": email, "action_add": ""})
    return re.search(r"https?://[^/]+(/accounts/confirm-email/\S+)", mail.outbox[-1].body)[1]


def log_in(email: str, password: str = PASSWORD) -> bool:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": password})
    return "_auth_user_id" in client.session


def reset(email: str, **options: Any) -> str:
    """What the mail says."""
    mail.outbox.clear()
    Client().post("/accounts/password/reset/", {"email": email})
    return "".join(message.body for message in mail.outbox)


def test_nobody_signs_in_by_an_address_that_they_only_asked_for() -> None:
    ask_for(sign_up("me@example.com"))
    assert [log_in("me@example.com"), log_in(WANTED), log_in(WANTED.upper())] == [True, False, False]
    app = {"email": WANTED, "password": PASSWORD}
    assert Client().post("/_allauth/app/v1/auth/login", app, "application/json").status_code == 400


def test_a_confirmed_address_signs_in_and_the_old_one_does_not() -> None:
    client = sign_up("me@example.com")
    client.post(ask_for(client))
    assert [log_in("me@example.com"), log_in(WANTED)] == [False, True]


def test_no_way_into_an_account_is_sent_to_an_address_that_it_only_asked_for() -> None:
    ask_for(sign_up("me@example.com"))
    assert "/password/reset/key/" not in reset(WANTED) and mail.outbox[0].to == [WANTED]
    mail.outbox.clear()
    Client().post("/_allauth/app/v1/auth/password/request", {"email": WANTED}, "application/json")
    assert [message.to for message in mail.outbox] == [[WANTED]]
    assert not [message for message in mail.outbox if "key" in message.body]
    assert "/password/reset/key/" in reset("me@example.com")


@pytest.mark.parametrize("verification", ["none", "mandatory"])
def test_the_owner_of_an_address_signs_up_although_another_asked_for_it(
    settings: LazySettings, verification: str
) -> None:
    back_door = ask_for(sign_up("me@example.com"))
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    sign_up(WANTED, OTHER)
    owner = User.objects.get(email=WANTED)
    assert owner.check_password(OTHER)
    assert EmailAddress.objects.filter(email=WANTED).get().user == owner
    Client().post(back_door)
    assert sorted(User.objects.values_list("email", flat=True)) == ["me@example.com", WANTED]


def test_the_owner_signs_up_by_an_app() -> None:
    ask_for(sign_up("me@example.com"))
    new = {"email": WANTED, "password": OTHER}
    assert Client().post("/_allauth/app/v1/auth/signup", new, "application/json").status_code == 200
    assert User.objects.get(email=WANTED).check_password(OTHER)


@pytest.mark.parametrize("email", ["me@example.com", "ME@example.com"])
def test_an_address_that_is_somebody_s_stays_taken(email: str) -> None:
    sign_up("me@example.com")
    page = Client().post("/accounts/signup/", {"email": email, "password1": OTHER})
    assert (page.status_code, User.objects.count()) == (200, 1)
    assert "already registered" in page.content.decode()


def test_who_confirms_first_has_the_address() -> None:
    first, second = sign_up("first@example.com"), sign_up("second@example.com")
    link, late = ask_for(first), ask_for(second)
    first.post(link)
    second.post(late)
    assert sorted(User.objects.values_list("email", flat=True)) == ["second@example.com", WANTED]
    assert EmailAddress.objects.filter(email=WANTED).count() == 1


def test_an_address_that_became_another_s_meanwhile_is_refused() -> None:
    client = sign_up("me@example.com")
    link = ask_for(client)
    make_user(WANTED)
    client.post(link)
    assert sorted(User.objects.values_list("email", flat=True)) == ["me@example.com", WANTED]


def test_operators_keep_their_address_while_another_is_asked_for() -> None:
    for name in ("one", "two"):
        call_command("createsuperuser", email=f"{name}@example.com", interactive=False)
        client = Client()
        client.force_login(User.objects.get(email=f"{name}@example.com"))
        client.post("/accounts/email/", {"email": f"new-{name}@example.com", "action_add": ""})
    assert set(User.objects.values_list("email", flat=True)) == {"one@example.com", "two@example.com"}


def test_an_address_that_is_typed_in_the_admin_counts() -> None:
    admin = Client()
    admin.force_login(User.objects.create_superuser("root@example.com", PASSWORD))
    ask_for(sign_up("me@example.com"))
    person = User.objects.get(email="me@example.com")
    form = {"email": WANTED, "language": "en", "time_zone": "UTC", "weight_unit": "kg", "is_active": "on"}
    assert admin.post("/admin/accounts/user/add/", form).status_code == 302
    assert (
        admin.post(f"/admin/accounts/user/{person.pk}/change/", form | {"email": "you@example.com"}).status_code == 302
    )
    rows = EmailAddress.objects.exclude(email="root@example.com").values_list("email", "verified", "primary")
    assert sorted(rows) == [(WANTED, True, True), ("you@example.com", True, True)]


def test_people_of_before_get_their_row() -> None:
    make_user("without@example.com")
    half = make_user("Half@example.com")
    EmailAddress.objects.create(user=half, email="half@example.com")
    open_ = make_user("open@example.com")
    EmailAddress.objects.create(user=open_, email="open@example.com", primary=True)
    importlib.import_module("accounts.migrations.0002_addresses_of_people_made_by_operators").add_rows(apps, None)
    rows = EmailAddress.objects.values_list("email", "verified", "primary")
    assert sorted(rows) == [
        ("half@example.com", True, True),
        ("open@example.com", False, True),
        ("without@example.com", True, True),
    ]
