"""Where in the user's program we are: the file and line that every node, cost and error is reported by."""

from __future__ import annotations

import ast
import linecache
import os
import sys
import sysconfig
from dis import opname
from traceback import walk_tb
from types import CodeType, FrameType

import numpy as np
import trio

from mpc.context import tasks as _tasks
from mpc.errors import LocalError, ParleyError

_ROOT = os.path.abspath(os.path.join(_tasks.__file__, *[os.pardir] * 3))
_HOUSE = tuple(
    os.path.join(folder, "")
    for folder in (
        *(os.path.join(_ROOT, package) for package in ("mpc", "protocols", "party_runner")),
        os.path.dirname(os.path.abspath(np.__file__)),
        os.path.dirname(os.path.abspath(trio.__file__)),
    )
)
_LIBRARIES = tuple(os.path.join(sysconfig.get_path(name), "") for name in ("stdlib", "purelib", "platlib"))
_INSTALLED = tuple(os.path.join(os.sep, name, "") for name in ("site-packages", "dist-packages"))
_BASES: dict[str, str] = {}
_TASK = "together.<locals>.run"
_GENERATED = "__create_fn__.<locals>."
"""What a file is called, by path, for every file of code that was seen (`file_name`), but for cells of notebooks: one
that runs again has another number."""


class naming_line:
    """A refusal that leaves this block names the line of the user's program that is running, or was, within it."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """Add the line."""
        if isinstance(error, LocalError):
            passed = user_frames(error)
            error.line = error.line or (passed[-1][1] if passed else user_line())


def user_expression() -> tuple[str, str]:
    """What the user's program is doing: the name of Python's instruction, and the text of the expression, of one line.

    For errors, which say it again; "" where it is not known.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not is_program(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None or frame.f_lasti < 0:
        return "", ""
    return opname[frame.f_code.co_code[frame.f_lasti]], expression_at(frame.f_code, frame.f_lasti)


def user_argument(place: int) -> str:
    """The text of an argument of the call that the user's program awaits, on however many lines; "" where it is in
    another expression, or its text is not known."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not is_program(frame.f_code.co_filename):
        frame = frame.f_back
    try:
        awaited = ast.parse("" if frame is None else _text_at(frame), mode="eval").body
    except SyntaxError:
        return ""
    call = awaited.value if isinstance(awaited, ast.Await) else None
    return ast.unparse(call.args[place]) if isinstance(call, ast.Call) and place < len(call.args) else ""


def _text_at(frame: FrameType) -> str:
    first, last, start, end = [*frame.f_code.co_positions()][frame.f_lasti // 2]
    if first is None or last is None:
        return ""
    lines = [linecache.getline(frame.f_code.co_filename, line).encode() for line in range(first, last + 1)]
    return b"".join([*lines[:-1], lines[-1][:end]])[start:].decode(errors="replace")


def expression_at(code: CodeType, instruction: int) -> str:
    """The text of the expression that an instruction belongs to, where it stands on one line; else ""."""
    line, last, start, end = [*code.co_positions()][instruction // 2]
    if line is None or line != last or start is None or end is None:
        return ""
    return linecache.getline(code.co_filename, line).encode()[start:end].decode(errors="replace")


def user_line() -> str:
    """File and line of the user's program that is running: the innermost frame outside this library and others.

    In one of several calls side by side that is the library's own, the line for which all of them count.
    """
    frame = sys._getframe(1)
    line = _line_in(frame, within=_tasks.line_of_task())
    while not line and frame.f_back is not None:
        frame = frame.f_back
    return line or f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"


def program_line() -> str:
    """The same, and "" where no line of a program is running."""
    return _line_in(sys._getframe(1))


def _line_in(frame: FrameType | None, within: str = "") -> str:
    """The innermost line of a program; `within` calls side by side, whose frames end where a task began, that line."""
    while frame is not None:
        path = frame.f_code.co_filename
        if within and path == _tasks.__file__ and frame.f_code.co_qualname == _TASK:
            return within
        base = _BASES.get(path)
        if base is None:
            base = _base(path)
        if base and not _is_generated(frame.f_code):
            return f"{base}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def is_program(path: str) -> bool:
    """Whether a file of code is a user's, not this library's, Python's or an installed package's."""
    return bool(file_name(path))


def user_frames(error: BaseException) -> list[tuple[FrameType, str]]:
    """The frames of the user's program that an error passed, and their file and line; the innermost last.

    Those of Python's own library and of installed packages, which the program calls, are left out.
    """
    named = ((frame, line, file_name(frame.f_code.co_filename)) for frame, line in walk_tb(error.__traceback__))
    return [(frame, f"{name}:{line}") for frame, line, name in named if name and not _is_generated(frame.f_code)]


def _is_generated(code: CodeType) -> bool:
    """Whether this is a method that a dataclass was given: it has no file, and its lines are nobody's."""
    return code.co_qualname.startswith(_GENERATED)


def from_program_on(error: BaseException) -> None:
    """Let an error that leaves the library show its way through the user's program alone: its traceback begins there.

    An error of ours, whose own lines say all, also leaves behind the groups that it came out of: notebooks show the
    whole of a traceback where one stands in the chain of contexts.
    """
    step = error.__traceback__
    while step is not None and not is_program(step.tb_frame.f_code.co_filename):
        step = step.tb_next
    if step is not None:
        error.__traceback__ = step
    link: BaseException | None = error if isinstance(error, ParleyError) else None
    while link is not None:
        if isinstance(link.__context__, BaseExceptionGroup):
            link.__context__ = None
        link = link.__context__


def file_name(path: str) -> str:
    """What a user's file of code is called: its name without folders, or `cell In[2]` for a cell of a notebook; "" for
    the library's own, for Python's, and for those of installed packages, through which a program comes here."""
    known = _BASES.get(path)
    return _base(path) if known is None else known


def _base(path: str) -> str:
    cell = _cell(path)
    if cell:
        return cell
    others = path.startswith((*_HOUSE, *_LIBRARIES, "<frozen ")) or any(part in path for part in _INSTALLED)
    base = _BASES[path] = "" if others else os.path.basename(path)
    return base


def _cell(path: str) -> str:
    """`cell In[2]` for the code of a cell of the IPython that runs here, by its number; "" for other code."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    name_code = getattr(getattr(shell, "compile", None), "format_code_name", None)
    label, number = (name_code and name_code(path)) or ("", "")
    return f"{label.lower()} {number}" if number else ""
