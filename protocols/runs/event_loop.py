"""The event loop of a run that a plain function starts."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

import trio

from protocols.array.lines import from_program_on

R = TypeVar("R")


def run_trio(start: Callable[[], Awaitable[R]]) -> R:
    """trio.run, in a thread of its own where an event loop is running already (a notebook, an async test).

    An error leaves it with a traceback that begins in the user's program.
    """
    try:
        return _in_thread(start) if _inside_event_loop() else trio.run(start)
    except Exception as error:
        from_program_on(error)
        raise


def _in_thread(start: Callable[[], Awaitable[R]]) -> R:
    box: list[R] = []
    thread_error: list[BaseException] = []

    def work() -> None:
        try:
            box.append(trio.run(start))
        except BaseException as error:
            thread_error.append(error)

    thread = threading.Thread(target=work, name="parley-simulation")
    thread.start()
    thread.join()
    if thread_error:
        raise thread_error[0]
    return box[0]


def _inside_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return trio.lowlevel.in_trio_run()
    return True
