"""What a round of messages takes at least: processes with bare blocking sockets on loopback, nothing of ours between.

In a round every process sends a few bytes and waits for as many: to and from everybody, or to the next and from the
last in a ring. `python -m bench.exchanges ORDER` is one process, ORDER in JSON; so that it starts at once, this file
imports little.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from statistics import median

MESSAGE = bytes(72)
"""As long as a message that carries two ring elements."""

ROUNDS = 300
REPETITIONS = 3


def seconds_of_a_round(parties: int, *, ring: bool = False) -> float:
    """Seconds of one round among `parties` processes, now: the median of some repetitions."""
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(parties)]
        ports = [listener.getsockname()[1] for listener in listeners]
        processes = [_start(me, listener, ports, ring) for me, listener in enumerate(listeners)]
    seconds = [float(process.communicate()[0]) for process in processes]
    return max(seconds)


def _start(me: int, listener: socket.socket, ports: list[int], ring: bool) -> subprocess.Popen[str]:
    order = json.dumps({"me": me, "listener": listener.fileno(), "ports": ports, "ring": ring})
    command = [sys.executable, "-m", "bench.exchanges", order]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, pass_fds=[listener.fileno()])


def _connected(me: int, listener: socket.socket, ports: list[int]) -> dict[int, socket.socket]:
    """A connection to every other process: those before this one are dialled, those after it dial."""
    lines: dict[int, socket.socket] = {}
    for j in range(me):
        lines[j] = socket.create_connection(("127.0.0.1", ports[j]))
        lines[j].sendall(bytes([me]))
    for _ in range(me + 1, len(ports)):
        line, _ = listener.accept()
        lines[line.recv(1)[0]] = line
    for line in lines.values():
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return lines


def _rounds(to: list[socket.socket], of: list[socket.socket]) -> float:
    """Seconds of one of ROUNDS rounds."""
    started = time.perf_counter()
    for _ in range(ROUNDS):
        for line in to:
            line.sendall(MESSAGE)
        for line in of:
            if len(line.recv(len(MESSAGE), socket.MSG_WAITALL)) < len(MESSAGE):
                raise ConnectionError("another process ended")
    return (time.perf_counter() - started) / ROUNDS


def _main(me: int, listener: int, ports: list[int], ring: bool) -> None:
    lines, n = _connected(me, socket.socket(fileno=listener), ports), len(ports)
    to = [lines[(me + 1) % n]] if ring else list(lines.values())
    of = [lines[(me - 1) % n]] if ring else list(lines.values())
    _rounds(to, of)
    print(median(_rounds(to, of) for _ in range(REPETITIONS)))


if __name__ == "__main__":
    _main(**json.loads(sys.argv[1]))
