"""The two ends of a star as processes: the server that serves, and a client that dials; their accounts at the end.

An account is plain data, the content of `--json`: `program`, `role` ("server" or "client"), `name`, `server`,
`seconds`, `result`, `security` (a sentence); of the server `clients` (connections in all), `goodbyes`, `lost` and
`refused` by code, `losses` (the last hundred: client, code, phase), `messages`, `received_bytes`, `sent_bytes`; of a
client `attempts` to connect.
"""

from __future__ import annotations

import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import trio
from rich.console import Console
from rich.markup import escape

from mpc.accounts.plain import plain
from mpc.errors import LocalError
from mpc.network.identity import Identity, load_identity
from mpc.network.star.backoff import Backoff
from mpc.network.star.credentials import client_name
from mpc.network.star.dialling import dial
from mpc.network.star.listening import serve
from mpc.network.star.star_file import StarFile
from party_runner.agreed import Agreed
from party_runner.program import StarProgram
from party_runner.status import StatusLine
from party_runner.summary import Summary

SECURITY = (
    "Links are encrypted, and server and clients proved who they are by certificates; the server reads all that a "
    "client sends it, but for what a protocol of the program hides, as a secure sum or a training does, against whom "
    "that protocol says"
)
"""What is said of every star: it computes nothing by itself."""

R = TypeVar("R")
Say = Callable[[str], None]


async def serve_program(
    star: StarFile, identity: Identity, program: StarProgram, agreed: Agreed, listener: socket.socket | None, say: Say
) -> Summary:
    """Run `server` of the program until it returns. Errors of `mpc.network.star.listening.serve`, and the program's."""
    began = time.monotonic()
    serving = serve(
        star, identity, version("parley-mpc"),
        parameters=dict(agreed.arguments), program_digest=program.digest, listener=listener, on_progress=say,
    )  # fmt: skip
    async with serving as server:
        say(f"{server.name} serves at {star.server.address}")
        result = await program.server(server)
    losses = [{"client": loss.client, "code": loss.code, "phase": loss.phase} for loss in server.counts.losses]
    counts = asdict(server.counts) | {"losses": losses}
    return {
        **_account(program, "server", server.name, server.name, began, result),
        "clients": counts.pop("joined"),
        **counts,
    }


async def run_client(
    star: StarFile, identity: Identity, program: StarProgram, agreed: Agreed, mine: Any, within: float, say: Say
) -> Summary:
    """Run `client` of the program, once it is connected, until it returns. Errors of `mpc.network.star.dialling.dial`,
    and the program's."""
    began = time.monotonic()
    dialling = dial(
        star, identity, version("parley-mpc"),
        expects=dict(agreed.arguments), program_digest=program.digest, backoff=Backoff(within=within), on_progress=say,
    )  # fmt: skip
    async with dialling as client:
        result = await program.client(client, mine)
    return {
        **_account(program, "client", client.name, client.server, began, result),
        "attempts": client.attempts,
    }


def identity_of(file: Path, name: str, key: Path | None) -> Identity:
    """The key of this end with its certificate: NAME.key and NAME.crt beside star.toml, or where --key says.

    LocalError of `load_identity`, and `no-key` for what is not a .key file.
    """
    place = _key_file(file, name, key)
    return load_identity(place.stem, place.parent)


def client_identity_of(file: Path, name: str, key: Path | None) -> Identity:
    """As `identity_of`, of a client: where it has no key or no certificate yet, the error says how it is enrolled.

    LocalError `wrong-certificate`, too, for a key whose certificate names another client than the one meant.
    """
    place = _key_file(file, name, key)
    if not place.exists():
        remedy = f"make one with `parley star request {name}` and have it enrolled, or say where it is, --key"
        raise LocalError("no-key", f"there is no private key {place}", remedy)
    if not (certificate := place.with_suffix(".crt")).exists():
        remedy = f"give the authority {name}.csr, for `parley star enroll {name}`, and put its answer beside the key"
        raise LocalError("bad-certificate", f"there is no certificate {certificate}", remedy)
    identity = load_identity(place.stem, place.parent)
    if (found := client_name(identity.certificate)) != name:
        cause = f"{identity.certificate_file} is the certificate of {found}, not of {name}"
        raise LocalError("wrong-certificate", cause, "give the key of this client with --key, or its name with --name")
    return identity


def _key_file(file: Path, name: str, key: Path | None) -> Path:
    place = key if key is not None else file.parent / f"{name}.key"
    if place.suffix != ".key":
        raise LocalError("no-key", f"{place} is not a .key file", "Give the NAME.key file; NAME.crt lies beside it.")
    return place


def run_star_end(work: Callable[[Say], Awaitable[R]], status: StatusLine | None, *, in_lines: bool = False) -> R:
    """Run `work` in trio; what it says of itself goes to the launcher, or stands on the terminal as one line while it
    lasts. Where stderr is no terminal nothing is shown; with `in_lines` what is new is a line of its own. SIGTERM ends
    it as Ctrl-C does: KeyboardInterrupt."""
    if status is not None:
        return trio.run(status.run, lambda: work(lambda text: status.progress(f"online: {text}", 0, None)))
    console = Console(stderr=True)
    if not console.is_terminal:
        return _run(work, _Lines() if in_lines else _nothing)
    with console.status("") as line:
        return _run(work, lambda text: line.update(escape(text)))


def _run(work: Callable[[Say], Awaitable[R]], say: Say) -> R:
    """In trio; SIGTERM is to it what SIGINT is, also where that is ignored, as in the background of a script, and stays
    so: others are told of an end while links are still there, which a cancellation of everything would cut."""
    of_interrupts, of_ends = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    if of_interrupts not in (signal.default_int_handler, signal.SIG_IGN):
        return trio.run(work, say)

    async def begun() -> R:
        interrupt = signal.getsignal(signal.SIGINT)
        assert callable(interrupt)  # trio's
        signal.signal(signal.SIGTERM, lambda number, frame: interrupt(signal.SIGINT, frame))
        if of_interrupts is signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        return await work(say)

    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return trio.run(begun)
    finally:
        signal.signal(signal.SIGTERM, of_ends)
        signal.signal(signal.SIGINT, of_interrupts)


def _account(program: StarProgram, role: str, name: str, server: str, began: float, result: Any) -> Summary:
    return {
        "program": str(program.path),
        "role": role,
        "name": name,
        "server": server,
        "seconds": time.monotonic() - began,
        "result": plain(result),
        "security": SECURITY,
    }


def _nothing(text: str) -> None:
    return


class _Lines:
    """Each text on stderr once, however often it is said: why a client waits, for whoever reads its log."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def __call__(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            print(text, file=sys.stderr, flush=True)
