"""Bytes of one peer in, events out.  No I/O here; `mpc.network.wire` says what the bytes mean.

Whoever reads asks `buffer()` where the next bytes may go, puts some there, and says `received(count)`. A large
array is read straight into its destination; arrays handed out are read-only. Whatever the bytes are, the result is
a list of events or a PeerError that names the peer; memory stays within a fixed scratch buffer and one message of
at most `limits.message_bytes`, unless whoever reads has another place for it (`mpc.network.placing`).

Which frame may come when is the table `_TURN`:

    new -> HELLO -> greeted -> CONFIRM -> open <-> MESSAGE, and filling <-> PIECE while an array is incomplete
    open -> BYE -> ended;  FAILURE ends everything from anywhere
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from mpc.errors import PeerError
from mpc.network.placing import InMemory, Place
from mpc.network.wire import (
    BYE,
    CHUNK,
    CONFIRM,
    DTYPES,
    FAILURE,
    FORMAT,
    HEARTBEAT,
    HELLO,
    MAX_CAUSE,
    MAX_CODE,
    MAX_COUNTERS,
    MAX_DEPTH,
    MAX_DIMS,
    MAX_HEADER,
    MESSAGE,
    PIECE,
    PREFIX,
    Array,
    Bye,
    Event,
    Failure,
    Greeting,
    Head,
    Heartbeat,
    KnownHeads,
    Limits,
    Message,
    is_code,
    is_tag,
    is_word,
    unpack,
)

SCRATCH = 1 << 17
_DIRECT = 1 << 14
_AFTER_LARGE = 1 << 11
"""After a part of a large array so much is read ahead: the header of the next one, and little to be moved after it."""
_MAX_ENDPOINTS = 256

_NEW, _GREETED, _OPEN, _FILLING, _ENDED, _OVER = range(6)
_TURN = {
    (_NEW, HELLO): _GREETED,
    (_GREETED, CONFIRM): _OPEN,
    (_OPEN, MESSAGE): _OPEN,
    (_FILLING, PIECE): _FILLING,
    (_OPEN, BYE): _ENDED,
    **{(phase, HEARTBEAT): phase for phase in (_GREETED, _OPEN, _FILLING, _ENDED)},
    **{(phase, FAILURE): _OVER for phase in (_NEW, _GREETED, _OPEN, _FILLING, _ENDED)},
}


class Decoder:
    """Reads one peer's stream. After a PeerError it is spent: every further call raises the same error.

    `known`: headers that need not be unpacked; it may be shared with whoever sends. `scratch`: SCRATCH bytes that many
    decoders of one thread share, so that one that waits holds none; then nothing may happen between `buffer` and
    `received` but that the bytes are put there. `asks`: an array of 16 KiB or more that has not come whole has no place
    before `place` gives it one, which must be called before more is read (`unplaced`); others go into memory.
    """

    def __init__(
        self, peer: str, limits: Limits | None = None, scratch: memoryview | None = None, *, asks: bool = False
    ) -> None:
        self.peer = peer
        self.known = KnownHeads()
        self._limits = limits or Limits()
        self._shared = scratch is not None
        self._scratch = memoryview(bytearray(SCRATCH)) if scratch is None else scratch
        self._kept = b""
        self._start = 0
        self._end = 0
        self._phase = _NEW
        self._sequence = 0
        self._asks = asks
        self._head: Head | None = None
        self._place: Place | None = None
        self._rest = 0
        self._hole = 0
        self._direct = False
        self._ahead = SCRATCH
        self._error: PeerError | None = None

    @property
    def greeted(self) -> bool:
        """Whether the peer has shown that it is a Parley party: its HELLO has come."""
        return self._phase != _NEW

    @property
    def ended(self) -> bool:
        """Whether the peer has said bye, or that it failed, so that the end of the stream is no surprise."""
        return self._phase in (_ENDED, _OVER)

    @property
    def filling(self) -> int:
        """How many bytes the array takes of which a part has come so far; 0 where there is none."""
        return self._head[3] * prod(self._head[4]) if self._head is not None else 0

    @property
    def unplaced(self) -> bool:
        """Whether an array waits for its place."""
        return self._head is not None and self._place is None

    def place(self, place: Place | None = None) -> None:
        """Gives the array that waits its place: memory, or another one. PeerError where there is not so much memory."""
        assert self._head is not None
        assert self._place is None
        self._place = place or self._in_memory(self._head)
        self._place.put(memoryview(self._kept) if self._shared else self._scratch[: self._end])
        self._hole -= self._end
        self._start = self._end = 0
        self._kept = b""

    def buffer(self) -> memoryview:
        """Where the next bytes of the stream go; never empty. Valid until the next call of `received`."""
        self._direct = self._hole >= _DIRECT
        if self._direct:
            assert self._place is not None
            return self._place.space(self._hole, self._scratch)
        if self._kept:
            self._scratch[: self._end] = self._kept
        return self._scratch[self._end : self._end + (SCRATCH if self._hole else self._ahead)]

    def received(self, count: int) -> list[Event]:
        """Takes the `count` bytes just put into `buffer()`; returns what is complete, in order."""
        if self._error is not None:
            raise self._error
        events: list[Event] = []
        try:
            if self._direct:
                self._direct = False
                self._ahead = _AFTER_LARGE
                assert self._place is not None
                self._place.filled(count)
                self._fill(count, events)
            else:
                self._end += count
                self._read_frames(events)
        except PeerError as error:
            self._error = error
            raise
        return events

    def feed(self, data: bytes) -> list[Event]:
        """`buffer` and `received` for bytes that are already somewhere else."""
        events: list[Event] = []
        view = memoryview(data)
        while view:
            space = self.buffer()
            count = min(len(space), len(view))
            space[:count] = view[:count]
            events += self.received(count)
            view = view[count:]
        return events

    def _read_frames(self, events: list[Event]) -> None:
        while self._start < self._end and not self.unplaced:
            if self._hole:
                assert self._place is not None
                count = min(self._hole, self._end - self._start)
                self._place.put(self._scratch[self._start : self._start + count])
                self._start += count
                self._fill(count, events)
            elif not self._read_frame(events):
                break
        self._compact()

    def _compact(self) -> None:
        """Moves an unfinished prefix and header to the front, so that the scratch buffer always has room for it."""
        if self._start == self._end:
            self._start = self._end = 0
        elif self._start > 0:
            rest = bytes(self._scratch[self._start : self._end])
            self._scratch[: len(rest)] = rest
            self._start, self._end = 0, len(rest)
        if self._shared:
            self._kept = bytes(self._scratch[: self._end])

    def _read_frame(self, events: list[Event]) -> bool:
        """Reads one prefix and header, if they are there; True when something was consumed."""
        if self._end - self._start < PREFIX.size:
            return False
        kind, form, header_length, payload_length, sequence = PREFIX.unpack_from(self._scratch, self._start)
        usual = kind == MESSAGE and form == FORMAT and sequence == self._sequence and self._phase == _OPEN
        if usual and header_length <= MAX_HEADER and payload_length <= CHUNK:
            phase = _OPEN
        else:
            phase = self._check_prefix(kind, form, header_length, payload_length, sequence)
        first = self._start + PREFIX.size
        last = first + header_length
        if last > self._end:
            return False
        self._start = last
        self._sequence += 1
        self._phase = phase
        if kind == MESSAGE:
            header = bytes(self._scratch[first:last])
            head = self.known.find(header) or self._checked_head(self._unpack(header))
            self._begin_message(head, payload_length, events)
        elif kind == PIECE:
            self._begin_piece(payload_length)
        else:
            events.append(self._control(kind, bytes(self._scratch[first:last])))
        return True

    def _check_prefix(self, kind: int, form: int, header_length: int, payload_length: int, sequence: int) -> int:
        """The phase that follows. PeerError for a frame that may not stand here."""
        if form != FORMAT:
            raise self._malformed(f"a frame in format {form} where {FORMAT} is spoken")
        if sequence < self._sequence:
            raise PeerError(
                "duplicate-message",
                f"{self.peer} repeated frame {sequence}; frame {self._sequence} was next",
                "the connection or the peer is not to be trusted: find out what stands between the parties",
                party=self.peer,
            )
        if sequence > self._sequence:
            raise self._malformed(f"frame {sequence} where frame {self._sequence} was next")
        if header_length > MAX_HEADER or payload_length > CHUNK:
            raise self._oversized(f"a frame of {header_length} and {payload_length} bytes")
        phase = _TURN.get((self._phase, kind))
        if phase is None:
            raise self._malformed(f"a frame of kind {kind} out of turn")
        if payload_length and kind not in (MESSAGE, PIECE):
            raise self._malformed("a control frame with a payload")
        if header_length and kind == PIECE:
            raise self._malformed("a header on a part of a message")
        return phase

    def _begin_message(self, head: Head, payload_length: int, events: list[Event]) -> None:
        tag, label, depth, width, shape = head
        count = prod(shape)
        total = count * width
        if payload_length != min(total, CHUNK):
            raise self._malformed(f"{payload_length} payload bytes for a message of {total}")
        if total <= self._end - self._start:
            self._ahead = SCRATCH
            array: Array = np.frombuffer(bytes(self._scratch[self._start : self._start + total]), DTYPES[width])
            self._start += total
            events.append(Message(tag, label, depth, array if len(shape) == 1 else array.reshape(shape)))
            return
        self._head = head
        self._place = None if self._asks and total >= _DIRECT else self._in_memory(head)
        self._hole, self._rest = payload_length, total - payload_length
        self._phase = _FILLING

    def _in_memory(self, head: Head) -> Place:
        try:
            return InMemory(head)
        except MemoryError:
            size = prod(head[4]) * head[3]
            raise self._oversized(f"a message of {size} bytes, for which there is no memory") from None

    def _checked_head(self, body: object) -> Head:
        if type(body) is not tuple or len(body) != 5:
            raise self._malformed("a message header of another form")
        tag, label, depth, width, shape = body
        if not (is_tag(tag) and is_word(label) and is_word(depth) and depth <= MAX_DEPTH):
            raise self._malformed("a tag, label or depth out of range")
        if type(width) is not int or width not in DTYPES:
            raise self._malformed("an array of unknown type")
        if type(shape) is not tuple or len(shape) > MAX_DIMS or not all(type(d) is int and d >= 0 for d in shape):
            raise self._malformed("an array of impossible shape")
        extent = width
        for d in shape:
            extent *= d or 1
        if extent > self._limits.message_bytes:
            raise self._oversized(f"a message of {extent} bytes")
        return tag, label, depth, width, shape

    def _begin_piece(self, payload_length: int) -> None:
        if payload_length != min(self._rest, CHUNK):
            raise self._malformed(f"{payload_length} bytes for the {self._rest} that a message still lacks")
        self._hole, self._rest = payload_length, self._rest - payload_length

    def _fill(self, count: int, events: list[Event]) -> None:
        """Notes that `count` bytes of the current payload part are in place."""
        self._hole -= count
        if self._hole or self._rest:
            return
        assert self._head is not None
        assert self._place is not None
        events.append(self._place.whole(self._head))
        self._head = self._place = None
        self._phase = _OPEN

    def _control(self, kind: int, header: bytes) -> Event:
        if kind in (HELLO, CONFIRM):
            return Greeting(kind, header)
        event = _CONTROL[kind](self._unpack(header))
        if event is None:
            raise self._malformed(f"a control frame of kind {kind} of another form")
        return event

    def _unpack(self, header: bytes) -> object:
        try:
            return unpack(header)
        except ValueError:
            raise self._malformed("a header that is not msgpack") from None

    def _malformed(self, what: str) -> PeerError:
        return PeerError(
            "malformed-message",
            f"{self.peer} sent {what}",
            "see that every party runs the same version of Parley; otherwise the peer or the line is not to be trusted",
            party=self.peer,
        )

    def _oversized(self, what: str) -> PeerError:
        return PeerError(
            "oversized-message",
            f"{self.peer} sent {what}; {self._limits.message_bytes} bytes a message is the limit here",
            "split the array, or raise the limit on every party",
            party=self.peer,
        )


def _heartbeat(body: Any) -> Heartbeat | None:
    if type(body) is not tuple or len(body) != 4 or any(type(part) is not tuple for part in body[1:]):
        return None
    working, waiting, sent, received = body
    counts = sent + received
    well_formed = (
        type(working) is bool
        and all(len(part) <= _MAX_ENDPOINTS for part in body[1:])
        and all(type(pair) is tuple and len(pair) == 2 and is_word(pair[0]) and is_tag(pair[1]) for pair in waiting)
        and all(type(count) is int and count >= 0 for count in counts)
    )
    return Heartbeat(working, waiting, sent, received) if well_formed else None


def _bye(body: Any) -> Bye | None:
    if type(body) is not dict or len(body) > MAX_COUNTERS:
        return None
    named = all(type(name) is str and name.isprintable() and len(name) <= MAX_CODE for name in body)
    counted = all(type(value) is int and value >= 0 for value in body.values())
    return Bye(body) if named and counted else None


def _failure(body: Any) -> Failure | None:
    if type(body) is not tuple or len(body) != 3:
        return None
    code, party, cause = body
    if type(code) is not str or type(cause) is not str or not is_word(party):
        return None
    if not (len(cause) <= MAX_CAUSE and cause.isprintable() and is_code(code)):
        return None
    return Failure(code, party, cause)


_CONTROL = {HEARTBEAT: _heartbeat, BYE: _bye, FAILURE: _failure}
