"""What people say about themselves."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User

REGIONS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


def time_zone_choices() -> list[tuple[str, str]]:
    """Zones that are named after places, and UTC."""
    names = sorted(name for name in zoneinfo.available_timezones() if name.startswith(REGIONS))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """Preferences."""

    class Meta:
        model = User
        fields = ["language", "time_zone", "weight_unit"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=[("ko", "한국어"), ("en", "English")])
        self.fields["time_zone"] = forms.ChoiceField(label=_("Time zone"), choices=self.zones())
        self.fields["weight_unit"] = forms.ChoiceField(label=_("Weights in"), choices=[("kg", "kg"), ("lb", "lb")])

    def zones(self) -> list[tuple[str, str]]:
        """All zones; the present one also when it goes by an old name."""
        choices = time_zone_choices()
        own = self.instance.time_zone
        return choices if own in dict(choices) else [(own, own), *choices]


class TokenForm(forms.Form):
    """A device that shall be let in."""

    name = forms.CharField(
        label=_("Name of the device"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class LanguageForm(forms.Form):
    """A language of the site."""

    language = forms.ChoiceField(choices=settings.LANGUAGES)


class DeleteAccountForm(forms.Form):
    """The password once more, so that nobody else ends a diary on a phone that lies around."""

    password = forms.CharField(
        label=_("Your password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Only the right one."""
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("This is not your password."), code="password")
        return password
