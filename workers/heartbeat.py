"""Signs of life of a run, from a thread of its own, so that long computations do not look like death."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType
from uuid import UUID

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from diary.services.analyses import overall_progress, record_progress

log = logging.getLogger(__name__)

PROGRESS_EVERY_S = 0.5  # how soon a person sees that something moved


class AbandonedError(Exception):
    """The run is no longer this worker's: cancelled, deleted, over its time or given to another."""


class Heartbeat:
    """Tells the row every two seconds that the worker lives, and sooner how far it is."""

    def __init__(self, *, analysis_id: UUID, attempt: int) -> None:
        self._analysis_id, self._attempt = analysis_id, attempt
        self._latest: tuple[str, float] | None = None
        self._stop, self._lost = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def tell(self, stage: str, share: float) -> None:
        """Note how far the run is; raises when it is not ours any more. Never steps back."""
        if self._lost.is_set():
            raise AbandonedError
        if self._latest is None or overall_progress(stage, share) >= overall_progress(*self._latest):
            self._latest = (str(stage), share)

    def _beat(self) -> None:
        told: tuple[str, float] | None = None
        told_at = 0.0
        try:
            while not self._stop.wait(PROGRESS_EVERY_S):
                is_due = time.monotonic() - told_at >= settings.HEARTBEAT_EVERY_S
                if (self._latest != told or is_due) and self._write(self._latest):
                    told, told_at = self._latest, time.monotonic()
        finally:
            connection.close()  # each thread has its own

    def _write(self, latest: tuple[str, float] | None) -> bool:
        stage, share = latest or (None, 0.0)
        try:
            is_ours = record_progress(analysis_id=self._analysis_id, attempt=self._attempt, stage=stage, share=share)
        except DatabaseError as error:
            log.warning("No sign of life for %s: %s", self._analysis_id, error)
            connection.close()
            return False
        if not is_ours:
            self._lost.set()
        return True
