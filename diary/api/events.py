"""Progress of a run as server-sent events. Whoever asks reads the row: it works with any number of processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from accounts.models import User
from diary import access
from diary.api import problem
from diary.api.authentication import authenticate
from diary.api.serializers.analyses import AnalysisSerializer
from diary.models import Analysis

LOOK_EVERY_S = 0.5
HEARTBEAT_EVERY_S = 15.0
LONGEST_S = 900.0  # then the client connects again, which it does by itself
RETRY_MS = 2000
# A few threads, and so a few connections to the database, for all who listen to this process.
READERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="events")


async def serve_events(request: HttpRequest, id: UUID) -> HttpResponseBase:
    """Send "progress" at each change and "end" with the final state, then close."""
    try:
        if request.method != "GET":
            raise MethodNotAllowed(request.method or "")
        user = await sync_to_async(begin)(request, id)
    except Exception as error:
        refusal = await sync_to_async(problem.respond_to)(error, request)
        if refusal is None:
            raise
        return refusal
    # The language is asked for here: the middleware takes it back before the first event is sent.
    events = follow(request, user, id, translation.get_language())
    stream = StreamingHttpResponse(events, content_type="text/event-stream; charset=utf-8")
    stream.headers["Cache-Control"] = "no-store"
    stream.headers["X-Accel-Buffering"] = "no"  # nginx would hold the events back
    return stream


def begin(request: HttpRequest, id: UUID) -> User:
    """Who listens; only to a run of their own."""
    user = authenticate(request)
    access.get_analysis(user, id)
    return user


async def follow(request: HttpRequest, user: User, id: UUID, language: str | None) -> AsyncIterator[bytes]:
    """Events from now on. The state is sent whole each time, so nobody who comes back has missed anything."""
    began_at = spoke_at = time.monotonic()
    known: dict[str, Any] | None = None
    yield f"retry: {RETRY_MS}\n\n".encode()
    while time.monotonic() - began_at < LONGEST_S:
        state = await sync_to_async(read_state, thread_sensitive=False, executor=READERS)(request, user, id, language)
        if state is None:
            if known is None:
                return  # deleted before anything was told of it
            state = {**known, "status": Analysis.Status.CANCELLED}  # deleted along with its clip
        if state != known:
            yield format_event("progress" if is_active(state) else "end", state)
            known, spoke_at = state, time.monotonic()
        elif time.monotonic() - spoke_at > HEARTBEAT_EVERY_S:
            yield b": still here\n\n"
            spoke_at = time.monotonic()
        if not is_active(state):
            return
        await asyncio.sleep(LOOK_EVERY_S)


def read_state(request: HttpRequest, user: User, id: UUID, language: str | None) -> dict[str, Any] | None:
    """The run as the API shows it; None when it is gone."""
    try:
        analysis = access.get_analysis(user, id)
        with translation.override(language):
            return dict(AnalysisSerializer(analysis, context={"request": Request(request)}).data)
    except Http404:
        return None
    finally:
        connection.close()  # these threads serve no requests, so nobody else would


def is_active(state: dict[str, Any]) -> bool:
    """Whether something is still to come."""
    return state["status"] in {"queued", "running"}


def format_event(name: str, state: dict[str, Any]) -> bytes:
    """One event; its id tells states apart."""
    data = JSONRenderer().render(state).decode()
    key = f"{state['attempt']}-{state['status']}-{state['stage']}-{state['progress']:.4f}"
    return f"id: {key}\nevent: {name}\ndata: {data}\n\n".encode()
