"""What a program executes without an import, as Python's own audit hook tells it.

`runpy`, a loader made from a path, `exec` of a file that was read: whatever leads from a file of the user's to code
that runs passes here while a program is loaded or runs, and is held against what the parties compare. The hook stays
for the life of the process, as Python's hooks do, and does nothing while nobody watches.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any, Protocol

from protocols.array.lines import is_program

SUFFIXES = (".py", ".pyw", ".pyc")


class Watcher(Protocol):
    """Who is told."""

    def executed(self, code: CodeType) -> None:
        """The code of a whole file is about to be executed."""

    def read(self, path: Path) -> None:
        """The user's own code opens a file of code."""


_watchers: list[Watcher] = []
_hooked = False


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Tell `watcher` what is executed; several programs of one process may be watched side by side."""
    global _hooked
    if not _hooked:
        sys.addaudithook(_audit)
        _hooked = True
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if not _watchers:
        return
    if event == "exec":
        code = args[0]
        if isinstance(code, CodeType) and code.co_name == "<module>" and not code.co_filename.startswith("<"):
            for watcher in tuple(_watchers):
                watcher.executed(code)
    elif event == "open" and isinstance(args[0], str) and args[0].endswith(SUFFIXES) and _is_asked_by_program():
        for watcher in tuple(_watchers):
            watcher.read(Path(args[0]))


def _is_asked_by_program() -> bool:
    """Whether the program itself opens a file, if by pathlib; not Python's import or tracebacks, nor this library."""
    frame = sys._getframe(2)
    while frame is not None and "pathlib" in frame.f_code.co_filename:
        frame = frame.f_back  # type: ignore[assignment]
    return frame is not None and is_program(frame.f_code.co_filename)
