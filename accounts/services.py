"""Writes about people: tokens of devices and the end of an account."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from functools import partial

from django.contrib.sessions.models import Session
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import DeviceToken, User, portrait_path
from diary.services.clips import hold_films
from diary.services.files import CLIPS_FOLDER, delete_folder_on_commit
from diary.services.upload_files import remove_files

SIGN = "dgk_"  # lets people and secret scanners recognise a token
USED_EVERY = timedelta(minutes=1)  # how exact `last_used_at` is, so that a busy app does not write at each request


def hash_token(token: str) -> str:
    """What is stored of a token; its 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_token(*, user: User, name: str) -> tuple[DeviceToken, str]:
    """Add a device; the second value is the token, which is not shown again."""
    token = SIGN + secrets.token_urlsafe(32)
    values = {"token_hash": hash_token(token), "prefix": token[: len(SIGN) + 4], "password_mark": user.password_mark}
    return DeviceToken.objects.create(user=user, name=name, **values), token


def revoke_token(*, token: DeviceToken) -> DeviceToken:
    """Shut a device out; doing it twice keeps the first time."""
    DeviceToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
    token.refresh_from_db()
    return token


def use_token(*, token: str) -> DeviceToken | None:
    """Find whom a token lets in, and note that it was used."""
    row = DeviceToken.objects.select_related("user").filter(token_hash=hash_token(token)).first()
    if row is None or not row.lets_in:
        return None
    now = timezone.now()
    if row.last_used_at is None or now - row.last_used_at > USED_EVERY:
        DeviceToken.objects.filter(pk=row.pk).update(last_used_at=now)
        row.last_used_at = now
    return row


def set_preferences(*, user: User, **values: str) -> None:
    """Write these and nothing else of the person: password and picture may be others since the request began."""
    for name, value in values.items():
        setattr(user, name, value)
    user.save(update_fields=list(values))


def set_portrait(*, user: User, picture: File[bytes] | None) -> User:
    """Keep or drop the picture by which a person is found among others; `DoesNotExist` where the account is gone.

    The file comes first, while nobody is held: a storage may be slow, and uploads wait for the person's row.
    """
    name = portrait_path(user, "") if picture is not None else ""
    try:
        if picture is not None:
            name = default_storage.save(name, picture)
        _name_portrait(user, name)
    except BaseException:
        if name:
            default_storage.delete(name)  # no row names it
        raise
    user.portrait, user.portrait_shows_person = name, None
    return user


@transaction.atomic
def _name_portrait(user: User, name: str) -> None:
    """One at a time for a person: each deletes the file of the one before, and none comes after the account's end."""
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if before := row.portrait.name:
        transaction.on_commit(partial(default_storage.delete, before), robust=True)  # the new one counts by then
    row.portrait, row.portrait_shows_person = name, None
    row.save(update_fields=["portrait", "portrait_shows_person"])


def note_portrait(*, user: User, name: str, shows_person: bool) -> None:
    """Keep what a worker saw in a picture, unless another one has taken its place."""
    User.objects.filter(pk=user.pk, portrait=name).update(portrait_shows_person=shows_person)


@transaction.atomic
def end_sessions(*, user: User) -> int:
    """Log the person out everywhere; returns how many sessions ended."""
    open_sessions = Session.objects.filter(expire_date__gte=timezone.now()).iterator()
    theirs = [row.pk for row in open_sessions if row.get_decoded().get("_auth_user_id") == str(user.pk)]
    Session.objects.filter(pk__in=theirs).delete()
    return len(theirs)


@transaction.atomic
def delete_account(*, user: User) -> None:
    """Delete a person with all rows and, after the commit, all files."""
    end_sessions(user=user)
    uploads = list(user.uploads.values_list("pk", flat=True))
    folders = [f"{CLIPS_FOLDER}/{user.pk}", f"people/{user.pk}"]
    hold_films(films=user.clips.all())
    user.workouts.all().delete()  # sets first: they protect the exercises that go with the person
    user.delete()
    for folder in folders:
        delete_folder_on_commit(folder=folder)
    for upload in uploads:
        transaction.on_commit(partial(remove_files, upload))
