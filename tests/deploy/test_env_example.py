"""`.env.example` lists every setting, and nothing that no longer exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_setting_is_listed():
    read = set(re.findall(r'\benv\.\w+\(\s*"([A-Z0-9_]+)"', (ROOT / "deploy" / "settings.py").read_text()))
    for path in (ROOT / "inference").rglob("*.py"):
        read |= set(re.findall(r'environ(?:\.get)?[(\[]\s*"(DEUKGEUN_[A-Z0-9_]+)"', path.read_text()))
    read |= {"DEUKGEUN_FFMPEG", "DEUKGEUN_FFPROBE"}  # read by a name that is put together
    read.discard("DEUKGEUN_SHARED")  # where developers keep their data
    listed = set(re.findall(r"^#([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert read == listed
