"""Small clips made on the spot by ffmpeg, and a body that needs no model."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("DEUKGEUN_SHARED", Path(__file__).parents[2] / "../shared")) / "data"

MakeClip = Callable[..., Path]


@pytest.fixture
def make_clip(tmp_path: Path) -> MakeClip:
    """``make_clip("a.mp4", "-c:v", "libx264", source=…)`` writes a test clip and returns its path."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")

    def make(name: str, *arguments: str, source: str = "testsrc2=size=320x240:rate=30:duration=2") -> Path:
        out = tmp_path / name
        command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", source, *arguments, f"file:{out}"]
        subprocess.run(command, check=True, timeout=60, cwd=tmp_path)
        return out

    return make


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The data for development, where a checkout has them."""
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is absent: set DEUKGEUN_SHARED to the folder that holds data/")
    return SHARED
