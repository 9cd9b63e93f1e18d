"""TurboSHAKE128 (RFC 9861) with domain byte 1: what goes in, then what comes out; one sponge's output into another,
and several side by side.

docs/algorithms/sponge.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from native import BYTES, WORDS, ffi, lib

Bytes = npt.NDArray[np.uint8]

RATE: int = lib.PARLEY_SPONGE_RATE
FOUR, TWO = 4, 2
"""Messages that are taken in, and pairs of an output and a message, for little more than one of them costs."""
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

    def __repr__(self) -> str:
        return "Sponge(...)"

    def _take(self, data: bytes | bytearray | memoryview, blocks: int) -> None:
        lib.parley_sponge_absorb(ffi.from_buffer(WORDS, self._state), ffi.from_buffer(BYTES, data), blocks)


def absorb_each(sponges: Sequence[Sponge], data: Sequence[memoryview]) -> None:
    """More of several messages: FOUR at a time, if all have as much of it, and as much before."""
    waiting = {len(sponge._pending) for sponge in sponges}
    lengths = {len(more) for more in data}
    if len(waiting) == len(lengths) == 1:
        (length,), first = lengths, -waiting.pop() % RATE
        blocks = max(0, length - first) // RATE
        _absorb(sponges, [more[:first] for more in data])
        for at in range(0, len(sponges) if blocks else 0, FOUR):
            _absorb_blocks(sponges[at : at + FOUR], [more[first:] for more in data[at : at + FOUR]], blocks)
        data = [more[first + blocks * RATE :] for more in data]
    _absorb(sponges, data)


def relay_each(sources: Sequence[Sponge], others: Sequence[Sponge], count: int) -> list[Bytes]:
    """The first bytes of each output (count,), which go into the other's message too: both for little more than one.

    TWO pairs at a time, where as much of the other messages is waiting.
    """
    tapes = [_tape(other, count) for other in others]
    blocks = count // RATE
    for at in range(0, len(sources), TWO):
        some = slice(at, at + TWO)
        _relay_blocks(sources[some], others[some], tapes[some], blocks)
    for source, other, tape in zip(sources, others, tapes, strict=True):
        source.read_into(tape[len(other._pending) + blocks * RATE :])
        other._pending = b""
        other.absorb(tape[blocks * RATE :].tobytes())
    return [tape[len(tape) - count :] for tape in tapes]


def _absorb(sponges: Sequence[Sponge], data: Sequence[memoryview]) -> None:
    for sponge, more in zip(sponges, data, strict=True):
        sponge.absorb(more)


def _absorb_blocks(sponges: Sequence[Sponge], data: Sequence[memoryview], blocks: int) -> None:
    """Whole blocks of at most FOUR messages of which nothing is waiting. Places that are left over repeat the first."""
    if len(sponges) == 1:
        return sponges[0]._take(data[0], blocks)
    left_over = FOUR - len(sponges)
    states = np.stack([sponge._state for sponge in [*sponges, *[sponges[0]] * left_over]])
    a, b, c, d = (ffi.from_buffer(BYTES, more) for more in [*data, *[data[0]] * left_over])
    lib.parley_sponge_absorb_four(ffi.from_buffer(WORDS, states), a, b, c, d, blocks)
    for sponge, state in zip(sponges, states, strict=False):
        sponge._state = state.copy()


def _relay_blocks(sources: Sequence[Sponge], others: Sequence[Sponge], tapes: Sequence[Bytes], blocks: int) -> None:
    """Whole blocks of one pair or TWO."""
    if len(sources) > 1 and len(others[0]._pending) != len(others[1]._pending):
        for source, other, tape in zip(sources, others, tapes, strict=True):
            _relay_blocks([source], [other], [tape], blocks)
        return
    outs, ins = (np.stack([sponge._state for sponge in some]) for some in (sources, others))
    before, states = len(others[0]._pending), (ffi.from_buffer(WORDS, outs), ffi.from_buffer(WORDS, ins))
    if len(sources) == 1:
        lib.parley_sponge_relay(*states, ffi.from_buffer(BYTES, tapes[0]), before, blocks)
    else:
        a, b = (ffi.from_buffer(BYTES, tape) for tape in tapes)
        lib.parley_sponge_relay_two(*states, a, b, before, blocks)
    for some, after in ((sources, outs), (others, ins)):
        for sponge, state in zip(some, after, strict=True):
            sponge._state = state


def _tape(other: Sponge, count: int) -> Bytes:
    """Room for the bytes of a relay, after what is waiting of the other message."""
    tape = _placed(len(other._pending), count)
    tape[: len(tape) - count] = np.frombuffer(other._pending, np.uint8)
    return tape


def _placed(before: int, count: int) -> Bytes:
    """before + count bytes, aligned after `before`."""
    room = np.empty(before + count + _LINE, np.uint8)
    skipped = -(room.ctypes.data + before) % _LINE
    return room[skipped : skipped + before + count]
