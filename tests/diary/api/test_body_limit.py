"""Bodies that are too large end before they fill memory or disk."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from diary.api import body_limit
from diary.errors import Code
from tests.diary.api.conftest import body


def scope(content_type: str, length: str | None) -> dict[str, Any]:
    headers = [(b"content-type", content_type.encode())]
    return {"path": "/x", "headers": headers + ([(b"content-length", length.encode())] if length else [])}


def test_only_forms_may_carry_films(settings: Any) -> None:
    assert body_limit.limit_of(scope("multipart/form-data; boundary=x", "1")) > settings.MAX_CLIP_BYTES
    assert body_limit.limit_of(scope("application/json", "1")) == body_limit.OTHER_BYTES


@pytest.mark.parametrize(("length", "known"), [("17", 17), (None, 0), ("-1", 0), ("x", 0)])
def test_announced_bytes(length: str | None, known: int) -> None:
    assert body_limit.announced_bytes(scope("text/plain", length)) == known


@pytest.mark.asyncio
async def test_a_body_that_grows_too_large_is_hung_up_on() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x" * 10, "more_body": True}

    bounded = body_limit.bound(receive, 25)
    assert [(await bounded())["type"] for _ in range(3)] == ["http.request", "http.request", "http.disconnect"]


@pytest.mark.asyncio
async def test_a_large_request_hears_why() -> None:
    heard: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        heard.append(message)

    await body_limit.refuse({"path": "/x"}, send, Code.REQUEST_TOO_LARGE, limit_bytes=1024)
    assert heard[0]["status"] == 413
    assert json.loads(heard[1]["body"])["title"] == "The request is larger than 1 KB."


def test_json_is_bounded(owner: APIClient, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = owner.post("/api/v1/sets/", {"note": "x" * 2000}, format="json")
    assert (response.status_code, body(response)["code"]) == (413, "request_too_large")
