"""Tasks side by side, of whose failures one is raised, alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import trio


async def run_all(tasks: list[tuple[Any, ...]]) -> None:
    """Run async functions side by side; of several failures the first is raised, alone."""

    async def side_by_side() -> None:
        async with trio.open_nursery() as nursery:
            for function, *args in tasks:
                nursery.start_soon(function, *args)

    await leading_alone(side_by_side)


async def leading_alone(block: Callable[[], Awaitable[None]]) -> None:
    """Run a block with a nursery of its own; of the group of its failures the first is raised, alone.

    It is raised outside the handler of the group, which Python would otherwise keep as the failure's context: where a
    group stands in that chain, notebooks show a traceback through the library in place of the error's own lines.
    """
    failure: BaseException | None = None
    try:
        await block()
    except BaseExceptionGroup as group:
        failure = first_failure(group)
        if failure is None:
            raise
    if failure is not None:
        raise failure


def first_failure(group: BaseExceptionGroup[BaseException]) -> BaseException | None:
    """The first failure of a group that is not a mere cancellation."""
    return next((e for e in _leaves(group) if not isinstance(e, trio.Cancelled)), None)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    leaves: list[BaseException] = []
    for error in group.exceptions:
        leaves += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return leaves
