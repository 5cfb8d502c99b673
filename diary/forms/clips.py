"""What people say about a clip."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from diary.forms.fields import DayField


class AnalyseForm(forms.Form):
    """Another run; the point is on the body of the person who is meant, as shares of the frame.

    Without a point the person stays who it was, unless the choice is left to the program again.
    """

    time_s = forms.FloatField(min_value=0, required=False)
    x = forms.FloatField(min_value=0, max_value=1, required=False)
    y = forms.FloatField(min_value=0, max_value=1, required=False)

    automatic = forms.BooleanField(required=False)

    def options(self) -> dict[str, Any]:
        """Options of the analysis."""
        if self.cleaned_data["automatic"]:
            return {"person_hint": None}
        hint = [self.cleaned_data[name] for name in ("time_s", "x", "y")]
        return {} if None in hint else {"person_hint": hint}


class MoveClipForm(forms.Form):
    """The day a clip was filmed on."""

    date = DayField(label=_("Filmed on"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["date"].user = user


class DeleteClipForm(forms.Form):
    """Whether the sets go along."""

    with_sets = forms.BooleanField(required=False, label=_("Delete its sets from the diary as well"))


class DayNoteForm(forms.Form):
    """A note about a day."""

    note = forms.CharField(label=_("Note"), max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class PlainUploadForm(forms.Form):
    """A clip from a browser that runs no scripts."""

    clip = forms.FileField(label=_("Clip"), allow_empty_file=True)
