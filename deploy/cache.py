"""The cache on Redis, which may be away: limits on requests count here, and no clip is refused for want of counting.

django-redis can ignore errors too, but says "not added" where allauth then waits a second for its lock, and asks a
frozen server again with every call.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnectedError
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

PATIENCE_S = 1.0  # for a connection, and for an answer
PAUSE_S = 5.0  # after a failure, in which nobody waits for Redis


class Outage:
    """Whether Redis is away. Django makes a cache for each thread, so what one has learnt is kept for all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ask_at: float | None = None  # None: Redis is there

    def ask(self, otherwise: Any, call: Callable[..., Any], *arguments: Any) -> Any:
        """Redis's answer, or that of an empty cache while Redis is away."""
        if not self._may_ask():
            return otherwise
        try:
            answer = call(*arguments)
        except (RedisError, OSError) as error:
            self._note_failure(error)
            return otherwise
        except ValueError:  # Django's, about a key that Redis says is not there
            self._note_answer()
            raise
        self._note_answer()
        return answer

    def _may_ask(self) -> bool:
        """Once in a while one caller tries; the others do not wait with it."""
        with self._lock:
            if self._ask_at is None:
                return True
            if time.monotonic() < self._ask_at:
                return False
            self._ask_at = time.monotonic() + PAUSE_S
            return True

    def _note_failure(self, error: Exception) -> None:
        with self._lock:
            is_news, self._ask_at = self._ask_at is None, time.monotonic() + PAUSE_S
        if is_news:
            log.warning("Redis does not answer; until it does, no request is counted against a limit: %s", error)

    def _note_answer(self) -> None:
        with self._lock:
            is_news, self._ask_at = self._ask_at is not None, None
        if is_news:
            log.warning("Redis answers again; requests are counted")


outage = Outage()


class PatientClient(RedisCacheClient):
    """Django's client, which answers as an empty cache would when Redis cannot be asked."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        # A connection that Redis has closed meanwhile is worth a second try at once, a silent server is not.
        retry = Retry(NoBackoff(), 1, supported_errors=(NotConnectedError,))
        patience = {"socket_connect_timeout": PATIENCE_S, "socket_timeout": PATIENCE_S, "retry": retry}
        super().__init__(servers, **{**patience, **options})

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        """True: in an empty cache the key is new."""
        return bool(outage.ask(True, super().add, key, value, timeout))

    def get(self, key: Any, default: Any) -> Any:
        """Nothing is there."""
        return outage.ask(default, super().get, key, default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        """Forgotten at once."""
        outage.ask(None, super().set, key, value, timeout)

    def touch(self, key: Any, timeout: Any) -> bool:
        """Nothing is there."""
        return bool(outage.ask(False, super().touch, key, timeout))

    def delete(self, key: Any) -> bool:
        """Nothing is there."""
        return bool(outage.ask(False, super().delete, key))

    def get_many(self, keys: Any) -> dict[Any, Any]:
        """Nothing is there."""
        found: dict[Any, Any] = outage.ask({}, super().get_many, keys)
        return found

    def has_key(self, key: Any) -> bool:
        """Nothing is there."""
        return bool(outage.ask(False, super().has_key, key))

    def incr(self, key: Any, delta: int) -> int:
        """Django's error for a key that is not there."""
        number: int | None = outage.ask(None, super().incr, key, delta)
        if number is None:
            raise ValueError(f"Key '{key}' not found.")
        return number

    def set_many(self, data: Any, timeout: Any) -> None:
        """Forgotten at once."""
        outage.ask(None, super().set_many, data, timeout)

    def delete_many(self, keys: Any) -> None:
        """Nothing is there."""
        outage.ask(None, super().delete_many, keys)

    def clear(self) -> bool:
        """An empty cache is clear."""
        return bool(outage.ask(True, super().clear))


class PatientRedisCache(RedisCache):
    """Django's cache on Redis with that client."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = PatientClient
