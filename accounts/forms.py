"""What people say about themselves."""

from __future__ import annotations

import io
import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from accounts.models import User

MOST_PICTURE_BYTES = 15 * 1024**2
MOST_PICTURE_PX = 60_000_000
PORTRAIT_SIDE_PX = 640
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


class PortraitForm(forms.Form):
    """A picture by which a person is found among others in a clip."""

    picture = forms.ImageField(label=_("Picture of you"), widget=forms.FileInput(attrs={"accept": "image/*"}))

    def clean_picture(self) -> ContentFile[bytes]:
        """Small, upright, and without what the camera wrote beside it."""
        upload = self.cleaned_data["picture"]
        width, height = upload.image.size
        if upload.size > MOST_PICTURE_BYTES or width * height > MOST_PICTURE_PX:
            raise forms.ValidationError(_("The picture is too large. Choose a smaller one."), code="too_large")
        upload.seek(0)
        try:
            picture = ImageOps.exif_transpose(Image.open(upload)).convert("RGB")
        except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises for a picture that breaks off
            raise forms.ValidationError(_("This picture is damaged. Choose another one."), code="damaged") from error
        picture.thumbnail((PORTRAIT_SIDE_PX, PORTRAIT_SIDE_PX))
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=88)
        return ContentFile(out.getvalue(), name="portrait.jpg")


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
