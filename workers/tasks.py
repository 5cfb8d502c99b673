"""Tasks in three steps: claim, run, finish or fail."""

from __future__ import annotations

import logging
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID

from celery import Task
from celery.exceptions import SoftTimeLimitExceeded
from celery.signals import worker_init, worker_process_init, worker_ready
from django.conf import settings
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection

from accounts.models import User
from diary.errors import Code
from diary.models import Analysis
from diary.selectors.analyses import list_waiting
from diary.services.analyses import claim_next, expire_overdue, fail_analysis, requeue_stale
from diary.services.files import sweep_removals
from diary.services.upload_files import DISK_FULL
from diary.services.uploads import purge_expired
from workers import broker, identity, runner
from workers.celery import SWEEP_EVERY_S, app
from workers.heartbeat import AbandonedError
from workers.queue import send_wake

log = logging.getLogger(__name__)

HARD_LIMIT_MARGIN_S = 15  # what a run gets to end by itself before its process is killed
PORTRAIT_LIMIT_S = 60
WAITING_LONG = timedelta(seconds=SWEEP_EVERY_S)
WOKEN_AT_ONCE = 8  # by a sweep; the rest follows with the next ones


class AnalysisTask(Task):  # type: ignore[type-arg]
    """Whatever a run stumbles over, its row ends with a reason."""

    def on_failure(self, exc: BaseException, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        """Called by Celery with an exception that nobody expected; the log has it, the person gets a sentence."""
        if isinstance(exc, OperationalError | InterfaceError):
            # The database went away under the run, as when it is restarted. The sweep finds the silent row and has
            # the clip analysed again, as after the death of a worker.
            connection.close()
            return
        mine = Analysis.objects.filter(status=Analysis.Status.RUNNING, worker=identity.own_name())
        for analysis in mine.select_related("clip"):
            fail_analysis(analysis=analysis, attempt=analysis.attempt, code=read_code(exc))


def read_code(error: BaseException) -> Code:
    """What a person is told of an exception that nobody expected."""
    is_full = isinstance(error, OSError) and error.errno in DISK_FULL
    return Code.STORAGE_FULL if is_full else Code.INTERNAL


@app.task(
    base=AnalysisTask,
    name="workers.analyse_clip",
    soft_time_limit=settings.ANALYSIS_LIMIT_S,
    time_limit=settings.ANALYSIS_LIMIT_S + HARD_LIMIT_MARGIN_S,
)
def analyse_clip(analysis_id: str) -> None:
    """Analyse the clip whose turn it is, if any waits.

    A message rings once for every run that waits, but people take turns: it is seldom the run that it names.
    """
    log.debug("Woken for %s", analysis_id)
    if (analysis := claim_next(worker=identity.own_name())) is not None:
        analyse(analysis)


def analyse(analysis: Analysis) -> None:
    """Do a run that this process has claimed; whatever is foreseen ends its row with a reason."""
    log.info("Analysis %s, attempt %d, begins", analysis.pk, analysis.attempt)
    try:
        runner.run_analysis(analysis)
    except AbandonedError:
        log.info("Analysis %s is no longer ours", analysis.pk)
    except SoftTimeLimitExceeded:
        fail_analysis(analysis=analysis, attempt=analysis.attempt, code=Code.TIMED_OUT)
    except runner.RefusedError as refusal:
        log.info("Analysis %s ends: %s", analysis.pk, refusal)
        fail_analysis(analysis=analysis, attempt=analysis.attempt, code=refusal.code)


@app.task(name="workers.look_at_portrait", soft_time_limit=PORTRAIT_LIMIT_S)
def look_at_portrait(user_id: str) -> None:
    """See whether somebody is in a person's new picture: web processes load no networks, so they cannot say at once."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None and user.portrait and user.portrait_shows_person is None:
        runner.look_at_portrait(user)


@app.task(name="workers.sweep")
def sweep() -> None:
    """Queue again what dead workers left, end what is over its time, wake for what waits."""
    expire_overdue()
    wake_all(requeue_stale(is_gone=identity.is_gone))
    wake_all(list_waiting(longer_than=WAITING_LONG, limit=WOKEN_AT_ONCE))


def wake_all(ids: list[UUID]) -> None:
    """Send wake-ups that are worthless once the next sweep sends its own."""
    for id in ids:
        send_wake(id, expires_s=SWEEP_EVERY_S)


@app.task(name="workers.purge")
def purge() -> None:
    """Drop abandoned uploads, folders that were to go, what killed runs left, copies of messages and ended sessions."""
    uploads, folders = purge_expired(), sweep_removals()
    scratch = runner.drop_scratch(older_than_s=settings.ANALYSIS_LIMIT_S + HARD_LIMIT_MARGIN_S)
    broker.drop_taken(settings.BROKER_DIR)
    broker.drop_drafts(settings.BROKER_DIR)
    call_command("clearsessions")
    log.info("Purged %s uploads, %s folders of clips and %s of runs", uploads, folders, scratch)


@worker_init.connect
def refuse_without_weights(**_kwargs: Any) -> None:
    """A worker without its networks would fail every clip; better it does not start, and says why."""
    if problem := runner.find_weight_problem():
        sys.exit(f"The worker cannot start: {problem}")


@worker_ready.connect
def sweep_at_start(**_kwargs: Any) -> None:
    """What an earlier worker left behind is taken up at once."""
    app.send_task("workers.sweep")


@worker_process_init.connect
def load_models(**_kwargs: Any) -> None:
    """Load the networks before the first clip comes."""
    runner.load_models()
