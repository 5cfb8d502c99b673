"""After a write that queued a run: tell a worker."""

from __future__ import annotations

from diary.models import Clip
from diary.selectors.analyses import latest_analysis
from workers import queue


def wake_for(clip: Clip) -> None:
    """Wake a worker for the newest run over a clip."""
    if (analysis := latest_analysis(clip)) is not None:
        queue.wake(analysis.pk)
