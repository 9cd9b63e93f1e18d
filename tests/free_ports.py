"""Ports of loopback for what tests start, that nothing else takes before it listens there.

A port that the system gives, and that is given back, is one that it gives the next connection of any test. These lie
below such ports; and between processes of tests whoever holds the port of the same number for datagrams has it.
"""

from __future__ import annotations

import secrets
import socket
from collections import deque
from pathlib import Path

LOWEST, LINUX = 10_240, 32_768
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_HELD: deque[socket.socket] = deque()
_MOST_HELD = 400
"""What this process was given last, until it ends or is given so many more."""


def free_ports(count: int, following: int = 0) -> list[int]:
    """So many ports, each with so many after it that are free as well."""
    found: list[int] = []
    while len(found) < count:
        port = LOWEST + secrets.randbelow(_end() - LOWEST - following)
        held = _take(range(port, port + following + 1))
        if held:
            _HELD.extend(held)
            found.append(port)
    while len(_HELD) > _MOST_HELD:
        _HELD.popleft().close()
    return found


def _end() -> int:
    """Where the ports begin that connections get; where that leaves none, as by Linux's own setting."""
    begin = int(_RANGE.read_text().split()[0]) if _RANGE.exists() else LINUX
    return begin if begin > 2 * LOWEST else LINUX


def _take(ports: range) -> list[socket.socket]:
    """What holds them all; nothing if one is in use."""
    held: list[socket.socket] = []
    for port in ports:
        held.append(socket.socket(type=socket.SOCK_DGRAM))
        try:
            held[-1].bind(("127.0.0.1", port))
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            for each in held:
                each.close()
            return []
    return held
