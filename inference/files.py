"""Files that a command writes: looked at before the work begins, and whole or not there at the end."""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


def require_file_place(path: Path) -> None:
    """Raise the OSError that writing a file there would end with, before minutes of work were for nothing."""
    if path.is_dir():
        raise _error(errno.EISDIR, path)
    if not path.exists():
        _require_folder(path.parent)


def require_folder_place(path: Path) -> None:
    """The same for a folder that will be made, along with those above it."""
    _require_folder(next(place for place in (path, *path.absolute().parents) if place.exists()))


def _require_folder(path: Path) -> None:
    if not path.exists():
        raise _error(errno.ENOENT, path)
    if not path.is_dir():
        raise _error(errno.ENOTDIR, path)
    if not os.access(path, os.W_OK | os.X_OK):
        raise _error(errno.EACCES, path)


def _error(number: int, path: Path) -> OSError:
    return OSError(number, os.strerror(number), str(path))


@contextlib.contextmanager
def write_whole(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name only when all of it was written; a device or a pipe takes it as it comes."""
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    with stage(path) as temporary, temporary.open("wb") as file:
        yield file


def write_text(path: Path, text: str) -> None:
    """The same for a text."""
    with write_whole(path) as file:
        file.write(text.encode())


@contextlib.contextmanager
def stage(path: Path) -> Iterator[Path]:
    """A path to write to, beside ``path``, whose place it takes when all went well."""
    require_file_place(path)
    target = path.resolve()  # a link stays one
    temporary = target.with_name(f".{uuid.uuid4().hex[:12]}.part")
    try:
        yield temporary
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
