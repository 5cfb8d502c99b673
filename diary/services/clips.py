"""Writes about clips."""

from __future__ import annotations

import contextlib
import hashlib
import math
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from diary.calc import is_believable_capture, local_day
from diary.errors import Code, DiaryError
from diary.models import Analysis, Clip
from diary.selectors.analyses import find_options, latest_analysis
from diary.selectors.usage import read_usage
from diary.services import examples, files, upload_files, workouts

FACTS = ("duration_s", "width", "height", "captured_at", "capture_source", "day")


def check_size(*, user: User, size_bytes: int) -> None:
    """Refuse what is empty, too large or more than the person may store."""
    if size_bytes <= 0:
        raise DiaryError(Code.EMPTY_FILE)
    if size_bytes > settings.MAX_CLIP_BYTES:
        raise DiaryError(Code.TOO_LARGE, limit_bytes=settings.MAX_CLIP_BYTES)
    usage = read_usage(user)
    if size_bytes > usage.free_bytes:
        raise DiaryError(Code.OVER_QUOTA, quota_bytes=usage.quota_bytes, used_bytes=usage.used_bytes)


def check_upload(*, user: User, size_bytes: int, slack_bytes: int = 0, coming: int = 0) -> None:
    """Like ``check_size`` before the bytes are known: a film that was lost may come again, as it is counted already.

    As many of a size may come as were lost; so many are `coming`. With slack the film may be larger by as much.
    """
    try:
        check_size(user=user, size_bytes=size_bytes)
    except DiaryError as refusal:
        lost = count_lost(user=user, size_bytes=size_bytes, slack_bytes=slack_bytes)
        if refusal.code != Code.OVER_QUOTA or lost <= coming:
            raise


def count_lost(*, user: User, size_bytes: int, slack_bytes: int = 0) -> int:
    """How many films of this size the storage has lost."""
    same = Clip.objects.filter(user=user, size_bytes__range=(size_bytes, size_bytes + slack_bytes))
    return sum(not files.is_whole(name=str(clip.original.name), size_bytes=clip.size_bytes) for clip in same)


def hash_file(*, path: Path) -> str:
    """sha256 of a file, hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@upload_files.refuse_when_full()
def take_film(*, user: User, film: File[Any], captured_at: datetime | None = None) -> tuple[Clip, bool]:
    """Like ``create_clip`` for a film that came with a form, or lies elsewhere; its copy never outlives a refusal."""
    Path(settings.UPLOAD_ROOT).mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=settings.UPLOAD_ROOT, suffix=".form", delete=False) as target:
        path = Path(target.name)
        try:
            for piece in film.chunks():
                target.write(piece)
            target.flush()
            return create_clip(user=user, path=path, original_name=film.name or "", captured_at=captured_at)
        finally:
            path.unlink(missing_ok=True)


def create_clip(
    *, user: User, path: Path, original_name: str = "", captured_at: datetime | None = None
) -> tuple[Clip, bool]:
    """Take over a file (it is moved away) and queue its analysis.

    The same bytes again give the clip that is there and False, or True where `return_film` queued a run.
    ``captured_at`` is what the client believes; what the film itself says wins over it. The caller wakes a worker for
    ``selectors.analyses.latest_analysis(clip)``.
    """
    sha256 = hash_file(path=path)
    if (clip := Clip.objects.filter(user=user, sha256=sha256).first()) is not None:
        return clip, return_film(clip=clip, path=path)
    check_size(user=user, size_bytes=path.stat().st_size)
    return keep_clip(
        user=user, path=path, sha256=sha256, original_name=original_name, captured_at=captured_at, is_reserved=False
    )


@upload_files.refuse_when_full()
def return_film(*, clip: Clip, path: Path) -> bool:
    """Take over the bytes of a clip that came again: they are thrown away unless its film was lost in the storage.

    Where its newest run did not end well, as without the film it cannot, or what it had made is lost too, another is
    queued: True. It makes pictures and film for the player anew, and leaves alone what a person has decided.
    """
    if files.is_whole(name=str(clip.original.name), size_bytes=clip.size_bytes):
        path.unlink(missing_ok=True)
        return False
    files.put_back(source=path, name=str(clip.original.name))
    newest = latest_analysis(clip)
    if newest is not None and (newest.is_active or (newest.status == Analysis.Status.DONE and _has_all_made(clip))):
        return False
    with contextlib.suppress(DiaryError):  # the person was faster
        start_analysis(clip=clip)
        return True
    return False


def _has_all_made(clip: Clip) -> bool:
    """Whether all files are there that were made from the film."""
    made = [str(file.name) for file in (clip.rendition, clip.poster, clip.keypoints)]
    names = [*made, *clip.sets.values_list("thumbnail", flat=True)]
    return all(default_storage.exists(name) for name in names if name)


@upload_files.refuse_when_full()
def keep_clip(
    *,
    user: User,
    path: Path,
    sha256: str,
    original_name: str = "",
    captured_at: datetime | None = None,
    is_reserved: bool = True,
) -> tuple[Clip, bool]:
    """Like ``create_clip`` for a file whose bytes are known, and whose room was reserved unless said otherwise."""
    now = timezone.now()
    moment = captured_at if captured_at is not None and is_believable_capture(captured_at, now) else now
    clip = Clip(
        user=user,
        sha256=sha256,
        size_bytes=path.stat().st_size,
        original_name=original_name[:255],
        captured_at=moment,
        day=local_day(moment, user.tz),
    )
    files.note_removal(folder=clip.folder)
    try:
        clip.original.name = files.store_file(source=path, name=f"{clip.folder}/original")
    except OSError:
        files.delete_folder(folder=clip.folder)  # on a full disk half a film is much
        raise
    return _insert(clip, is_reserved)


def _insert(clip: Clip, is_reserved: bool) -> tuple[Clip, bool]:
    """Write clip and queued analysis together; who loses a race for the same bytes gets the winner's clip."""
    try:
        with transaction.atomic():
            if not is_reserved:
                _take_room(clip)
            clip.save(force_insert=True)
            Analysis.objects.create(clip=clip)
            files.keep_folder(folder=clip.folder)
    except IntegrityError:
        files.delete_folder(folder=clip.folder)
        return Clip.objects.get(user=clip.user, sha256=clip.sha256), False
    except (DiaryError, User.DoesNotExist):
        files.delete_folder(folder=clip.folder)
        raise
    return clip, True


def _take_room(clip: Clip) -> None:
    """Of several films at once, only one may take the last room; the same bytes again need none."""
    User.objects.select_for_update(no_key=True).get(pk=clip.user_id)
    if not Clip.objects.filter(user=clip.user, sha256=clip.sha256).exists():
        check_size(user=clip.user, size_bytes=clip.size_bytes)


def start_analysis(*, clip: Clip, options: dict[str, Any] | None = None) -> Analysis:
    """Queue another run; one at a time for a clip. Options: person_hint [time_s, x, y], x and y as shares.

    An option that is not given stays as it was for the clip; None takes it back.
    """
    given = options or {}
    if (hint := given.get("person_hint")) is not None:
        _check_hint(clip, hint)
    try:
        with transaction.atomic():
            return Analysis.objects.create(clip=clip, options={**find_options(clip), **given})
    except IntegrityError as error:
        raise DiaryError(Code.ANALYSIS_ACTIVE) from error


def _check_hint(clip: Clip, hint: list[float]) -> None:
    """A moment after the end shows nobody."""
    for name, value in zip(("time_s", "x", "y"), hint, strict=True):
        if not math.isfinite(value):
            raise DiaryError(Code.INVALID_VALUE, field=f"person.{name}")
    if not clip.has_moment(hint[0]):
        raise DiaryError(Code.INVALID_VALUE, field="person.time_s")


@transaction.atomic
def move_clip(*, clip: Clip, date: date) -> Clip:
    """The person says on which day the film was taken; its sets go there, except those moved by hand."""
    workouts.check_day(user=clip.user, date=date)
    shift = date - clip.day
    clip.captured_at += shift
    clip.day, clip.capture_source = date, Clip.CaptureSource.USER
    clip.save(update_fields=["captured_at", "day", "capture_source", "updated_at"])
    rows = clip.sets.select_related("workout__user")
    workouts.move_sets(sets=[row for row in rows if not row.is_locked("day")], date=date)
    return clip


def note_facts(*, clip: Clip, video: dict[str, Any]) -> None:
    """Write what the film says about itself, and the files made of it.

    Its own date wins over the upload's, never over the person's.
    """
    clip.duration_s, clip.width, clip.height = video["duration_s"], video["width_px"], video["height_px"]
    captured_at = video.get("captured_at")
    moment = datetime.fromisoformat(captured_at) if captured_at else None
    trusted = moment is not None and is_believable_capture(moment, clip.created_at)
    if moment is not None and trusted and clip.capture_source == Clip.CaptureSource.UPLOAD:
        clip.captured_at, clip.capture_source = moment, Clip.CaptureSource.METADATA
        _take_to_day(clip, local_day(moment, clip.user.tz))
    clip.save(update_fields=[*FACTS, "poster", "keypoints", "updated_at"])


def _take_to_day(clip: Clip, day: date) -> None:
    clip.day = day
    rows = clip.sets.select_related("workout__user")
    workouts.move_sets(sets=[row for row in rows if not row.is_touched], date=day)


def hold_films(*, films: QuerySet[Clip]) -> None:
    """Before they go: runs first, then films, as a run holds them that may be filling their sets."""
    for rows in (Analysis.objects.filter(clip__in=films), films):
        list(rows.select_for_update(of=("self",)).order_by("pk").only("pk"))  # what runs found may be much


@transaction.atomic
def delete_clip(*, clip: Clip, with_sets: bool = False) -> None:
    """Delete a clip with all its files. Its sets stay in the diary, without pictures, unless they shall go too.

    Those that say nothing go in any case: without the film nobody would know what they are.

    How a person moved was seen in the film: sets that stay do not remember it and teach nothing any more.
    """
    hold_films(films=Clip.objects.filter(pk=clip.pk))
    rows = list(clip.sets.select_related("workout").order_by("workout_id"))  # days are held in one order too
    gone = [row for row in rows if with_sets or row.is_blank]
    clip.sets.filter(pk__in=[row.pk for row in gone]).delete()
    for workout in {row.workout_id: row.workout for row in gone}.values():
        workouts.leave_day(workout=workout)
    examples.forget_movements(rows=clip.sets.all())
    clip.sets.update(thumbnail="", updated_at=timezone.now())
    folder = clip.folder
    clip.delete()
    files.delete_folder_on_commit(folder=folder)
