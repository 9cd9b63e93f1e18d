"""TurboSHAKE128 (RFC 9861) with domain byte 1: what goes in, then what comes out; and one sponge's output into another.

docs/algorithms/sponge.md.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from native import BYTES, WORDS, ffi, lib

Bytes = npt.NDArray[np.uint8]

RATE: int = lib.PARLEY_SPONGE_RATE
_LINE = 64
"""Bytes to whose multiples elements are aligned."""


class Sponge:
    """One message and its output, of any length. Holds what is secret, and shows nothing."""

    __slots__ = ("_pending", "_state", "_unread")

    def __init__(self) -> None:
        self._state = np.zeros(lib.PARLEY_SPONGE_WORDS, np.uint64)
        self._pending = b""
        self._unread = np.zeros(0, np.uint8)

    def absorb(self, data: bytes | memoryview) -> None:
        """More of the message."""
        if self._pending:
            missing = min(RATE - len(self._pending), len(data))
            self._pending += data[:missing]
            data = data[missing:]
            if len(self._pending) < RATE:
                return
            self._take(self._pending, 1)
        blocks = len(data) // RATE
        self._take(data, blocks)
        self._pending = bytes(data[blocks * RATE :])

    def finish(self) -> None:
        """The message ends here: from now on `read_into`."""
        last = bytearray(self._pending + b"\1").ljust(RATE, b"\0")
        last[-1] ^= 0x80
        self._take(last, 1)

    def read_into(self, out: Bytes) -> None:
        """The next bytes of the output."""
        kept = min(len(out), len(self._unread))
        out[:kept] = self._unread[:kept]
        self._unread, out = self._unread[kept:], out[kept:]
        blocks = len(out) // RATE
        lib.parley_sponge_squeeze(ffi.from_buffer(WORDS, self._state), ffi.from_buffer(BYTES, out), blocks)
        if rest := out[blocks * RATE :].size:
            self._unread = np.empty(RATE, np.uint8)
            lib.parley_sponge_squeeze(ffi.from_buffer(WORDS, self._state), ffi.from_buffer(BYTES, self._unread), 1)
            out[-rest:] = self._unread[:rest]
            self._unread = self._unread[rest:]

    def relay_into(self, other: Sponge, count: int) -> Bytes:
        """The first bytes of the output (count,), which go into another message too: both for little more than one."""
        before, blocks = len(other._pending), count // RATE
        tape = _placed(before, count)
        tape[:before] = np.frombuffer(other._pending, np.uint8)
        source, into = ffi.from_buffer(WORDS, self._state), ffi.from_buffer(WORDS, other._state)
        lib.parley_sponge_relay(source, into, ffi.from_buffer(BYTES, tape), before, blocks)
        self.read_into(tape[before + blocks * RATE :])
        other._pending = b""
        other.absorb(tape[blocks * RATE :].tobytes())
        return tape[before:]

    def __repr__(self) -> str:
        return "Sponge(...)"

    def _take(self, data: bytes | bytearray | memoryview, blocks: int) -> None:
        lib.parley_sponge_absorb(ffi.from_buffer(WORDS, self._state), ffi.from_buffer(BYTES, data), blocks)


def _placed(before: int, count: int) -> Bytes:
    """before + count bytes, aligned after `before`."""
    room = np.empty(before + count + _LINE, np.uint8)
    skipped = -(room.ctypes.data + before) % _LINE
    return room[skipped : skipped + before + count]
