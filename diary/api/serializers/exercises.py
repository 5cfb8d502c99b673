"""Exercises as JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from diary.api.serializers.base import RowSerializer
from diary.models import Exercise
from diary.selectors.progress import DayFigures


class ExerciseSerializer(RowSerializer):
    """An exercise of the catalogue or the person's own."""

    name = serializers.CharField(read_only=True, help_text="In the language of the request.")
    own = serializers.BooleanField(source="is_own", read_only=True, help_text="Added by the person.")

    class Meta:
        model = Exercise
        fields = ["id", "slug", "name", "name_en", "name_ko", "family", "kind", "aihub", "own"]
        read_only_fields = ["id", "slug", "aihub"]
        extra_kwargs = {
            "name_en": {"required": False, "allow_blank": True},
            "name_ko": {"required": False, "allow_blank": True},
            "family": {"required": False, "allow_blank": True},
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One name is enough; a new exercise needs one."""
        if self.instance is None and not (attrs.get("name_en", "").strip() or attrs.get("name_ko", "").strip()):
            raise serializers.ValidationError({"name_en": serializers.Field.default_error_messages["required"]})
        return attrs


class DayFiguresSerializer(serializers.Serializer[DayFigures]):
    """How a person did with an exercise on a day."""

    date = serializers.DateField()
    sets = serializers.IntegerField()
    reps = serializers.IntegerField(help_text="Of all sets.")
    most_reps = serializers.IntegerField(help_text="Of one set.")
    heaviest_kg = serializers.FloatField(allow_null=True)
    one_rep_max_kg = serializers.FloatField(
        allow_null=True,
        help_text="After Epley: weight × (1 + reps / 30). Of sets with a weight and 1 to 12 reps, beyond which it says"
        " nothing; null without one.",
    )
    volume_kg = serializers.FloatField(help_text="Sum of reps × weight.")
    longest_s = serializers.FloatField(
        allow_null=True, help_text="Longest set in seconds, for exercises that are held."
    )
