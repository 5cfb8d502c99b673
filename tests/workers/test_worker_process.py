"""A real worker process on the real queue: it takes a clip at once, and a killed one costs seconds, not the clip."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection

from accounts.models import User
from deploy.processes import STOP_S
from diary.models import Analysis, Exercise, WorkoutSet
from diary.selectors.analyses import latest_analysis
from tests.factories import make_clip
from workers.queue import send_wake

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


class Worker:
    """A worker process with its helpers, on the test's database, files and queue."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.log = (folder / "worker.log").open("ab")
        command = [sys.executable, "-m", "tests.workers.patient_worker", str(folder)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=self.log, stderr=self.log, start_new_session=True
        )

    def stop(self) -> float:
        """As with Ctrl-C or an upgrade; returns the seconds it took."""
        began_s = time.monotonic()
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_S)
        return time.monotonic() - began_s

    def kill(self) -> None:
        """As when the machine takes the memory back: no goodbye."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def start_worker(settings: LazySettings, tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    """Starts workers and leaves none behind."""
    settings.BROKER_DIR = tmp_path / "broker"
    workers: list[Worker] = []
    environment = {
        **os.environ,
        "DEUKGEUN_VAR_DIR": str(tmp_path),
        "DATABASE_URL": database_url(),
        "SECRET_KEY": "of these tests",
        "OMP_NUM_THREADS": "1",
    }

    def start() -> Worker:
        workers.append(Worker(tmp_path, environment))
        return workers[-1]

    yield start
    for worker in workers:
        try:
            worker.kill()
        except ProcessLookupError:
            continue
        finally:
            worker.log.close()


def database_url() -> str:
    """The test's database, as a setting."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    return f"postgres://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"


def wait_for(condition: Callable[[], bool], what: str) -> float:
    """Seconds until something is so."""
    began_s = time.monotonic()
    while not condition():
        assert time.monotonic() - began_s < PATIENCE_S, f"{what} did not happen within {PATIENCE_S:.0f} s"
        time.sleep(0.05)
    return time.monotonic() - began_s


def test_worker_without_its_networks_does_not_start_and_says_why(tmp_path: Path) -> None:
    environment = {**os.environ, "DEUKGEUN_VAR_DIR": str(tmp_path), "DEUKGEUN_WEIGHTS_DIR": str(tmp_path / "none")}
    command = [sys.executable, "-m", "celery", "-A", "workers.celery", "worker"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "The worker cannot start: " in done.stderr and "python -m inference weights" in done.stderr


def read_ended(folder: Path) -> list[str]:
    """The attempts that ended well."""
    return (folder / "ended").read_text().split()


def wait_for_end(analysis: Analysis, folder: Path) -> float:
    """Seconds until the run is done and the worker has written down which attempt it was."""
    return wait_for(
        lambda: Analysis.objects.filter(pk=analysis.pk, status="done").exists() and (folder / "ended").exists(),
        "the end of the analysis",
    )


def test_killed_worker_s_clip_is_analysed_once_by_the_next(
    user: User, squat: Exercise, start_worker: Callable[[], Worker], tmp_path: Path
) -> None:
    analysis = latest_analysis(make_clip(user))
    send_wake(analysis.pk)
    worker = start_worker()
    wait_for((tmp_path / "began-1").exists, "the first attempt")
    worker.kill()
    (tmp_path / "may_end").touch()
    start_worker()
    seconds = wait_for_end(analysis, tmp_path)
    assert read_ended(tmp_path) == ["2"]
    assert WorkoutSet.objects.get().exercise == squat
    assert seconds < 15


def test_clip_outlives_more_restarts_than_it_has_attempts(
    user: User, squat: Exercise, start_worker: Callable[[], Worker], tmp_path: Path, settings: LazySettings
) -> None:
    analysis = latest_analysis(make_clip(user))
    send_wake(analysis.pk)
    for _ in range(settings.ANALYSIS_ATTEMPTS + 1):
        worker = start_worker()
        wait_for(Analysis.objects.filter(status="running").exists, "the next attempt")
        assert worker.stop() < STOP_S  # not by being killed
        analysis.refresh_from_db()
        assert (analysis.status, analysis.losses) == ("queued", 0)
    (tmp_path / "may_end").touch()
    start_worker()
    wait_for_end(analysis, tmp_path)
    assert len(read_ended(tmp_path)) == 1


def test_killed_helper_process_is_replaced_and_its_clip_taken_up_again(
    user: User, squat: Exercise, start_worker: Callable[[], Worker], tmp_path: Path
) -> None:
    analysis = latest_analysis(make_clip(user))
    send_wake(analysis.pk)
    start_worker()
    wait_for((tmp_path / "began-1").exists, "the first attempt")
    wait_for(lambda: bool((tmp_path / "began-1").read_text()), "the process's number")
    os.kill(int((tmp_path / "began-1").read_text()), signal.SIGKILL)
    (tmp_path / "may_end").touch()
    seconds = wait_for_end(analysis, tmp_path)
    assert read_ended(tmp_path) == ["2"]
    assert seconds < 15


def test_clip_whose_wake_up_was_lost_is_found_by_the_sweep(
    user: User, squat: Exercise, start_worker: Callable[[], Worker], tmp_path: Path
) -> None:
    analysis = latest_analysis(make_clip(user))
    (tmp_path / "may_end").touch()
    start_worker()
    wait_for_end(analysis, tmp_path)
    assert read_ended(tmp_path) == ["1"]


def test_doubled_wake_up_analyses_once(
    user: User, squat: Exercise, start_worker: Callable[[], Worker], tmp_path: Path
) -> None:
    analysis = latest_analysis(make_clip(user))
    for _ in range(3):
        send_wake(analysis.pk)
    (tmp_path / "may_end").touch()
    start_worker()
    wait_for_end(analysis, tmp_path)
    time.sleep(1)
    assert read_ended(tmp_path) == ["1"]
    assert Analysis.objects.get().attempt == 1
