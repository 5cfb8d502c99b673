"""Reads about runs."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import User
from diary.errors import Code
from diary.models import Analysis, Clip


def list_analyses(user: User) -> QuerySet[Analysis]:
    """Runs over the person's clips, the newest first."""
    return Analysis.objects.filter(clip__user=user).select_related("clip")


def latest_analysis(clip: Clip) -> Analysis | None:
    """The newest run over a clip."""
    return clip.analyses.order_by("-queued_at", "-id").first()


def find_options(clip: Clip) -> dict[str, Any]:
    """What was last chosen for the runs over a clip; a run that was cancelled, or tapped beside, was not meant."""
    chosen = clip.analyses.exclude(status=Analysis.Status.CANCELLED).exclude(error_code=Code.NOBODY_TAPPED)
    chosen = chosen.exclude(options={})
    newest = chosen.order_by("-queued_at", "-id").first()
    return {} if newest is None else dict(newest.options)


def latest_found(clip: Clip) -> Analysis | None:
    """The newest run that got as far as to find something; one that failed early or was cancelled changed nothing."""
    return clip.analyses.exclude(result={}).order_by("-queued_at", "-id").first()


def list_waiting(*, longer_than: timedelta, limit: int) -> list[uuid.UUID]:
    """Runs that have waited for a while, the longest first; those whose wake-up may have been lost."""
    waiting = Analysis.objects.filter(status=Analysis.Status.QUEUED, queued_at__lt=timezone.now() - longer_than)
    return list(waiting.order_by("queued_at").values_list("pk", flat=True)[:limit])


def next_waiting() -> uuid.UUID | None:
    """The run whose turn it is: the oldest of the person for whom no run was begun for the longest time.

    Somebody who uploads sixty films at once keeps nobody else waiting for more than one of them.
    """
    waiting = Analysis.objects.filter(status=Analysis.Status.QUEUED)
    in_turn = waiting.order_by(F("clip__user__served_at").asc(nulls_first=True), "queued_at", "pk")
    return in_turn.values_list("pk", flat=True).first()


def is_claimed(*, analysis_id: uuid.UUID, attempt: int) -> bool:
    """Whether the run still belongs to this attempt; no longer when it was cancelled, re-queued or deleted."""
    return Analysis.objects.filter(pk=analysis_id, attempt=attempt, status=Analysis.Status.RUNNING).exists()
