"""Waking a worker. The row is the queue, so a wake-up that fails costs seconds, never a clip."""

from __future__ import annotations

import logging
import time
from uuid import UUID

from django.db import transaction
from kombu.exceptions import KombuError, OperationalError

from workers.celery import app

log = logging.getLogger(__name__)

ANALYSE = "workers.analyse_clip"
PAUSE_S = 10.0  # after a failure, in which no request waits for the broker again


class Broker:
    """What this process knows of the broker being away."""

    ask_at = 0.0


def wake(analysis_id: UUID | str) -> None:
    """Tell a worker about a queued run once the present transaction is committed; never fails the caller."""
    transaction.on_commit(lambda: send_wake(analysis_id))


def send_wake(analysis_id: UUID | str, *, expires_s: float | None = None) -> bool:
    """Send the message now; False when the broker cannot be reached (the next sweep finds the row)."""
    if time.monotonic() < Broker.ask_at:
        return False
    try:
        app.send_task(ANALYSE, args=[str(analysis_id)], retry=False, expires=expires_s)
    except (KombuError, OperationalError, OSError) as error:
        log.warning("No worker was woken for %s: %s", analysis_id, error)
        Broker.ask_at = time.monotonic() + PAUSE_S
        return False
    return True
