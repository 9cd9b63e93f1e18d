"""What a star's server allows one client, and all of them together, and how long it is patient.

Every limit is of the server: it tells the clients what they must know of them in the handshake. None stands below the
size of a model: a message may take four gibibytes unless a limit says less.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from mpc.errors import LocalError

_WHOLE = ("clients", "handshakes", "handshakes_each", "queue_messages", "inbox_messages")
_BYTES = ("message_bytes", "queue_bytes", "inbox_bytes", "spool_bytes")

_NONE = ("spool_bytes",)
"""What may be zero."""


@dataclass(frozen=True, slots=True)
class StarLimits:
    """Numbers, bytes, and seconds; each positive, `spool_bytes` may be 0. LocalError `bad-star`.

    `clients`: here at one time. `handshakes`, `handshakes_each`: connections that have not proven yet who they are, in
    all and from one address. `joins_per_minute`: of one client, the first few at once. `messages_per_minute`: frames of
    one client, heartbeats included. `message_bytes`: the largest array either side accepts. `queue_messages`,
    `queue_bytes`: what may wait to be sent to one client; more, and it is parted with. `inbox_messages`: of one client,
    that the program has not taken; `inbox_bytes`: of all clients together, in memory, arrays under way included;
    `spool_bytes`: the same in files, of arrays for which memory has no room; where both are full clients wait.
    `heartbeat_seconds`: how often each side gives a sign of life; `stall_seconds`: after how long without any the
    other is given up. `message_seconds`: how long one array may be under way, times that it waits here left out;
    `crowded_seconds`: the same while others wait for the room that it takes. `handshake_seconds`: from the connection
    to the end of the handshake.
    """

    clients: int = 4096
    handshakes: int = 256
    handshakes_each: int = 128
    joins_per_minute: float = 30.0
    messages_per_minute: float = 6_000.0
    message_bytes: int = 1 << 32
    queue_messages: int = 64
    queue_bytes: int = 1 << 33
    inbox_messages: int = 64
    inbox_bytes: int = 1 << 26
    spool_bytes: int = 1 << 34
    heartbeat_seconds: float = 10.0
    stall_seconds: float = 40.0
    message_seconds: float = 600.0
    crowded_seconds: float = 60.0
    handshake_seconds: float = 10.0

    def __post_init__(self) -> None:
        for part in fields(self):
            value, whole = getattr(self, part.name), part.name in (*_WHOLE, *_BYTES)
            known = type(value) in ((int,) if whole else (int, float))
            if not (known and (0 < value < 1 << 53 or (value == 0 and part.name in _NONE))):
                kind = "whole number" if whole else "number"
                raise LocalError("bad-star", f"the limit {part.name} is {value!r}", f"give a positive {kind}")
        if self.stall_seconds < 2 * self.heartbeat_seconds:
            cause = (
                f"stall_seconds is {self.stall_seconds}, less than two heartbeats of {self.heartbeat_seconds} seconds"
            )
            raise LocalError("bad-star", cause, "raise stall_seconds, or lower heartbeat_seconds")


class TokenBucket:
    """A rate with some leeway: `burst` at once, then `per_minute`. No clock here: the caller says what time it is."""

    __slots__ = ("_burst", "_left", "_rate", "_since")

    def __init__(self, per_minute: float, burst: float) -> None:
        self._rate = per_minute / 60
        self._burst = self._left = max(1.0, burst)
        self._since: float | None = None

    def take(self, now: float, count: int = 1) -> bool:
        """Whether `count` more are within the rate at `now` (seconds); they are counted if so."""
        if self._since is not None:
            self._left = min(self._burst, self._left + (now - self._since) * self._rate)
        self._since = now
        if self._left < count:
            return False
        self._left -= count
        return True

    def seconds_until(self, count: int = 1) -> float:
        """How long after the last `take` so many are within the rate."""
        return max(0.0, (count - self._left) / self._rate)
