"""Local work split over the cores that a party may use. Kernels let go of Python's lock, so threads run side by side.

How many cores is part of the context (contextvars): `using_cores` holds for the block, for the tasks started in it and
for the threads that they send work to. Where nothing is said, it is all cores of this process.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar

from mpc.errors import LocalError

_allowed: ContextVar[int | None] = ContextVar("parley_cores", default=None)


def available_cores() -> int:
    """How many cores the system lets this process run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cores() -> int:
    """How many cores local work may use here."""
    return _allowed.get() or available_cores()


@contextmanager
def using_cores(count: int) -> Iterator[None]:
    """Let local work use `count` cores until the block ends. Fewer than 1: LocalError `wrong-cores`."""
    if count < 1:
        raise LocalError("wrong-cores", f"work cannot be done on {count} cores", "name 1 or more")
    token = _allowed.set(count)
    try:
        yield
    finally:
        _allowed.reset(token)


def in_parts(count: int, run: Callable[[int, int], object], *, step: int = 1, smallest: int = 1) -> None:
    """Run run(start, end) on ranges that together are 0 to `count`, each on a core of its own.

    Ranges begin at multiples of `step` and hold at least `smallest` items, so small work is not split. The caller's
    thread does one of them. An exception of any of them is raised when all have ended.
    """
    parts = max(1, min(cores(), count // max(smallest, 1)))
    size = -(-count // (parts * step)) * step
    ranges = [(start, min(start + size, count)) for start in range(0, count, max(size, 1))]
    if len(ranges) <= 1:
        run(0, count)
        return
    with ThreadPoolExecutor(len(ranges) - 1, thread_name_prefix="parley") as pool:
        others = [pool.submit(run, *part) for part in ranges[1:]]
        run(*ranges[0])
    for other in others:
        other.result()
