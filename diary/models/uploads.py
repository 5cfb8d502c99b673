"""Uploads that may be interrupted."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from diary.models.clips import Clip


class Upload(models.Model):
    """How far a film has come. The bytes lie in UPLOAD_ROOT under the id until the film is whole."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    length = models.BigIntegerField()  # bytes, as announced
    offset = models.BigIntegerField(default=0)  # bytes that are safely stored
    filename = models.CharField(max_length=255, blank=True)
    metadata = models.JSONField(default=dict, blank=True)  # as the client sent it
    sha256 = models.CharField(max_length=64, blank=True)  # of the stored bytes, once all are there
    expires_at = models.DateTimeField()
    clip = models.ForeignKey(Clip, on_delete=models.SET_NULL, null=True, blank=True, related_name="uploads")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(length__gt=0), name="upload_length_positive"),
            models.CheckConstraint(
                condition=Q(offset__gte=0) & Q(offset__lte=F("length")), name="upload_offset_within"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="upload_by_expiry")]

    def __str__(self) -> str:
        return f"{self.filename or self.pk} {self.offset}/{self.length}"

    @property
    def is_complete(self) -> bool:
        """Whether every byte is there."""
        return self.offset == self.length
