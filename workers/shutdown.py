"""A worker that is told to stop hands its clip back, so that a restart costs time only, never one of the attempts."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from celery.signals import worker_ready, worker_shutting_down
from django.db import Error as DatabaseError
from django.db import connection

from diary.services.analyses import hand_back
from workers import identity

log = logging.getLogger(__name__)

AGAIN_S = 0.5  # a helper process may have taken a clip just before it was told


class Helpers:
    """The processes that run the clips of this worker."""

    pool: Any = None


@worker_ready.connect
def remember_helpers(sender: Any, **_kwargs: Any) -> None:
    """Later only the name of the worker is told."""
    Helpers.pool = sender.pool


@worker_shutting_down.connect
def begin_hand_back(**_kwargs: Any) -> None:
    """Called while a signal is handled, where nothing may wait for a database: a thread does."""
    if Helpers.pool is not None:
        names = [identity.name_start(number) for number in Helpers.pool.info["processes"]]
        threading.Thread(target=keep_handing_back, args=[names], name="hand back", daemon=True).start()


def keep_handing_back(names: list[str]) -> None:
    """Until the process ends, which it does once its helpers have noticed."""
    while True:
        try:
            if number := hand_back(workers=names):
                log.info("Handed back %d unfinished analyses", number)
        except DatabaseError as error:
            log.warning("An unfinished analysis could not be handed back: %s", error)
        connection.close()
        time.sleep(AGAIN_S)
