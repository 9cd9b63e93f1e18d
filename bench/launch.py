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
from bench.harness import BEAVER, Failed
from bench.party import Role
from bench.peers.catalogue import Peer
from bench.peers.environments import ENVIRONMENTS
from bench.suppliers import DEALER
from mpc.network.identity import new_identity


@dataclass(frozen=True, slots=True)
class Setup:
    """One measurement of ours: a workload of a table, at a size, by `parties` computing parties over a network.

    `program`: the module that each process runs. `supplier`: how material is made; the dealer is a process too.
    `cores`: how many of the machine's cores a party may use, 0 for all. `suite`: what the parties compute with.
    """

    table: str
    workload: str
    size: int
    parties: int
    tls: bool
    network: str
    program: str = "bench.party"
    supplier: str = DEALER
    cores: int = 0
    suite: str = BEAVER


@contextmanager
def ours(setup: Setup) -> Iterator[Crew]:
    """The parties and, if it makes their material, a dealer: the last endpoint of the roster, which only serves."""
    dealt = setup.supplier == DEALER
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        with _listeners(setup.parties + dealt) as listeners:
            ports = [listener.getsockname()[1] for listener in listeners]
            roster = _write_roster(Path(folder), ports, dealt=dealt)
            commands = [_command(setup, roster, me, listener) for me, listener in enumerate(listeners)]
            members, beside = commands[: setup.parties], commands[setup.parties :]
            crew = Crew(members, beside, pass_fds=[listener.fileno() for listener in listeners])
        try:
            yield crew
        finally:
            crew.end()


@contextmanager
def theirs(peer: Peer, workload: str, size: int) -> Iterator[Crew]:
    """A peer's parties. Raises Failed where it lacks what the workload needs, or its environment can't be used."""
    if workload in peer.lacks:
        raise Failed(peer.lacks[workload])
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
    role = Role(
        str(roster), me, listener.fileno(), setup.tls, setup.table, setup.workload, setup.size, setup.network,
        setup.supplier, setup.cores if me < setup.parties else 0, setup.suite,
    )  # fmt: skip
    return module(sys.executable, setup.program, asdict(role))


def _write_roster(folder: Path, ports: Sequence[int], *, dealt: bool) -> Path:
    """Keys and certificates made for this measurement, and parties.toml; the last endpoint is the dealer if `dealt`."""
    names = [f"party{i}" for i in range(len(ports))]
    if dealt:
        names[-1] = "dealer"
    sections = []
    for name, port in zip(names, ports, strict=True):
        new_identity(name, folder)
        heading = "[dealer]" if name == "dealer" else "[[party]]"
        sections.append(f'{heading}\nname = "{name}"\naddress = "127.0.0.1:{port}"\ncertificate = "{name}.crt"\n')
    roster = folder / "parties.toml"
    roster.write_text("\n".join(sections))
    return roster
