"""Pictures that people send of themselves, and what they send instead."""

from __future__ import annotations

import io
import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def encode(size: tuple[int, int], kind: str = "JPEG", **options: object) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def make_picture(size: tuple[int, int] = (1200, 800)) -> SimpleUploadedFile:
    """A phone's picture, which tells more than it shows."""
    exif = Image.Exif()
    exif[0x010F] = "Secret Phone"
    return SimpleUploadedFile("me.jpg", encode(size, exif=exif), "image/jpeg")


def chunk(name: bytes, content: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def claim_png(side_px: int) -> bytes:
    """A small file that says it is a large picture."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side_px, side_px, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


BAD_PICTURES = {  # what is sent, what is said
    "nothing": (b"", "empty"),
    "text": (b"not a picture", "invalid_image"),
    "drawing": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "invalid_image"),
    "heic": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64), "invalid_image"),
    "for a printer": (encode((100, 100), "EPS"), "invalid_image"),
    "broken off": (encode((1200, 800))[:-4000], "damaged"),
    "one point": (encode((1, 1)), "too_small"),
    "a line": (encode((2000, 3)), "too_small"),
    "a strip": (encode((2000, 190)), "too_small"),
    "much too large": (claim_png(20_000), "too_large"),
    "too large": (claim_png(5010), "too_large"),
}
