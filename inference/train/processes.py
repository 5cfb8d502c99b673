"""Work that is cut into parts, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

import torch
from tqdm import tqdm

Result = TypeVar("Result")


def run_each(work: Callable[..., Result], jobs: Sequence[tuple[Any, ...]]) -> list[Result]:
    """What ``work`` gives with the arguments of each job, one process for each core.

    A process computes on one thread: the small steps of our networks keep no more than one core busy.
    """
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=torch.set_num_threads, initargs=(1,)) as pool:
        return [done.result() for done in tqdm([pool.submit(work, *job) for job in jobs])]
