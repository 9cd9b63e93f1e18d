"""Round trips and bandwidth of the transport between two processes on loopback, beside a bare blocking socket.

python -m bench.network_probe [--rounds N] [--megabytes N]
"""

from __future__ import annotations

import argparse
import multiprocessing
import socket
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from statistics import median

import numpy as np
import trio

from mpc.network.handshake import Terms
from mpc.network.identity import Endpoint, Identity, Roster, new_identity
from mpc.network.joining import connect
from mpc.network.transport import Transport
from mpc.network.wire import Message
from native import keep_memory

Figures = dict[str, tuple[float, float]]
Sizes = tuple[int, int, int]


def summary(seconds: list[float], figure: Callable[[float], float]) -> tuple[float, float]:
    """The figure of the best and of the median time."""
    return figure(min(seconds)), figure(median(seconds))


def bandwidth(megabytes: int) -> Callable[[float], float]:
    """Seconds to GB/s."""
    return lambda seconds: megabytes * (1 << 20) / seconds / 1e9


def microseconds(seconds: float) -> float:
    """Seconds to microseconds."""
    return seconds * 1e6


def bare(me: int, listener: socket.socket, sizes: Sizes) -> Figures:
    """The limits: 16 bytes there and back, and one stream of megabytes, over a blocking socket."""
    if me:
        line = socket.create_connection(listener.getsockname())
    else:
        line, _ = listener.accept()
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    rounds, megabytes, repeats = sizes
    block = memoryview(bytearray(1 << 20))
    return {
        "us": summary([_bare_trips(me, line, rounds) for _ in range(repeats)], microseconds),
        "GB/s": summary([_bare_bulk(me, line, block, megabytes) for _ in range(repeats)], bandwidth(megabytes)),
    }


def _bare_trips(me: int, line: socket.socket, rounds: int) -> float:
    start = time.perf_counter()
    for _ in range(rounds):
        if me:
            line.sendall(bytes(16))
        line.recv(16)
        if not me:
            line.sendall(bytes(16))
    return (time.perf_counter() - start) / rounds


def _bare_bulk(me: int, line: socket.socket, block: memoryview, megabytes: int) -> float:
    start = time.perf_counter()
    if me:
        for _ in range(megabytes):
            line.sendall(block)
        line.recv(1)
    else:
        left = megabytes << 20
        while left:
            left -= line.recv_into(block)
        line.sendall(b"x")
    return time.perf_counter() - start


async def trips(transport: Transport, rounds: int, together: bool) -> float:
    """Seconds of one exchange of 16 bytes: there and back, or both at once as a dependent multiplication does."""
    array, other = np.zeros(2, np.uint64), 1 - transport.me
    start = time.perf_counter()
    for i in range(rounds):
        message = Message((0, i), 1, i, array)
        if together or transport.me:
            transport.send(other, message)
        await transport.receive(other, (0, i))
        if not (together or transport.me):
            transport.send(other, message)
    return (time.perf_counter() - start) / rounds


async def bulk(transport: Transport, megabytes: int, both: bool) -> float:
    """Seconds until an array has arrived at the other side, or one at each side."""
    array, other = np.ones(megabytes << 17, np.uint64), 1 - transport.me
    start = time.perf_counter()
    if both or transport.me:
        transport.send(other, Message((0,), 1, 0, array))
    if both or not transport.me:
        await transport.receive(other, (0,))
    transport.send(other, Message((1,), 1, 0, array[:1]))
    await transport.receive(other, (1,))
    return time.perf_counter() - start


async def measure(transport: Transport, sizes: Sizes) -> Figures:
    """All figures of one transport."""
    rounds, megabytes, repeats = sizes
    figures = {}
    for name, together in (("us", False), ("us an exchange", True)):
        seconds = [await trips(transport, rounds, together) for _ in range(repeats)]
        figures[name] = summary(seconds, microseconds)
    for name, both in (("GB/s", False), ("GB/s each way", True)):
        seconds = [await bulk(transport, megabytes, both) for _ in range(repeats)]
        figures[name] = summary(seconds, bandwidth(megabytes))
    await transport.finish({})
    return figures


def parley(me: int, listener: socket.socket, sizes: Sizes, roster: Roster, identity: Identity, plain: bool) -> Figures:
    """The transport's figures."""

    keep_memory()

    async def main() -> Figures:
        terms = Terms("bench", roster.names, False, "", "")
        async with connect(roster, me, identity, terms, listener=listener, insecure_plaintext=plain) as (transport, _):
            return await measure(transport, sizes)

    return trio.run(main)


def in_two_processes(work: Callable[..., Figures], listeners: list[socket.socket], *args: object) -> Figures:
    """Runs `work(me, listener, ...)` in two processes; the figures of the second. Of a list, each gets its element."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()

    def child(me: int, line: Connection) -> None:
        own = [argument[me] if isinstance(argument, list) else argument for argument in args]
        figures = work(me, listeners[me if work is parley else 0], *own)
        if me:
            line.send(figures)

    processes = [context.Process(target=child, args=(me, theirs)) for me in range(2)]
    for process in processes:
        process.start()
    theirs.close()
    figures: Figures = ours.recv()
    for process in processes:
        process.join()
    return figures


def _listeners() -> list[socket.socket]:
    return [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--megabytes", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=40)
    options = parser.parse_args()
    sizes = (options.rounds, options.megabytes, options.repeats)
    rows = {"bare blocking socket": in_two_processes(bare, _listeners(), sizes)}
    with tempfile.TemporaryDirectory() as folder:
        identities = [new_identity(name, folder) for name in ("north", "south")]
        for name, plain in (("parley, plaintext", True), ("parley, TLS 1.3", False)):
            listeners = _listeners()
            roster = Roster(
                tuple(
                    Endpoint(identity.name, "127.0.0.1", listener.getsockname()[1], identity.certificate)
                    for identity, listener in zip(identities, listeners, strict=True)
                )
            )
            rows[name] = in_two_processes(parley, listeners, sizes, roster, identities, plain)
    for name, figures in rows.items():
        cells = (f"{best:7.2f} ({middle:7.2f}) {unit}" for unit, (best, middle) in figures.items())
        print(f"{name:22}", "  ".join(cells))


if __name__ == "__main__":
    main()
