"""What lists can be narrowed by."""

from __future__ import annotations

from datetime import datetime

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet

from diary.models import Analysis, Clip, Exercise, Workout, WorkoutSet
from diary.selectors.listing import changed_clips
from diary.selectors.names import find_by_name


class MomentFilter(django_filters.IsoDateTimeFilter):
    """A moment in ISO 8601; without an offset it is meant in the person's time zone."""


class YesNoField(forms.Field):
    """true or false, also as 1 or 0; the field of Django takes what it does not understand for "not asked"."""

    WORDS = {"": None, "true": True, "1": True, "false": False, "0": False}

    def to_python(self, value: str | None) -> bool | None:
        """What was asked for; None without a value."""
        word = (value or "").strip().lower()
        if word not in self.WORDS:
            raise ValidationError(RegexValidator.message, code="invalid")
        return self.WORDS[word]


class YesNoFilter(django_filters.BooleanFilter):
    """A condition or its contrary."""

    field_class = YesNoField


class SetFilter(django_filters.FilterSet):
    """By day, exercise, clip and time of change."""

    date_from = django_filters.DateFilter("workout__date", "gte", help_text="First day, included.")
    date_to = django_filters.DateFilter("workout__date", "lte", help_text="Last day, included.")
    exercise = django_filters.CharFilter("exercise__slug", help_text="Slug.")
    clip = django_filters.UUIDFilter("clip_id")
    updated_since = MomentFilter("updated_at", "gte", help_text="Changed then or later.")

    class Meta:
        model = WorkoutSet
        fields: list[str] = []


class ClipFilter(django_filters.FilterSet):
    """By day, exercise, state of the newest run and time of change."""

    date_from = django_filters.DateFilter("day", "gte", help_text="First day, included.")
    date_to = django_filters.DateFilter("day", "lte", help_text="Last day, included.")
    exercise = django_filters.CharFilter(method="of_exercise", help_text="Slug of the exercise of one of its sets.")
    active = YesNoFilter(method="being_analysed", help_text="Whether a run has still to end.")
    updated_since = MomentFilter(
        method="updated", help_text="New or changed, or its sets or runs changed, then or later."
    )

    class Meta:
        model = Clip
        fields: list[str] = []

    def of_exercise(self, clips: QuerySet[Clip], name: str, slug: str) -> QuerySet[Clip]:
        """Clips with a set of the exercise."""
        return clips.filter(pk__in=WorkoutSet.objects.filter(exercise__slug=slug, clip__isnull=False).values("clip"))

    def being_analysed(self, clips: QuerySet[Clip], name: str, value: bool) -> QuerySet[Clip]:
        """Clips with a run that has to end, or the others."""
        active = Q(pk__in=Analysis.objects.filter(status__in=Analysis.ACTIVE).values("clip"))
        return clips.filter(active if value else ~active)

    def updated(self, clips: QuerySet[Clip], name: str, since: datetime) -> QuerySet[Clip]:
        """Clips about which something is new."""
        return changed_clips(clips, since)


class WorkoutFilter(django_filters.FilterSet):
    """By day, exercise and time of change."""

    date_from = django_filters.DateFilter("date", "gte", help_text="First day, included.")
    date_to = django_filters.DateFilter("date", "lte", help_text="Last day, included.")
    exercise = django_filters.CharFilter(method="of_exercise", help_text="Slug of the exercise of one of its sets.")
    updated_since = MomentFilter(method="updated", help_text="The note or a set changed, or a set left, then or later.")

    class Meta:
        model = Workout
        fields: list[str] = []

    def of_exercise(self, days: QuerySet[Workout], name: str, slug: str) -> QuerySet[Workout]:
        """Days with a set of the exercise."""
        return days.filter(pk__in=WorkoutSet.objects.filter(exercise__slug=slug).values("workout"))

    def updated(self, days: QuerySet[Workout], name: str, since: datetime) -> QuerySet[Workout]:
        """Days on which something changed."""
        changed = WorkoutSet.objects.filter(updated_at__gte=since).values("workout")
        return days.filter(Q(updated_at__gte=since) | Q(pk__in=changed))


class AnalysisFilter(django_filters.FilterSet):
    """By clip and status."""

    clip = django_filters.UUIDFilter("clip_id")
    status = django_filters.ChoiceFilter(choices=Analysis.Status.choices)

    class Meta:
        model = Analysis
        fields: list[str] = []


class ExerciseFilter(django_filters.FilterSet):
    """By part of a name, family and owner."""

    search = django_filters.CharFilter(
        method="named", help_text="Part of a name, English or Korean, or of what else people call it."
    )
    family = django_filters.CharFilter("family")
    own = YesNoFilter("owner", "isnull", exclude=True, help_text="Only the person's own, or none.")

    class Meta:
        model = Exercise
        fields: list[str] = []

    def named(self, rows: QuerySet[Exercise], name: str, text: str) -> QuerySet[Exercise]:
        """Exercises with the text in a name."""
        return find_by_name(rows, text)
