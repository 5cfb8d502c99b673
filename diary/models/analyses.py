"""Runs over a clip. The row is the queue: a worker claims it, nothing else decides what is to be done."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diary.models.clips import Clip


class Analysis(models.Model):
    """One run over a clip, from waiting to done."""

    class Status(models.TextChoices):
        """Where the run stands."""

        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    class Stage(models.TextChoices):
        """What the run does at the moment, in order."""

        QUEUED = "queued", _("waiting for its turn")
        PROBE = "probe", _("looking at the file")
        DECODE = "decode", _("reading the film")
        PEOPLE = "people", _("finding you")
        POSE = "pose", _("following your body")
        EXERCISE = "exercise", _("naming the exercise")
        REPS = "reps", _("counting repetitions")
        MEDIA = "media", _("preparing the player")
        DONE = "done", _("finished")

    ACTIVE = (Status.QUEUED, Status.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="analyses")
    status = models.CharField(max_length=9, choices=Status, default=Status.QUEUED)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.QUEUED)
    progress = models.FloatField(default=0.0)  # 0..1 over all stages
    attempt = models.PositiveIntegerField(default=0)  # raised by each claim; a stale worker knows an older one
    losses = models.PositiveIntegerField(default=0)  # claimants that vanished; one that is told to stop is none
    worker = models.CharField(max_length=128, blank=True)  # host:pid of the claimant, to see at once that it died
    error_code = models.CharField(max_length=40, blank=True)
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    options = models.JSONField(default=dict, blank=True)  # person_hint: [time_s, x, y], x and y as shares of the frame
    # What services.outcome.Outcome describes, without files; `removed`: what sets said that this run took away.
    result = models.JSONField(default=dict, blank=True)
    timings = models.JSONField(default=dict, blank=True)  # seconds by stage
    models = models.JSONField(default=dict, blank=True)  # {part: name@version}; last, for it hides the module here

    class Meta:
        ordering = ["-queued_at", "-id"]
        verbose_name_plural = "analyses"
        constraints = [
            models.UniqueConstraint(
                fields=["clip"], condition=Q(status__in=["queued", "running"]), name="analysis_one_active_per_clip"
            ),
            models.CheckConstraint(condition=Q(progress__gte=0) & Q(progress__lte=1), name="analysis_progress_share"),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running", "done", "failed", "cancelled"]),
                name="analysis_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(error_code=""), name="analysis_failure_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["status", "queued_at"], name="analysis_queue")]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.pk}"

    @property
    def is_active(self) -> bool:
        """Whether the run has still to end."""
        return self.status in self.ACTIVE

    @property
    def summary(self) -> dict[str, Any]:
        """Keys that tell a client whether anything changed."""
        return {"status": self.status, "stage": self.stage, "progress": self.progress, "attempt": self.attempt}
