"""A picture takes little memory, whatever it unpacks to."""

from __future__ import annotations

import io
import threading
import time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.forms import PictureField
from tests.accounts.pictures import encode

SIDEWAYS = 6  # EXIF: turn it right


def clean(content: bytes) -> Image.Image:
    return Image.open(PictureField().clean(SimpleUploadedFile("me", content)))


def picture(mode: str, size: tuple[int, int], kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def copied_px(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pixels each copy of a picture has."""
    sizes: list[int] = []
    for name in ("convert", "transpose"):
        real = getattr(Image.Image, name)

        def note(self: Image.Image, *args: Any, real: Any = real, **kwargs: Any) -> Image.Image:
            sizes.append(self.width * self.height)
            return real(self, *args, **kwargs)

        monkeypatch.setattr(Image.Image, name, note)
    return sizes


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_small_before_it_is_copied(copied_px: list[int], kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = SIDEWAYS
    kept = clean(encode((4000, 2000), kind, exif=exif))
    assert kept.size == (320, 640)
    assert copied_px and max(copied_px) <= 640 * 640


def test_a_jpeg_is_read_small(monkeypatch: pytest.MonkeyPatch) -> None:
    drafts: list[Any] = []
    real = Image.Image.thumbnail

    def note(self: Image.Image, *args: Any, **kwargs: Any) -> None:
        drafts.append(self.size)
        real(self, *args, **kwargs)

    monkeypatch.setattr(Image.Image, "thumbnail", note)
    assert clean(encode((8000, 6000))).size == (640, 480)
    assert drafts == [(1000, 750)]


@pytest.mark.parametrize(
    ("kind", "size"), [("PNG", (5712, 4284)), ("JPEG", (5712, 4284)), ("WEBP", (4032, 3024)), ("AVIF", (4032, 3024))]
)
def test_what_phones_make_is_taken(kind: str, size: tuple[int, int]) -> None:
    options = {"JPEG": {"progressive": True}, "AVIF": {"speed": 10}}.get(kind, {})
    assert clean(encode(size, kind, **options)).size == (640, 480)


@pytest.mark.parametrize(
    ("kind", "size", "options"),
    [
        ("PNG", (5010, 5000), {}),
        ("JPEG", (5010, 5000), {"progressive": True}),
        ("WEBP", (4180, 3000), {}),
        ("AVIF", (4180, 3000), {"speed": 10}),
    ],
)
def test_what_unpacks_whole_has_a_lower_limit(kind: str, size: tuple[int, int], options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        clean(encode(size, kind, **options))
    assert refused.value.code == "too_large"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_is_shrunk(mode: str) -> None:
    kept = clean(picture(mode, (1300, 900), "PNG"))
    assert (kept.size, kept.mode) == ((640, 443), "RGB")


def test_pictures_are_shrunk_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most = 0, 0
    real = PictureField.shrink

    def note(self: PictureField, upload: Any) -> Any:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.05)
        at_once -= 1
        return real(self, upload)

    monkeypatch.setattr(PictureField, "shrink", note)
    threads = [threading.Thread(target=clean, args=(encode((100, 100)),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
