"""Files of the diary in the storage. Rows go first, files after the commit; `sweep_orphans` ends what that leaves."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from diary.models import Clip

CLIPS_FOLDER = "clips"
ORPHAN_AGE = timedelta(hours=1)  # a clip whose transaction is still open has files but no row that others see


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


def delete_folder_on_commit(*, folder: str) -> None:
    """Delete a folder and all in it once the rows are gone for good."""
    transaction.on_commit(lambda: delete_folder(folder=folder))


def delete_folder(*, folder: str) -> None:
    """Delete a folder of the storage; what is already gone does not matter."""
    for name in list_files(folder=folder):
        default_storage.delete(name)
    with contextlib.suppress(NotImplementedError):  # a bucket has no folders to delete
        _delete_empty_folders(Path(default_storage.path(folder)))


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


def sweep_orphans() -> int:
    """Delete folders whose clip is gone (a crash between commit and deletion); returns how many."""
    swept = 0
    for user in _subfolders(CLIPS_FOLDER):
        clips = {name for name in _subfolders(f"{CLIPS_FOLDER}/{user}") if _is_uuid(name)}
        known = {str(pk) for pk in Clip.objects.filter(pk__in=clips).values_list("pk", flat=True)}
        for name in clips - known:
            swept += _delete_if_old(f"{CLIPS_FOLDER}/{user}/{name}")
    return swept


def _delete_if_old(folder: str) -> bool:
    files = list_files(folder=folder)
    with contextlib.suppress(FileNotFoundError):
        newest = max((default_storage.get_modified_time(name) for name in files), default=None)
        if newest is not None and timezone.now() - newest < ORPHAN_AGE:
            return False
    delete_folder(folder=folder)
    return True


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
