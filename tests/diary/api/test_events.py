"""Progress as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient

from accounts.models import User
from accounts.services import create_token
from diary.api import events
from diary.models import Analysis
from tests.diary.api.conftest import make_clip

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest.fixture
def run(transactional_db: None, user: User) -> Analysis:
    return Analysis.objects.create(clip=make_clip(user))


@pytest.fixture
def headers(transactional_db: None, user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {create_token(user=user, name='phone')[1]}"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "LOOK_EVERY_S", 0.05)


async def listen(run: Analysis, headers: dict[str, str]) -> AsyncIterator[str]:
    response: Any = await AsyncClient().get(f"/api/v1/analyses/{run.pk}/events", headers=headers)
    assert response.headers["Content-Type"].startswith("text/event-stream")
    assert response.headers["X-Accel-Buffering"] == "no"
    async for piece in response.streaming_content:
        yield piece.decode()


def parse(event: str) -> tuple[str, dict[str, Any]]:
    lines = dict(line.split(": ", 1) for line in event.strip().splitlines())
    return lines["event"], json.loads(lines["data"])


async def change(run: Analysis, **values: Any) -> None:
    await sync_to_async(Analysis.objects.filter(pk=run.pk).update)(**values)


async def test_each_change_until_the_end(run: Analysis, headers: dict[str, str]) -> None:
    line = listen(run, headers)
    assert (await anext(line)).startswith("retry:")
    name, state = parse(await anext(line))
    assert (name, state["status"]) == ("progress", "queued")
    await change(run, status="running", stage="pose", progress=0.4)
    name, state = parse(await anext(line))
    assert (name, state["stage"], state["progress"]) == ("progress", "pose", 0.4)
    await change(run, status="failed", error_code="no_person")
    name, state = parse(await anext(line))
    assert (name, state["error"]["code"]) == ("end", "no_person")
    assert [piece async for piece in line] == []


async def test_who_comes_late_or_again_hears_the_end(run: Analysis, headers: dict[str, str]) -> None:
    await change(run, status="done", stage="done", progress=1.0)
    pieces = [piece async for piece in listen(run, {**headers, "Last-Event-ID": "1-running-pose-0.4"})]
    assert [parse(piece)[0] for piece in pieces[1:]] == ["end"]


async def test_a_quiet_line_is_kept_open(
    run: Analysis, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_EVERY_S", 0.1)
    line = listen(run, headers)
    pieces = [await anext(line) for _ in range(3)]
    assert pieces[2].startswith(":")


async def test_a_run_that_is_deleted_ends_the_line(run: Analysis, headers: dict[str, str]) -> None:
    line = listen(run, headers)
    await anext(line), await anext(line)
    await sync_to_async(run.clip.delete)()
    name, state = parse(await asyncio.wait_for(anext(line), 5))
    assert (name, state["id"], state["status"]) == ("end", str(run.pk), "cancelled")
    assert await asyncio.wait_for(anext(line, "over"), 5) == "over"


async def test_sentences_are_in_the_person_s_language(run: Analysis, headers: dict[str, str], user: User) -> None:
    await sync_to_async(User.objects.update)(language="ko")
    await change(run, status="failed", error_code="no_person")
    pieces = [piece async for piece in listen(run, headers)]
    assert parse(pieces[1])[1]["error"]["title"].startswith("영상에서")
