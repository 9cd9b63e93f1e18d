"""A user's program as a run calls it: mistakes that Python reports as something else, or not at all, are said."""

from __future__ import annotations

import dis
import inspect
import os
from collections import deque
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import CodeType
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError, ParleyError
from mpc.simulation import Main
from protocols.array.lines import file_name, program_line, user_frames
from protocols.array.misuse import asyncio_in_program, looped_over_awaits, unawaited
from protocols.array.secret import SecretArray
from protocols.homomorphic.key_files import writing_none
from protocols.runs.own_data import without_data

SIGNATURE = "async def main(ctx, mine)"
_OF_ASYNCIO = (
    "no running event loop",
    "There is no current event loop",
    "trio.run received unrecognized yield message",
)


def guarded(main: Main) -> Main:
    """`main`, with a LocalError of its own where it is no async function of (ctx, mine), misses an `await`, ends the
    process or uses asyncio."""

    async def run(ctx: Context, mine: Any) -> Any:
        check_parameters(main)
        ctx.session.where = program_line
        try:
            with writing_none(ctx.planning):
                return await _started(main, ctx, mine)
        except (SystemExit, BaseExceptionGroup) as error:
            left = _exit_in(error)
            if left is None:
                raise
            raise exited(left) from None
        except ParleyError as error:
            if error.line is None and (passed := user_frames(error)):
                error.line = passed[-1][1]
            raise
        except (TypeError, ValueError, AttributeError, RuntimeError) as error:
            explained = without_data(main, error, ctx.me) if mine is None else None
            explained = explained or _explained(main, error)
            if explained is None:
                raise
            raise explained from None

    return run


def check_parameters(main: Main, arguments: Mapping[str, Any] | None = None) -> None:
    """LocalError `program-main-parameters` if it cannot be called with (ctx, mine) and these keyword arguments."""
    named = arguments or {}
    try:
        inspect.signature(main).bind(None, None, **named)
    except TypeError as error:
        given = ", ".join(["ctx", "mine", *(f"{name}=..." for name in named)])
        cause = f"`main` cannot be called with ({given}): {error}"
        remedy = f"Write `{SIGNATURE}`; further parameters are given by name, --arg NAME=VALUE."
        raise LocalError("program-main-parameters", cause, remedy, line=line_of(main)) from None


def not_async(main: Any) -> LocalError:
    """The error of a `main` that is a plain function."""
    cause = "`main` is not an async function"
    return LocalError("program-main-not-async", cause, f"Write `{SIGNATURE}`.", line=line_of(main))


def exited(error: SystemExit) -> LocalError:
    """The error of a program that ends the process, without what it ends it with."""
    lines = [line for _, line in user_frames(error)]
    return LocalError(
        "program-exit",
        "the program ended its process by sys.exit, which would leave the other parties waiting",
        "return from main, at every party alike; raise an exception where something is wrong",
        line=lines[-1] if lines else None,
    )


def _exit_in(error: BaseException) -> SystemExit | None:
    """The SystemExit that an error is, or the first of those in a group, as a program's own nursery raises it."""
    if isinstance(error, BaseExceptionGroup):
        return next((found for part in error.exceptions if (found := _exit_in(part)) is not None), None)
    return error if isinstance(error, SystemExit) else None


def line_of(main: Any) -> str | None:
    """File and line at which a function begins."""
    code = _code(main)
    return None if code is None else f"{_file_of(code)}:{code.co_firstlineno}"


def _file_of(code: CodeType) -> str:
    return file_name(code.co_filename) or os.path.basename(code.co_filename)


def _code(main: Any) -> CodeType | None:
    main = inspect.unwrap(getattr(main, "func", main))
    code = getattr(main, "__code__", None)
    return code if isinstance(code, CodeType) else None


def _started(main: Main, ctx: Context, mine: Any) -> Awaitable[Any]:
    running = main(ctx, mine)
    if not inspect.isawaitable(running):
        raise not_async(main)
    return running


def _explained(main: Main, error: Exception) -> LocalError | None:
    """What an error of Python's stands for, if it comes of a refusal, of asyncio or of a missing `await`."""
    if isinstance(error.__cause__, LocalError):  # numpy has its own words for what a secret refuses
        return error.__cause__
    frames, text = user_frames(error), str(error)
    line = frames[-1][1] if frames else line_of(main)
    if any(sign in text for sign in _OF_ASYNCIO):
        return asyncio_in_program(line)
    if "async_generator" in text and isinstance(error, TypeError):
        return looped_over_awaits(line)
    held = _unawaited_variables(frames)
    if not held and "coroutine" not in text:
        return None
    if not inspect.iscoroutinefunction(inspect.unwrap(getattr(main, "func", main))):
        return not_async(main)
    return unawaited(held or "the coroutine that this line computes with", line)


def _unawaited_variables(frames: list[Any]) -> str:
    """The names of the program's variables that hold calls without `await`, in words; "" for none."""
    held = {}
    for frame, _ in frames:
        for name, value in frame.f_locals.items():
            for part in _parts(value):
                if _never_awaited(part):
                    held[name] = part.__name__
                    part.close()
    return ", ".join(f"the coroutine of `{call}` in `{name}`" for name, call in held.items())


def refuse_unfinished(main: Main, result: Any) -> None:
    """LocalError `not-awaited`, `not-revealed` if a coroutine or a secret lies anywhere in what a program returned."""
    for part in _parts(result):
        if inspect.iscoroutine(part):
            part.close()
            raise unawaited(f"the coroutine of `{part.__name__}` in the result", _returning_line(main))
        if isinstance(part, SecretArray):
            raise LocalError(
                "not-revealed",
                f"the result holds a secret that was never revealed, written at {part.line}",
                "return what `await mpc.reveal(ctx, x)` gives; for nobody to learn it, return something else",
                line=_returning_line(main),
            )


def _parts(value: Any) -> Iterator[Any]:
    """A value and all that lies in it, in lists, tuples, sets, dicts, records and arrays of objects, once each."""
    pending, seen = [value], set[int]()
    while pending:
        part = pending.pop()
        if isinstance(part, Mapping):
            inner = list(part.values())
        elif is_dataclass(part) and not isinstance(part, type):
            inner = [getattr(part, field.name, None) for field in fields(part)]
        elif isinstance(part, np.ndarray) and part.dtype == object:
            inner = part.ravel().tolist()
        elif isinstance(part, list | tuple | set | frozenset | deque):
            inner = list(part)
        else:
            yield part
            continue
        if id(part) not in seen:
            seen.add(id(part))
            pending += inner


def _never_awaited(part: Any) -> bool:
    return inspect.iscoroutine(part) and inspect.getcoroutinestate(part) == inspect.CORO_CREATED


def _returning_line(main: Main) -> str | None:
    """File and line of the `return` of a function; of several, all their lines."""
    code = _code(main)
    if code is None:
        return None
    returns, before = set[int](), ""
    for step in dis.get_instructions(code):
        line = step.positions.lineno if step.positions is not None else None
        if step.opname == "RETURN_VALUE" and line is not None and before != "LOAD_CONST None":
            returns.add(line)
        before = f"{step.opname} {step.argrepr}"
    lines = " or ".join(map(str, sorted(returns))) or str(code.co_firstlineno)
    return f"{_file_of(code)}:{lines}"
