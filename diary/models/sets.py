"""Sets: the rows of the diary."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from diary.models.analyses import Analysis
from diary.models.clips import Clip
from diary.models.exercises import Exercise
from diary.models.workouts import Workout

RPE_STEPS = [Decimal(half) / 2 for half in range(2, 21)]  # 1, 1.5 … 10


class WorkoutSet(models.Model):
    """One set. `provenance` keeps, for each value, who wrote it, how sure they were, and whether a person locked it."""

    # Values that a model may write; weight, effort and note are a person's only.
    AUTO_FIELDS = ("exercise", "reps", "duration_s", "start_s", "end_s", "rep_times")
    USER_FIELDS = (*AUTO_FIELDS, "weight_kg", "rpe", "note")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workout = models.ForeignKey(Workout, on_delete=models.CASCADE, related_name="sets")
    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, null=True, blank=True, related_name="sets")
    position = models.PositiveIntegerField(default=0)  # order within the day
    reps = models.PositiveIntegerField(_("reps"), null=True, blank=True)
    weight_kg = models.DecimalField(_("weight in kg"), max_digits=6, decimal_places=2, null=True, blank=True)
    duration_s = models.FloatField(_("seconds"), null=True, blank=True)
    rpe = models.DecimalField(_("effort (RPE)"), max_digits=3, decimal_places=1, null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    clip = models.ForeignKey(Clip, on_delete=models.SET_NULL, null=True, blank=True, related_name="sets")
    analysis = models.ForeignKey(Analysis, on_delete=models.SET_NULL, null=True, blank=True, related_name="sets")
    start_s = models.FloatField(null=True, blank=True)
    end_s = models.FloatField(null=True, blank=True)
    rep_times = models.JSONField(default=list, blank=True)  # [[start_s, turn_s, end_s]]
    found_span = models.JSONField(default=list, blank=True)  # [start_s, end_s] of the newest run that saw it
    thumbnail = models.FileField(max_length=255, blank=True)  # lies in the clip's folder
    candidates = models.JSONField(default=list, blank=True)  # [{exercise: slug, confidence}]
    # {field: {source, model, confidence, locked}}; `forgotten` beside them where a name is not to teach any more
    provenance = models.JSONField(default=dict, blank=True)
    proposal = models.JSONField(default=dict, blank=True)  # {field: {value, model, confidence}} for locked fields
    earlier = models.JSONField(default=dict, blank=True)  # {field: {value, model, confidence}} before the newest run
    reps_low = models.PositiveIntegerField(null=True, blank=True)  # "10, maybe 11"
    reps_high = models.PositiveIntegerField(null=True, blank=True)
    embedding = models.BinaryField(null=True, blank=True)  # (D,) float32, little endian: how the movement looked
    embedding_model = models.CharField(max_length=80, blank=True)  # embeddings of two models do not compare
    is_example = models.BooleanField(default=False)  # a person named it: it teaches the recogniser of this person
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position", "created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(reps__isnull=True) | Q(reps__gte=0), name="set_reps_positive"),
            models.CheckConstraint(
                condition=Q(weight_kg__isnull=True) | Q(weight_kg__gte=0), name="set_weight_positive"
            ),
            models.CheckConstraint(
                condition=Q(duration_s__isnull=True) | Q(duration_s__gte=0), name="set_duration_positive"
            ),
            models.CheckConstraint(
                condition=Q(rpe__isnull=True) | Q(rpe__in=RPE_STEPS), name="set_rpe_in_halves_1_to_10"
            ),
            models.CheckConstraint(
                condition=Q(start_s__isnull=True) | Q(end_s__isnull=True) | Q(start_s__lte=F("end_s")),
                name="set_start_before_end",
            ),
            models.CheckConstraint(condition=Q(start_s__isnull=True) | Q(start_s__gte=0), name="set_start_positive"),
        ]
        indexes = [
            models.Index(fields=["workout", "position"], name="set_by_workout"),
            models.Index(F("created_at").desc(), F("id").desc(), name="set_newest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.exercise or '?'} × {'?' if self.reps is None else self.reps}"

    def source_of(self, field: str) -> dict[str, Any]:
        """Who wrote a value: {source, model, confidence, locked}; empty when nobody did."""
        entry = self.provenance.get(field, {})
        return entry if isinstance(entry, dict) else {}

    def is_locked(self, field: str) -> bool:
        """Whether a person decided this value, so that no model writes it."""
        return bool(self.source_of(field).get("locked"))

    @property
    def told_span(self) -> list[float]:
        """[start_s, end_s] as the set says; empty when it does not."""
        return [] if self.start_s is None or self.end_s is None else [self.start_s, self.end_s]

    @property
    def spans(self) -> list[list[float]]:
        """Stretches of the film that it stands for: a person may have moved it away from where it was found."""
        both = [span for span in (self.told_span, self.found_span) if span]
        return both[:1] if self.told_span == self.found_span else both

    @property
    def is_blank(self) -> bool:
        """Whether it says nothing: what a film leaves in which nothing was found."""
        found = (self.exercise_id, self.reps, self.duration_s)
        return not self.is_touched and all(value is None for value in found)

    @property
    def is_touched(self) -> bool:
        """Whether a person decided anything about the set."""
        return any(self.is_locked(field) for field in (*self.USER_FIELDS, "day"))
