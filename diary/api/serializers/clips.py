"""Clips as JSON."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from diary.api.serializers.analyses import AnalysisSerializer
from diary.api.serializers.base import DayField, MomentField, RowSerializer
from diary.api.serializers.sets import SetSerializer
from diary.models import Clip


class ClipSerializer(RowSerializer):
    """A film of one or more sets."""

    name = serializers.CharField(source="original_name", read_only=True, help_text="Of the file that was uploaded.")
    date = serializers.DateField(source="day", read_only=True, help_text="In the person's time zone.")
    width_px = serializers.IntegerField(source="width", read_only=True, allow_null=True)
    height_px = serializers.IntegerField(source="height", read_only=True, allow_null=True)
    rendition = serializers.SerializerMethodField(help_text="MP4 for players; null until it is made.")
    poster = serializers.SerializerMethodField(help_text="JPEG.")
    keypoints = serializers.SerializerMethodField(help_text="The body in each sampled frame, as JSON.")
    analysis = serializers.SerializerMethodField(help_text="The newest run.")
    sets = SetSerializer(many=True, read_only=True)

    class Meta:
        model = Clip
        fields = [
            "id", "name", "size_bytes", "sha256", "captured_at", "capture_source", "date", "duration_s", "width_px",
            "height_px", "rendition", "poster", "keypoints", "analysis", "sets", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_rendition(self, clip: Clip) -> str | None:
        """The film for the player."""
        return self.link_file(clip.rendition, "media-clip-rendition", id=clip.pk)

    def get_poster(self, clip: Clip) -> str | None:
        """A still."""
        return self.link_file(clip.poster, "media-clip-poster", id=clip.pk)

    def get_keypoints(self, clip: Clip) -> str | None:
        """For the skeleton over the film."""
        return self.link_file(clip.keypoints, "api:clip-keypoints", id=clip.pk)

    @extend_schema_field(AnalysisSerializer(allow_null=True))
    def get_analysis(self, clip: Clip) -> dict[str, Any] | None:
        """Of the runs that were fetched along, newest first."""
        newest = next(iter(clip.analyses.all()), None)
        return AnalysisSerializer(newest, context=self.context).data if newest is not None else None


class ClipUploadSerializer(serializers.Serializer[dict[str, Any]]):
    """A small film in one request; larger ones go through /api/v1/uploads/."""

    file = serializers.FileField(allow_empty_file=True, use_url=False)
    captured_at = MomentField(
        required=False,
        help_text="When it was filmed, unless the film says so itself. A moment that cannot be true counts as now.",
    )


class ClipMoveSerializer(serializers.Serializer[dict[str, Any]]):
    """On which day a clip was filmed."""

    date = DayField(help_text="Its sets move along.")


class ClipDeletionSerializer(serializers.Serializer[dict[str, Any]]):
    """What goes along with a clip."""

    with_sets = serializers.BooleanField(
        default=False, help_text="Also delete its sets. Default: they stay, but for empty ones."
    )
