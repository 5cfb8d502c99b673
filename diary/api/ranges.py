"""Byte ranges of RFC 9110, section 14: what a player asks for when somebody drags the time line."""

from __future__ import annotations

import re
from dataclasses import dataclass

SPEC = re.compile(r"^bytes=([0-9]{0,18})-([0-9]{0,18})$")  # no file is larger, and int() refuses thousands of digits


class UnsatisfiableError(Exception):
    """The range lies outside the file."""


@dataclass(frozen=True)
class ByteRange:
    """First and last byte, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Number of bytes."""
        return self.last - self.first + 1


def parse_range(header: str, size_bytes: int) -> ByteRange | None:
    """The range that was asked for; None where the whole file is the right answer (none, several, malformed)."""
    match = SPEC.match(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return _suffix(int(last), size_bytes)
    end = min(int(last), size_bytes - 1) if last else size_bytes - 1
    if last and int(last) < int(first):
        return None
    if int(first) >= size_bytes:
        raise UnsatisfiableError
    return ByteRange(int(first), end)


def _suffix(length: int, size_bytes: int) -> ByteRange:
    if length == 0 or size_bytes == 0:
        raise UnsatisfiableError
    return ByteRange(max(0, size_bytes - length), size_bytes - 1)
