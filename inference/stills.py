"""Pictures kept from the decoding pass, so that thumbnails need no second one."""

from __future__ import annotations

from pathlib import Path

from inference.types import Frame
from inference.video.media import save_jpeg

MEMORY_BYTES = 64 << 20
LEAST_SPACING_S = 0.1
WITHIN_S = 0.25  # a picture further from the wanted moment is worth decoding again


class StillKeeper:
    """Keeps evenly spaced frames as they pass, as many as the memory allows."""

    def __init__(self, duration_s: float) -> None:
        self._duration_s = duration_s
        self._kept: list[Frame] = []

    def offer(self, frame: Frame) -> None:
        """Keep the frame if the last one kept is long enough ago."""
        spacing_s = max(LEAST_SPACING_S, self._duration_s * frame.image.nbytes / MEMORY_BYTES)
        if not self._kept or frame.time_s - self._kept[-1].time_s >= spacing_s:
            self._kept.append(frame)

    def save(self, time_s: float, out: Path) -> bool:
        """Write the frame nearest to the moment; False when none is near enough."""
        nearest = min(self._kept, key=lambda frame: abs(frame.time_s - time_s), default=None)
        if nearest is None or abs(nearest.time_s - time_s) > WITHIN_S:
            return False
        save_jpeg(nearest.image, out)
        return True
