"""Messages as files, for one machine without Redis.

Kombu's own transport writes a message in place, so a reader may take a half-written one and die of it; here a message
appears by renaming, which is all or nothing. What is taken goes through a folder of our own instead of /tmp.
"""

from __future__ import annotations

import math
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Kombu's channel with a safe way to put a message down."""

    def _put(self, queue: str, payload: Any, **_kwargs: Any) -> None:  # type: ignore[override]
        # Names sort by time; the wall clock also orders what processes of several boots wrote.
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        folder = Path(self.data_folder_out)
        draft = folder / f".{name}.draft"
        try:
            draft.write_bytes(str_to_bytes(dumps(payload)))
            draft.replace(folder / name)
        except OSError:  # the disk is full: a draft that stays would make it no emptier
            draft.unlink(missing_ok=True)
            raise


class Transport(filesystem.Transport):
    """Kombu's transport over that channel."""

    Channel = Channel


def transport_options(root: Path) -> dict[str, Any]:
    """Make the folders of the queue and name them to kombu."""
    messages, control, taken = root / "messages", root / "control", root / "taken"
    for folder in (messages, control, taken):
        folder.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(control),
        "processed_folder": str(taken),
        "store_processed": True,
        "polling_interval": 0.2,
    }


def drop_drafts(root: Path, *, older_than_s: float = 3600.0) -> int:
    """Delete drafts of processes that were killed while they wrote; returns how many."""
    oldest = time.time() - older_than_s
    left = [draft for draft in (root / "messages").glob(".*.draft") if changed_at(draft) < oldest]
    for draft in left:
        draft.unlink(missing_ok=True)
    return len(left)


def changed_at(path: Path) -> float:
    """When something was written last; in the far future, if it has just gone away by itself."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def drop_taken(root: Path) -> int:
    """Delete the copies of messages that were taken; the rows say what is to be done, nobody reads these."""
    copies = list((root / "taken").glob("*.msg"))
    for copy in copies:
        copy.unlink(missing_ok=True)
    return len(copies)
