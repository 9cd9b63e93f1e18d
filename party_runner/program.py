"""A user's program: one Python file with `async def main(ctx, mine)`, loaded by its path.

The digest is taken of the very bytes that are compiled, so that parties who agree on the digest run the same
text: the program's and that of the user's other modules which it imports or executes (`party_runner.local_modules`).
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from mpc.errors import LocalError
from mpc.simulation import Main
from party_runner.agreed import Agreed, Argument
from party_runner.local_modules import LocalModules
from party_runner.local_modules import program_digest as program_digest
from protocols.runs.users_program import SIGNATURE, check_parameters, exited, line_of, not_async

NOTHING = Agreed()
STAR_SIGNATURES = {"server": "async def server(star)", "client": "async def client(star, mine)"}
COMBINE = "async def combine(ctx, parts)"


@dataclass(frozen=True, slots=True)
class Program:
    """A loaded program: where it is, the digest of all its texts in hexadecimal, and its `main`."""

    path: Path
    digest: str
    main: Main


@dataclass(frozen=True, slots=True)
class StarProgram:
    """A loaded program for a star: as Program, with the functions of its two ends."""

    path: Path
    digest: str
    server: Callable[..., Awaitable[Any]]
    client: Callable[..., Awaitable[Any]]


def load_program(path: Path, agreed: Agreed = NOTHING) -> Program:
    """Read, compile and execute the file at `path`, and find its `main`, which is called with the arguments agreed on.

    From then on the user's modules that it may import, or execute otherwise, are those that were digested.
    Errors: LocalError `program-missing`, `program-unreadable`, `program-syntax`, `program-without-main`,
    `program-main-not-async`, `program-main-parameters`, `program-exit`, `digest-missing`, `shadowed-package`. What the
    file itself raises while it is executed passes through.
    """
    module, modules = _loaded(path, agreed)
    return Program(path, modules.digest, _called(_find_main(path, module, agreed.arguments), modules, agreed))


def load_parts_program(path: Path, agreed: Agreed = NOTHING) -> tuple[Program, Main]:
    """The same of a program that computes parts by `main`, and its `combine`, which takes the same arguments.

    Errors of `load_program`; LocalError `program-without-combine`.
    """
    module, modules = _loaded(path, agreed)
    program = Program(path, modules.digest, _called(_find_main(path, module, agreed.arguments), modules, agreed))
    return program, _called(_find_combine(path, module, agreed.arguments), modules, agreed)


def load_star_program(path: Path, agreed: Agreed = NOTHING) -> StarProgram:
    """The same of a program for a star, which has `server` and `client` in place of `main`; they are called without the
    arguments, which the server tells the clients as its parameters.

    Errors as of `load_program`.
    """
    module, modules = _loaded(path, agreed)
    ends = [_watched(_find_end(path, module, name, signature), modules) for name, signature in STAR_SIGNATURES.items()]
    return StarProgram(path, modules.digest, *ends)


def _loaded(path: Path, agreed: Agreed) -> tuple[ModuleType, LocalModules]:
    """The program executed, and the modules that it may use from then on."""
    source = _read(path)
    modules = _modules(path, source, agreed)
    modules.install()
    with modules.watched():
        module = _execute(path, modules.compiled(path, source))
    modules.seal()
    return module, modules


def _called(function: Main, modules: LocalModules, agreed: Agreed) -> Main:
    """The function as a run calls it: watched, and with the arguments that the parties have agreed on."""
    watched = _watched(function, modules)
    return partial(watched, **agreed.arguments) if agreed.arguments else watched


def source_digest(path: Path, agreed: Agreed = NOTHING) -> str:
    """The digest of a program that is not executed here, where all that it imports stands at the top of its files.

    LocalError `program-missing`, `program-unreadable`, `program-syntax`, `digest-missing`, `shadowed-package`.
    """
    return _modules(path, _read(path), agreed).digest


def _modules(path: Path, source: bytes, agreed: Agreed) -> LocalModules:
    modules = LocalModules(path, source)
    for place in agreed.digested:
        modules.add(place)
    return modules


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


def _execute(path: Path, code: CodeType) -> ModuleType:
    """Run the file as a module named after it."""
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    sys.modules.setdefault(path.stem, module)
    try:
        exec(code, module.__dict__)
    except SystemExit as error:
        raise exited(error) from None
    return module


def _find_main(path: Path, module: ModuleType, arguments: dict[str, Argument]) -> Main:
    main: Main | None = getattr(module, "main", None)
    if not callable(main):
        remedy = f"Write the program as `{SIGNATURE}`; it is called with the context and this party's own data."
        raise LocalError("program-without-main", f"{path} defines no function `main`", remedy)
    if not inspect.iscoroutinefunction(main):
        raise not_async(main)
    check_parameters(main, arguments)
    return main


def _find_end(path: Path, module: ModuleType, name: str, signature: str) -> Callable[..., Awaitable[Any]]:
    """One of the two functions of a program for a star."""
    found: Callable[..., Awaitable[Any]] | None = getattr(module, name, None)
    remedy = f"Write `{signature}`."
    if not callable(found):
        raise LocalError("program-without-main", f"{path} defines no function `{name}`", remedy)
    if not inspect.iscoroutinefunction(found):
        raise LocalError("program-main-not-async", f"`{name}` is not an async function", remedy, line=line_of(found))
    try:
        inspect.signature(found).bind(*[None] * (1 + signature.count(",")))
    except TypeError as error:
        cause = f"`{name}` cannot be called as in `{signature}`: {error}"
        raise LocalError("program-main-parameters", cause, remedy, line=line_of(found)) from None
    return found


def _find_combine(path: Path, module: ModuleType, arguments: dict[str, Argument]) -> Main:
    combine: Main | None = getattr(module, "combine", None)
    try:
        fits = inspect.iscoroutinefunction(combine)
        if combine is not None and fits:
            inspect.signature(combine).bind(None, None, **arguments)
    except TypeError:
        fits = False
    if combine is None or not fits:
        given = "".join(f", {name}=..." for name in arguments)
        raise LocalError(
            "program-without-combine",
            f"{path} defines no async function `combine` that takes (ctx, parts{given})",
            f"Write `{COMBINE}`: `parts` is the list of what `main` returned of each part, in order; it takes the "
            "arguments of --arg as `main` does.",
        )
    return combine


def _watched(main: Callable[..., Awaitable[Any]], modules: LocalModules) -> Callable[..., Awaitable[Any]]:
    """`main`, which executes no text that the parties have not compared."""

    @wraps(main)
    async def run(*args: Any, **kwargs: Any) -> Any:
        with modules.watched():
            return await main(*args, **kwargs)

    return run
