"""How much a clip may ask for, and where its children work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds of a clip and of the children that read it."""

    max_bytes: int = 2048 * MIB
    max_duration_s: float = 600.0
    max_frame_px: int = 8192 * 4320  # phones film up to 7680×4320
    probe_wall_s: float = 30.0
    stall_s: float = 60.0  # a child that hands over nothing for so long is ended
    decode_wall_s: float = 600.0  # time spent waiting for a child, not the consumer's own
    memory_bytes: int = 4096 * MIB  # address space; an 8K 10-bit decoder with its reference frames needs about 3 GiB
    rendition_bytes: int = 1024 * MIB
    scratch_root: Path | None = None  # folders of the children go here; None: where the system keeps such files


DEFAULT = Limits()
