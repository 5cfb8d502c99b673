"""Who works: a name for this process, and whether the process of such a name is still there."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def own_name() -> str:
    """host:pid:start, so that a new process with an old one's number is not taken for it."""
    return f"{name_start(os.getpid())}{_start_tick(os.getpid())}"


def name_start(number: int) -> str:
    """How the name of a process of this host begins, which can be told even when it has just ended."""
    return f"{socket.gethostname()}:{number}:"


def is_gone(name: str) -> bool:
    """Whether a worker of this host has certainly ended; of other hosts only their silence tells."""
    host, _, rest = name.partition(":")
    number, _, tick = rest.partition(":")
    if host != socket.gethostname() or not number.isdigit():
        return False
    if not _is_alive(int(number)):
        return True
    return tick != _start_tick(int(number))


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _start_tick(number: int) -> str:
    """When the process started, in clock ticks since boot; empty where /proc does not say."""
    try:
        facts = Path(f"/proc/{number}/stat").read_text(errors="replace")
    except OSError:
        return ""
    return facts.rpartition(")")[2].split()[19]
