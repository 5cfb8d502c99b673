"""Fetch and verify every model file that the product needs."""

from __future__ import annotations

import argparse

from inference import weights


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options: what is needed is known."""


def run(args: argparse.Namespace) -> int:
    """Fetch what is missing; quick when nothing is."""
    weights.fetch_all(print)
    return 0
