"""What people type about a set."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from diary.forms.fields import (
    DayField,
    ExerciseField,
    effort_field,
    new_exercise_field,
    new_kind_field,
    note_field,
    reps_field,
    seconds_field,
    weight_field,
)
from diary.models import Exercise, WorkoutSet
from diary.selectors.listing import list_exercises
from diary.services.sets import OwnExercise

VALUES = ("exercise", "reps", "weight_kg", "duration_s", "rpe", "note")


def exercise_choices(user: User) -> list[tuple[str, str]]:
    """Slug and name of each exercise, by name in the language of the page."""
    named = [(exercise.slug, exercise.name) for exercise in list_exercises(user)]
    return [("", _("Choose an exercise")), *sorted(named, key=lambda pair: pair[1].casefold())]


class OwnExerciseForm(forms.Form):
    """An exercise that the list does not have: it is added to the person's own, and wins over one that was chosen."""

    new_exercise = new_exercise_field()
    new_kind = new_kind_field()

    def own(self) -> OwnExercise | None:
        """What a service adds, if a name was typed."""
        if not (name := self.cleaned_data["new_exercise"]):
            return None
        return {"name": name, "kind": self.cleaned_data["new_kind"] or Exercise.Kind.REPS}


class SetForm(OwnExerciseForm):
    """A whole set, new or not. What the page showed comes back with it: the set may have changed since."""

    exercise = ExerciseField(label=_("Exercise"), required=False)
    reps = reps_field()
    weight_kg = weight_field()
    duration_s = seconds_field()
    rpe = effort_field()
    note = note_field()
    date = DayField(label=_("Day"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exercise"].user = self.fields["date"].user = user
        self.fields["exercise"].widget = forms.Select(choices=exercise_choices(user))
        self.fields["weight_kg"].unit = user.weight_unit
        self.fields["weight_kg"].label = _("Weight (%(unit)s)") % {"unit": user.weight_unit}
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        """A set without exercise, reps and seconds says nothing."""
        values: dict[str, Any] = super().clean() or {}
        telling = ("exercise", "new_exercise", "reps", "duration_s", "note")
        said = any(values.get(name) not in (None, "") for name in telling)
        if not said and not self.errors:
            raise forms.ValidationError(_("Choose an exercise or type the reps."), code="empty")
        return values

    def values(self) -> dict[str, Any]:
        """What a service takes for a new set."""
        return {name: self.cleaned_data[name] for name in VALUES}

    def changed_values(self) -> dict[str, Any]:
        """What differs from the set as it was shown; only that is written and locked."""
        return {name: self.cleaned_data[name] for name in VALUES if name in self.changed_data}

    def changed_day(self) -> datetime.date | None:
        """Where the set shall go, if it shall."""
        return self.cleaned_data["date"] if "date" in self.changed_data else None


def initial_of(row: WorkoutSet) -> dict[str, Any]:
    """The set as the form shows it."""
    values = {name: getattr(row, name) for name in VALUES}
    if isinstance(row.rpe, Decimal):
        values["rpe"] = f"{row.rpe.normalize():f}"
    if row.exercise is not None:
        values["exercise"] = row.exercise.slug
    return {**values, "date": row.workout.date}


class CorrectionForm(OwnExerciseForm):
    """Single values, each saved by one tap; what is not sent stays as it is."""

    exercise = ExerciseField(required=False)
    reps = reps_field()
    weight_kg = weight_field()
    duration_s = seconds_field()
    rpe = effort_field()
    note = note_field()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exercise"].user = user
        self.fields["weight_kg"].unit = user.weight_unit

    def clean(self) -> dict[str, Any]:
        """At least one value."""
        if not self.given() and not self.data.get("new_exercise", "").strip():
            raise forms.ValidationError(_("There is nothing to save."), code="empty")
        return super().clean() or {}

    def given(self) -> list[str]:
        """Names of the values that were sent."""
        return [name for name in VALUES if name in self.data]

    def values(self) -> dict[str, Any]:
        """What a service takes."""
        return {name: self.cleaned_data[name] for name in self.given()}
