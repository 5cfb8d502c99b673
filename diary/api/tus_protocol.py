"""The headers of tus 1.0.0 (https://tus.io/protocols/resumable-upload), read and written; no database, no files."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.http import http_date

from diary.errors import Code, DiaryError

if TYPE_CHECKING:
    from hashlib import _Hash

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
ALGORITHMS = ("sha1", "sha256", "sha512", "md5")
CONTENT_TYPE = "application/offset+octet-stream"
MAX_METADATA_CHARS = 4096
MAX_DIGITS = 18
KEY = re.compile(r"^[\x21-\x2b\x2d-\x7e]+$")


@dataclass(frozen=True)
class Checksum:
    """What the bytes of one PATCH must add up to."""

    algorithm: str
    digest: bytes

    def start(self) -> _Hash:
        """A hash to feed the bytes to."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def parse_number(header: str, text: str | None) -> int:
    """A non-negative decimal number, as in Upload-Length and Upload-Offset."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > MAX_DIGITS:
        raise DiaryError(Code.UPLOAD_HEADER, header=header)
    return int(text)


def parse_metadata(header: str) -> dict[str, str]:
    """Upload-Metadata: pairs of a key and a base64 value, between commas; a key may stand alone."""
    if len(header) > MAX_METADATA_CHARS:
        raise DiaryError(Code.UPLOAD_HEADER, header="Upload-Metadata")
    pairs = [_parse_pair(part.strip()) for part in header.split(",") if part.strip()]
    if len({key for key, _ in pairs}) != len(pairs):
        raise DiaryError(Code.UPLOAD_HEADER, header="Upload-Metadata")
    return dict(pairs)


def _parse_pair(part: str) -> tuple[str, str]:
    key, _, value = part.partition(" ")
    if not KEY.match(key):
        raise DiaryError(Code.UPLOAD_HEADER, header="Upload-Metadata")
    try:
        text = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise DiaryError(Code.UPLOAD_HEADER, header="Upload-Metadata") from error
    if "\x00" in text:
        raise DiaryError(Code.UPLOAD_HEADER, header="Upload-Metadata")
    return key, text


def format_metadata(metadata: Mapping[str, str]) -> str:
    """The header for what was given at creation."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}".rstrip() for key, value in metadata.items())


def parse_checksum(header: str | None) -> Checksum | None:
    """Upload-Checksum: the name of the algorithm and the base64 digest."""
    if header is None:
        return None
    algorithm, _, value = header.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise DiaryError(Code.UPLOAD_CHECKSUM_UNSUPPORTED)
    try:
        digest = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise DiaryError(Code.UPLOAD_HEADER, header="Upload-Checksum") from error
    checksum = Checksum(algorithm, digest)
    if len(digest) != checksum.start().digest_size:
        raise DiaryError(Code.UPLOAD_HEADER, header="Upload-Checksum")
    return checksum


def format_expires(moment: datetime) -> str:
    """Upload-Expires, in the date format of HTTP."""
    return http_date(moment.timestamp())
