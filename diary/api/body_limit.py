"""How large a request may be. Django writes a body to disk before anybody is asked who sends it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from diary.api.problem import CONTENT_TYPE, describe_problem
from diary.errors import Code

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

FORM_BYTES = 64 * 1024  # what a form adds around the file
OTHER_BYTES = 8 * 1024**2


def limit_of(scope: dict[str, Any]) -> int:
    """Most bytes that a request may have: a form may carry a film."""
    content_type = dict(scope["headers"]).get(b"content-type", b"").lower()
    return int(settings.MAX_CLIP_BYTES) + FORM_BYTES if content_type.startswith(b"multipart/") else OTHER_BYTES


def announced_bytes(scope: dict[str, Any]) -> int:
    """Length of the body as the client says; 0 when it does not."""
    text = dict(scope["headers"]).get(b"content-length", b"0")
    return int(text) if text.isdigit() else 0


async def refuse(scope: dict[str, Any], send: Send, code: Code, **params: Any) -> None:
    """Say so without a request, before its body is there."""
    body = describe_problem(code, scope["path"], **params)
    headers = [(b"content-type", CONTENT_TYPE.encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": body["status"], "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def bound(receive: Receive, limit_bytes: int) -> Receive:
    """Hang up on a body that grows beyond its limit without having said so."""
    received = 0

    async def receive_bounded() -> dict[str, Any]:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        return message if received <= limit_bytes else {"type": "http.disconnect"}

    return receive_bounded
