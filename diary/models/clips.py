"""Films of sets."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

END_SLACK_S = 0.5  # a player may stand behind the last frame


def clip_folder(clip: Clip) -> str:
    """Where all files of a clip lie. Nothing that a person typed is part of a path."""
    return f"clips/{clip.user_id}/{clip.pk}"


def original_path(clip: Clip, _filename: str) -> str:
    """The film as it came."""
    return f"{clip_folder(clip)}/original"


def derived_path(clip: Clip, filename: str) -> str:
    """What was made from the film; the service chooses the name."""
    return f"{clip_folder(clip)}/{filename}"


class Clip(models.Model):
    """A film and what is known about it."""

    class CaptureSource(models.TextChoices):
        """Who said when the film was taken."""

        METADATA = "metadata", _("the film itself")
        UPLOAD = "upload", _("the upload")
        USER = "user", _("you")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="clips")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    original_name = models.CharField(max_length=255, blank=True)
    original = models.FileField(upload_to=original_path, max_length=255)
    rendition = models.FileField(upload_to=derived_path, max_length=255, blank=True)
    poster = models.FileField(upload_to=derived_path, max_length=255, blank=True)
    keypoints = models.FileField(upload_to=derived_path, max_length=255, blank=True)
    captured_at = models.DateTimeField()
    capture_source = models.CharField(max_length=8, choices=CaptureSource, default=CaptureSource.UPLOAD)
    day = models.DateField()  # of captured_at, in the person's time zone at that time
    duration_s = models.FloatField(null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)  # px, upright
    height = models.PositiveIntegerField(null=True, blank=True)  # px, upright
    dismissed_spans = models.JSONField(default=list, blank=True)  # [[start_s, end_s]] of sets that a person deleted
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)  # of the row, and when a set left it; sets and runs have their own

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "sha256"], name="clip_bytes_once_per_user"),
            models.CheckConstraint(condition=Q(size_bytes__gt=0), name="clip_size_positive"),
            models.CheckConstraint(
                condition=Q(duration_s__isnull=True) | Q(duration_s__gte=0), name="clip_duration_positive"
            ),
            models.CheckConstraint(
                condition=Q(capture_source__in=["metadata", "upload", "user"]), name="clip_capture_source_known"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "day"], name="clip_by_day"),
            models.Index(F("created_at").desc(), F("id").desc(), name="clip_newest_first"),
        ]

    def __str__(self) -> str:
        return self.original_name or str(self.pk)

    @property
    def folder(self) -> str:
        """Where the files lie in the storage."""
        return clip_folder(self)

    def has_moment(self, moment_s: float) -> bool:
        """Whether the film lasts until then; not known to be false before a run has looked at it."""
        return self.duration_s is None or moment_s <= self.duration_s + END_SLACK_S
