"""`manage.py serve`: site and worker come up together and go down together."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.processes import ProcessTree, is_port_taken

ROOT = Path(__file__).parents[2]
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def signals() -> Iterator[None]:
    """The tree takes the signals of the process; give them back."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def test_end_of_one_process_is_the_end_of_all(signals: None) -> None:
    began_s = time.monotonic()
    with ProcessTree({"short": [sys.executable, "-c", "raise SystemExit(3)"], "long": SLEEP}) as tree:
        assert not tree.wait_for_port("127.0.0.1", 9)
        assert tree.wait() == 3
    assert all(child.poll() is not None for child in tree._children.values())
    assert time.monotonic() - began_s < 10


@pytest.mark.slow
def test_site_and_worker_start_and_stop_as_one(port: int, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "DEUKGEUN_VAR_DIR": str(tmp_path), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    log = tmp_path / "serve.log"
    with log.open("wb") as out:
        tree = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        wait_for_text(log, "Ctrl-C stops it", tree)
        assert f"http://localhost:{port}/" in log.read_text()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            assert answer.read() == b"ok"
        wait_for_text(log, "ready.", tree)
        again = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert again.returncode == 1 and f"PORT={port + 1}" in again.stderr
    finally:
        tree.send_signal(signal.SIGINT)
    assert tree.wait(timeout=30) == 0
    assert not is_port_taken("127.0.0.1", port)
    assert not left_over(tmp_path)


@pytest.mark.slow
def test_end_of_beat_is_the_end_of_all(port: int, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "DEUKGEUN_VAR_DIR": str(tmp_path), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    log = tmp_path / "serve.log"
    with log.open("wb") as out:
        tree = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        wait_for_text(log, "ready.", tree)
        [beat] = [number for number in left_over(tmp_path) if b"\0beat\0" in read_command(number)]
        os.kill(beat, signal.SIGKILL)
        assert tree.wait(timeout=30) != 0
    finally:
        tree.terminate()
    assert not left_over(tmp_path)


def read_command(number: int) -> bytes:
    return (Path("/proc") / str(number) / "cmdline").read_bytes()


def test_database_that_cannot_be_reached_is_said_in_a_sentence(port: int, tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "DEUKGEUN_VAR_DIR": str(tmp_path),
        "SECRET_KEY": "x",
        "DATABASE_URL": f"postgres://diary:secret@127.0.0.1:{port}/diary",
    }
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1 and "Traceback" not in done.stderr and "secret" not in done.stderr
    assert last.startswith("Cannot start: the database of DATABASE_URL cannot be used. ") and str(port) in last


def wait_for_text(log: Path, text: str, tree: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while not re.search(text, log.read_text()):
        assert tree.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def left_over(folder: Path) -> list[int]:
    """Processes whose environment names the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"DEUKGEUN_VAR_DIR={folder}".encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found
