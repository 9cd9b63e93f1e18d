"""Arguments that are not what a call takes, each refused by what it is: a context, a party, an awaited value."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import user_line


def need_context(ctx: Any, call: str) -> None:
    """LocalError `no-context` where something else stands in the first place of `mpc.CALL(ctx, ...)`, and
    `asyncio-in-program` where asyncio would have to wait for it."""
    if not isinstance(ctx, Context):
        raise LocalError(
            "no-context",
            f"the first argument of mpc.{call} is a value of type {type(ctx).__name__}, not the program's context",
            f"write mpc.{call}(ctx, ...)",
            line=user_line(),
        )
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise asyncio_in_program(user_line())


def asyncio_in_program(line: str | None) -> LocalError:
    """The error of a program that waits with another event loop than its own."""
    return LocalError(
        "asyncio-in-program",
        "the program waits for something of asyncio, and programs run in trio",
        "use trio (trio.sleep, trio.open_nursery), and mpc.together(ctx, ...) for calls side by side",
        line=line,
    )


def refuse_unawaited(value: Any, line: str | None = None) -> None:
    """LocalError `not-awaited` for a coroutine, which stands for the value that awaiting it would give."""
    if inspect.iscoroutine(value):
        value.close()
        raise unawaited(f"the coroutine of `{value.__name__}`", line or user_line())


def unawaited(what: str, line: str | None) -> LocalError:
    """The error of a call whose `await` is missing."""
    return LocalError(
        "not-awaited",
        f"{what} was never awaited, so there is no value yet",
        "write `await` before the call: x = await mpc.secret(ctx, ...), y = await mpc.reveal(ctx, x)",
        line=line,
    )


def looped_over_awaits(line: str | None) -> LocalError:
    """The error of `sum(... await ... for ...)`, which Python takes for a loop that only `async for` can go through."""
    return LocalError(
        "not-awaited",
        "a generator with `await` in it, which sum, max, list and the like cannot go through",
        "write a list: sum([await mpc.secret(ctx, owner=i, ...) for i in range(ctx.n)])",
        line=line,
    )
