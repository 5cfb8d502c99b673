"""Run the worker, upload and API suites on real PostgreSQL and Redis (`python -m tests.engines [pytest args]`).

Both servers are private: own port, own data folder in a temporary place, gone when the tests are done.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SUITES = ["tests/workers", "tests/diary", "tests/accounts"]
STARTUP_S = 60.0


def free_port() -> int:
    """A TCP port on the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int) -> None:
    """Return once somebody listens; give up after STARTUP_S."""
    deadline = time.monotonic() + STARTUP_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise SystemExit(f"Nothing answers on port {port} after {STARTUP_S:.0f} s.")


def postgres_program(name: str) -> str:
    """Path of a PostgreSQL server program, which Debian keeps off the PATH."""
    found = shutil.which(name) or next(map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None)
    if not found:
        raise SystemExit(f"{name} is missing. Type: make setup-dev")
    return found


def as_postgres(*command: str) -> list[str]:
    """PostgreSQL refuses to run as root: step down to its own user there."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else list(command)


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A fresh PostgreSQL cluster; yields its DATABASE_URL."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="deukgeun-pg-", ignore_cleanup_errors=True) as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data = f"{folder}/data"
        init = [postgres_program("initdb"), "-D", data, "-U", "deukgeun", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(as_postgres(*init, "--locale=C.UTF-8"), check=True, stdout=subprocess.DEVNULL, cwd=folder)
        options = f"-p {port} -c fsync=off -c unix_socket_directories={folder} -c listen_addresses=127.0.0.1"
        control = as_postgres(postgres_program("pg_ctl"), "-D", data, "-s", "-w")
        subprocess.run([*control, "-l", f"{folder}/log", "-o", options, "start"], check=True, cwd=folder)
        try:
            yield f"postgresql://deukgeun@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "fast", "stop"], check=True, cwd=folder)


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A fresh Redis without persistence; yields its URL."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            wait_for_port(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def main() -> int:
    """Start both, run pytest against them, stop both."""
    chosen = sys.argv[1:] or SUITES
    with postgres() as database_url, redis() as redis_url:
        print("==> Tests on PostgreSQL and Redis", flush=True)
        servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": "of these tests"}
        environment = {**os.environ, **servers}
        return subprocess.run([sys.executable, "-m", "pytest", *chosen], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
