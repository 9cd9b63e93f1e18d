"""The parties and the dealer of one measurement, as processes of this machine over loopback TCP."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.harness import middle
from bench.party import Role
from mpc.identity import new_identity


@dataclass(frozen=True, slots=True)
class Setup:
    """One measurement: `repeat` repetitions of a workload of a table, at a size, by `parties` computing parties."""

    table: str
    workload: str
    size: int
    parties: int
    tls: bool
    repeat: int


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds from the common start to when the last party was done; bytes of all parties; causal rounds."""

    seconds: float
    spread: float
    bytes: int
    rounds: int
    security: str


def measure(setup: Setup) -> Measured:
    """Run all processes of a measurement to their end. Raises RuntimeError with the output of one that failed."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        accounts = _run_all(setup, Path(folder))
    by_repetition = list(zip(*(account["repetitions"] for account in accounts), strict=True))
    seconds, spread = middle(
        [max(r["ended"] for r in parties) - min(r["began"] for r in parties) for parties in by_repetition]
    )
    last = by_repetition[-1]
    return Measured(
        seconds, spread, sum(r["bytes"] for r in last), max(r["rounds"] for r in last), accounts[0]["security"]
    )


def _run_all(setup: Setup, folder: Path) -> list[dict[str, Any]]:
    with _listeners(setup.parties + 1) as listeners:
        roster = _write_roster(folder, [listener.getsockname()[1] for listener in listeners])
        processes = [_start(setup, roster, me, listener) for me, listener in enumerate(listeners)]
    outputs = [process.communicate() for process in processes]
    for process, (_, errors) in zip(processes, outputs, strict=True):
        if process.returncode:
            raise RuntimeError(f"{setup} failed:\n{errors}")
    return [json.loads(output) for output, _ in outputs[:-1]]


@contextmanager
def _listeners(count: int) -> Iterator[list[socket.socket]]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        yield sockets
    finally:
        for listener in sockets:
            listener.close()


def _start(setup: Setup, roster: Path, me: int, listener: socket.socket) -> subprocess.Popen[str]:
    role = Role(str(roster), me, listener.fileno(), setup.tls, setup.table, setup.workload, setup.size, setup.repeat)
    return subprocess.Popen(
        [sys.executable, "-m", "bench.party", json.dumps(asdict(role))],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=[listener.fileno()],
    )  # fmt: skip


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
