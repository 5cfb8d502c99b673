"""The life of a run: queued → running → done, failed or cancelled. The row is the queue.

Every write of a worker names the attempt it claimed and does nothing when the run is no longer its own.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from diary.errors import Code, DiaryError
from diary.models import Analysis, Clip, WorkoutSet
from diary.selectors.analyses import next_waiting
from diary.services import clips, files, filling
from diary.services.outcome import Outcome

Status, Stage = Analysis.Status, Analysis.Stage

WAITING = {"status": Status.QUEUED, "stage": Stage.QUEUED, "progress": 0.0, "worker": ""}

# Where each stage begins and ends on the bar that a person watches; about its share of the time.
STAGE_SPANS = {
    Stage.PROBE: (0.0, 0.02),
    Stage.DECODE: (0.02, 0.1),
    Stage.PEOPLE: (0.1, 0.2),
    Stage.POSE: (0.2, 0.75),
    Stage.EXERCISE: (0.75, 0.8),
    Stage.REPS: (0.8, 0.85),
    Stage.MEDIA: (0.85, 1.0),
}


def overall_progress(stage: str, share: float) -> float:
    """How far a run is when a share of a stage is done, 0..1."""
    start, end = STAGE_SPANS[Stage(stage)]
    return start + (end - start) * min(1.0, max(0.0, share))


@transaction.atomic
def claim_analysis(*, id: UUID | str, worker: str = "") -> Analysis | None:
    """Take a queued run; None when somebody else has it, or it is gone.

    The person's turn is noted along with it: a worker that loses the race must not think that it is still theirs.
    """
    now = timezone.now()
    claimed = Analysis.objects.filter(pk=id, status=Status.QUEUED).update(
        status=Status.RUNNING,
        stage=Stage.PROBE,
        progress=0.0,
        attempt=F("attempt") + 1,
        worker=worker,
        started_at=now,
        heartbeat_at=now,
    )
    if not claimed:
        return None
    User.objects.filter(clips__analyses__pk=id).update(served_at=now)  # with the person: runs go with their films
    return Analysis.objects.select_related("clip__user").get(pk=id)


def claim_next(*, worker: str = "") -> Analysis | None:
    """Take the run whose turn it is, or the one after it when another worker was faster; None when none waits."""
    while (id := next_waiting()) is not None:
        if (analysis := claim_analysis(id=id, worker=worker)) is not None:
            return analysis
    return None


def record_progress(*, analysis_id: UUID, attempt: int, stage: str | None = None, share: float = 0.0) -> bool:
    """Say that the worker lives, and how far it is; False when the run is no longer its own: stop."""
    changes: dict[str, Any] = {"heartbeat_at": timezone.now()}
    if stage is not None:
        changes |= {"stage": stage, "progress": overall_progress(stage, share)}
    return bool(_own(analysis_id, attempt).update(**changes))


def fill_diary(*, analysis: Analysis, attempt: int, outcome: Outcome) -> list[WorkoutSet] | None:
    """Write what was found into the diary; None when the run is no longer this worker's."""
    prefix = f"{analysis.clip.folder}/{str(analysis.pk)[:8]}-{attempt}"
    thumbnails = [_store(f["thumbnail"], f"{prefix}/set_{i}.jpg") for i, f in enumerate(outcome["sets"])]
    poster, keypoints = (
        _store(outcome["poster"], f"{prefix}/poster.jpg"),
        _store(outcome["keypoints"], f"{prefix}/keypoints.npz"),
    )
    with transaction.atomic():
        if (held := _hold(analysis.pk, attempt)) is None:
            files.delete_folder_on_commit(folder=prefix)
            return None
        clip = held.clip
        clip.poster, clip.keypoints = poster, keypoints
        clips.note_facts(clip=clip, video=dict(outcome["video"]))
        rows = filling.fill_sets(analysis=held, outcome=outcome, thumbnails=thumbnails)
        held.result = {"removed": held.result.get("removed", []), **_summary(outcome)}
        held.models, held.timings = outcome["models"], outcome["timings_s"]
        held.save(update_fields=["result", "models", "timings"])
        transaction.on_commit(lambda: _delete_unused(clip))
    return rows


def finish_analysis(
    *, analysis: Analysis, attempt: int, rendition: Path | None = None, timings_s: dict[str, float] | None = None
) -> bool:
    """End a run well; `rendition` is the file for the player, which the diary takes over.

    Without a new one that of an earlier run stays: it shows the same film.
    """
    prefix = f"{analysis.clip.folder}/{str(analysis.pk)[:8]}-{attempt}"
    stored = _store(rendition, f"{prefix}/rendition.mp4")
    with transaction.atomic():
        if (held := _hold(analysis.pk, attempt)) is None:
            # Only what nothing names: a run that was handed back after it had filled the diary has pictures there.
            transaction.on_commit(lambda: _delete_unmade(analysis.clip, stored))
            return False
        held.timings = {**held.timings, **(timings_s or {})}
        held.save(update_fields=["timings"])
        if stored:
            Clip.objects.filter(pk=held.clip_id).update(rendition=stored, updated_at=timezone.now())
        _end(held, Status.DONE, stage=Stage.DONE, progress=1.0)
        transaction.on_commit(lambda: _delete_unused(held.clip))
    return True


@transaction.atomic
def fail_analysis(*, analysis: Analysis, attempt: int, code: str) -> bool:
    """End a run badly and leave a row that a person can fill by hand."""
    if (held := _hold(analysis.pk, attempt)) is None:
        return False
    _fail(held, code)
    return True


@transaction.atomic
def cancel_analysis(*, analysis: Analysis) -> Analysis:
    """The person does not want the run any more; a worker that is at it stops at its next sign of life."""
    active = Analysis.objects.filter(pk=analysis.pk, status__in=Analysis.ACTIVE)
    if not active.update(status=Status.CANCELLED, finished_at=timezone.now()):
        raise DiaryError(Code.ANALYSIS_ENDED)
    analysis.refresh_from_db()
    filling.leave_row(clip=analysis.clip, analysis=analysis, candidates=[])
    return analysis


def hand_back(*, workers: Iterable[str]) -> int:
    """Queue again what these workers do, because they are told to stop; returns how many runs.

    Not a loss: a site that is restarted time and again during a long film analyses it in the end. The workers find
    out at their next sign of life. Names may be given by their beginnings.
    """
    theirs = functools.reduce(operator.or_, (Q(worker__startswith=name) for name in workers), Q(pk=None))
    handed: int = Analysis.objects.filter(theirs, status=Status.RUNNING).update(**WAITING)
    return handed


def requeue_stale(*, now: datetime | None = None, is_gone: Callable[[str], bool] | None = None) -> list[UUID]:
    """Queue again what a dead worker left behind: no sign of life for a while, or known to be gone.

    A run that killed its workers time and again ends as failed. Returns the ids to wake a worker for.
    """
    lost = (now or timezone.now()) - timedelta(seconds=settings.HEARTBEAT_LOST_S)
    running = Analysis.objects.filter(status=Status.RUNNING).only("attempt", "losses", "worker", "heartbeat_at")
    stale = [
        row for row in running if row.heartbeat_at is None or row.heartbeat_at < lost or _gone(row.worker, is_gone)
    ]
    return [row.pk for row in stale if _requeue(row)]


def _gone(worker: str, is_gone: Callable[[str], bool] | None) -> bool:
    return bool(worker and is_gone is not None and is_gone(worker))


@transaction.atomic
def _requeue(row: Analysis) -> bool:
    if row.losses + 1 < settings.ANALYSIS_ATTEMPTS:
        return bool(_own(row.pk, row.attempt).update(losses=F("losses") + 1, **WAITING))
    if (held := _hold(row.pk, row.attempt)) is not None:
        _fail(held, Code.INTERNAL)
    return False


def expire_overdue(*, now: datetime | None = None) -> list[UUID]:
    """End runs that are over their time; returns which."""
    started_before = (now or timezone.now()) - timedelta(seconds=settings.ANALYSIS_LIMIT_S)
    overdue = Analysis.objects.filter(status=Status.RUNNING, started_at__lt=started_before).select_related("clip")
    return [row.pk for row in overdue if fail_analysis(analysis=row, attempt=row.attempt, code=Code.TIMED_OUT)]


def _own(id: UUID, attempt: int) -> Any:
    return Analysis.objects.filter(pk=id, attempt=attempt, status=Status.RUNNING)


def _hold(id: UUID, attempt: int) -> Analysis | None:
    """The run and its clip, held until the transaction ends, as long as it is this attempt's.

    All who write more than one kind of row hold them in this order: run, clip, sets, days, and the person last; and
    without their keys, so that a set which somebody adds to the clip meanwhile waits for nothing.
    """
    rows: Any = _own(id, attempt).select_for_update(of=("self", "clip"), no_key=True).select_related("clip__user")
    held: Analysis | None = rows.first()
    return held


def _fail(held: Analysis, code: str) -> None:
    _end(held, Status.FAILED, error_code=str(code))
    filling.leave_row(clip=held.clip, analysis=held, candidates=[])


def _end(held: Analysis, status: str, **changes: Any) -> None:
    now = timezone.now()
    _own(held.pk, held.attempt).update(status=status, finished_at=now, heartbeat_at=now, **changes)


def _store(source: Path | None, name: str) -> str:
    return files.store_file(source=source, name=name) if source is not None and source.exists() else ""


def _delete_unmade(clip: Clip, stored: str) -> None:
    """Delete what a run has stored that is not its clip's any more; all of its folder when the clip is gone."""
    if stored and Clip.objects.filter(pk=clip.pk).exists():
        default_storage.delete(stored)
    elif stored:
        files.delete_folder(folder=clip.folder)


def _delete_unused(clip: Clip) -> None:
    """Delete what an earlier run made and nothing names any more."""
    fresh = Clip.objects.filter(pk=clip.pk).first()
    if fresh is None:
        return
    own = [str(file.name) for file in (fresh.original, fresh.rendition, fresh.poster, fresh.keypoints)]
    files.delete_unused(folder=clip.folder, used=[*own, *fresh.sets.values_list("thumbnail", flat=True)])


def _summary(outcome: Outcome) -> dict[str, Any]:
    """What is kept of an outcome: all but files and embeddings."""
    sets = [{k: v for k, v in finding.items() if k not in ("thumbnail", "embedding")} for finding in outcome["sets"]]
    return {"video": outcome["video"], "people": outcome["people"], "candidates": outcome["candidates"], "sets": sets}
