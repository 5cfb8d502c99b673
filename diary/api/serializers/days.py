"""Training days and calendar pages as JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from diary.api.serializers.base import DayField, RowSerializer
from diary.api.serializers.clips import ClipSerializer
from diary.api.serializers.sets import SetSerializer
from diary.models import Workout


class WorkoutSerializer(RowSerializer):
    """A day with training."""

    sets = SetSerializer(many=True, read_only=True)

    class Meta:
        model = Workout
        fields = ["id", "date", "note", "sets", "created_at", "updated_at"]
        read_only_fields = ["id", "date", "created_at", "updated_at"]
        extra_kwargs = {"note": {"max_length": 10_000}}


class NewWorkoutSerializer(serializers.Serializer[dict[str, Any]]):
    """A note for a day."""

    date = DayField()
    note = serializers.CharField(max_length=10_000)


class DaySerializer(serializers.Serializer[dict[str, Any]]):
    """A day of the calendar, for the documentation."""

    date = serializers.DateField()
    workout = WorkoutSerializer(allow_null=True)
    clips = ClipSerializer(many=True)


class CalendarDaySerializer(serializers.Serializer[dict[str, Any]]):
    """What a calendar shows of a day."""

    date = serializers.DateField()
    sets = serializers.IntegerField()
    unnamed = serializers.IntegerField(help_text="Sets whose exercise is not known yet.")
    reps = serializers.IntegerField(help_text="Of all sets.")
    exercises = serializers.ListField(child=serializers.CharField(), help_text="Slugs in the order of the day.")
    clips = serializers.IntegerField()
    running = serializers.IntegerField(help_text="Clips that are being analysed.")
    thumbnail = serializers.CharField(allow_null=True, help_text="Address of a JPEG.")


class CalendarSerializer(serializers.Serializer[dict[str, Any]]):
    """A month."""

    month = serializers.CharField(help_text="YYYY-MM")
    days = CalendarDaySerializer(many=True)
