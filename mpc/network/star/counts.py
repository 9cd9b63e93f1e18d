"""What a server counts."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

_LOSSES = 100
"""Clients that were lost are remembered by name, the last so many."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A client that was lost: by which code, and the first two numbers of the tags of the last message that was queued
    for it and of the last that came from it, which a program counts as round and step; None where there was none."""

    client: str
    code: str
    told: tuple[int, ...] | None
    heard: tuple[int, ...] | None

    @property
    def phase(self) -> str:
        """In words."""
        if self.told is None:
            return "before it was told anything"
        place = ", ".join(f"{what} {number}" for what, number in zip(("round", "step"), self.told, strict=False))
        return f"after its answer in {place}" if self.told == self.heard else f"before its answer in {place}"


@dataclass(slots=True)
class Counts:
    """What a server has seen: connections, goodbyes, losses by code, messages and bytes of arrays from clients, and
    bytes on the wire to them before TLS; `refused` counts connections that did not become clients, by code. `losses`:
    the last of those that were lost, by name."""

    joined: int = 0
    goodbyes: int = 0
    lost: dict[str, int] = field(default_factory=dict)
    losses: deque[Loss] = field(default_factory=lambda: deque(maxlen=_LOSSES))
    refused: dict[str, int] = field(default_factory=dict)
    messages: int = 0
    received_bytes: int = 0
    sent_bytes: int = 0
