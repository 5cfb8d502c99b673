"""Tasks: claim, run, finish or fail; whatever happens, the row ends with a reason."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from celery import Celery
from celery.beat import SchedulingError
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import LazySettings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import InterfaceError, transaction
from django.db import OperationalError as DatabaseGoneError
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import User
from diary.errors import Code
from diary.models import Analysis, Upload
from diary.selectors.analyses import latest_analysis
from diary.services.uploads import create_upload
from inference import pose, weights
from tests.factories import claim, make_clip
from workers import broker, identity, queue, runner, tasks
from workers.heartbeat import AbandonedError
from workers.schedule import Scheduler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Ids for which a worker was woken by a sweep."""
    ids: list[UUID] = []
    monkeypatch.setattr(tasks, "send_wake", lambda id, expires_s=None: ids.append(id))
    return ids


def make_run(monkeypatch: pytest.MonkeyPatch, error: BaseException | None = None) -> list[Analysis]:
    """Stands for the look into the film; ends as told."""
    runs: list[Analysis] = []

    def run(analysis: Analysis) -> None:
        runs.append(analysis)
        if error is not None:
            raise error

    monkeypatch.setattr(runner, "run_analysis", run)
    return runs


def test_run_is_claimed_in_the_name_of_this_process(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = make_run(monkeypatch)
    analysis = latest_analysis(make_clip(user))
    tasks.analyse_clip.apply(args=[str(analysis.pk)])
    assert [(run.pk, run.attempt, run.worker) for run in runs] == [(analysis.pk, 1, identity.own_name())]


def test_people_take_turns_whatever_run_a_message_names(
    user: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = make_run(monkeypatch)
    queued = [latest_analysis(make_clip(person)) for person in (user, user, user, stranger)]
    for analysis in queued:
        tasks.analyse_clip.apply(args=[str(analysis.pk)])
    first, second, third, other = (analysis.pk for analysis in queued)
    assert [run.pk for run in runs] == [first, other, second, third]


def test_the_reason_of_a_failure_is_written_for_the_run_that_was_done(
    user: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(monkeypatch, MemoryError("surprise"))
    done, named = latest_analysis(make_clip(user)), latest_analysis(make_clip(stranger))
    tasks.analyse_clip.apply(args=[str(named.pk)])
    assert [Analysis.objects.get(pk=run.pk).status for run in (done, named)] == ["failed", "queued"]


def test_wake_up_for_nothing_does_nothing(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = make_run(monkeypatch)
    analysis = claim(make_clip(user))
    for id in (str(analysis.pk), str(uuid4())):
        assert tasks.analyse_clip.apply(args=[id]).successful()
    assert runs == []


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (runner.RefusedError("no_person", "for the log only"), "failed", "no_person"),
        (SoftTimeLimitExceeded(), "failed", "timed_out"),
        (MemoryError("surprise"), "failed", "internal"),
        (OSError(errno.ENOSPC, "No space left on device"), "failed", "storage_full"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "failed", "storage_full"),
        (OSError(errno.EIO, "Input/output error"), "failed", "internal"),
        (DatabaseGoneError("server closed the connection unexpectedly"), "running", ""),
        (InterfaceError("connection already closed"), "running", ""),
        (AbandonedError(), "running", ""),
    ],
)
def test_every_end_has_its_reason(
    user: User, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: str, code: str
) -> None:
    make_run(monkeypatch, error)
    clip = make_clip(user)
    tasks.analyse_clip.apply(args=[str(latest_analysis(clip).pk)])
    analysis = latest_analysis(clip)
    assert (analysis.status, analysis.error_code) == (status, code)
    assert clip.sets.count() == (status == "failed")


def test_run_whose_database_went_away_is_analysed_again(
    user: User, monkeypatch: pytest.MonkeyPatch, woken: list[UUID], settings: LazySettings
) -> None:
    make_run(monkeypatch, DatabaseGoneError("terminating connection due to administrator command"))
    analysis = latest_analysis(make_clip(user))
    for _ in range(settings.ANALYSIS_ATTEMPTS):
        tasks.analyse_clip.apply(args=[str(analysis.pk)])
        Analysis.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=settings.HEARTBEAT_LOST_S + 1))
        tasks.sweep.apply()
    assert woken == [analysis.pk] * (settings.ANALYSIS_ATTEMPTS - 1)
    assert latest_analysis(analysis.clip).error_code == "internal"


def test_sweep_wakes_for_lost_and_forgotten_runs_and_ends_overdue_ones(
    user: User, woken: list[UUID], settings: LazySettings
) -> None:
    fresh, lost, overdue, forgotten = (latest_analysis(make_clip(user)) for _ in range(4))
    now = timezone.now()
    rows = Analysis.objects.filter
    rows(pk=lost.pk).update(status="running", attempt=1, heartbeat_at=now - timedelta(minutes=1), started_at=now)
    long_ago = now - timedelta(seconds=settings.ANALYSIS_LIMIT_S + 1)
    rows(pk=overdue.pk).update(status="running", attempt=1, heartbeat_at=now, started_at=long_ago)
    rows(pk=forgotten.pk).update(queued_at=now - timedelta(minutes=1))
    tasks.sweep.apply()
    assert woken == [lost.pk, forgotten.pk] and fresh.pk not in woken
    assert rows(pk=overdue.pk).get().error_code == Code.TIMED_OUT


def test_worker_of_this_host_that_ended_is_gone_and_others_are_not() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    host = socket.gethostname()
    assert identity.is_gone(f"{host}:{child.pid}:1")
    assert not identity.is_gone(identity.own_name())
    assert identity.is_gone(f"{host}:{os.getpid()}:another start")
    assert not identity.is_gone("elsewhere:1:1") and not identity.is_gone("")


def test_purge_drops_abandoned_uploads_and_taken_messages(user: User, settings: LazySettings) -> None:
    create_upload(user=user, length=5)
    Upload.objects.update(expires_at=timezone.now() - timedelta(days=2))
    taken = settings.BROKER_DIR / "taken" / "1_x.analyses.msg"
    taken.parent.mkdir(parents=True, exist_ok=True)
    taken.write_text("{}")
    tasks.purge.apply()
    assert not Upload.objects.exists() and not taken.exists()


def test_purge_drops_sessions_that_ended(user: User) -> None:
    for days in (-1, 1):
        session = SessionStore()
        session["of"] = user.pk
        session.save()
        Session.objects.filter(pk=session.session_key).update(expire_date=timezone.now() + timedelta(days=days))
    tasks.purge.apply(throw=True)
    assert Session.objects.get().expire_date > timezone.now()


def test_purge_drops_what_killed_runs_left_and_nothing_of_a_live_one(settings: LazySettings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    tasks.purge.apply(throw=True)  # before the first run there is no folder
    left, live = tmp_path / "scratch" / "left", tmp_path / "scratch" / "live"
    for folder in (left, live):
        (folder / "clip-x").mkdir(parents=True)
        (folder / "clip-x" / "rendition.mp4").write_text("half a film")
    over = time.time() - settings.ANALYSIS_LIMIT_S - tasks.HARD_LIMIT_MARGIN_S - 1
    os.utime(left, (over, over))
    tasks.purge.apply(throw=True)
    assert list((tmp_path / "scratch").iterdir()) == [live] and list(live.rglob("*.mp4"))


def test_the_chosen_estimator_s_weights_are_looked_for(
    settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(pose.NAMES) == settings.ESTIMATORS and settings.ESTIMATORS[0] == pose.DEFAULT
    assert set(settings.ESTIMATORS) <= set(weights.RECORDS)
    monkeypatch.setattr(weights, "resolve", find := Finder(missing="hrnet-w32-coco"))
    assert runner.find_weight_problem() == ""
    assert {"blazepose-full", "classifier", "counter", "hrnet", "person"} <= set(find.asked)
    settings.POSE_ESTIMATOR = "hrnet-w32-coco"
    assert runner.find_weight_problem() == "hrnet-w32-coco is missing."


class Finder:
    """Stands for the look at the files."""

    def __init__(self, missing: str) -> None:
        self.missing, self.asked = missing, []

    def __call__(self, name: str) -> None:
        self.asked.append(name)
        if name == self.missing:
            raise weights.WeightError(f"{name} is missing.")


def test_wake_waits_for_the_commit(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(queue, "send_wake", lambda id: sent.append(str(id)))
    with transaction.atomic():
        queue.wake("1")
        assert sent == []
    assert sent == ["1"]


@pytest.mark.parametrize("error", [OperationalError("no broker"), ConnectionRefusedError(), OSError("disk full")])
def test_broken_broker_does_not_fail_the_upload(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise error

    monkeypatch.setattr(queue.app, "send_task", refuse)
    assert queue.send_wake("1") is False


def test_broker_that_is_away_is_not_waited_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def refuse(*_args: object, **_kwargs: object) -> None:
        asked.append(1)
        raise OperationalError("no broker")

    monkeypatch.setattr(queue, "PAUSE_S", 0.2)
    with monkeypatch.context() as away:
        away.setattr(queue.app, "send_task", refuse)
        assert [queue.send_wake("1") for _ in range(3)] == [False] * 3 and len(asked) == 1
        time.sleep(0.25)
        assert not queue.send_wake("1") and len(asked) == 2
    time.sleep(0.25)
    assert queue.send_wake("1")


def test_messages_appear_whole_and_are_read_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = broker.transport_options(tmp_path)
    app = Celery(broker="deukgeun://localhost")
    app.conf.update(broker_transport_options=options, task_default_queue="q")
    drafts: list[list[str]] = []
    replace = Path.replace

    def spy(path: Path, target: Path) -> Path:
        drafts.append([other.name for other in (tmp_path / "messages").glob("*.msg")])
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", spy)
    for number in range(3):
        app.send_task("x", args=[number])
    assert [len(names) for names in drafts] == [0, 1, 2]
    with app.connection() as connection:
        simple = connection.SimpleQueue("q")
        assert [simple.get(timeout=2).payload[0][0] for _ in range(3)] == [0, 1, 2]


def test_message_that_does_not_fit_on_the_disk_leaves_no_draft(
    own_queue: Celery, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    if settings.REDIS_URL:
        pytest.skip("messages are in Redis")
    own_queue.send_task("x")

    def fill(path: Path, content: bytes) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fill)
    assert not queue.send_wake("1")
    assert [path.suffix for path in (settings.BROKER_DIR / "messages").iterdir()] == [".msg"]


def test_purge_drops_old_drafts_only(settings: LazySettings) -> None:
    broker.transport_options(settings.BROKER_DIR)
    old, new = (settings.BROKER_DIR / "messages" / f".{name}.analyses.msg.draft" for name in ("old", "new"))
    for draft in (old, new):
        draft.touch()
    os.utime(old, (1, 1))
    tasks.purge.apply(throw=True)
    assert new.exists() and not old.exists()


def test_beat_says_once_that_the_broker_is_away(
    own_queue: Celery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    scheduler = Scheduler(own_queue, schedule_filename=str(tmp_path / "schedule"), lazy=True)
    sent: list[object] = []

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise SchedulingError("Error 111")

    monkeypatch.setattr(Scheduler, "apply_async", refuse)
    for _ in range(3):
        scheduler.apply_entry(None)
    monkeypatch.setattr(Scheduler, "apply_async", lambda *_args, **_kwargs: sent.append(1))
    for _ in range(2):
        scheduler.apply_entry(None)
    lines = [record.getMessage() for record in caplog.records]
    assert lines == ["Nothing is swept or purged until the broker answers: Error 111", "The broker answers again"]
    assert sent == [1, 1] and not any(record.exc_info for record in caplog.records)
    assert own_queue.conf.beat_scheduler == f"{Scheduler.__module__}:{Scheduler.__name__}"


def test_web_process_never_loads_the_networks() -> None:
    code = (
        "import django; django.setup()\n"
        "import sys, deploy.asgi, deploy.urls, workers.queue\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "print(sorted({'torch', 'cv2', 'inference', 'workers.tasks', 'ai_edge_litert'} & set(sys.modules)))"
    )
    environment: dict[str, str] = {**os.environ, "DJANGO_SETTINGS_MODULE": "deploy.settings"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
