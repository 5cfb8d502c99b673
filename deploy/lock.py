"""Resolve requirements*.in into pinned requirements*.txt (`make lock`)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
HEADER = "# Made by `make lock` from {source}; edit that file, not this one.\n"


def resolve(*arguments: str) -> dict[str, str]:
    """Name → version of everything pip would install into an empty environment."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"]
    report = subprocess.run([*command, *arguments], check=True, capture_output=True, text=True).stdout
    found = (item["metadata"] for item in json.loads(report)["install"])
    return {re.sub(r"[-_.]+", "-", item["name"]).lower(): item["version"].split("+")[0] for item in found}


def write(path: Path, source: str, pins: dict[str, str]) -> None:
    """Write one lock file, sorted, so that a diff shows only what moved."""
    lines = (f"{name}=={version}\n" for name, version in sorted(pins.items()))
    path.write_text(HEADER.format(source=source) + "".join(lines))


def main() -> None:
    """Lock the product first; what development adds must fit around it."""
    product = resolve("-r", str(HERE / "requirements.in"))
    write(HERE / "requirements.txt", "requirements.in", product)
    both = resolve("-r", str(HERE / "requirements.txt"), "-r", str(HERE / "requirements-dev.in"))
    extra = {name: version for name, version in both.items() if name not in product}
    write(HERE / "requirements-dev.txt", "requirements-dev.in", extra)


if __name__ == "__main__":
    main()
