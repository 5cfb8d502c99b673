"""Child processes that read a clip: started in the jail, watched, bounded, and never left behind."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from inference.errors import Code, InferenceError

CLIP_NAME = "clip"  # what the child sees; the name of an upload never reaches a command line
LOG_LINES = 200
LOG_LINE_BYTES = 4096
PIPE_BYTES = 1 << 20
JAIL = Path(__file__).with_name("jail.py")


@dataclass(frozen=True)
class Allowance:
    """What one child may use."""

    wall_s: float  # spent waiting for it
    stall_s: float  # without a byte from it
    memory_bytes: int
    file_bytes: int = 1 << 20

    @property
    def cpu_s(self) -> int:
        """Processor seconds over all its threads."""
        return int(self.wall_s * 4) + 1


@contextlib.contextmanager
def open_scratch(clip: Path, root: Path | None = None) -> Iterator[Path]:
    """A directory for one job, with the clip in it under a neutral name."""
    with tempfile.TemporaryDirectory(prefix="clip-", dir=root) as name:
        scratch = Path(name).resolve()
        (scratch / CLIP_NAME).symlink_to(clip.resolve())
        yield scratch


class Child:
    """A running child. Reads its standard output; its standard error is kept as a bounded log."""

    def __init__(
        self, command: list[str], scratch: Path, allowance: Allowance, on_line: Callable[[str], None] | None = None
    ) -> None:
        self.log: deque[str] = deque(maxlen=LOG_LINES)
        self._allowance = allowance
        self._waited_s = 0.0
        self._on_line = on_line or self.log.append
        self._partial = b""
        self._process = subprocess.Popen(
            _jail_command(command, scratch, allowance),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=scratch,
            env=_environment(scratch),
            start_new_session=True,
            bufsize=0,
        )
        self._stdout = cast(IO[bytes], self._process.stdout)
        self._stderr = cast(IO[bytes], self._process.stderr)
        self._selector = selectors.DefaultSelector()
        for pipe in (self._stdout, self._stderr):
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ)
        with contextlib.suppress(OSError):  # a larger pipe lets the decoder run ahead
            fcntl.fcntl(self._stdout.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)

    def read_into(self, buffer: memoryview) -> int:
        """Fill the buffer from standard output; fewer bytes only at its end."""
        filled = 0
        while filled < len(buffer):
            ready = self.wait()
            if self._stdout in ready:
                size = os.readv(self._stdout.fileno(), [buffer[filled:]])
                if size == 0:
                    self._selector.unregister(self._stdout)
                    return filled
                filled += size
            elif not self._is_open(self._stdout):
                return filled
        return filled

    def wait(self) -> list[IO[bytes]]:
        """Wait until something can be read; lines of standard error are taken here."""
        if not self._selector.get_map():
            return []
        began = time.monotonic()
        ready = [key.fileobj for key, _ in self._selector.select(self._allowance.stall_s)]
        if self._stderr in ready:
            self._take_log()
        self._waited_s += time.monotonic() - began
        if not ready or self._waited_s > self._allowance.wall_s:
            self.kill()
            raise InferenceError(Code.TIMED_OUT, f"child silent or over {self._allowance.wall_s} s")
        return [pipe for pipe in (self._stdout, self._stderr) if pipe in ready]

    def finish(self) -> int:
        """Wait for its end and return its exit status; anything still written is thrown away."""
        rest = memoryview(bytearray(1 << 16))
        while self._selector.get_map():
            if self._stdout in self.wait() and not os.readv(self._stdout.fileno(), [rest]):
                self._selector.unregister(self._stdout)
        status = self._process.wait(timeout=self._allowance.stall_s)
        if status == -signal.SIGXCPU:
            raise InferenceError(Code.TIMED_OUT, "processor time used up")
        return status

    def kill(self) -> None:
        """End it and everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """End it and free what it held."""
        if self._process.poll() is None:
            self.kill()
        self._selector.close()
        self._stdout.close()
        self._stderr.close()

    def _is_open(self, pipe: IO[bytes]) -> bool:
        return any(key.fileobj is pipe for key in self._selector.get_map().values())

    def _take_log(self) -> None:
        data = os.read(self._stderr.fileno(), 1 << 16)
        if not data:
            self._selector.unregister(self._stderr)
        *lines, self._partial = (self._partial + data).split(b"\n")
        self._partial = self._partial[:LOG_LINE_BYTES]
        for line in lines:
            self._on_line(line[:LOG_LINE_BYTES].decode("utf-8", "replace"))


@contextlib.contextmanager
def start(
    command: list[str], scratch: Path, allowance: Allowance, on_line: Callable[[str], None] | None = None
) -> Iterator[Child]:
    """Start a child in the jail; when the block ends, so has the child."""
    child = Child(command, scratch, allowance, on_line)
    try:
        yield child
    finally:
        child.close()


def run(command: list[str], scratch: Path, allowance: Allowance, max_output_bytes: int) -> tuple[int, bytes, list[str]]:
    """Run to the end: exit status, standard output, log. More output than allowed is an error."""
    with start(command, scratch, allowance) as child:
        output = bytearray(max_output_bytes + 1)
        size = child.read_into(memoryview(output))
        if size > max_output_bytes:
            raise InferenceError(Code.TOO_LARGE, f"{command[0]} wrote more than {max_output_bytes} bytes")
        status = child.finish()
        return status, bytes(output[:size]), list(child.log)


def find_program(name: str) -> str:
    """Path of ffmpeg or ffprobe: ``DEUKGEUN_FFMPEG``/``DEUKGEUN_FFPROBE``, else from the search path."""
    wanted = os.environ.get(f"DEUKGEUN_{name.upper()}") or name
    path = shutil.which(wanted)  # the jail lets in the program and its libraries, so it must know where they are
    if not path:
        raise InferenceError(Code.INTERNAL, f"{wanted} is not installed")
    return path


def _jail_command(command: list[str], scratch: Path, allowance: Allowance) -> list[str]:
    limits = {
        "cpu_s": allowance.cpu_s,
        "memory_bytes": allowance.memory_bytes,
        "file_bytes": allowance.file_bytes,
        "scratch": str(scratch),
        "clip": str((scratch / CLIP_NAME).resolve()),
    }
    return [sys.executable, "-I", "-S", str(JAIL), json.dumps(limits), *command]


def _environment(scratch: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "HOME": str(scratch), "TMPDIR": str(scratch), "LC_ALL": "C"}
