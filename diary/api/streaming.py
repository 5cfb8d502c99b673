"""Request bodies as they arrive.

Django's own handler reads a body to its end before a view runs, and throws all of it away when the connection breaks;
for an upload from a phone those are the very bytes to keep.
"""

from __future__ import annotations

import asyncio
import io
import logging
import re
from typing import Any

from asgiref.sync import sync_to_async
from django.core import signals
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import Error as DatabaseError
from django.http import HttpRequest
from django.urls import set_script_prefix

from diary.api import body_limit
from diary.api.authentication import is_signed_in
from diary.api.body_limit import Receive, Send
from diary.errors import Code
from diary.services.upload_files import DISK_FULL

log = logging.getLogger(__name__)

STREAMED_PATH = re.compile(r"/api/v1/uploads(/|$)")
STREAMED_METHODS = frozenset({"POST", "PATCH"})
SYNC_CHUNK_BYTES = 1 << 20


class DisconnectedError(Exception):
    """The client went away before the body was complete."""


class StreamingASGIHandler(ASGIHandler):
    """Django, except that bodies of uploads reach the view while they arrive."""

    async def handle(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request; middleware, sessions and languages work as for any other."""
        if not is_streamed(scope):
            return await self.handle_whole(scope, receive, send)
        set_script_prefix(get_script_prefix(scope))
        await signals.request_started.asend(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, io.BytesIO())
        if request is not None:
            request.live_body = LiveBody(receive)
            response = await self.run_get_response(request)
        else:
            response = refusal
        await self.send_response(response, send)
        await sync_to_async(response.close)()
        return None

    async def handle_whole(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve a request whose body is read before the view runs, up to a limit."""
        limit_bytes, refusal = body_limit.limit_of(scope), Code.REQUEST_TOO_LARGE
        try:
            is_strange = body_limit.is_film(scope) and not await self.knows_sender(scope)
        except DatabaseError:  # Django answers for what happens in views only
            log.exception("Nobody can be asked who sends a film")
            return await body_limit.refuse(scope, send, Code.UNAVAILABLE, receive)
        if is_strange:
            # What is small goes on to the view, which answers as for any other address.
            limit_bytes, refusal = body_limit.OTHER_BYTES, Code.NOT_AUTHENTICATED
        if body_limit.announced_bytes(scope) > limit_bytes:
            return await body_limit.refuse(scope, send, refusal, receive, limit_bytes=limit_bytes)
        body = body_limit.BoundBody(receive, limit_bytes)
        try:
            await super().handle(scope, body.receive, send)
        except OSError as error:  # while the body was put aside; an error of a view is answered before it gets here
            if error.errno not in DISK_FULL:
                raise
            return await body_limit.refuse(scope, send, Code.STORAGE_FULL)
        if body.refusal is not None:
            await body_limit.refuse(scope, send, body.refusal, limit_bytes=limit_bytes)
        return None

    async def knows_sender(self, scope: dict[str, Any]) -> bool:
        """Whether somebody is signed in who sends this; no thread is kept for it until the body is there."""
        request, _refusal = self.create_request(scope, io.BytesIO())
        return request is not None and await sync_to_async(is_signed_in, thread_sensitive=False)(request)


class LiveBody:
    """The chunks of one body in the order of their arrival."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.complete = False

    async def read(self, timeout_s: float) -> bytes:
        """The next chunk, empty at the end; TimeoutError when nothing came in time, which loses nothing."""
        while not self.complete:
            message = await asyncio.wait_for(self._receive(), timeout_s)
            if message["type"] == "http.disconnect":
                raise DisconnectedError
            self.complete = not message.get("more_body", False)
            if message.get("body"):
                return bytes(message["body"])
        return b""


class ReadBody:
    """The same for a body that has been read already: another server than ours, or a test client."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    async def read(self, timeout_s: float) -> bytes:
        """The next piece of the body, empty at the end."""
        del timeout_s
        return self._request.read(SYNC_CHUNK_BYTES)


def is_streamed(scope: dict[str, Any]) -> bool:
    """Whether the body of this request is one to be read as it arrives."""
    return scope["type"] == "http" and scope["method"] in STREAMED_METHODS and bool(STREAMED_PATH.search(scope["path"]))


def body_of(request: HttpRequest) -> LiveBody | ReadBody:
    """How to read the body of a request."""
    live = getattr(request, "live_body", None)
    return live if isinstance(live, LiveBody) else ReadBody(request)
