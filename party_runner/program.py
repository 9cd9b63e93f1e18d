"""A user's program: one Python file with `async def main(ctx, mine)`, loaded by its path.

The digest is taken of the very bytes that are compiled, so that parties who agree on the digest run the same
text. Modules which the program imports from its own folder are not part of it.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from mpc.errors import LocalError

Main = Callable[[Any, Any], Awaitable[Any]]

SIGNATURE = "async def main(ctx, mine)"


@dataclass(frozen=True, slots=True)
class Program:
    """A loaded program: where it is, the SHA-256 of its text in hexadecimal, and its `main`."""

    path: Path
    digest: str
    main: Main


def program_digest(source: bytes) -> str:
    """The SHA-256 of a program's text, in hexadecimal: what the parties compare in the handshake."""
    return hashlib.sha256(source).hexdigest()


def load_program(path: Path) -> Program:
    """Read, compile and execute the file at `path`, and find its `main`.

    Errors: LocalError `program-missing`, `program-unreadable`, `program-syntax`, `program-without-main`,
    `program-main-not-async`, `program-main-parameters`. What the file itself raises while it is executed
    passes through.
    """
    source = _read(path)
    module = _execute(path, source)
    return Program(path, program_digest(source), _find_main(path, module))


def source_digest(path: Path) -> str:
    """The digest of a program that is not executed here. LocalError when the file is missing or not Python."""
    source = _read(path)
    _compile(path, source)
    return program_digest(source)


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise LocalError("program-missing", f"{path} is a folder", f"Name the Python file that holds `{SIGNATURE}`.")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise LocalError("program-missing", f"there is no file {path}", "Check the path of the program.") from None
    except OSError as error:
        cause = f"{path} cannot be read: {error.strerror}"
        raise LocalError("program-unreadable", cause, "Check the permissions of the file.") from None


def _execute(path: Path, source: bytes) -> ModuleType:
    """Run the file as a module named after it. Its folder goes last on sys.path, so that it hides nothing installed."""
    code = _compile(path, source)
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    sys.modules.setdefault(path.stem, module)
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.append(folder)
    exec(code, module.__dict__)
    return module


def _compile(path: Path, source: bytes) -> CodeType:
    try:
        return compile(source, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        remedy = "Correct the line; the program is a plain Python file."
        line = f"{path.name}:{error.lineno or 1}"
        raise LocalError("program-syntax", f"{path} is not Python: {error.msg}", remedy, line=line) from None
    except ValueError as error:
        raise LocalError("program-syntax", f"{path} is not Python: {error}", "Name a Python source file.") from None


def _find_main(path: Path, module: ModuleType) -> Main:
    main: Main | None = getattr(module, "main", None)
    if not callable(main):
        remedy = f"Write the program as `{SIGNATURE}`; it is called with the context and this party's own data."
        raise LocalError("program-without-main", f"{path} defines no function `main`", remedy)
    line = f"{path.name}:{_first_line(main)}"
    if not inspect.iscoroutinefunction(main):
        cause = f"`main` in {path} is not an async function"
        raise LocalError("program-main-not-async", cause, f"Write `{SIGNATURE}`.", line=line)
    try:
        inspect.signature(main).bind(None, None)
    except TypeError as error:
        cause = f"`main` in {path} cannot be called with (ctx, mine): {error}"
        raise LocalError("program-main-parameters", cause, f"Write `{SIGNATURE}`.", line=line) from None
    return main


def _first_line(main: Callable[..., Any]) -> int:
    code = getattr(main, "__code__", None)
    return code.co_firstlineno if code is not None else 1
