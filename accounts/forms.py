"""What people say about themselves."""

from __future__ import annotations

import io
import zoneinfo
from threading import BoundedSemaphore
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from accounts.models import User

MOST_PICTURE_BYTES = 15 * 1024**2
MOST_PICTURE_PX = 60_000_000  # of a JPEG, which is shrunk while it is read
MOST_WHOLE_PX = 25_000_000  # of what has to be unpacked whole, at 4 bytes and more a pixel: phones make 24 megapixels
GREEDY = {"WEBP", "AVIF"}  # their decoders take 9 to 16 bytes a pixel: 200 MB for the largest
MOST_GREEDY_PX = 12_500_000
PICTURE_FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")  # Pillow hands others to programs
PORTRAIT_SIDE_PX = 640
PORTRAIT_PX = (PORTRAIT_SIDE_PX, PORTRAIT_SIDE_PX)
SHRINKING = BoundedSemaphore()  # one picture at a time in a process: a small file may unpack to 100 MB and more
LEAST_SIDE_PX = 64  # of the picture as it is kept: less shows no clothes
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


def most_px(picture: Image.Image) -> int:
    """How large a picture may be; a progressive JPEG is unpacked whole too."""
    if picture.format in GREEDY:
        return MOST_GREEDY_PX
    by_parts = picture.format in ("JPEG", "MPO") and not picture.info.get("progressive")
    return MOST_PICTURE_PX if by_parts else MOST_WHOLE_PX


class PictureField(forms.ImageField):
    """A picture of a person: small, upright, and without what the camera wrote beside it."""

    default_validators = []  # what a file is called says nothing: what is in it counts
    default_error_messages = {
        "empty": _("This file is empty. Choose another picture."),
        "invalid_image": _("This file cannot be read as a picture. Choose a JPEG or PNG."),
        "too_large": _("The picture is too large. Choose a smaller one, or an ordinary JPEG as phones make them."),
        "too_small": _("The picture is too small or too narrow. Choose one that shows more of you."),
        "damaged": _("This picture is damaged. Choose another one."),
    }

    def to_python(self, data: Any) -> Any:
        """What Pillow can open."""
        try:
            return super().to_python(data)
        except ValidationError as error:
            if isinstance(error.__cause__, Image.DecompressionBombError):
                raise self.refuse("too_large") from error
            raise

    def clean(self, data: Any, initial: Any = None) -> ContentFile[bytes]:
        """The picture as it is kept."""
        upload = super().clean(data, initial)
        width, height = upload.image.size
        if upload.size > MOST_PICTURE_BYTES or width * height > most_px(upload.image):
            raise self.refuse("too_large")
        if upload.image.format not in PICTURE_FORMATS:
            raise self.refuse("invalid_image")
        with SHRINKING:
            return self.shrink(upload)

    def shrink(self, upload: File[bytes]) -> ContentFile[bytes]:
        """The same picture as a small JPEG; small first, so that what follows copies little."""
        upload.seek(0)
        try:
            with Image.open(upload) as whole:
                whole.draft(None, PORTRAIT_PX)  # a JPEG is read small; other formats do not listen
                whole.thumbnail(PORTRAIT_PX, reducing_gap=None)  # with a gap pictures of 16 bits are refused
                picture = ImageOps.exif_transpose(whole).convert("RGB")
        except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises for a picture that breaks off
            raise self.refuse("damaged") from error
        if min(picture.size) < LEAST_SIDE_PX:
            raise self.refuse("too_small")
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=88)
        return ContentFile(out.getvalue(), name="portrait.jpg")

    def refuse(self, code: str) -> ValidationError:
        """One of our sentences."""
        return ValidationError(self.error_messages[code], code=code)


class PortraitForm(forms.Form):
    """A picture by which a person is found among others in a clip."""

    picture = PictureField(label=_("Picture of you"), widget=forms.FileInput(attrs={"accept": "image/*"}))


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
