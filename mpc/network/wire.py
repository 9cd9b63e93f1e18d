"""What travels between two endpoints, and how it becomes bytes.  No I/O here; `decoder` is the other direction.

A connection carries, each way, one stream of frames:

    kind          1 byte     what the frame is (the constants below)
    format        1 byte     FORMAT; a peer that speaks another one is found out at its first byte pair
    header length 2 bytes    of the msgpack header that follows the prefix
    payload length 4 bytes   of the raw bytes that follow the header
    sequence      8 bytes    0, 1, 2, ... for every frame of this direction

all little-endian. A message is one MESSAGE frame, whose header says tag, label, depth, type and shape, and whose
payload is the array's little-endian bytes; an array above CHUNK bytes goes on in CHUNK frames without header.
Control frames (heartbeat, failure) may stand between chunks, another message may not. Two rules:

- The encoder numbers frames in the order in which they are asked for, so whoever writes decides at the last
  moment what comes next.
- A large array is never copied: the encoder hands out views of it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import msgpack
import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError

Tag = tuple[int, ...]
Array = npt.NDArray[np.uint64] | npt.NDArray[np.uint8]

FORMAT = 1
PREFIX = struct.Struct("<BBHIQ")
CHUNK = 1 << 20
COPIED = 1 << 16
"""Arrays up to so many bytes are copied as they are sent, and leave in one buffer with others."""
MAX_HEADER = 1 << 15
MAX_TAG = 64
MAX_DIMS = 8
MAX_CAUSE = 400
MAX_CODE = 40
MAX_COUNTERS = 64
MAX_DEPTH = (1 << 31) - 1
WORD = 1 << 32
DEFAULT_LIMIT = 1 << 30

HELLO, CONFIRM, MESSAGE, PIECE, HEARTBEAT, BYE, FAILURE = range(1, 8)

DTYPES: dict[int, np.dtype[Any]] = {1: np.dtype("<u1"), 8: np.dtype("<u8")}
_WIDTHS = {dtype: width for width, dtype in DTYPES.items()}


@dataclass(slots=True, eq=False)
class Message:
    """One array on its way from one endpoint to another. Never changed once it is made.

    `tag`: the structural path of the call, then the message's number; at most 64 integers of 32 bits.
    `label`: 32 bits that stand for the call the sender is in, so that the receiver notices another program.
    `depth`: the sender's causal depth, at most MAX_DEPTH, where it stays; rounds are counted from it.
    `array`: uint64 or uint8, at most 8 dimensions. It must not change once the message is sent.
    """

    tag: Tag
    label: int
    depth: int
    array: Array


class Stored(Protocol):
    """An array that came and lies somewhere else than in memory."""

    nbytes: int

    def load(self) -> Array:
        """The array, read-only; once, after which it lies there no more."""

    def close(self) -> None:
        """Gives up the array where nobody has loaded it."""


@dataclass(frozen=True, slots=True, eq=False)
class Aside:
    """As Message, but for its array, which lies elsewhere."""

    tag: Tag
    label: int
    depth: int
    stored: Stored


@dataclass(frozen=True, slots=True)
class Limits:
    """How much memory one peer can make this endpoint hold.

    `message_bytes`: the largest array accepted. `unclaimed_bytes`: all arrays that have come and that nobody has
    asked for yet, with a fixed allowance for each (`mpc.network.mailbox.OVERHEAD`).
    """

    message_bytes: int = DEFAULT_LIMIT
    unclaimed_bytes: int = 1 << 31


@dataclass(frozen=True, slots=True)
class Greeting:
    """A frame of the handshake, unread: `kind` is HELLO or CONFIRM, `body` is for `mpc.network.handshake`."""

    kind: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A sign of life, and what its sender is doing.

    `working`: it computes, so that waiting for it is no standstill. `waiting`: one pair (sender, tag) for each
    endpoint it waits for a message of. `sent` and `received`: messages to and from each endpoint so far.
    """

    working: bool
    waiting: tuple[tuple[int, Tag], ...]
    sent: tuple[int, ...]
    received: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bye:
    """The sender sends no message any more; `counters` are its closing figures (rounds, bytes sent, ...)."""

    counters: dict[str, int]


@dataclass(frozen=True, slots=True)
class Failure:
    """The sender ends the session: why, in words, and the index of the endpoint to blame (its own, or another's)."""

    code: str
    party: int
    cause: str


Event = Message | Aside | Greeting | Heartbeat | Bye | Failure


Head = tuple[Tag, int, int, int, tuple[int, ...]]
"""What the header of a message says: tag, label, depth, width of an element, shape."""

_packed_head: Callable[[Head], bytes] = msgpack.Packer().pack
"""`pack` with a buffer that is kept: headers are short and many."""


class KnownHeads:
    """The last headers that this endpoint has sent, by their bytes: in an exchange the peers' are the same bytes.

    A header that is known need not be unpacked and checked again.
    """

    _MOST = 64

    def __init__(self) -> None:
        self._heads: dict[bytes, Head] = {}
        self.find = self._heads.get

    def add(self, header: bytes, head: Head) -> None:
        """Remembers a header that this endpoint has checked."""
        if len(self._heads) >= self._MOST:
            self._heads.clear()
        self._heads[header] = head


@dataclass(slots=True, eq=False)
class Outgoing:
    """A message ready to be framed, never changed. `payload`: a copy up to COPIED bytes, a view of the array above."""

    header: bytes
    payload: bytes | memoryview
    size: int


def prepare(message: Message, limit: int = DEFAULT_LIMIT, known: KnownHeads | None = None) -> Outgoing:
    """Checks a message and packs its header; LocalError for what no receiver would accept.

    `limit`: the largest array in bytes, see `Limits`. `known` gets the header. Arrays up to COPIED bytes are copied, so
    that small messages go out in one buffer; larger ones must stay as they are until they are sent.
    """
    array, head = message.array, _checked_head(message, limit)
    header = _packed_head(head)
    if known is not None:
        known.add(header, head)
    small = array.nbytes <= COPIED
    payload = array.tobytes() if small else np.ascontiguousarray(array).reshape(-1).data.cast("B")
    return Outgoing(header, payload, _framed(len(header), array.nbytes))


def checked_size(message: Message, limit: int = DEFAULT_LIMIT) -> int:
    """The bytes that a message takes on the wire, checked as `prepare` does; its content is neither read nor copied."""
    return _framed(len(_packed_head(_checked_head(message, limit))), message.array.nbytes)


def _checked_head(message: Message, limit: int) -> Head:
    array = message.array
    if not isinstance(array, np.ndarray):
        raise _unsendable(f"{type(array).__name__}; bytes go as `np.frombuffer(message, np.uint8)`")
    width = _WIDTHS.get(array.dtype)
    if width is None or array.ndim > MAX_DIMS:
        raise _unsendable(f"an array of {array.dtype} with {array.ndim} dimensions")
    if not (is_tag(message.tag) and is_word(message.label) and is_word(message.depth)):
        raise _unsendable(f"tag {message.tag}, label {message.label}, depth {message.depth}")
    if array.nbytes > limit:
        raise LocalError(
            "oversized-message",
            f"cannot send an array of {array.nbytes} bytes in one message; {limit} is the limit",
            "split the array",
        )
    return message.tag, message.label, message.depth, width, array.shape


def frame_bytes(message: Message) -> int:
    """The bytes `message` takes on the wire before TLS: prefixes, header and payload. The same for every sender."""
    header = _packed_head((message.tag, message.label, message.depth, message.array.itemsize, message.array.shape))
    return _framed(len(header), message.array.nbytes)


def is_word(value: object) -> bool:
    """Whether `value` is an int (no bool) of 32 bits."""
    return type(value) is int and 0 <= value < WORD


def is_tag(value: object) -> bool:
    """Whether `value` is a tuple of at most MAX_TAG ints of 32 bits."""
    if type(value) is not tuple or len(value) > MAX_TAG:
        return False
    for t in value:  # noqa: SIM110 - each message passes here, and a generator costs more than what it looks at
        if type(t) is not int or not 0 <= t < WORD:
            return False
    return True


def pack(value: object) -> bytes:
    """`value` (ints, texts, bytes, tuples, dicts, bools) as msgpack."""
    return msgpack.packb(value)  # type: ignore[no-any-return]


def packed_bytes(value: int) -> int:
    """How many bytes `pack` takes for an int of up to 32 bits in a sequence."""
    return 1 if value < 1 << 7 else 2 if value < 1 << 8 else 3 if value < 1 << 16 else 5


def unpack(data: bytes | memoryview) -> Any:
    """The value that `data`, from anybody, is the msgpack of; ValueError for all else. Sequences become tuples."""
    try:
        return msgpack.unpackb(data, use_list=False, max_ext_len=0)
    except (ValueError, TypeError, OverflowError, RecursionError, msgpack.UnpackException):
        raise ValueError("not msgpack") from None


class Encoder:
    """Numbers and frames one direction of one connection."""

    __slots__ = ("_sequence",)

    def __init__(self) -> None:
        self._sequence = 0

    def small(self, outgoing: Outgoing) -> bytes:
        """The whole message as one buffer; only for a payload of at most CHUNK bytes."""
        payload = outgoing.payload
        return self._prefix(MESSAGE, len(outgoing.header), len(payload)) + outgoing.header + payload

    def pieces(self, outgoing: Outgoing) -> Iterator[tuple[bytes, memoryview]]:
        """The message's frames, each as (prefix and header, payload); numbered when they are drawn."""
        payload = memoryview(outgoing.payload)
        kind, header = MESSAGE, outgoing.header
        for start in range(0, max(1, len(payload)), CHUNK):
            part = payload[start : start + CHUNK]
            yield self._prefix(kind, len(header), len(part)) + header, part
            kind, header = PIECE, b""

    def greeting(self, kind: int, body: bytes) -> bytes:
        """A HELLO or CONFIRM frame around `body`."""
        return self._control(kind, body)

    def heartbeat(self, beat: Heartbeat) -> bytes:
        """A HEARTBEAT frame."""
        return self._control(HEARTBEAT, pack((beat.working, beat.waiting, beat.sent, beat.received)))

    def bye(self, counters: dict[str, int]) -> bytes:
        """A BYE frame; after it this direction carries no message."""
        return self._control(BYE, pack(counters))

    def failure(self, failure: Failure) -> bytes:
        """A FAILURE frame, the last of this direction. The cause is cut to MAX_CAUSE printable characters."""
        cause = printable(failure.cause)[:MAX_CAUSE]
        return self._control(FAILURE, pack((failure.code[:MAX_CODE], failure.party, cause)))

    def _control(self, kind: int, header: bytes) -> bytes:
        if len(header) > MAX_HEADER:
            raise LocalError(
                "oversized-message",
                f"a control frame of {len(header)} bytes; {MAX_HEADER} is the limit",
                "shorten the parameters, party names or counters that the parties exchange",
            )
        return self._prefix(kind, len(header), 0) + header

    def _prefix(self, kind: int, header_length: int, payload_length: int) -> bytes:
        sequence = self._sequence
        self._sequence = sequence + 1
        return PREFIX.pack(kind, FORMAT, header_length, payload_length, sequence)


def is_code(code: str) -> bool:
    """Whether a text has the form of an error's code: lower-case letters, digits and dashes, not too many."""
    known = all(c.islower() or c.isdigit() or c == "-" for c in code)
    return 0 < len(code) <= MAX_CODE and code.isascii() and known


def printable(text: str) -> str:
    """`text` on one line, with a question mark for everything that a terminal might act on."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


def _framed(header_length: int, payload_length: int) -> int:
    frames = max(1, -(-payload_length // CHUNK))
    return frames * PREFIX.size + header_length + payload_length


def _unsendable(what: str) -> LocalError:
    return LocalError(
        "malformed-message",
        f"cannot send {what}",
        "arrays are uint64 or uint8 with at most 8 dimensions; tags are at most 64 integers of 32 bits",
    )
