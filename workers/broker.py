"""Messages as files, for one machine without Redis.

Kombu's own transport writes a message in place, so a reader may take a half-written one and die of it; here a message
appears by renaming, which is all or nothing. What is taken goes through a folder of our own instead of /tmp.
"""

from __future__ import annotations

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
        draft.write_bytes(str_to_bytes(dumps(payload)))
        draft.replace(folder / name)


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


def drop_taken(root: Path) -> int:
    """Delete the copies of messages that were taken; the rows say what is to be done, nobody reads these."""
    copies = list((root / "taken").glob("*.msg"))
    for copy in copies:
        copy.unlink(missing_ok=True)
    return len(copies)
