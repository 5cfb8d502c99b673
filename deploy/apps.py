"""The app that carries the system checks and makes the folders."""

import contextlib

from django.apps import AppConfig
from django.conf import settings


class DeployConfig(AppConfig):
    """Registers the checks once the apps are there."""

    name = "deploy"

    def ready(self) -> None:
        """Importing registers the checks; a folder that cannot be made is what one of them speaks about."""
        from deploy import checks  # noqa: F401

        with contextlib.suppress(OSError):
            for folder in (settings.UPLOAD_ROOT, settings.MEDIA_ROOT, settings.BROKER_DIR, settings.STATIC_ROOT):
                folder.mkdir(parents=True, exist_ok=True)
