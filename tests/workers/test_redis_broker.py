"""Redis that goes away while a message is in work."""

from __future__ import annotations

import logging
import subprocess

import pytest
from celery import Celery
from redis.exceptions import RedisError

from tests.engines import free_port, wait_for_port
from workers.celery import app


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_transport_of_redis_is_ours(scheme: str) -> None:
    assert type(app.connection(f"{scheme}://127.0.0.1/0").transport).__module__ == "workers.redis_broker"


def test_message_that_cannot_be_acknowledged_keeps_no_other_out() -> None:
    port = free_port()
    server = subprocess.Popen(["redis-server", "--port", str(port), "--save", ""], stdout=subprocess.DEVNULL)
    wait_for_port(port)
    try:
        asking = Celery(broker=f"redis://127.0.0.1:{port}/0")
        asking.conf.task_default_queue = "q"
        asking.send_task("x")
        with asking.connection() as connection:
            message = connection.SimpleQueue("q").get(timeout=5)
            window = message.channel.qos
            window.prefetch_count = 1
            assert not window.can_consume()
            server.kill()
            server.wait()
            message.ack_log_error(logging.getLogger(), (RedisError,))
            assert window.can_consume()
    finally:
        server.kill()
        server.wait()
