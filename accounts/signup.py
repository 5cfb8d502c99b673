"""What sign-up learns from the browser."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import translation

from accounts import addresses
from accounts.models import User


class SignupPreferencesForm(forms.Form):
    """The time zone as the browser knows it and the language of the page; both can be changed in the profile."""

    account_already_exists = False  # set by allauth's form, which inherits this one
    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """An address that another person only asked for is free: allauth takes it for taken."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        email = str(self.data.get(self.add_prefix("email"), "")).strip().lower()
        if self.has_error("email", "email_taken") and not addresses.is_taken(email=email):
            del self.errors["email"]
            cleaned["email"] = email
        elif self.account_already_exists:  # the same where a mail says so, not the page
            self.account_already_exists = addresses.is_taken(email=email)
        return cleaned

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth with the new person."""
        if self.cleaned_data.get("time_zone") in zoneinfo.available_timezones():
            user.time_zone = self.cleaned_data["time_zone"]
        language = (translation.get_language() or "")[:2]
        if language in User.Language.values:
            user.language = language
        user.save(update_fields=["time_zone", "language"])
        addresses.drop_pending_of_others(user=user, email=user.email)
