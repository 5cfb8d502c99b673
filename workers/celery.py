"""The Celery app: `celery -A workers.celery worker` and `… beat`. Web processes import it too, so it stays light."""

from __future__ import annotations

import os

from celery import Celery
from django.conf import settings
from kombu import transport

from workers.broker import transport_options

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.settings")
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")  # they load every page; `manage.py serve` and deployments run them

SWEEP_EVERY_S = 5.0
PURGE_EVERY_S = 3600.0
REDELIVERY_MARGIN_S = 60  # beyond the time limit, after which Redis hands a message to another worker

transport.TRANSPORT_ALIASES["deukgeun"] = "workers.broker:Transport"
transport.TRANSPORT_ALIASES |= dict.fromkeys(("redis", "rediss"), "workers.redis_broker:Transport")


def make_app() -> Celery:
    """An app for the broker that the settings name: Redis, or files for one machine."""
    made = Celery(
        "deukgeun", broker=settings.REDIS_URL or "deukgeun://localhost", include=["workers.tasks", "workers.shutdown"]
    )
    made.conf.update(
        broker_transport_options=_redis_options() if settings.REDIS_URL else transport_options(settings.BROKER_DIR),
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=2,
        task_default_queue="analyses",
        task_ignore_result=True,
        # The row is the queue: a message that is lost or comes twice does no harm, so none is held back for later.
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        worker_concurrency=1,
        worker_max_tasks_per_child=500,
        worker_lost_wait=1.0,  # then a helper process that was killed makes room for the next clip
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        beat_schedule_filename=str(settings.VAR_DIR / "broker" / "beat-schedule"),
        beat_max_loop_interval=1,
        beat_scheduler="workers.schedule:Scheduler",
        beat_schedule={
            # A message that nobody took before the next one is sent is dropped.
            "sweep": {"task": "workers.sweep", "schedule": SWEEP_EVERY_S, "options": {"expires": SWEEP_EVERY_S}},
            "purge": {"task": "workers.purge", "schedule": PURGE_EVERY_S, "options": {"expires": PURGE_EVERY_S}},
        },
    )
    return made


def _redis_options() -> dict[str, float]:
    return {
        "visibility_timeout": settings.ANALYSIS_LIMIT_S + REDELIVERY_MARGIN_S,
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
    }


app = make_app()
