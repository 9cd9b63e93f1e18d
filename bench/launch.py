"""Starts the processes of one system: ours with its dealer, or a peer's, on ports of this machine's loopback."""

from __future__ import annotations

import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.crew import Crew, module
from bench.harness import Failed
from bench.party import Role
from bench.peers.catalogue import Peer
from bench.peers.environments import ENVIRONMENTS
from mpc.identity import new_identity


@dataclass(frozen=True, slots=True)
class Setup:
    """One measurement of ours: a workload of a table, at a size, by `parties` computing parties over a network."""

    table: str
    workload: str
    size: int
    parties: int
    tls: bool
    network: str


@contextmanager
def ours(setup: Setup) -> Iterator[Crew]:
    """The parties and their dealer. The last endpoint of the roster is the dealer, which only serves."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        with _listeners(setup.parties + 1) as listeners:
            roster = _write_roster(Path(folder), [listener.getsockname()[1] for listener in listeners])
            *members, dealer = (_command(setup, roster, me, listener) for me, listener in enumerate(listeners))
            crew = Crew(members, [dealer], pass_fds=[listener.fileno() for listener in listeners])
        try:
            yield crew
        finally:
            crew.end()


@contextmanager
def theirs(peer: Peer, workload: str, size: int) -> Iterator[Crew]:
    """A peer's parties. Raises Failed where its environment can't be used."""
    environment = ENVIRONMENTS[peer.environment]
    complaint = environment.complaint()
    if complaint:
        raise Failed(complaint)
    with _listeners(peer.parties) as listeners:
        ports = [listener.getsockname()[1] for listener in listeners]
    order = {"workload": workload, "size": size, "ports": ports, "variant": peer.variant}
    crew = Crew(
        [module(environment.python, peer.module, {**order, "party": party}) for party in range(peer.parties)],
        environment={"PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONWARNINGS": "ignore"},
    )
    try:
        yield crew
    finally:
        crew.end()


@contextmanager
def _listeners(count: int) -> Iterator[list[socket.socket]]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        yield sockets
    finally:
        for listener in sockets:
            listener.close()


def _command(setup: Setup, roster: Path, me: int, listener: socket.socket) -> list[str]:
    role = Role(str(roster), me, listener.fileno(), setup.tls, setup.table, setup.workload, setup.size, setup.network)
    return module(sys.executable, "bench.party", asdict(role))


def _write_roster(folder: Path, ports: Sequence[int]) -> Path:
    """Keys and certificates made for this measurement, and parties.toml; the last endpoint is the dealer."""
    names = [*(f"party{i}" for i in range(len(ports) - 1)), "dealer"]
    sections = []
    for name, port in zip(names, ports, strict=True):
        new_identity(name, folder)
        heading = "[dealer]" if name == "dealer" else "[[party]]"
        sections.append(f'{heading}\nname = "{name}"\naddress = "127.0.0.1:{port}"\ncertificate = "{name}.crt"\n')
    roster = folder / "parties.toml"
    roster.write_text("\n".join(sections))
    return roster
