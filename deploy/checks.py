"""Checks at the start: what is missing is said together with what helps."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def check_ffmpeg(**_kwargs: Any) -> list[CheckMessage]:
    """Clips are read with ffprobe and ffmpeg."""
    programs = {"ffmpeg": settings.FFMPEG, "ffprobe": settings.FFPROBE}
    return [
        Error(
            f"{wanted} was not found.",
            hint="Install ffmpeg (Debian: apt-get install ffmpeg; macOS: brew install ffmpeg), or say in"
            f" DEUKGEUN_{name.upper()} where it lies, and start again.",
            id=f"deploy.{name}",
        )
        for name, wanted in programs.items()
        if shutil.which(wanted) is None
    ]


@register()
def check_var_writable(**_kwargs: Any) -> list[CheckMessage]:
    """Uploads, the database and messages live under one folder."""
    folder = Path(settings.VAR_DIR)
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if os.access(nearest, os.W_OK | os.X_OK):
        return []
    return [
        Error(
            f"{nearest} cannot be written to.",
            hint="Give this user the folder, or set DEUKGEUN_VAR_DIR to one that it may write to.",
            id="deploy.var",
        )
    ]
