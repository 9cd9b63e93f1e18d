"""What the machine itself allows: raw blocking sockets between two processes on loopback, nothing of ours in between.

`python -m bench.limits PORT KIND` is the other process; so that it starts at once, this file imports little.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

BLOCK = 1 << 20
BLOCKS = 48
ROUND_TRIPS = 500
REPETITIONS = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes a second that two processes exchange over loopback, both ways together, and seconds for one round trip."""

    bandwidth: float
    round_trip: float


def measure() -> Limits:
    """Both limits, now: the median of some repetitions each."""
    with _other("bandwidth") as connection:
        seconds = median(_repeat(lambda: _exchange(connection)))
        bandwidth = 2 * BLOCK * BLOCKS / seconds
    with _other("round trip") as connection:
        seconds = median(_repeat(lambda: _ping(connection)))
    return Limits(bandwidth, seconds / ROUND_TRIPS)


def typical(several: Sequence[Limits]) -> Limits:
    """The median of each."""
    return Limits(median(each.bandwidth for each in several), median(each.round_trip for each in several))


def _repeat(work: Callable[[], None]) -> list[float]:
    work()
    return [_timed(work) for _ in range(REPETITIONS)]


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@contextmanager
def _other(kind: str) -> Iterator[socket.socket]:
    """A connection to a process that does the other half of a measurement."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        process = subprocess.Popen([sys.executable, "-m", "bench.limits", port, kind])
        connection, _ = listener.accept()
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield connection
    process.wait()


def _exchange(connection: socket.socket) -> None:
    """Sends BLOCKS blocks and receives as many, both at once."""
    sender = threading.Thread(target=_send, args=(connection,))
    sender.start()
    block, left = bytearray(BLOCK), BLOCK * BLOCKS
    while left:
        count = connection.recv_into(block, min(left, BLOCK))
        if not count:
            raise ConnectionError("the other process ended")
        left -= count
    sender.join()


def _send(connection: socket.socket) -> None:
    block = bytes(BLOCK)
    for _ in range(BLOCKS):
        connection.sendall(block)


def _ping(connection: socket.socket) -> None:
    for _ in range(ROUND_TRIPS):
        connection.sendall(b"p")
        if not connection.recv(1):
            raise ConnectionError("the other process ended")


def _answer(connection: socket.socket) -> None:
    for _ in range(ROUND_TRIPS):
        connection.recv(1)
        connection.sendall(b"p")


def _main(port: str, kind: str) -> None:
    half = {"bandwidth": _exchange, "round trip": _answer}[kind]
    with socket.create_connection(("127.0.0.1", int(port))) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(REPETITIONS + 1):
            half(connection)


if __name__ == "__main__":
    _main(*sys.argv[1:])
