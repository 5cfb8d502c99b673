"""Messages in Redis, which may go away while a clip is analysed."""

from __future__ import annotations

import logging

from kombu.transport import redis, virtual
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class QoS(redis.QoS):
    """Kombu's window of messages in work, which a message that cannot be acknowledged must not keep shut.

    Kombu only logs that, and a worker with a window for one message never asks Redis for another, so it would not
    find out that Redis is back. The message comes again and finds its row done.
    """

    def ack(self, delivery_tag: str) -> None:
        """Forget the message here if it cannot be forgotten there."""
        try:
            super().ack(delivery_tag)
        except (RedisError, OSError) as error:
            log.warning("A message was not acknowledged and will come again: %s", error)
            virtual.QoS.ack(self, delivery_tag)


class Channel(redis.Channel):
    """Kombu's channel with that window."""

    QoS = QoS


class Transport(redis.Transport):
    """Kombu's transport over that channel."""

    Channel = Channel
