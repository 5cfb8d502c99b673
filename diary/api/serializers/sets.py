"""Sets as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from diary import access
from diary.api.serializers.base import DayField, RowSerializer, refusal
from diary.calc import to_kg
from diary.errors import Code
from diary.models import Clip, Exercise, WorkoutSet

MOST_REPS = 10_000
MOST_SECONDS = 86_400.0
MOST_WEIGHT = 10_000  # kg; less than that fits
LONGEST_NOTE = 10_000


class SourceSerializer(serializers.Serializer[dict[str, Any]]):
    """Where a value comes from."""

    source = serializers.ChoiceField(["model", "user", "import"])
    model = serializers.CharField(help_text="name@version; empty when a person wrote the value.")
    confidence = serializers.FloatField(allow_null=True)
    locked = serializers.BooleanField(help_text="Decided by a person: no analysis writes it again.")


class ProvenanceField(serializers.DictField):
    """Sources by field, each under the name that the value has here."""

    child = SourceSerializer()

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        """The day of a set is its `date`."""
        shown: dict[str, Any] = super().to_representation(value)
        return {"date" if name == "day" else name: source for name, source in shown.items()}


class ProposedSerializer(serializers.Serializer[dict[str, Any]]):
    """What a newer analysis would write into a locked field, or an older one had written into another."""

    value = serializers.JSONField()
    model = serializers.CharField()
    confidence = serializers.FloatField(allow_null=True)


class CandidateSerializer(serializers.Serializer[dict[str, Any]]):
    """A possible name."""

    exercise = serializers.CharField(help_text="Slug.")
    confidence = serializers.FloatField()


class SetSerializer(RowSerializer):
    """A set as it stands in the diary."""

    date = serializers.DateField(source="workout.date", read_only=True, help_text="In the person's time zone.")
    exercise = serializers.CharField(
        source="exercise.slug", default=None, read_only=True, allow_null=True, help_text="Slug; null when not known."
    )
    exercise_name = serializers.CharField(
        source="exercise.name",
        default=None,
        read_only=True,
        allow_null=True,
        help_text="In the language of the request.",
    )
    weight_kg = serializers.FloatField(read_only=True, allow_null=True)
    rpe = serializers.FloatField(read_only=True, allow_null=True)
    rep_times = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()),
        read_only=True,
        help_text="Start, turn and end of each rep, seconds from the start of the clip.",
    )
    thumbnail = serializers.SerializerMethodField(help_text="Address of a JPEG; null without one.")
    candidates = CandidateSerializer(many=True, read_only=True)
    provenance = ProvenanceField(read_only=True, help_text="By field; `date` once a person moved the set.")
    proposal = serializers.DictField(child=ProposedSerializer(), read_only=True, help_text="By field.")
    earlier = serializers.DictField(
        child=ProposedSerializer(),
        read_only=True,
        help_text="By field: what stood there before a newer analysis wrote over it.",
    )

    class Meta:
        model = WorkoutSet
        fields = [
            "id", "date", "workout", "position", "exercise", "exercise_name", "reps", "reps_low", "reps_high",
            "weight_kg", "duration_s", "rpe", "note", "clip", "analysis", "start_s", "end_s", "rep_times", "thumbnail",
            "candidates", "provenance", "proposal", "earlier", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_thumbnail(self, row: WorkoutSet) -> str | None:
        """The middle of the best rep."""
        return self.link_file(row.thumbnail, "media-set-thumbnail", id=row.pk)


class SlugField(serializers.CharField):
    """An exercise that the person may use, by its slug."""

    def to_internal_value(self, data: Any) -> Exercise:
        """The exercise; one that does not exist is invalid input, not a missing page."""
        slug = super().to_internal_value(data)
        try:
            return access.get_exercise(self.context["request"].user, slug)
        except Http404 as error:
            raise refusal("exercise", Code.UNKNOWN_EXERCISE) from error

    def to_representation(self, value: Exercise) -> str:
        """Its slug."""
        return value.slug


class ClipIdField(serializers.UUIDField):
    """A clip of the person."""

    def to_internal_value(self, data: Any) -> Clip:
        """The clip; one that is not there is invalid input."""
        try:
            return access.get_clip(self.context["request"].user, super().to_internal_value(data))
        except Http404 as error:
            raise refusal("clip") from error


class WeightField(serializers.DecimalField):
    """Kilograms; what came from pounds has more decimals than are kept."""

    def validate_precision(self, value: Decimal) -> Decimal:
        """Rounded as the pages do; what no weight is stays as it came and is refused."""
        return super().validate_precision(to_kg(value, "kg") if 0 < value < MOST_WEIGHT else value)


@extend_schema_field({"type": "number", "minimum": 1, "maximum": 10, "multipleOf": 0.5})
class EffortField(serializers.DecimalField):
    """Rate of perceived exertion."""

    def to_internal_value(self, data: Any) -> Decimal:
        """Effort is told in halves."""
        value: Decimal = super().to_internal_value(data)
        if value % Decimal("0.5"):
            raise refusal("rpe")
        return value


class SetValuesSerializer(serializers.Serializer[dict[str, Any]]):
    """Values that a person decides; each that is sent is locked against analyses. Send null to clear one."""

    exercise = SlugField(required=False, allow_null=True, help_text="Slug.")
    reps = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=MOST_REPS)
    weight_kg = WeightField(
        required=False, allow_null=True, min_value=0, max_digits=6, decimal_places=2, coerce_to_string=False,
        help_text="Rounded to 0.01: 135 lb may be sent as 61.23496995.",
    )  # fmt: skip
    duration_s = serializers.FloatField(required=False, allow_null=True, min_value=0, max_value=MOST_SECONDS)
    rpe = EffortField(
        required=False, allow_null=True, min_value=1, max_value=10, max_digits=3, decimal_places=1,
        coerce_to_string=False, help_text="1 to 10 in halves.",
    )  # fmt: skip
    note = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_NOTE)
    start_s = serializers.FloatField(
        required=False, allow_null=True, min_value=0, max_value=MOST_SECONDS,
        help_text="Seconds from the start of the clip, not after its end.",
    )  # fmt: skip
    end_s = serializers.FloatField(
        required=False, allow_null=True, min_value=0, max_value=MOST_SECONDS,
        help_text="Seconds from the start of the clip, not after its end.",
    )  # fmt: skip

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """A value of another name is a mistake, unless a set has it: an app may send one back as it came."""
        known = {*self.fields, *SetSerializer.Meta.fields}
        if isinstance(data, Mapping) and (unknown := [str(name) for name in data if name not in known]):
            raise serializers.ValidationError({name: refusal(name, Code.UNKNOWN_FIELD).detail for name in unknown})
        values: dict[str, Any] = super().to_internal_value(data)
        return values

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Start before end, also against the value that stays."""
        start, end = (attrs.get(name, getattr(self.instance, name, None)) for name in ("start_s", "end_s"))
        if start is not None and end is not None and start > end:
            raise serializers.ValidationError({"end_s": refusal("end_s").detail})
        return attrs


class NewSetSerializer(SetValuesSerializer):
    """A set typed in by hand, with or without a clip."""

    id = serializers.UUIDField(
        required=False, help_text="Made by the client: sent again under the same id, the set is not added twice."
    )
    date = DayField(help_text="The day of the diary it belongs to.")
    clip = ClipIdField(required=False, allow_null=True)


class SetCorrectionSerializer(SetValuesSerializer):
    """A correction; the date moves the set to another day."""

    date = DayField(required=False)


class AcceptSerializer(serializers.Serializer[dict[str, Any]]):
    """Which of the offered values to take."""

    only = serializers.ListField(
        child=serializers.ChoiceField(list(WorkoutSet.AUTO_FIELDS)),
        required=False,
        help_text="All when left out; an empty list takes nothing.",
    )
