"""Uploads that may be interrupted: announced, received piece by piece, turned into a clip when whole."""

from __future__ import annotations

import contextlib
import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from diary.errors import Code, DiaryError
from diary.models import Clip, Upload
from diary.services import clips, upload_files
from diary.services.upload_files import PartFile

NAME_CHARS = 255
UNSENT_S = 3600  # nothing is lost with an upload of which nothing was sent, but it takes room from others


@dataclass(frozen=True)
class Finished:
    """What became of an upload; not `created` when the same bytes were there before and no run was queued for them."""

    clip: Clip
    created: bool


def create_upload(*, user: User, length: int, filename: str = "", metadata: dict[str, str] | None = None) -> Upload:
    """Announce a film; refused before a byte is sent when it is empty, too large or over the quota.

    It takes the place of an earlier announcement of the same film whose answer was lost on the way.
    """
    name = Path(filename.replace("\\", "/")).name[:NAME_CHARS]
    upload = Upload(user=user, length=length, filename=name, metadata=metadata or {}, expires_at=_expiry(UNSENT_S))
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # of two at once, only one may take the last room
        _forget_lost(upload)
        clips.check_upload(user=user, size_bytes=length, coming=_count_coming(upload))
        upload.save(force_insert=True)
    return upload


def _forget_lost(upload: Upload) -> None:
    """Delete what was announced in the same words and never opened: each would hold room for all of the film."""
    same = Upload.objects.filter(user=upload.user, length=upload.length, filename=upload.filename, offset=0, sha256="")
    for lost in same:
        if lost.metadata == upload.metadata and not upload_files.part_path(lost.pk).exists():
            lost.delete()


def _count_coming(upload: Upload) -> int:
    """How many uploads of this length are under way."""
    under_way = Upload.objects.filter(user=upload.user, sha256="", expires_at__gt=timezone.now())
    return under_way.filter(length=upload.length).count()


def current_offset(*, upload: Upload) -> int:
    """How many bytes are safely there: what the row says, or less when the file lost its end in a crash."""
    if upload.sha256:
        return upload.length
    return min(upload.offset, upload_files.stored_bytes(upload.pk))


def open_upload(*, upload: Upload, offset: int) -> PartFile:
    """Take an upload for writing at the offset that the client believes in."""
    if upload.expires_at <= timezone.now():
        raise DiaryError(Code.UPLOAD_EXPIRED)
    if upload.sha256:
        raise DiaryError(Code.UPLOAD_OFFSET_MISMATCH)
    part = upload_files.open_part(upload.pk)
    try:
        _go_to(upload, part, offset)
    except BaseException:
        part.close()
        raise
    return part


def _go_to(upload: Upload, part: PartFile, offset: int) -> None:
    """Only under the lock is the offset the last word of the writer before; what it wrote beyond that is dropped."""
    try:
        upload.refresh_from_db(fields=["offset", "sha256"])
    except Upload.DoesNotExist as error:  # ended, or announced anew, a moment ago
        upload_files.remove_files(upload.pk)
        raise DiaryError(Code.UPLOAD_EXPIRED) from error
    safe = min(upload.offset, part.offset)
    if upload.sha256 or safe != offset:
        raise DiaryError(Code.UPLOAD_OFFSET_MISMATCH)
    part.roll_back(safe)
    save_offset(upload=upload, part=part)  # with a checksum the next word may come only after all bytes


def append_chunk(*, upload: Upload, part: PartFile, data: bytes) -> None:
    """Write bytes; they count once `save_offset` has run."""
    if part.offset + len(data) > upload.length:
        raise DiaryError(Code.UPLOAD_TOO_MUCH)
    part.write(data)


def save_offset(*, upload: Upload, part: PartFile) -> None:
    """Make what was written count."""
    part.sync()
    upload.offset, upload.expires_at = part.offset, _expiry()
    rows = Upload.objects.filter(pk=upload.pk, sha256="")
    if not rows.update(offset=upload.offset, expires_at=upload.expires_at):
        upload_files.remove_files(upload.pk)  # its owner ended it while the bytes came
        raise DiaryError(Code.UPLOAD_EXPIRED)


def finish_upload(*, upload: Upload) -> Finished | None:
    """Make the clip of a complete upload and queue its analysis; asked again it gives the same clip.

    None when the clip was deleted since. The caller wakes a worker for ``selectors.analyses.latest_analysis(clip)``.
    """
    if (known := _finished_before(upload)) is not None:
        return known
    with contextlib.closing(upload_files.open_part(upload.pk)) as part:
        upload.refresh_from_db()
        if (known := _finished_before(upload)) is not None:
            return known
        if not upload.sha256 and part.offset != upload.length:
            raise DiaryError(Code.UPLOAD_INCOMPLETE)
        finished = _make_clip(upload, part)
    upload_files.remove_files(upload.pk)
    return finished


def _finished_before(upload: Upload) -> Finished | None:
    return Finished(upload.clip, created=False) if upload.clip is not None else None


def _make_clip(upload: Upload, part: PartFile) -> Finished | None:
    """The hash is written down before the file moves: after a crash in between it leads to the clip."""
    path = upload_files.part_path(upload.pk)
    if not upload.sha256:
        upload.sha256 = clips.hash_file(path=path)
        upload.save(update_fields=["sha256"])
    known = Clip.objects.filter(user=upload.user, sha256=upload.sha256).first()
    if known is None and part.offset != upload.length:
        return None
    if known is None:
        finished = _keep_clip(upload, path)
    else:  # without all bytes they have been taken over, before a crash
        whole = part.offset == upload.length
        finished = Finished(known, created=whole and clips.return_film(clip=known, path=path))
    upload.clip = finished.clip
    upload.save(update_fields=["clip"])
    return finished


def _keep_clip(upload: Upload, path: Path) -> Finished:
    """What was announced in the place of a lost film, and is another one, has no room of its own."""
    moment = parse_capture(text=upload.metadata.get("captured_at", ""), user=upload.user)
    clip, created = clips.keep_clip(
        user=upload.user,
        path=path,
        sha256=upload.sha256,
        original_name=upload.filename,
        captured_at=moment,
        is_reserved=not clips.count_lost(user=upload.user, size_bytes=upload.length),
    )
    return Finished(clip, created)


def parse_capture(*, text: str, user: User) -> datetime | None:
    """When the client says that the film was taken: ISO 8601 (no zone: the person's) or milliseconds since 1970."""
    try:
        if text.isascii() and text.removeprefix("-").isdigit():
            return datetime.fromtimestamp(int(text) / 1000, tz=UTC)
        moment = parse_datetime(text)
    except (ValueError, OverflowError, OSError):
        return None
    if moment is None or timezone.is_aware(moment):
        return moment
    return moment.replace(tzinfo=user.tz)


def terminate_upload(*, upload: Upload) -> None:
    """Forget an upload and its bytes; a clip that it has become stays."""
    upload_id = upload.pk
    upload.delete()
    upload_files.remove_files(upload_id)


def purge_expired() -> int:
    """Throw away uploads whose time is over, and files without an upload; returns how many uploads."""
    over = Upload.objects.filter(expires_at__lte=timezone.now())
    expired = list(over.values_list("pk", flat=True))
    purged = over.filter(pk__in=expired).delete()[0]
    for upload_id in expired:
        upload_files.remove_files(upload_id)
    _remove_strays()
    return purged


def _remove_strays() -> None:
    """Files whose row is gone, and what a crashed multipart request left; young ones may still be in use.

    With any database this deletes only what has got no bytes for so long that its upload is over.
    """
    oldest = time.time() - settings.UPLOAD_EXPIRES_S
    for path in Path(settings.UPLOAD_ROOT).iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime < oldest and not _belongs(path):
                path.unlink()


def _belongs(path: Path) -> bool:
    try:
        return Upload.objects.filter(pk=UUID(hex=path.stem)).exists()
    except ValueError:
        return False


def _expiry(most_s: float = math.inf) -> datetime:
    """When an upload that gets no more bytes is thrown away."""
    return timezone.now() + timedelta(seconds=min(settings.UPLOAD_EXPIRES_S, most_s))
