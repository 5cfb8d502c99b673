"""The app of the pages: templates, styles and scripts."""

from django.apps import AppConfig


class FrontendConfig(AppConfig):
    """Templates and static files."""

    name = "frontend"
