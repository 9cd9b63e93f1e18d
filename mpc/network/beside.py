"""Tasks that live beside a block: they end with it, after the others were told why; what it raises comes out as it
is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import trio

from mpc.errors import LocalError, ParleyError


@asynccontextmanager
async def tasks_beside(leave: Callable[[BaseException | None], Awaitable[None]]) -> AsyncIterator[trio.Nursery]:
    """A nursery until the end of the block; then `leave(error)` with what the block raised, and all tasks end.

    What a task raises ends the block, and comes out in place of the cancellation that it meets there.
    """
    caught: BaseException | None = None
    try:
        async with trio.open_nursery() as tasks:
            try:
                yield tasks
            except BaseException as error:
                caught = error
            await leave(caught)
            tasks.cancel_scope.cancel()
    except BaseException:
        if caught is None or _mere_cancellation(caught):  # a task failed, and ended the block
            raise
    if caught is not None:
        raise caught


def public_error(error: BaseException) -> ParleyError:
    """What others may learn of an error: of one that is not Parley's own the type alone, its text may be secret."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, ParleyError):
        return error
    if isinstance(error, trio.Cancelled | KeyboardInterrupt | GeneratorExit):
        return LocalError("interrupted", "it was stopped from outside")
    return LocalError("program-failed", f"its program raised {type(error).__name__}")


def _mere_cancellation(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return error.split(trio.Cancelled)[1] is None
    return isinstance(error, trio.Cancelled)
