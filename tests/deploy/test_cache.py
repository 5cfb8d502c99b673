"""Redis may go away: what counts in it then counts nothing, and nobody waits for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from deploy.cache import Outage, PatientRedisCache
from tests.engines import free_port, wait_for_port

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]


class Redis:
    """A Redis of this test's own, on a port that stays when it goes."""

    def __init__(self) -> None:
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for_port(self.port)

    def stop(self) -> None:
        if self.process:
            os.kill(self.process.pid, signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)


@pytest.fixture(autouse=True)
def outage(monkeypatch: pytest.MonkeyPatch) -> Outage:
    monkeypatch.setattr("deploy.cache.PAUSE_S", 0.3)
    fresh = Outage()
    monkeypatch.setattr("deploy.cache.outage", fresh)
    return fresh


@pytest.fixture
def redis(settings: LazySettings) -> Iterator[Redis]:
    server = Redis()
    settings.CACHES = {
        "default": {
            "BACKEND": "deploy.cache.PatientRedisCache",
            "LOCATION": f"redis://127.0.0.1:{server.port}/0",
        }
    }
    yield server
    server.stop()


def ask_everything(cache: PatientRedisCache) -> list[object]:
    """What each method of the cache answers."""
    return [
        cache.get("a", 7),
        cache.set("a", 1),
        cache.add("b", 1),
        cache.touch("a"),
        cache.has_key("a"),
        cache.get_many(["a", "b"]),
        cache.set_many({"a": 1}),
        cache.delete("a"),
        cache.delete_many(["a"]),
        cache.get_or_set("c", 5),
        cache.clear(),
    ]


def test_without_redis_the_cache_is_empty_and_says_so_once(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    assert ask_everything(cache) == [7, None, True, False, False, {}, [], False, None, 5, True]
    for change in (cache.incr, cache.decr):
        with pytest.raises(ValueError, match="not found"):
            change("a")
    time.sleep(0.4)
    cache.get("a")
    assert [line.message.split(";")[0] for line in caplog.records] == ["Redis does not answer"]


def test_redis_that_comes_back_counts_again(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    redis.start()
    cache.set("a", 1)
    assert (cache.get("a"), cache.incr("a"), cache.has_key("a")) == (1, 2, True)
    redis.stop()
    assert cache.get("a") is None
    redis.start()
    time.sleep(0.4)
    cache.set("a", 3)
    assert cache.get("a") == 3
    said = [line.message.split(";")[0] for line in caplog.records]
    assert said == ["Redis does not answer", "Redis answers again"]


def test_a_key_that_redis_does_not_have_is_an_answer_too(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    assert cache.get("a") is None
    redis.start()
    time.sleep(0.4)
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")
    cache.set("a", 1)
    assert cache.get("a") == 1
    assert [line.message.split(";")[0] for line in caplog.records][1:] == ["Redis answers again"]


def test_restart_between_two_questions_is_not_noticed(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    redis.start()
    cache.set("a", 1)
    redis.stop()
    redis.start()
    cache.set("a", 2)
    assert cache.get("a") == 2 and not caplog.records


def test_frozen_redis_is_waited_for_once(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.cache.PAUSE_S", 60)
    redis.start()
    cache.set("a", 1)
    redis.freeze()
    began_s = time.monotonic()
    for _ in range(20):
        ask_everything(cache)
    assert time.monotonic() - began_s < 2


def test_people_sign_in_upload_and_use_the_api_without_redis(redis: Redis, client: Client) -> None:
    person = User.objects.create_user("me@example.com", password="correct horse battery")
    form = {"login": person.email, "password": "correct horse battery"}
    assert client.post("/accounts/login/", form).status_code == 302
    assert client.get("/api/v1/clips/").status_code == 200
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "5", "Upload-Metadata": "filename ZmlsbS5tcDQ="}
    upload = client.post("/api/v1/uploads/", headers=headers, content_type="application/offset+octet-stream")
    assert upload.status_code == 201


def test_the_site_uses_this_cache_when_redis_is_named(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "DEUKGEUN_VAR_DIR": str(tmp_path), "REDIS_URL": "redis://127.0.0.1/0"}
    code = "from deploy import settings; print(settings.CACHES['default']['BACKEND'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"{PatientRedisCache.__module__}.{PatientRedisCache.__name__}"


def test_only_one_of_many_asks_a_silent_server_again(outage: Outage) -> None:
    asked = []

    def fail() -> None:
        asked.append(1)
        time.sleep(0.05)
        outage.ask(None, asked.append, 2)  # somebody else, meanwhile
        raise TimeoutError

    for _ in range(2):
        outage.ask(None, fail)
        time.sleep(0.35)
    assert asked == [1, 2, 1]
