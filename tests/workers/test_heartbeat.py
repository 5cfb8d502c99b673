"""Signs of life: told by themselves, stopped when the run is no longer ours."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.conf import LazySettings

from accounts.models import User
from diary.models import Analysis
from diary.services.clips import delete_clip
from tests.factories import claim, make_clip
from workers import heartbeat
from workers.heartbeat import AbandonedError, Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    monkeypatch.setattr(heartbeat, "PROGRESS_EVERY_S", 0.02)
    settings.HEARTBEAT_EVERY_S = 0.05


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_silent_work_still_shows_life(user: User) -> None:
    analysis = claim(make_clip(user))
    Analysis.objects.update(heartbeat_at=None)
    with Heartbeat(analysis_id=analysis.pk, attempt=1):
        wait_until(lambda: Analysis.objects.get().heartbeat_at is not None)
    assert Analysis.objects.get().stage == "probe"


def test_progress_is_told_and_never_steps_back(user: User) -> None:
    analysis = claim(make_clip(user))
    with Heartbeat(analysis_id=analysis.pk, attempt=1) as pulse:
        pulse.tell("pose", 1.0)
        pulse.tell("decode", 0.1)
        wait_until(lambda: Analysis.objects.get().stage == "pose")
    assert Analysis.objects.get().progress == pytest.approx(0.75)


@pytest.mark.parametrize("reason", ["deleted", "given to another"])
def test_run_that_is_no_longer_ours_stops(user: User, reason: str) -> None:
    clip = make_clip(user)
    analysis = claim(clip)
    with Heartbeat(analysis_id=analysis.pk, attempt=1) as pulse:
        pulse.tell("decode", 0.5)
        if reason == "deleted":
            delete_clip(clip=clip)
        else:
            Analysis.objects.update(attempt=2)
        with pytest.raises(AbandonedError):
            wait_until(lambda: bool(pulse.tell("pose", 0.5)))
