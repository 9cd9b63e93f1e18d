"""A server and its clients as processes of this machine, over mutual TLS on loopback, for trying a program out.

The launcher plays the authority: it makes keys and certificates for this run in a private folder that it removes. Each
process runs the command that a real one uses. A client that fails is reported, and the others go on, as on a real star;
where the server fails, or has returned, the rest are given a few seconds to end by themselves.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import trio

from mpc.network.identity import new_identity
from mpc.network.star.authority import Authority, new_authority, new_request
from party_runner.blame import blame
from party_runner.children import Child, start
from party_runner.failures import INTERRUPTED
from party_runner.forked import ForkedProcess, can_fork, fork_all
from party_runner.launch import Crew, RunFailed, follow_all, interrupts, listening_socket, private_folder
from party_runner.progress import ProgressBar
from party_runner.summary import Summary

SERVER = "server"


@dataclass(frozen=True, slots=True)
class LocalStar:
    """What to start: `server(star)` and `client(place, name, star)` are the commands of the processes, without keys."""

    clients: tuple[str, ...]
    server: Callable[[str], Sequence[str]]
    client: Callable[[int, str, str], Sequence[str]]


class _StarCrew(Crew):
    """The processes of a star: the server's is the first, and its end the end of all."""

    def on_event(self, child: Child, event: dict[str, Any]) -> None:
        """A process reports: what the server says of itself is shown."""
        if event["event"] == "progress" and child is self.children[0]:
            self.bar.update(0, event["stage"], event["done"], event["total"])

    def on_end(self, child: Child) -> None:
        """A process has ended."""
        if child is self.children[0]:
            (self.failed if child.failed else self.parties_done).set()


def launch_star(run: LocalStar) -> Summary:
    """Run the server and all clients to their end: the server's account, and under `results` what each client's program
    returned, or how it failed. Raises RunFailed where the server failed."""
    waiting = fork_all(1 + len(run.clients)) if can_fork() else []
    try:
        return trio.run(_launch, run, waiting)
    finally:
        for process in waiting:
            process.let_go()


async def _launch(run: LocalStar, waiting: list[ForkedProcess]) -> Summary:
    with private_folder() as folder, ProgressBar(1) as bar:
        crew = _StarCrew(bar)
        async with trio.open_nursery() as nursery:
            await nursery.start(interrupts, crew)
            await _start_all(run, Path(folder), crew, waiting)
            await follow_all(crew)
            nursery.cancel_scope.cancel()
    return _verdict(crew)


async def _start_all(run: LocalStar, folder: Path, crew: Crew, waiting: list[ForkedProcess]) -> None:
    with listening_socket() as listener, socket.socket() as nothing:
        star = _write_star(folder, run.clients, listener.getsockname()[1])
        commands = [(SERVER, [*run.server(str(star)), "--key", str(folder / f"{SERVER}.key")], listener)]
        for place, name in enumerate(run.clients):
            words = [*run.client(place, name, str(star)), "--key", str(folder / f"{name}.key")]
            commands.append((name, words, nothing))
        for (name, words, handed), process in zip_longest(commands, waiting):
            crew.children.append(await start(name, words, handed, process))


def _write_star(folder: Path, clients: Sequence[str], port: int) -> Path:
    """Keys, certificates and star.toml of this run."""
    from protocols.aggregation.star_credentials import vouch

    new_identity(SERVER, folder)
    authority = Authority(new_authority("authority", folder))
    for name in clients:
        authority.enroll(name, new_request(name, folder), folder, vouch=vouch)
    path = folder / "star.toml"
    lines = ("[server]", f'name = "{SERVER}"', f'address = "127.0.0.1:{port}"', f'certificate = "{SERVER}.crt"')
    path.write_text("\n".join((*lines, "", "[clients]", 'authority = "authority.crt"', "")))
    return path


def _verdict(crew: Crew) -> Summary:
    """The account of a server that did its part; else RunFailed."""
    server, *clients = crew.children
    if crew.interrupted:
        raise RunFailed(INTERRUPTED, "interrupted: the server and all clients were ended")
    if server.failed or server.account is None:
        raise RunFailed(server.exit_code(), blame(server, sorted((c for c in clients if c.failed), key=Child.rank)))
    return server.account | {"results": {child.name: _how(child) for child in clients}}


def _how(child: Child) -> Any:
    """What a client's program returned, or how it failed."""
    if child.account is not None:
        return child.account["result"]
    return f"failed [{child.code}]" if child.code else child.describe()
