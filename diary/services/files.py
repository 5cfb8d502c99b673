"""Files of the diary in the storage. Rows go first, files after the commit; `sweep_removals` ends what that leaves."""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from diary.models import Clip, Removal

CLIPS_FOLDER = "clips"
IN_HAND = timedelta(hours=1)  # what notes a folder still works in it; a sweep comes after that
log = logging.getLogger(__name__)


class MovableFile(File):  # type: ignore[type-arg]
    """A file on this disk that the storage may take over instead of copying."""

    def temporary_file_path(self) -> str:
        """Django's file storage moves what has such a path."""
        return str(self.name)


def store_file(*, source: Path, name: str) -> str:
    """Put a file into the storage under a name; on the same disk it is moved, not copied."""
    with source.open("rb") as stream:
        stored = default_storage.save(name, MovableFile(stream, name=str(source)))
    source.unlink(missing_ok=True)
    return stored


def is_whole(*, name: str, size_bytes: int) -> bool:
    """Whether a file is in the storage with all its bytes."""
    try:
        return default_storage.size(name) == size_bytes
    except FileNotFoundError:
        return False


def put_back(*, source: Path, name: str) -> None:
    """Put a file where it was lost, or where only a part of it lies."""
    default_storage.delete(name)
    try:
        stored = store_file(source=source, name=name)
    except OSError:
        default_storage.delete(name)  # half of it would be taken for the film
        raise
    if stored != name:  # somebody else has put it back meanwhile
        default_storage.delete(stored)


def delete_folder_on_commit(*, folder: str) -> None:
    """Delete a folder and all in it once the rows are gone for good; if a crash prevents it, a sweep does it."""
    note_removal(folder=folder)
    transaction.on_commit(lambda: delete_folder(folder=folder))


def note_removal(*, folder: str) -> None:
    """Have a sweep delete a folder later. Also before files are stored for a row that is yet to come."""
    Removal.objects.update_or_create(folder=folder, defaults={"due_at": timezone.now() + IN_HAND})


def keep_folder(*, folder: str) -> None:
    """The row that was to come is there: call in its transaction."""
    Removal.objects.filter(folder=folder).delete()


def delete_folder(*, folder: str) -> None:
    """Delete a folder of the storage; what is already gone does not matter."""
    for name in list_files(folder=folder):
        default_storage.delete(name)
    with contextlib.suppress(NotImplementedError):  # a bucket has no folders to delete
        _delete_empty_folders(Path(default_storage.path(folder)))
    Removal.objects.filter(folder=folder).delete()


def list_files(*, folder: str) -> list[str]:
    """Names of all files under a folder of the storage."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    inner = [name for child in folders if child for name in list_files(folder=f"{folder}/{child}")]
    return [f"{folder}/{name}" for name in files if name] + inner


def delete_unused(*, folder: str, used: Iterable[str]) -> None:
    """Delete the files of a clip that no row names any more."""
    keep = set(used)
    for name in list_files(folder=folder):
        if name not in keep:
            default_storage.delete(name)


def sweep_removals() -> int:
    """Delete the folders that a crash between commit and deletion, or before a clip's row, left; returns how many.

    Folders that no row knows stay: a wrong database would have all of them deleted, see docs/decisions/0015. For
    whoever wants to have them deleted there is `manage.py unknown_films`.
    """
    due = Removal.objects.filter(due_at__lte=timezone.now()).values_list("folder", flat=True)
    return sum(_remove(folder) for folder in list(due))


def _remove(folder: str) -> bool:
    if Clip.objects.filter(original__startswith=f"{folder}/").exists():
        log.error("%s was to be deleted, but there is a clip in it: it stays.", folder)
        keep_folder(folder=folder)
        return False
    try:
        delete_folder(folder=folder)
    except OSError:
        log.exception("%s cannot be deleted; the next purge tries again.", folder)
        return False
    return True


def list_unknown() -> list[str]:
    """Folders of films for which the database has no clip, nor a note that they, or all of a person's, come or go."""
    noted = set(Removal.objects.values_list("folder", flat=True))
    people = [user for user in _subfolders(CLIPS_FOLDER) if f"{CLIPS_FOLDER}/{user}" not in noted]
    return [folder for user in people for folder in _unknown_of(user) if folder not in noted]


def _unknown_of(user: str) -> list[str]:
    clips = {name for name in _subfolders(f"{CLIPS_FOLDER}/{user}") if _is_uuid(name)}
    known = {str(pk) for pk in Clip.objects.filter(pk__in=clips).values_list("pk", flat=True)}
    return [f"{CLIPS_FOLDER}/{user}/{name}" for name in sorted(clips - known)]


def _subfolders(folder: str) -> list[str]:
    try:
        return [name for name in default_storage.listdir(folder)[0] if name]
    except FileNotFoundError:
        return []


def _is_uuid(name: str) -> bool:
    try:
        return str(uuid.UUID(name)) == name
    except ValueError:
        return False


def _delete_empty_folders(root: Path) -> None:
    for path in sorted((p for p in root.rglob("*") if p.is_dir()), reverse=True):
        path.rmdir()
    with contextlib.suppress(FileNotFoundError):
        root.rmdir()
