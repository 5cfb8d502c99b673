"""The bytes of uploads on disk. One writer at a time, held by a lock that ends with the process that has it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from uuid import UUID

from django.conf import settings

from diary.errors import Code, DiaryError

DISK_FULL = {errno.ENOSPC, errno.EDQUOT}


def part_path(upload_id: UUID) -> Path:
    """Where the bytes of an upload lie."""
    return Path(settings.UPLOAD_ROOT) / f"{upload_id.hex}.part"


def wanted_path(upload_id: UUID) -> Path:
    """A mark by which a second writer asks the first one, whose connection may be dead, to make room."""
    return Path(settings.UPLOAD_ROOT) / f"{upload_id.hex}.wanted"


def stored_bytes(upload_id: UUID) -> int:
    """How many bytes the file holds; 0 when there is none."""
    try:
        return part_path(upload_id).stat().st_size
    except FileNotFoundError:
        return 0


def remove_files(upload_id: UUID) -> None:
    """Delete what an upload has on disk; a writer that still holds it notices when it saves."""
    part_path(upload_id).unlink(missing_ok=True)
    wanted_path(upload_id).unlink(missing_ok=True)


@contextlib.contextmanager
def refuse_when_full() -> Iterator[None]:
    """A disk without room is a refusal, not a fault of ours."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL:
            raise DiaryError(Code.STORAGE_FULL) from error
        raise


class PartFile:
    """An upload's file in the hands of its only writer."""

    def __init__(self, handle: FileIO, upload_id: UUID) -> None:
        self._handle = handle
        self._upload_id = upload_id
        self.offset = handle.seek(0, os.SEEK_END)

    def write(self, data: bytes) -> None:
        """Add bytes at the end."""
        rest = memoryview(data)
        with refuse_when_full():
            while rest:
                written = self._handle.write(rest)
                self.offset += written
                rest = rest[written:]

    def roll_back(self, offset: int) -> None:
        """Forget everything after the offset."""
        self._handle.truncate(offset)
        self._handle.seek(offset)
        self.offset = offset

    def sync(self) -> None:
        """Have the bytes on disk before anybody is told that they are there."""
        os.fsync(self._handle.fileno())

    def is_wanted(self) -> bool:
        """Whether another writer waits for this one."""
        return wanted_path(self._upload_id).exists()

    def close(self) -> None:
        """Let the next writer in."""
        self._handle.close()


def open_part(upload_id: UUID) -> PartFile:
    """Take the file for writing at its end, or refuse with "upload_busy"."""
    part_path(upload_id).parent.mkdir(parents=True, exist_ok=True)
    handle = FileIO(os.open(part_path(upload_id), os.O_RDWR | os.O_CREAT, 0o600), "r+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.close()
        wanted_path(upload_id).touch()
        raise DiaryError(Code.UPLOAD_BUSY) from error
    wanted_path(upload_id).unlink(missing_ok=True)
    return PartFile(handle, upload_id)
