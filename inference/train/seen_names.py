"""Names of clips that came with one that nobody had checked: ours, by eye.

`seen_names.csv` has a line for each clip of which somebody who did not know its name, and saw frames of it, was sure
what it shows; mostly what it was called. docs/training.md says how that was done.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_suffix(".csv")


@cache
def read() -> dict[str, str]:
    """`part/file` → slug."""
    with _FILE.open(newline="", encoding="utf-8") as file:
        return {row["file"]: row["exercise"] for row in csv.DictReader(file)}
