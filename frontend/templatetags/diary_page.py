"""What templates of the site need beyond Django's own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from zlib import crc32

from django import template
from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from diary.calc import format_bytes, format_duration, from_kg
from diary.models import Exercise
from diary.selectors.names import names_of

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing from the sheet; text beside it says what it means."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def mail_goes_to_terminal() -> bool:
    """Whether letters are printed where the site runs, as long as nobody named a mail server."""
    return settings.EMAIL_BACKEND.endswith("console.EmailBackend")


@register.filter
def names(exercise: Exercise) -> str:
    """All that one may type to find an exercise, a name a line."""
    return "\n".join(names_of(exercise))


@register.filter
def version(file: FieldFile) -> str:
    """What makes the address of a changed file another: within one page a browser never fetches an address twice."""
    return f"{crc32(str(file.name).encode()):08x}"


@register.filter
def weight(value: Decimal | None, unit: str) -> str:
    """A weight in the person's unit."""
    return "" if value is None else f"{from_kg(value, unit):f} {unit}"


@register.filter
def seconds(value: float | None) -> str:
    """A length of time."""
    return "" if value is None else format_duration(value, get_language() or "en")


@register.filter
def clock(value: float | None) -> str:
    """A moment of a clip, as players show it."""
    whole = int(value or 0)
    return f"{whole // 60}:{whole % 60:02d}"


@register.filter
def short_day(day: date) -> str:
    """Month and day in as few letters as each language allows."""
    return date_format(day, "n월 j일" if (get_language() or "").startswith("ko") else "M j")


@register.filter
def filesize(value: int) -> str:
    """A size, on one line."""
    return format_bytes(value, get_language() or "en").replace(" ", "\u00a0")


@register.filter
def described(field: BoundField) -> SafeString:
    """The field, telling screen readers which texts belong to it; with what it showed first, where the form asks."""
    attrs: dict[str, Any] = {}
    if field.errors:
        attrs = {"aria-invalid": "true", "aria-describedby": f"{field.id_for_label}-error"}
    elif field.help_text:
        attrs = {"aria-describedby": f"{field.id_for_label}-hint"}
    first = field.as_hidden(only_initial=True) if field.field.show_hidden_initial else ""
    return format_html("{}{}", field.as_widget(attrs=attrs), first)


@register.filter
def marks(rep_times: list[list[float]]) -> str:
    """Reps as a script reads them: start-end pairs in seconds."""
    return " ".join(f"{start:.2f}-{end:.2f}" for start, _turn, end in rep_times)
