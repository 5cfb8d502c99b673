"""Analyses as JSON."""

from __future__ import annotations

from typing import Any, TypedDict

from django.conf import settings
from rest_framework import serializers

from diary.api.serializers.base import RowSerializer
from diary.errors import Code
from diary.messages import describe
from diary.models import Analysis


class Failure(TypedDict):
    """Why a run failed and what to do next, in the language of the request."""

    code: str
    title: str
    next_step: str


class RemovedSerializer(serializers.Serializer[dict[str, Any]]):
    """What a set said that nobody had touched and that the run did not find again."""

    exercise = serializers.CharField(allow_null=True, help_text="Slug.")
    reps = serializers.IntegerField(allow_null=True)
    duration_s = serializers.FloatField(allow_null=True)
    start_s = serializers.FloatField(allow_null=True)
    end_s = serializers.FloatField(allow_null=True)


class AnalysisSerializer(RowSerializer):
    """A run over a clip."""

    stage_label = serializers.CharField(
        source="get_stage_display", read_only=True, help_text="The stage in the language of the request."
    )
    error = serializers.SerializerMethodField(help_text="Why it failed; null unless the status is failed.")
    person = serializers.SerializerMethodField(help_text="[time_s, x, y] of the person that was asked for.")
    people = serializers.IntegerField(
        source="result.people",
        default=None,
        read_only=True,
        allow_null=True,
        help_text="Most people seen at once; null until the run is done.",
    )
    removed = RemovedSerializer(
        source="result.removed", many=True, default=list, read_only=True, help_text="Sets that this run took away."
    )
    url = serializers.SerializerMethodField(help_text="This resource, for polling.")
    events = serializers.SerializerMethodField(help_text="Progress as server-sent events.")
    models = serializers.DictField(child=serializers.CharField(), read_only=True, help_text="{part: name@version}")
    timings_s = serializers.DictField(
        child=serializers.FloatField(), source="timings", read_only=True, help_text="Seconds by stage."
    )

    class Meta:
        model = Analysis
        fields = [
            "id", "url", "events", "clip", "status", "stage", "stage_label", "progress", "attempt", "error", "person",
            "people", "removed", "queued_at", "started_at", "finished_at", "models", "timings_s",
        ]  # fmt: skip
        read_only_fields = fields

    def get_error(self, analysis: Analysis) -> Failure | None:
        """The sentence of a failure."""
        return describe_failure(analysis)

    def get_person(self, analysis: Analysis) -> list[float] | None:
        """The hint that was given, if any."""
        hint: list[float] | None = analysis.options.get("person_hint")
        return hint

    def get_url(self, analysis: Analysis) -> str:
        """Where to poll."""
        return self.link("api:analysis", id=analysis.pk)

    def get_events(self, analysis: Analysis) -> str:
        """Where to listen."""
        return self.link("api:analysis-events", id=analysis.pk)


def describe_failure(analysis: Analysis) -> Failure | None:
    """What a person is told about a failed run."""
    if not analysis.error_code:
        return None
    message = describe(analysis.error_code, **limits_of(analysis.error_code))
    return {"code": analysis.error_code, "title": message.title, "next_step": message.next_step}


def limits_of(code: str) -> dict[str, int]:
    """The limit that the sentence of a code names."""
    limits = {
        Code.TOO_LARGE: {"limit_bytes": settings.MAX_CLIP_BYTES},
        Code.TOO_LONG: {"limit_s": settings.MAX_CLIP_SECONDS},
    }
    return limits.get(Code(code), {}) if code in set(Code) else {}


class PersonHintSerializer(serializers.Serializer[dict[str, float]]):
    """Somebody in the picture: at a time of the clip, a point on their body as shares of width and height."""

    time_s = serializers.FloatField(min_value=0)
    x = serializers.FloatField(min_value=0, max_value=1)
    y = serializers.FloatField(min_value=0, max_value=1)


class AnalysisRequestSerializer(serializers.Serializer[dict[str, Any]]):
    """What may be chosen for another run."""

    person = PersonHintSerializer(
        required=False,
        allow_null=True,
        help_text="Analyse this person. Left out: the one that was last asked for. null: choose automatically.",
    )


def options_of(values: dict[str, Any]) -> dict[str, Any]:
    """What was asked for, as options of an analysis; what was not sent is left out."""
    if "person" not in values:
        return {}
    hint = values["person"]
    return {"person_hint": hint and [hint["time_s"], hint["x"], hint["y"]]}
