"""Where in the user's program we are: the file and line that every node, cost and error is reported by."""

from __future__ import annotations

import os
import sys
import sysconfig
from traceback import walk_tb
from types import FrameType

import numpy as np
import trio

from mpc import context as _context
from mpc.errors import LocalError

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(_context.__file__)))
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
"""The file name without its folders, by path, of every file of users that was seen; "" for the library's own, for
Python's, and for those of installed packages, through which a program comes here."""


class naming_line:
    """A refusal that leaves this block names the line of the user's program that is running."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """Add the line."""
        if isinstance(error, LocalError):
            error.line = error.line or user_line()


def user_line() -> str:
    """File and line of the user's program that is running: the innermost frame outside this library and others."""
    frame = sys._getframe(1)
    while True:
        path = frame.f_code.co_filename
        base = _BASES.get(path)
        if base is None:
            base = _base(path)
        if base:
            return f"{base}:{frame.f_lineno}"
        if frame.f_back is None:
            return f"{os.path.basename(path)}:{frame.f_lineno}"
        frame = frame.f_back


def is_program(path: str) -> bool:
    """Whether a file of code is a user's, not this library's, Python's or an installed package's."""
    known = _BASES.get(path)
    return bool(_base(path) if known is None else known)


def user_frames(error: BaseException) -> list[tuple[FrameType, str]]:
    """The frames of the user's program that an error passed, and their file and line; the innermost last.

    Those of Python's own library and of installed packages, which the program calls, are left out.
    """
    found = []
    for frame, line in walk_tb(error.__traceback__):
        path = frame.f_code.co_filename
        if is_program(path):
            found.append((frame, f"{_BASES[path]}:{line}"))
    return found


def _base(path: str) -> str:
    others = path.startswith((*_HOUSE, *_LIBRARIES, "<frozen ")) or any(part in path for part in _INSTALLED)
    base = _BASES[path] = "" if others else os.path.basename(path)
    return base
