"""Bodies that are too large end before they fill memory or disk."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from diary.api import body_limit
from diary.errors import Code
from tests.diary.api.conftest import body

FORM = "multipart/form-data; boundary=x"


def scope(content_type: str, length: str | None, path: str = "/x") -> dict[str, Any]:
    headers = [(b"content-type", content_type.encode())]
    return {"path": path, "headers": headers + ([(b"content-length", length.encode())] if length else [])}


@pytest.mark.parametrize("path", ["/api/v1/clips/", "/api/v1/clips", "/upload/"])
def test_only_forms_may_carry_films(settings: Any, path: str) -> None:
    assert body_limit.limit_of(scope(FORM, "1", path)) > settings.MAX_CLIP_BYTES
    assert body_limit.limit_of(scope("application/json", "1", path)) == body_limit.OTHER_BYTES
    below = {**scope(FORM, "1", f"/diary{path}"), "root_path": "/diary"}
    assert body_limit.limit_of(below) > settings.MAX_CLIP_BYTES


@pytest.mark.parametrize(
    "path", ["/healthz", "/", "/x/upload/", "/upload/sample/", "/api/v1/sets/", "/accounts/login/"]
)
def test_forms_carry_films_to_their_addresses_only(path: str) -> None:
    assert body_limit.limit_of(scope(FORM, "1", path)) == body_limit.OTHER_BYTES


@pytest.mark.parametrize("path", ["/api/v1/me/portrait/", "/profile/portrait/"])
def test_a_picture_is_larger_than_words_and_smaller_than_a_film(path: str) -> None:
    assert body_limit.limit_of(scope(FORM, "1", path)) == body_limit.PORTRAIT_BYTES


@pytest.mark.parametrize(("length", "known"), [("17", 17), (None, 0), ("-1", 0), ("x", 0), ("9" * 5000, 10**18 - 1)])
def test_announced_bytes(length: str | None, known: int) -> None:
    assert body_limit.announced_bytes(scope("text/plain", length)) == known


@pytest.mark.asyncio
async def test_a_body_that_grows_too_large_is_hung_up_on() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x" * 10, "more_body": True}

    bounded = body_limit.BoundBody(receive, 25)
    heard = [(await bounded.receive())["type"] for _ in range(3)]
    assert heard == ["http.request", "http.request", "http.disconnect"]
    assert bounded.refusal == Code.REQUEST_TOO_LARGE


@pytest.mark.asyncio
async def test_only_silence_within_the_body_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_limit, "SILENCE_S", 0.2)
    pieces = [{"type": "http.request", "body": b"x", "more_body": more} for more in (True, True, True, False)]

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.1 if pieces else 0.4)  # 0.4 s in all for the body, then the wait for the line to end
        return pieces.pop(0) if pieces else {"type": "http.disconnect"}

    bounded = body_limit.BoundBody(receive, 25)
    heard = [(await bounded.receive())["type"] for _ in range(5)]
    assert heard == ["http.request"] * 4 + ["http.disconnect"]
    assert bounded.refusal is None


@pytest.mark.asyncio
async def test_a_large_request_hears_why() -> None:
    heard: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        heard.append(message)

    for path in ("/api/v1/sets/", "/sets/new/"):
        await body_limit.refuse(scope(FORM, None, path), send, Code.REQUEST_TOO_LARGE, limit_bytes=1024)
    assert [message["status"] for message in heard[::3]] == [413, 413]
    assert json.loads(heard[1]["body"])["title"] == "The request is larger than 1 KB."
    page = heard[4]["body"].decode()
    assert '<h1 lang="en">The request is larger than 1 KB.' in page and '<h1 lang="ko">' in page


@pytest.mark.parametrize(
    ("path", "words"),
    [("/upload/", ["The clip is larger than 500 MB.", "Trim it"]), ("/profile/portrait/", ["Choose a smaller file"])],
)
def test_a_person_hears_what_to_do_about_a_file_that_is_too_large(path: str, words: list[str]) -> None:
    form = scope(FORM, None, path)
    page = body_limit.describe_to_person(form, Code.REQUEST_TOO_LARGE, limit_bytes=body_limit.limit_of(form))[2]
    assert all(word in page.decode() for word in words)


def test_json_is_bounded(owner: APIClient, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = owner.post("/api/v1/sets/", {"note": "x" * 2000}, format="json")
    assert (response.status_code, body(response)["code"]) == (413, "request_too_large")
