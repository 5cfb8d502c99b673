"""How much people store."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from diary.models import Clip, Upload


@dataclass(frozen=True)
class Usage:
    """Storage of a person. Uploads that are under way count with their whole length."""

    used_bytes: int
    quota_bytes: int

    @property
    def free_bytes(self) -> int:
        """What may still come; never below zero."""
        return max(0, self.quota_bytes - self.used_bytes)


def read_usage(user: User) -> Usage:
    """What the person stores and may store."""
    clips = Clip.objects.filter(user=user).aggregate(total=Sum("size_bytes"))["total"] or 0
    open_uploads = Upload.objects.filter(user=user, sha256="", expires_at__gt=timezone.now())
    coming = open_uploads.aggregate(total=Sum("length"))["total"] or 0
    return Usage(used_bytes=clips + coming, quota_bytes=user.storage_quota_bytes)
