"""Three actors and a diary for the tests of the API. Nothing here needs ffmpeg or a worker."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import create_token
from diary.models import Analysis, Clip, Exercise, WorkoutSet
from diary.services import sets

FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of runs for which a worker was woken."""
    ids: list[str] = []
    monkeypatch.setattr("workers.queue.wake", lambda analysis_id: ids.append(str(analysis_id)))
    return ids


def app_of(user: User) -> APIClient:
    """An app with a token of its own."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {create_token(user=user, name='phone')[1]}")
    return client


@pytest.fixture
def owner(user: User) -> APIClient:
    return app_of(user)


@pytest.fixture
def other(stranger: User) -> APIClient:
    return app_of(stranger)


@pytest.fixture
def nobody(db: None) -> APIClient:
    return APIClient()


def make_clip(user: User, number: int = 0) -> Clip:
    """A clip that was analysed, with its files."""
    moment = datetime(2026, 11, 20, 9, number % 60, tzinfo=UTC)
    clip = Clip(
        user=user, sha256=f"{number:064x}", size_bytes=9, original_name="set.mp4", captured_at=moment,
        day=moment.date(), duration_s=12.0, width=720, height=1280,
    )  # fmt: skip
    clip.original.save("original", ContentFile(b"original!"), save=False)
    clip.rendition.save("rendition.mp4", ContentFile(bytes(range(100))), save=False)
    clip.poster.save("poster.jpg", ContentFile(b"\xff\xd8poster"), save=False)
    clip.keypoints.save("keypoints.npz", ContentFile(track_bytes()), save=False)
    clip.save()
    return clip


def track_bytes() -> bytes:
    """Two frames: somebody, nobody."""
    keypoints = np.zeros((2, 24, 3), np.float32)
    keypoints[0] = [10.4, 20.6, 0.95]
    target = io.BytesIO()
    np.savez(target, keypoints=keypoints, times_s=np.array([0.0, 0.1234567]), size=np.array([720, 1280]))
    return target.getvalue()


@pytest.fixture
def clip(user: User) -> Clip:
    return make_clip(user)


@pytest.fixture
def analysis(clip: Clip) -> Analysis:
    return Analysis.objects.create(clip=clip, status="done", stage="done", progress=1.0)


@pytest.fixture
def workout_set(user: User, clip: Clip, squat: Exercise) -> WorkoutSet:
    return make_set(user, squat, clip)


def make_set(user: User, exercise: Exercise, clip: Clip | None = None) -> WorkoutSet:
    """A set of ten, with a picture where there is a clip."""
    row = sets.create_set(
        user=user, date=datetime(2026, 11, 20).date(), clip=clip, exercise=exercise, reps=10, start_s=1.0, end_s=11.0
    )
    if clip is not None:
        row.thumbnail.save(f"{clip.folder}/set_{row.pk}.jpg", ContentFile(b"\xff\xd8set"))
    return row


def body(response: Any) -> Any:
    """The JSON of a response, whoever rendered it."""
    return json.loads(response.content)
