"""How large a request may be. Django writes a body to disk before anybody is asked who sends it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from diary.api.problem import CONTENT_TYPE, describe_problem, retry_headers, status_of
from diary.errors import Code
from diary.messages import describe

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Answer = tuple[int, list[tuple[bytes, bytes]], bytes]

FORM_BYTES = 64 * 1024  # what a form adds around the file
OTHER_BYTES = 8 * 1024**2
PORTRAIT_BYTES = 16 * 1024**2
SIGNED_OUT = "signed-out"  # asks a page to say that what was sent to it was not taken
SILENCE_S = 30.0  # slow phones keep sending, so this bounds the pause between two pieces, not the whole
FILM_PATH = re.compile(r"/(api/v1/clips|upload)/?")
PORTRAIT_PATH = re.compile(r"/(api/v1/me/portrait|profile/portrait)/?")


def is_film(scope: dict[str, Any]) -> bool:
    """Whether the request is a form with a film in it, to an address that takes one."""
    return _is_form_to(FILM_PATH, scope)


def limit_of(scope: dict[str, Any]) -> int:
    """Most bytes that a request may have: a form may carry a film, or a picture, where one is taken."""
    if is_film(scope):
        return int(settings.MAX_CLIP_BYTES) + FORM_BYTES
    return PORTRAIT_BYTES if _is_form_to(PORTRAIT_PATH, scope) else OTHER_BYTES


def _is_form_to(address: re.Pattern[str], scope: dict[str, Any]) -> bool:
    content_type: bytes = dict(scope["headers"]).get(b"content-type", b"")
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return content_type.lower().startswith(b"multipart/") and bool(address.fullmatch(path))


def announced_bytes(scope: dict[str, Any]) -> int:
    """Length of the body as the client says; 0 when it does not."""
    text = dict(scope["headers"]).get(b"content-length", b"0")
    return int(text[:18]) if text.isdigit() else 0  # int() refuses thousands of digits


async def refuse(scope: dict[str, Any], send: Send, code: Code, unread: Receive | None = None, **params: Any) -> None:
    """Say so without a request, before its body is there: to an app as a problem, to a person as a page."""
    answer = describe_to_person if is_page(scope) else describe_to_app
    status, headers, body = answer(scope, code, **params)
    headers += [(name.lower().encode(), value.encode()) for name, value in retry_headers(code).items()]
    headers += [(b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    if unread is not None and is_page(scope) and is_film(scope) and announced_bytes(scope) <= limit_of(scope):
        await hear_out(unread, limit_of(scope))
    await send({"type": "http.response.body", "body": b""})


async def hear_out(receive: Receive, limit_bytes: int) -> None:
    """Drop what a browser sends: it shows an answer only when it is through, and an error when it is cut off."""
    body, is_through = BoundBody(receive, limit_bytes), False
    while not is_through:
        message = await body.receive()
        is_through = message["type"] == "http.disconnect" or not message.get("more_body", False)


def is_page(scope: dict[str, Any]) -> bool:
    """Whether a person looks at what comes back."""
    return not scope["path"].removeprefix(scope.get("root_path", "")).startswith(("/api/", "/_allauth/"))


def describe_to_app(scope: dict[str, Any], code: Code, **params: Any) -> Answer:
    """Status, headers and body of a problem."""
    body = describe_problem(code, scope["path"], **params)
    headers = [(b"content-type", CONTENT_TYPE.encode())]
    if code is Code.NOT_AUTHENTICATED:
        headers.append((b"www-authenticate", b'Bearer realm="deukgeun"'))
    return body["status"], headers, json.dumps(body).encode()


def describe_to_person(scope: dict[str, Any], code: Code, **params: Any) -> Answer:
    """The same of a page; whose session has ended is sent on, to hear of it where they sign in."""
    if code is Code.NOT_AUTHENTICATED:
        return 303, [(b"location", f"{scope['path']}?{SIGNED_OUT}".encode())], b""
    if code is Code.REQUEST_TOO_LARGE and is_film(scope):
        code = Code.TOO_LARGE  # the words of the page's script
    words = [(language, describe(code, language, **params)) for language, _name in settings.LANGUAGES]
    page = render_to_string("refused.html", {"words": words})
    return status_of(code), [(b"content-type", b"text/html; charset=utf-8")], page.encode()


class BoundBody:
    """A body that ends when it grows beyond its limit without having said so, or when nothing more comes."""

    def __init__(self, receive: Receive, limit_bytes: int) -> None:
        self._receive = receive
        self._left_bytes = limit_bytes
        self._complete = False
        self.refusal: Code | None = None  # why it ended early; nothing has been answered then

    async def receive(self) -> dict[str, Any]:
        """The next message. Once the body is there, the wait for the end of the connection has no limit."""
        if self._complete:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), SILENCE_S)
        except TimeoutError:
            return self._hang_up(Code.REQUEST_STALLED)
        self._complete = not message.get("more_body", False)
        self._left_bytes -= len(message.get("body", b""))
        return message if self._left_bytes >= 0 else self._hang_up(Code.REQUEST_TOO_LARGE)

    def _hang_up(self, code: Code) -> dict[str, Any]:
        self.refusal = code
        return {"type": "http.disconnect"}
