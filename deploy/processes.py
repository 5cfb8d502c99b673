"""Processes that live and die together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from types import FrameType, TracebackType

STOP_S = 8.0  # from the wish to stop to the kill; a clip that is cut off is taken up again at the next start
POLL_S = 0.2
READY_S = 120.0


class ProcessTree:
    """Named commands, each in a session of its own; the end of one is the end of all."""

    def __init__(self, commands: dict[str, list[str]]) -> None:
        self._commands = commands
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._stop = threading.Event()

    def __enter__(self) -> ProcessTree:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        for name, command in self._commands.items():
            self._children[name] = subprocess.Popen(command, start_new_session=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for child in self._children.values():
            child.terminate()  # the head of each group ends its own helpers in order
        deadline = time.monotonic() + STOP_S
        while time.monotonic() < deadline and any(child.poll() is None for child in self._children.values()):
            time.sleep(POLL_S)
        for child in self._children.values():
            _signal_group(child, signal.SIGKILL)  # grandchildren that outlived their parent as well
            child.wait()

    def wait_for_port(self, host: str, port: int) -> bool:
        """Wait until somebody listens; False when a process ended or a stop was asked for before."""
        deadline = time.monotonic() + READY_S
        while not self._is_over() and time.monotonic() < deadline:
            if is_port_taken(host, port):
                return True
            time.sleep(POLL_S)
        return False

    def wait(self) -> int:
        """Wait for Ctrl-C (0) or for the end of any process (its status, at least 1)."""
        while not self._is_over():
            self._stop.wait(POLL_S)
        if self._stop.is_set():
            return 0
        return next((child.returncode or 1) for child in self._children.values() if child.returncode is not None)

    def _is_over(self) -> bool:
        return self._stop.is_set() or any(child.poll() is not None for child in self._children.values())

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()


def is_port_taken(host: str, port: int) -> bool:
    """Whether somebody listens on a port."""
    target = "127.0.0.1" if host in ("0.0.0.0", "") else host  # noqa: S104
    try:
        with socket.create_connection((target, port), timeout=1):
            return True
    except OSError:
        return False


def _signal_group(child: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return
