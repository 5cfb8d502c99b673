"""How many cores small sums and small networks use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()  # of the libraries that are loaded by now: torch's, numpy's and scipy's


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on the calling thread alone; also a decorator.

    Networks and tables of this size gain little by a second core. Where that is busy with something else each of their
    hundreds of small steps waits for it (docs/measurements.md).
    """
    with _pools().limit(limits=1):
        yield
