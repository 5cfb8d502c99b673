"""Tokens let in until they are revoked; a deleted account leaves nothing."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from accounts.models import DeviceToken, User
from accounts.services import create_token, delete_account, hash_token, revoke_token, set_portrait, use_token
from diary.models import Exercise
from diary.services.analyses import fill_diary
from diary.services.uploads import create_upload
from tests.factories import claim, make_clip, make_exercise, make_finding, make_outcome, make_set

pytestmark = pytest.mark.django_db(transaction=True)


def test_token_is_shown_once_and_only_its_hash_kept(user: User) -> None:
    row, token = create_token(user=user, name="phone")
    row.refresh_from_db()
    assert row.token_hash == hash_token(token) and token.startswith(row.prefix)
    assert token not in [str(getattr(row, field.name)) for field in DeviceToken._meta.get_fields()]
    assert use_token(token=token).user == user


def test_unknown_revoked_and_inactive_tokens_do_not_let_in(user: User) -> None:
    row, token = create_token(user=user, name="phone")
    assert use_token(token=token + "x") is None and use_token(token="") is None
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert use_token(token=token) is None
    User.objects.filter(pk=user.pk).update(is_active=True)
    first = revoke_token(token=row).revoked_at
    assert use_token(token=token) is None
    assert revoke_token(token=row).revoked_at == first


def test_use_is_noted_but_not_at_every_request(user: User) -> None:
    _, token = create_token(user=user, name="phone")
    first = use_token(token=token).last_used_at
    assert use_token(token=token).last_used_at == first
    DeviceToken.objects.update(last_used_at=timezone.now() - timedelta(hours=1))
    assert use_token(token=token).last_used_at > first


def test_new_portrait_replaces_the_old_file(user: User, settings: LazySettings) -> None:
    for content in (b"one", b"two"):
        set_portrait(user=user, picture=ContentFile(content, name="me.jpg"))
    assert [path.read_bytes() for path in Path(settings.MEDIA_ROOT).rglob("portrait-*")] == [b"two"]
    set_portrait(user=user, picture=None)
    assert not list(Path(settings.MEDIA_ROOT).rglob("portrait-*"))


def test_two_pictures_at_once_leave_no_file_that_nobody_could_delete(user: User, settings: LazySettings) -> None:
    seen_by_both = User.objects.get(pk=user.pk)
    set_portrait(user=user, picture=ContentFile(b"one", name="me.jpg"))
    set_portrait(user=seen_by_both, picture=ContentFile(b"two", name="me.jpg"))
    assert [path.read_bytes() for path in Path(settings.MEDIA_ROOT).rglob("portrait-*")] == [b"two"]
    assert User.objects.get().portrait.name == seen_by_both.portrait.name


def test_no_picture_outlives_an_account_that_ended_meanwhile(user: User, settings: LazySettings) -> None:
    stale = User.objects.get(pk=user.pk)
    delete_account(user=user)
    with pytest.raises(User.DoesNotExist):
        set_portrait(user=stale, picture=ContentFile(b"me", name="me.jpg"))
    assert not list(Path(settings.MEDIA_ROOT).rglob("portrait-*"))


def test_nobody_is_held_while_a_picture_is_stored_or_deleted(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[bool] = []
    for name in ("save", "delete"):
        work = getattr(FileSystemStorage, name)

        def note(*args: object, work: Any = work, **kwargs: object) -> object:
            held.append(connection.in_atomic_block)
            return work(*args, **kwargs)

        monkeypatch.setattr(FileSystemStorage, name, note)
    for content in (b"one", b"two"):
        set_portrait(user=user, picture=ContentFile(content, name="me.jpg"))
    assert held == [False] * 3


def test_a_picture_whose_row_cannot_be_written_leaves_no_file_and_the_old_one_stays(
    user: User, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_portrait(user=user, picture=ContentFile(b"one", name="me.jpg"))

    def fail(*_args: object, **_kwargs: object) -> None:
        raise OperationalError

    monkeypatch.setattr(User, "save", fail)
    with pytest.raises(OperationalError):
        set_portrait(user=user, picture=ContentFile(b"two", name="me.jpg"))
    assert [path.read_bytes() for path in Path(settings.MEDIA_ROOT).rglob("portrait-*")] == [b"one"]


def test_deleted_account_leaves_no_row_and_no_file(
    user: User, stranger: User, squat: Exercise, settings: LazySettings, tmp_path: Path, client: Client
) -> None:
    client.force_login(user)
    clip = make_clip(user)
    fill_diary(analysis=claim(clip), attempt=1, outcome=make_outcome(make_finding(), folder=tmp_path / "out"))
    make_set(user, date(2026, 1, 1), make_exercise("mine", owner=user))
    create_token(user=user, name="phone")
    create_upload(user=user, length=10)
    set_portrait(user=user, picture=ContentFile(b"me", name="me.jpg"))
    kept = make_clip(stranger)
    before = {model: model.objects.count() for model in apps.get_models()}

    delete_account(user=user)

    assert User.objects.get() == stranger
    files = [
        path for root in (settings.MEDIA_ROOT, settings.UPLOAD_ROOT) for path in Path(root).rglob("*") if path.is_file()
    ]
    assert files == [Path(kept.original.path)]
    left = {model.__name__: model.objects.count() for model in apps.get_models() if before[model]}
    assert left.pop("User") == left.pop("Clip") == left.pop("Analysis") == left.pop("Exercise") == 1
    assert not {name: count for name, count in left.items() if count and name not in ("ContentType", "Permission")}
