"""Uploads as JSON."""

from __future__ import annotations

from rest_framework import serializers

from diary.api.serializers.base import RowSerializer
from diary.models import Upload
from diary.services.uploads import current_offset


class UploadSerializer(RowSerializer):
    """How far an upload has come, and the clip it has become."""

    offset = serializers.SerializerMethodField(help_text="Bytes that are safely stored.")

    class Meta:
        model = Upload
        fields = ["id", "length", "offset", "filename", "metadata", "expires_at", "clip", "created_at"]

    def get_offset(self, upload: Upload) -> int:
        """What the file confirms."""
        return current_offset(upload=upload)
