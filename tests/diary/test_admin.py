"""Every list and form of the admin opens for staff, and for nobody else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import create_token
from diary.models import Clip, Exercise, Upload
from diary.services import files
from tests.factories import make_clip, make_set

pytestmark = pytest.mark.django_db
MODELS = [model for model in admin.site._registry if model._meta.app_label in ("accounts", "diary")]


@pytest.fixture
def rows(user: User, squat: Exercise) -> None:
    """One row of each kind."""
    make_set(user, date(2026, 1, 1), squat, clip=make_clip(user))
    create_token(user=user, name="phone")
    Upload.objects.create(user=user, length=1, expires_at=timezone.now() + timedelta(days=1))


@pytest.mark.parametrize("model", MODELS)
def test_staff_see_lists_and_forms(client: Client, model: type, rows: None) -> None:
    client.force_login(User.objects.create_superuser("boss@example.com", "pw"))
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert client.get(reverse(f"{name}_changelist")).status_code == 200
    assert client.get(reverse(f"{name}_change", args=[model.objects.first().pk])).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("model", [Clip, User])
def test_what_staff_delete_is_gone_with_its_files(client: Client, user: User, model: type, at_once: bool) -> None:
    client.force_login(User.objects.create_superuser("boss@example.com", "pw"))
    clip = make_clip(user)
    original, target = clip.original.name, clip if model is Clip else user
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    ticked = {"action": "delete_selected", "_selected_action": [str(target.pk)], "post": "yes"}
    address = reverse(f"{name}_changelist") if at_once else reverse(f"{name}_delete", args=[target.pk])
    assert client.post(address, ticked).status_code == 302
    assert not Clip.objects.exists() and not default_storage.exists(original)
    assert files.list_unknown() == []


@pytest.mark.parametrize("model", MODELS)
def test_others_do_not(client: Client, user: User, model: type) -> None:
    client.force_login(user)
    assert client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")).status_code == 302


def test_the_picture_of_a_person_is_nothing_for_staff(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(portrait="people/1/me.jpg")
    client.force_login(User.objects.create_superuser("boss@example.com", "pw"))
    assert "portrait" not in client.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()
