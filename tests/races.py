"""Works that are done at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection


def run_at_once(*works: Callable[[], object]) -> list[str]:
    """What became of works in threads of their own: "ok" or the kind of the error."""
    ends: list[str] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
            ends.append("ok")
        except Exception as error:  # noqa: BLE001  whatever it is, the test tells it
            ends.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return ends
