"""The app of the processes that analyse clips."""

from django.apps import AppConfig


class WorkersConfig(AppConfig):
    """Celery's side of the site."""

    name = "workers"
