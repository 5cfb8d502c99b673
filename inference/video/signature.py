"""First bytes of a file, to say why ffprobe refused it. They choose words only: they never let a file in."""

from __future__ import annotations

from pathlib import Path

from inference.errors import Code

HEAD_BYTES = 400
MOV_ATOMS = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
STILL_BRANDS = frozenset({b"avif", b"avis", b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1"})
MATROSKA = b"\x1a\x45\xdf\xa3"
# Real videos in containers that phones do not make: Flash, Ogg, ASF, MPEG program stream.
REFUSED_CONTAINERS = (b"FLV\x01", b"OggS", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", b"\x00\x00\x01\xba")
TS_PACKET_BYTES = 188
TS_SYNC = 0x47


def explain_failure(path: Path) -> Code:
    """Why a file that ffprobe cannot open is no clip."""
    head = _read_head(path)
    if is_still_picture(path):
        return Code.NOT_A_VIDEO
    if head[4:8] in MOV_ATOMS or head.startswith(MATROSKA) or (head[:4] == b"RIFF" and head[8:12] == b"AVI "):
        return Code.TRUNCATED
    if head.startswith(REFUSED_CONTAINERS) or _is_transport_stream(head):
        return Code.UNSUPPORTED_CODEC
    return Code.NOT_A_VIDEO


def is_still_picture(path: Path) -> bool:
    """HEIC and AVIF live in the same boxes as MP4."""
    head = _read_head(path)
    return head[4:8] == b"ftyp" and head[8:12] in STILL_BRANDS


def _is_transport_stream(head: bytes) -> bool:
    return len(head) > TS_PACKET_BYTES and head[0] == TS_SYNC and head[TS_PACKET_BYTES] == TS_SYNC


def _read_head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)
