"""Calls side by side: each is a task with a context of its own."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from mpc.context.session import Context
from mpc.side_by_side import run_all

_beside: ContextVar[Context | None] = ContextVar("call of this task", default=None)


def beside(home: Context) -> Context:
    """The call whose next number a value recorded from one of `home` takes.

    That is `home`, except in one of several calls side by side: there it is that call, since which of them comes first
    to take a number of a context that they have in common would depend on timing.
    """
    own = _beside.get()
    return home if own is None or own.session is not home.session else own


def line_of_task() -> str:
    """The line for which this task counts, where it is one of several calls side by side: of whoever began them."""
    own = _beside.get()
    return "" if own is None else own.line


async def together(ctx: Context, *calls: tuple[Any, ...]) -> list[Any]:
    """Run calls (function, argument, ...) side by side, each in a child context; their results in order.

    The rounds of calls side by side overlap: the caller is as deep as the deepest of them.
    """
    line, own = ctx.counted_at, ctx.of_program
    children = [ctx.child(getattr(call[0], "__name__", "call"), line=line, own=own) for call in calls]
    results: list[Any] = [None] * len(calls)

    async def run(i: int) -> None:
        function, *args = calls[i]
        token = _beside.set(children[i])
        try:
            results[i] = await function(children[i], *args)
        finally:
            _beside.reset(token)

    if len(calls) == 1:
        await run(0)
    else:
        await run_all([(run, i) for i in range(len(calls))])
    for child in children:
        ctx.join(child)
    return results
