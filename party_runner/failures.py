"""How a run that fails ends: the exit code, and the text that says what happened and what to do.

| exit code | meaning |
|---|---|
| 0 | the run is done |
| 1 | the user's program raised an exception |
| 2 | wrong usage, or this party's own mistake (LocalError) |
| 3 | a peer was not there, went away, or sent what it must not (PeerError) |
| 4 | a security check failed (Abort) |
| 5 | preprocessed material is missing or spent (SupplyError) |
| 70 | a fault in Parley itself |
| 130 | interrupted |
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mpc.errors import Abort, LocalError, ParleyError, PeerError, SupplyError
from party_runner.users_files import is_in, is_users

PROGRAM_RAISED = 1
LOCAL = 2
PEER = 3
ABORT = 4
SUPPLY = 5
FAULT = 70
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a process ends: its exit code, the stable `code` of the error, and the text for a person."""

    exit_code: int
    code: str
    text: str


def failure_of(error: BaseException, program: Path | None = None) -> Failure:
    """What to say of `error` and how to exit. `program` is the user's file, whose frames a traceback keeps."""
    cause = leading(error)
    if isinstance(cause, ParleyError):
        return Failure(exit_code(cause), cause.code, _teaching(cause, program))
    if isinstance(cause, KeyboardInterrupt):
        return Failure(INTERRUPTED, "interrupted", "interrupted")
    if program is not None and (text := _user_traceback(_in_frames(error, cause, program), program)):
        return Failure(PROGRAM_RAISED, "program-failed", text)
    text = "".join(traceback.format_exception(cause))
    return Failure(FAULT, "fault", f"{text}This is a fault in Parley, not in your program; please report it.")


def leading(error: BaseException) -> BaseException:
    """The one error to show of a group: what failed by itself rather than in answer to another failure."""
    return min(_leaves(error), key=_importance)


def _in_frames(error: BaseException, cause: BaseException, program: Path) -> BaseException:
    """The cause, or where it never was in the program's frames the innermost group around it that was."""
    around = [cause]
    while isinstance(error, BaseExceptionGroup):
        around.insert(1, error)
        error = next((e for e in error.exceptions if cause in _leaves(e)), cause)
    return next((each for each in around if _user_frames(each, program)), cause)


def exit_code(error: ParleyError) -> int:
    """The exit code that stands for this kind of error."""
    kinds = {Abort: ABORT, PeerError: PEER, SupplyError: SUPPLY, LocalError: LOCAL}
    return next((code for kind, code in kinds.items() if isinstance(error, kind)), FAULT)


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _importance(error: BaseException) -> int:
    order = (KeyboardInterrupt, Abort, LocalError, SupplyError)
    for place, kind in enumerate(order):
        if isinstance(error, kind):
            return place
    return len(order) + isinstance(error, PeerError)


def _teaching(error: ParleyError, program: Path | None) -> str:
    lines = [f"error: {error.cause}  [{error.code}]"]
    line = error.line or (_user_line(error, program) if program else None)
    if line:
        lines.append(f"  at: {line}")
    if error.remedy:
        lines.append(f"  what to do: {error.remedy}")
    return "\n".join(lines)


def _user_frames(error: BaseException, program: Path) -> list[traceback.FrameSummary]:
    """The frames of the program and of its neighbours in the same folder; not of code that was generated, as a
    dataclass's."""
    folder = program.resolve().parent
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith("<")]
    return [f for f in frames if is_in(Path(f.filename), folder) and is_users(Path(f.filename), folder)]


def _user_line(error: BaseException, program: Path) -> str | None:
    frames = _user_frames(error, program)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else None


def _user_traceback(error: BaseException, program: Path) -> str:
    """The traceback cut to the user's own frames; empty if none is there."""
    frames = _user_frames(error, program)
    if not frames:
        return ""
    shown = ["Traceback (most recent call last):\n", *traceback.format_list(frames)]
    return "".join([*shown, *traceback.format_exception_only(error)]).rstrip()
