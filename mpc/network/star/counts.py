"""What a server counts."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Counts:
    """What a server has seen: connections, goodbyes, losses by code, messages and bytes of arrays from clients, and
    bytes on the wire to them before TLS; `refused` counts connections that did not become clients, by code."""

    joined: int = 0
    goodbyes: int = 0
    lost: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    messages: int = 0
    received_bytes: int = 0
    sent_bytes: int = 0
