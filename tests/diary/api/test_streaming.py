"""Bodies as they arrive: what a broken line leaves, who may take over, what a stop of the server keeps."""

from __future__ import annotations

import asyncio
import base64
import errno
import hashlib
import json
from pathlib import Path
from threading import current_thread
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from django.test import AsyncClient, Client

from accounts.models import User
from accounts.services import create_token
from diary.api import body_limit, receiving
from diary.api.authentication import is_signed_in
from diary.api.streaming import LiveBody, StreamingASGIHandler, is_streamed
from diary.models import Clip, Upload
from diary.services import upload_files, uploads
from tests.diary.api.conftest import FILM

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]
END = {"type": "http.request", "body": b"", "more_body": False}
GONE = {"type": "http.disconnect"}


class Line:
    """A connection: what the client sends, and what it hears."""

    def __init__(self, token: str, method: str, path: str, **headers: str) -> None:
        named = {"authorization": f"Bearer {token}", "tus-resumable": "1.0.0", "host": "localhost", **headers}
        pairs = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in named.items()]
        self.scope = {
            "type": "http", "method": method, "path": path, "query_string": b"", "headers": pairs, "scheme": "http",
            "client": ("127.0.0.1", 1), "server": ("localhost", 80), "root_path": "", "http_version": "1.1",
        }  # fmt: skip
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.heard: list[dict[str, Any]] = []

    async def hear(self, message: dict[str, Any]) -> None:
        self.heard.append(message)

    def say(self, *pieces: bytes, then: dict[str, Any] | None = None) -> None:
        for piece in pieces:
            self.incoming.put_nowait({"type": "http.request", "body": piece, "more_body": True})
        if then is not None:
            self.incoming.put_nowait(then)

    async def run(self) -> int:
        await StreamingASGIHandler()(self.scope, self.incoming.get, self.hear)
        return int(self.heard[0]["status"])

    async def run_without_body(self) -> int:
        self.incoming.put_nowait(END)
        return await self.run()

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode().lower(): value.decode() for name, value in self.heard[0]["headers"]}


@pytest.fixture
def token(transactional_db: None, user: User) -> str:
    return create_token(user=user, name="phone")[1]


@pytest.fixture
def upload(transactional_db: None, user: User) -> Upload:
    return uploads.create_upload(user=user, length=len(FILM))


def patch(token: str, upload: Upload, offset: int = 0, **headers: str) -> Line:
    content = {"content_type": "application/offset+octet-stream", "upload_offset": str(offset)}
    return Line(token, "PATCH", f"/api/v1/uploads/{upload.pk}/", **content, **headers)


async def stored(upload: Upload) -> int:
    return (await Upload.objects.aget(pk=upload.pk)).offset


async def test_what_arrived_before_the_line_broke_is_kept(token: str, upload: Upload) -> None:
    line = patch(token, upload)
    line.say(FILM[:1000], FILM[1000:3000], then=GONE)
    await line.run()
    assert await stored(upload) == 3000
    again = patch(token, upload, 3000)
    again.say(FILM[3000:], then=END)
    assert await again.run() == 204
    clip = await Clip.objects.aget(pk=again.headers["deukgeun-clip"])
    assert await sync_to_async(clip.original.read)() == FILM


async def test_with_a_checksum_a_broken_line_leaves_nothing(token: str, upload: Upload) -> None:
    digest = base64.b64encode(hashlib.sha1(FILM).digest()).decode()
    line = patch(token, upload, upload_checksum=f"sha1 {digest}")
    line.say(FILM[:3000], then=GONE)
    await line.run()
    assert await stored(upload) == upload_files.stored_bytes(upload.pk) == 0


async def test_bytes_are_on_disk_while_the_rest_is_still_to_come(
    token: str, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "SAVE_EVERY_S", 0.0)
    line = patch(token, upload)
    line.say(FILM[:1000])
    task = asyncio.create_task(line.run())
    await until(lambda: stored(upload), 1000)
    second = patch(token, upload, 1000)
    assert await second.run() == 423
    line.say(FILM[1000:], then=END)
    await task
    assert line.headers["upload-offset"] == str(len(FILM))


async def test_nobody_holds_a_connection_while_an_upload_comes(
    token: str, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "SAVE_EVERY_S", 0.0)
    held: list[object] = []
    read = LiveBody.read

    async def watch(body: LiveBody, timeout_s: float) -> bytes:
        held.append(await sync_to_async(lambda: connection.connection)())
        return await read(body, timeout_s)

    monkeypatch.setattr(LiveBody, "read", watch)
    line = patch(token, upload)
    line.say(FILM[:1000], FILM[1000:2000], FILM[2000:], then=END)
    assert await line.run() == 204
    assert held == [None] * 4
    assert line.headers["upload-offset"] == str(len(FILM))


async def test_a_silent_connection_makes_room_for_the_next(
    token: str, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "YIELD_AFTER_S", 0.1)
    monkeypatch.setattr(receiving, "LOOK_EVERY_S", 0.05)
    dead = patch(token, upload)
    dead.say(FILM[:1000])
    task = asyncio.create_task(dead.run())
    await asyncio.sleep(0.3)
    assert not task.done()  # nobody else wants the upload: it may be a long dead spot
    assert await patch(token, upload, 1000).run() == 423
    assert await asyncio.wait_for(task, 5) == 408
    alive = patch(token, upload, 1000)
    alive.say(FILM[1000:], then=END)
    assert await alive.run() == 204


async def test_a_server_that_is_told_to_stop_keeps_what_arrived(token: str, upload: Upload) -> None:
    line = patch(token, upload)
    line.say(FILM[:1000])
    task = asyncio.create_task(line.run())
    await until(lambda: asyncio.to_thread(upload_files.stored_bytes, upload.pk), 1000)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await until(lambda: stored(upload), 1000)


async def test_an_upload_that_is_ended_meanwhile_takes_nothing_more(token: str, upload: Upload) -> None:
    line = patch(token, upload)
    line.say(FILM[:1000])
    task = asyncio.create_task(line.run())
    await until(lambda: asyncio.to_thread(upload_files.stored_bytes, upload.pk), 1000)
    assert await Line(token, "DELETE", f"/api/v1/uploads/{upload.pk}/").run_without_body() == 204
    line.say(FILM[1000:], then=END)
    assert await task == 410
    assert not upload_files.part_path(upload.pk).exists()


@pytest.mark.parametrize("ending", ["the line breaks", "the server is told to stop"])
async def test_an_announcement_that_breaks_off_in_its_bytes_leaves_nothing(token: str, ending: str) -> None:
    content = {"content_type": "application/offset+octet-stream", "upload_length": str(len(FILM))}
    line = Line(token, "POST", "/api/v1/uploads/", **content)
    line.say(FILM[:1000])
    task = asyncio.create_task(line.run())
    await until(Upload.objects.acount, 1)
    if ending == "the line breaks":
        line.say(then=GONE)
    else:
        task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await until(Upload.objects.acount, 0)
    assert list(Path(settings.UPLOAD_ROOT).glob("*.part")) == []


async def test_strangers_are_refused_before_a_byte_is_written(upload: Upload) -> None:
    line = patch("dgk_wrong", upload)
    line.say(FILM[:1000])
    assert await line.run() == 401
    assert upload_files.stored_bytes(upload.pk) == 0


async def test_a_form_that_finds_no_room_hears_why(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(StreamingASGIHandler, "read_body", fail)
    assert await Line(token, "POST", "/api/v1/clips/", content_type="multipart/form-data; boundary=x").run() == 507


FORM = {"content_type": "multipart/form-data; boundary=x"}
HUGE = {**FORM, "content_length": str(100 << 20)}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/healthz", {}, 413),
        ("/api/v1/clips/", {"authorization": "Bearer dgk_wrong"}, 401),
        ("/api/v1/clips/", {"authorization": "", "x_session_token": "wrong"}, 401),
        ("/upload/", {"authorization": "", "cookie": "sessionid=wrong"}, 303),
    ],
)
async def test_a_film_is_refused_before_it_is_there(
    token: str, path: str, headers: dict[str, str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_limit, "SILENCE_S", 0.2)
    line = Line(token, "POST", path, **{**HUGE, **headers})  # says nothing: an answer is due all the same
    assert await asyncio.wait_for(line.run(), 5) == status
    assert line.headers["connection"] == "close"


async def test_who_is_not_signed_in_any_more_is_sent_to_sign_in_and_told(token: str) -> None:
    line = Line("", "POST", "/upload/", **HUGE)
    line.say(*[bytes(1 << 20)] * 3)
    task = asyncio.create_task(line.run())
    await until(lambda: asyncio.sleep(0, len(line.heard)), 2)  # the answer is there at once
    assert not task.done() and line.incoming.empty()  # but a browser reads it when it is through
    line.say(bytes(1 << 20), then=END)
    assert await asyncio.wait_for(task, 5) == 303
    page = await AsyncClient().get(line.headers["location"], follow=True, headers={"accept-language": "ko"})
    assert page.redirect_chain == [("/accounts/login/?next=/upload/", 302)]
    assert "영상이 올라가지 않았어요" in page.content.decode()


async def test_nobody_holds_a_connection_or_a_thread_while_a_film_comes(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[tuple[object, bool]] = []

    def ask(request: HttpRequest) -> bool:
        answer = is_signed_in(request)
        kept.append((connection.connection, current_thread().name.startswith("asyncio")))
        return answer

    monkeypatch.setattr("diary.api.streaming.is_signed_in", ask)
    for sender in (token, "dgk_wrong"):
        await Line(sender, "POST", "/api/v1/clips/", **FORM).run_without_body()
    assert kept == [(None, True)] * 2


async def test_more_than_a_film_may_have_is_not_heard_out(token: str) -> None:
    line = Line("", "POST", "/upload/", **{**FORM, "content_length": str(settings.MAX_CLIP_BYTES << 1)})
    line.say(bytes(1 << 20))
    assert await asyncio.wait_for(line.run(), 5) == 303
    assert line.incoming.qsize() == 1


@pytest.mark.parametrize(("path", "kind"), [("/upload/", "text/html"), ("/api/v1/clips/", "application/problem+json")])
async def test_a_film_that_comes_while_the_database_is_away_is_asked_for_later(
    token: str, path: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any) -> bool:
        raise OperationalError

    monkeypatch.setattr("diary.api.streaming.is_signed_in", fail)
    line = Line(token, "POST", path, **HUGE)
    line.say(then=END)
    assert await asyncio.wait_for(line.run(), 5) == 503
    assert line.headers["content-type"].startswith(kind)
    assert line.headers["retry-after"] == "60"
    assert "Try again in a minute." in line.heard[1]["body"].decode()


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/uploads/"),
        ("HEAD", "/api/v1/uploads/7c1b4f0e-0000-4000-8000-000000000000/"),
        ("PATCH", "/api/v1/uploads/7c1b4f0e-0000-4000-8000-000000000000/"),
        ("GET", "/api/v1/clips/"),
    ],
)
@pytest.mark.parametrize("who", ["device", "browser"])
async def test_without_its_database_the_api_asks_to_come_back(
    token: str, user: User, who: str, method: str, path: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    await client.aforce_login(user)
    session = {"authorization": "", "cookie": f"sessionid={client.cookies['sessionid'].value}"}
    line = Line(token, method, path, **(session if who == "browser" else {}), upload_length="10")

    def fail(*_args: Any) -> None:
        raise error("connection refused")

    with monkeypatch.context() as patched:
        patched.setattr(BaseDatabaseWrapper, "cursor", fail)
        assert await asyncio.wait_for(line.run_without_body(), 5) == 503
    assert (line.headers["content-type"], line.headers["retry-after"]) == ("application/problem+json", "60")
    if method != "HEAD":
        assert json.loads(line.heard[1]["body"])["code"] == "unavailable"


async def test_strangers_cannot_send_a_film_without_saying_how_large_it_is(token: str) -> None:
    line = Line("dgk_wrong", "POST", "/api/v1/clips/", **FORM)
    line.say(*[bytes(1 << 20)] * 9)
    assert await asyncio.wait_for(line.run(), 5) == 413


async def test_who_is_signed_in_may_send_a_film(token: str, user: User) -> None:
    client = Client()
    await client.aforce_login(user)
    session = {"authorization": "", "cookie": f"sessionid={client.cookies['sessionid'].value}"}
    for headers in ({}, session):
        line = Line(token, "POST", "/api/v1/clips/", **{**FORM, **headers})
        line.say(*[bytes(1 << 20)] * 9, then=END)
        assert await line.run() in {400, 403}  # no form at all, or no token of the form: the view has looked at it


async def test_a_form_that_falls_silent_is_ended(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_limit, "SILENCE_S", 0.2)
    line = Line(token, "POST", "/api/v1/clips/", **HUGE)
    line.say(b"--x")
    assert await asyncio.wait_for(line.run(), 5) == 408
    assert json.loads(line.heard[1]["body"])["code"] == "request_stalled"


async def until(read: Any, value: int) -> None:
    """Wait for a number to become what it should."""
    for _ in range(100):
        if await read() == value:
            return
        await asyncio.sleep(0.05)
    assert await read() == value


@pytest.mark.parametrize(
    ("method", "path", "streamed"),
    [
        ("PATCH", "/api/v1/uploads/x/", True),
        ("POST", "/api/v1/uploads", True),
        ("POST", "/api/v1/uploadsx", False),
        ("DELETE", "/api/v1/uploads/x/", False),
        ("POST", "/api/v1/clips/", False),
    ],
)
async def test_only_bodies_of_uploads_are_streamed(method: str, path: str, streamed: bool) -> None:
    assert is_streamed({"type": "http", "method": method, "path": path}) is streamed
