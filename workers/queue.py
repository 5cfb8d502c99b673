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
LOOK_AT_PORTRAIT = "workers.look_at_portrait"
PAUSE_S = 10.0  # after a failure, in which no request waits for the broker again


class Broker:
    """What this process knows of the broker being away."""

    ask_at = 0.0


def wake(analysis_id: UUID | str) -> None:
    """Tell a worker about a queued run once the present transaction is committed; never fails the caller."""
    transaction.on_commit(lambda: send_wake(analysis_id))


def wake_for_portrait(user_id: int) -> None:
    """The same for a picture of a person that nobody has looked at; what gets lost is done with their next clip."""
    transaction.on_commit(lambda: _send(LOOK_AT_PORTRAIT, str(user_id)))


def send_wake(analysis_id: UUID | str, *, expires_s: float | None = None) -> bool:
    """Send the message now; False when the broker cannot be reached (the next sweep finds the row)."""
    return _send(ANALYSE, str(analysis_id), expires_s)


def _send(task: str, id: str, expires_s: float | None = None) -> bool:
    if time.monotonic() < Broker.ask_at:
        return False
    try:
        app.send_task(task, args=[id], retry=False, expires=expires_s)
    except (KombuError, OperationalError, OSError) as error:
        log.warning("No worker was woken for %s: %s", id, error)
        Broker.ask_at = time.monotonic() + PAUSE_S
        return False
    return True
