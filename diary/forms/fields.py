"""Fields that forms of the diary share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from diary import access
from diary.calc import from_kg, to_kg
from diary.errors import DiaryError
from diary.messages import describe
from diary.models import Exercise
from diary.services.workouts import check_day

MOST_REPS = 10_000
MOST_SECONDS = 86_400
MOST_WEIGHT = 9999


class ExerciseField(forms.CharField):
    """An exercise by its slug; `user` decides which ones there are."""

    user: User

    def clean(self, value: Any) -> Exercise | None:
        """The exercise, or None when nothing was chosen."""
        slug = super().clean(value)
        if not slug:
            return None
        try:
            return access.get_exercise(self.user, slug)
        except Http404 as error:
            raise forms.ValidationError(_("Choose an exercise from the list."), code="exercise") from error

    def prepare_value(self, value: Any) -> Any:
        """The slug."""
        return value.slug if isinstance(value, Exercise) else value


class WeightField(forms.DecimalField):
    """A weight as the person reads it; the value is in kilograms."""

    unit = "kg"

    def clean(self, value: Any) -> Decimal | None:
        """Kilograms."""
        typed = super().clean(value)
        return None if typed is None else to_kg(typed, self.unit)

    def prepare_value(self, value: Any) -> Any:
        """In the person's unit; what they typed stays as it is."""
        return from_kg(value, self.unit) if isinstance(value, Decimal) else value


class DayField(forms.DateField):
    """A day of the diary; `user` decides which day is today."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    user: User

    def clean(self, value: Any) -> date | None:
        """A day that the calendar shows."""
        day: date | None = super().clean(value)
        try:
            if day is not None:
                check_day(user=self.user, date=day)
        except DiaryError as error:
            raise forms.ValidationError(str(describe(error.code, **error.params)), code=error.code) from error
        return day


def new_exercise_field() -> forms.CharField:
    """The name of an exercise that the list does not have."""
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=_("Name of the new exercise"), max_length=120, required=False, widget=widget)


def new_kind_field() -> forms.ChoiceField:
    """What is counted of it."""
    choices = [(Exercise.Kind.REPS, _("Reps")), (Exercise.Kind.HOLD, _("Seconds held"))]
    return forms.ChoiceField(label=_("Counted in"), choices=choices, required=False)


# In the words of somebody who types a number, not of a validator.
LIMITS = {"min_value": _("Not below %(limit_value)s."), "max_value": _("At most %(limit_value)s.")}


def reps_field() -> forms.IntegerField:
    """Repetitions."""
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(
        label=_("Reps"), min_value=0, max_value=MOST_REPS, required=False, widget=widget, error_messages=LIMITS
    )


def weight_field() -> WeightField:
    """Weight in the person's unit."""
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"})
    return WeightField(
        label=_("Weight"), min_value=0, max_value=MOST_WEIGHT, required=False, widget=widget, error_messages=LIMITS
    )


def seconds_field() -> forms.FloatField:
    """Seconds held."""
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"})
    return forms.FloatField(
        label=_("Seconds held"),
        min_value=0,
        max_value=MOST_SECONDS,
        required=False,
        widget=widget,
        error_messages=LIMITS,
    )


def effort_field() -> forms.TypedChoiceField:
    """Rate of perceived exertion in halves; below 5 nobody tells them apart."""
    steps = [Decimal(half) / 2 for half in range(10, 21)]
    low = [Decimal(step) for step in range(1, 5)]
    choices = [("", "—")] + [(f"{step:f}", f"{step:f}") for step in (*low, *steps)]
    return forms.TypedChoiceField(
        label=_("Effort (RPE)"), choices=choices, coerce=Decimal, empty_value=None, required=False,
        help_text=_("10 is all out; 8 leaves two reps."),
    )  # fmt: skip


def note_field() -> forms.CharField:
    """Free text."""
    return forms.CharField(label=_("Note"), max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
