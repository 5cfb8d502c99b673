"""Lists of labelled clips, `file,exercise,reps,…`, as people keep them in tables."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from inference.errors import UnreadableListError

NEEDED = ("file", "exercise")


@dataclass(frozen=True)
class Label:
    """One line of a list."""

    file: str
    exercise: str
    reps: int | None  # None: not scored


def read(path: Path) -> list[Label]:
    """Every line that names a file; an UnreadableListError says what is wrong, and in which line."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            table = csv.DictReader(file)
            _check_columns(path, [*(table.fieldnames or [])])
            found = [_read_row(f"{path}, line {table.line_num}", row) for row in table if row["file"]]
    except OSError as error:
        raise UnreadableListError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableListError(f"{path}: not a text in UTF-8; save the list as CSV in UTF-8") from error
    except csv.Error as error:
        raise UnreadableListError(f"{path}: not a list with commas ({error})") from error
    if not found:
        raise UnreadableListError(f"{path}: no line names a file")
    return found


def _check_columns(path: Path, names: list[str]) -> None:
    missing = [name for name in NEEDED if name not in names]
    if missing:
        told = ",".join(names)[:80] or "nothing"
        wanted = "the first line names the columns, as in file,exercise,reps"
        raise UnreadableListError(f"{path}: no column {' and no column '.join(missing)}; {wanted}; here it is: {told}")


def _read_row(place: str, row: dict[str, str | None]) -> Label:
    exercise, reps = (row["exercise"] or "").strip(), (row.get("reps") or "").strip()
    if not exercise:
        raise UnreadableListError(f"{place}: no exercise")
    return Label(str(row["file"]), exercise, _read_count(place, reps) if reps else None)


def _read_count(place: str, text: str) -> int:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not value.is_integer() or value < 0:
        raise UnreadableListError(f"{place}: reps is {text!r}, which is no whole number; leave it empty where unknown")
    return int(value)
