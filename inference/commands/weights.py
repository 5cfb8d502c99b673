"""Fetch and verify model files."""

from __future__ import annotations

import argparse
import sys

from inference import weights

MIB = 1 << 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which; without a name, what the product needs."""
    known = ", ".join(weights.RECORDS)
    parser.add_argument("name", nargs="*", type=_name, metavar="NAME", help=f"default: what the product needs; {known}")


def _name(text: str) -> str:
    if text not in weights.RECORDS:
        raise argparse.ArgumentTypeError(f"no weights are called {text!r}; there are: {', '.join(weights.RECORDS)}")
    return text


def run(args: argparse.Namespace) -> int:
    """Fetch what is missing; quick when nothing is."""
    names = args.name or [record.name for record in weights.RECORDS.values() if record.needed]
    for name in names:
        print(f"{name}: {weights.fetch(name, _show_progress)}")
    return 0


def _show_progress(name: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        size = f"{done / MIB:.1f} of {total / MIB:.1f} MiB" if total else f"{done / MIB:.1f} MiB"
        print(f"\r{name}: {size}", end="\n" if done == total else "", file=sys.stderr, flush=True)
