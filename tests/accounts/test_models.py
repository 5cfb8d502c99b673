"""People: known by their address, with preferences that always work."""

from __future__ import annotations

import zoneinfo

import pytest
from django.conf import LazySettings
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError

from accounts.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def test_person_logs_in_whatever_the_case_of_the_address() -> None:
    person = make_user("Mina@Example.com")
    assert authenticate(username="mina@example.COM", password=PASSWORD) == person


def test_superuser_may_use_the_admin() -> None:
    boss = User.objects.create_superuser("boss@example.com", PASSWORD)
    assert boss.is_staff and boss.is_superuser


def test_defaults_come_from_the_site(settings: LazySettings) -> None:
    settings.TIME_ZONE, settings.LANGUAGE_CODE = "Asia/Seoul", "ko"
    person = User(email="new@example.com")
    assert (person.time_zone, person.language, person.weight_unit) == ("Asia/Seoul", "ko", "kg")


def test_own_quota_wins_also_when_it_is_zero(settings: LazySettings) -> None:
    settings.USER_QUOTA_BYTES = 7
    assert User().storage_quota_bytes == 7
    assert User(quota_bytes=0).storage_quota_bytes == 0


def test_unknown_time_zone_is_refused_and_a_lost_one_reads_as_utc() -> None:
    with pytest.raises(ValidationError):
        make_user(time_zone="Mars/Olympus").full_clean()
    assert User(time_zone="Mars/Olympus").tz == zoneinfo.ZoneInfo("UTC")
