"""What every peer's script has in common: the order it is given, and the lines of JSON it answers with.

A script runs in its peer's environment as `python -m bench.peers.NAME ORDER`, one process a party. It may import its
peer, the standard library, this file, and `bench.peers.numbers` and `functions` for work on arrays. `bench.crew` is
the other side and says what the lines are.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

_TCP_INFO_BYTES, _BYTES_SENT = 256, 200
"""How much of Linux's struct tcp_info to ask for, and where its tcpi_bytes_sent lies."""


@dataclass(frozen=True, slots=True)
class Order:
    """A workload at a size for party `party` of `len(ports)`, who all listen on 127.0.0.1; `variant` is the peer's."""

    workload: str
    size: int
    party: int
    ports: tuple[int, ...]
    variant: str = ""


class Work(Protocol):
    """One party, connected, with its shares of the inputs."""

    version: str

    def barrier(self) -> None:
        """Returns when all parties have come here."""

    def run(self) -> object:
        """What is timed. Returns the shares of the result."""

    def check(self, result: object) -> float | None:
        """Opens the result: how far it is from that of the computation in the clear, if it was opened here and is a
        number; ArithmeticError if they must be equal and are not."""


def answer(start: Callable[[Order], Work]) -> None:
    """Does what the order on the command line says, once for each line of standard input. Checks the first result."""
    say = _line_out()
    order = Order(**json.loads(sys.argv[1]))
    work = start(order)
    say({"version": work.version, "security": ""})
    error = None
    for number, _ in enumerate(sys.stdin):
        work.barrier()
        before, busy = _sent(), time.process_time()
        began = time.monotonic()
        result = work.run()
        ended = time.monotonic()
        busy = time.process_time() - busy
        sent = _sent() - before if len(order.ports) > 1 else 0
        if number == 0:
            error = work.check(result)
        say({"began": began, "ended": ended, "busy": busy, "bytes": sent, "rounds": None, "error": error})


def _line_out() -> Callable[[dict[str, Any]], None]:
    """A way to the reader of the lines; what libraries print goes to standard error from now on."""
    lines = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(line: dict[str, Any]) -> None:
        lines.write(json.dumps(line) + "\n")
        lines.flush()

    return say


def _sent() -> int:
    """Bytes that this process has sent over the TCP connections that it holds now, by the system's own count."""
    total = 0
    for descriptor in _sockets():
        with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as connection:
            if connection.family in (socket.AF_INET, socket.AF_INET6) and connection.type == socket.SOCK_STREAM:
                info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
                total += int.from_bytes(info[_BYTES_SENT : _BYTES_SENT + 8], "little")
    return total


def _sockets() -> Iterator[int]:
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            if os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                yield int(name)
