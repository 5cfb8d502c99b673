"""Connections to the database are few, and bodies of requests may take minutes: nobody holds one while bytes come."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from asgiref.sync import sync_to_async
from django.db import close_old_connections


@contextlib.contextmanager
def borrow_connection() -> Iterator[None]:
    """What Django does when a request starts and ends."""
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()


async def return_connection() -> None:
    """Give back what the request has used until now; whatever comes next takes another one."""
    await sync_to_async(close_old_connections)()
