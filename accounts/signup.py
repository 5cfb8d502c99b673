"""What sign-up learns from the browser."""

from __future__ import annotations

import zoneinfo

from django import forms
from django.http import HttpRequest
from django.utils import translation

from accounts.models import User


class SignupPreferencesForm(forms.Form):
    """The time zone as the browser knows it and the language of the page; both can be changed in the profile."""

    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth with the new person."""
        if self.cleaned_data.get("time_zone") in zoneinfo.available_timezones():
            user.time_zone = self.cleaned_data["time_zone"]
        language = (translation.get_language() or "")[:2]
        if language in User.Language.values:
            user.language = language
        user.save(update_fields=["time_zone", "language"])
