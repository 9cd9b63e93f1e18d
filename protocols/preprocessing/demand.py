"""A demand for material as bytes: what parties tell the dealer and each other. Public: paths, kinds and shapes only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from functools import cache
from math import prod
from typing import Any

import msgpack

from mpc.algebra.ring import Ring
from mpc.algebra.wide_ring import WideRing, ring_of_bits
from mpc.correlation import Correlation, Part
from mpc.errors import LocalError, PeerError
from mpc.supply import Entry, Path
from protocols.preprocessing.dealing import corrected, words_received
from protocols.preprocessing.kinds import find_kind

BatchPart = tuple[Path, int]
"""A batch, and the number of a slice of it."""

MAX_NUMBER = 1 << 32
MAX_PART_WORDS = 1 << 27
"""A part has at most this many words, a gibibyte: what one message may carry."""
SLICE_WORDS = 1 << 22
"""Material is demanded in slices of about this many words, so that no side holds much in flight."""
MAX_EXPANDED = 1 << 32
"""What the pieces of a slice stand on is expanded to at most so many words together, as many as one matrix has: nobody
else's demand is answered meanwhile."""
_LENGTH_BYTES = 4
_ENTRY_WORDS = 16
"""What an entry counts at least, in words."""

_READ_FOR_MORE = 4
"""So much less the drawn parts count of pieces that stand on others: what they stand on is read once for a slice."""

_MAX_ENTRY_BYTES = 1 << 12
_MAX_NUMBERS = 64
"""Of a shape, or of what else an argument says in numbers."""


def pack_demand(entries: Iterable[Entry]) -> bytes:
    """The bytes of a demand, the same for the same entries."""
    packed = [[list(path), kind.name, _arguments(kind)] for path, kind in entries]
    encoded: bytes = msgpack.packb(packed)
    return encoded


def pack_request(part: BatchPart | None, entries: Iterable[Entry]) -> bytes:
    """A demand, and which part of a batch it is; None if no batch has it."""
    place: bytes = msgpack.packb(None if part is None else [list(part[0]), part[1]])
    return len(place).to_bytes(_LENGTH_BYTES, "little") + place + pack_demand(entries)


def unpack_request(data: bytes, sender: str) -> tuple[BatchPart | None, list[Entry]]:
    """Parse and check what a peer made with `pack_request`. PeerError `malformed-message`; so is what none deals."""
    end = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "little")
    try:
        entries = parse_demand(data[end:], SLICE_WORDS // _ENTRY_WORDS, dealt=True)
        if len(_ends_by_expansion(entries)) > 1:
            raise ValueError("too much to expand")
        return _part(data[_LENGTH_BYTES:end]), entries
    except ValueError as error:
        raise PeerError(
            "malformed-message",
            f"{sender} sent a demand for material that cannot be read",
            "all parties must run the same version of Parley",
            party=sender,
        ) from error


def parse_demand(data: bytes, most: int | None = None, *, dealt: bool = False) -> list[Entry]:
    """Parse and check what `pack_demand` made, of at most so many entries, with `dealt` of what a dealer makes alone.
    ValueError for anything else."""
    try:
        return [_entry(_unpacked(item), dealt) for item in _items(data, most)]
    except (LocalError, ValueError, TypeError, LookupError, msgpack.UnpackException) as error:
        raise ValueError("no demand for material") from error


def _items(data: bytes, most: int | None) -> Iterator[bytes]:
    """The bytes of each entry: what is unpacked at a time stays small, whatever stands there."""
    unpacker = msgpack.Unpacker(max_buffer_size=max(1, len(data)))
    unpacker.feed(data)
    count, end = unpacker.read_array_header(), unpacker.tell()
    if most is not None and count > most:
        raise ValueError("too many entries")
    for _ in range(count):
        start = end
        unpacker.skip()
        end = unpacker.tell()
        if end - start > _MAX_ENTRY_BYTES:
            raise ValueError("an entry is too long")
        yield data[start:end]
    if end != len(data):
        raise ValueError("more than a demand")


def slices(entries: Sequence[Entry], n: int) -> Iterator[Sequence[Entry]]:
    """Consecutive runs of entries, each of about SLICE_WORDS words of corrections, standing on what expands to at most
    MAX_EXPANDED; the same at every party."""
    start = 0
    for end in _ends_by_expansion(entries):
        yield from _slices_by_words(entries[start:end], n)
        start = end


def _ends_by_expansion(entries: Sequence[Entry]) -> list[int]:
    """Where runs of entries end, each as long as what it stands on allows."""
    ends, below, expanded = list[int](), set[object](), 0
    for i, (_, kind) in enumerate(entries):
        if kind.stands_on is None or kind.stands_on in below:
            continue
        more = kind.stands_on[1].expanded
        if expanded + more > MAX_EXPANDED:
            ends.append(i)
            below, expanded = set(), 0
        below.add(kind.stands_on)
        expanded += more
    return [*ends, len(entries)]


def _slices_by_words(entries: Sequence[Entry], n: int) -> Iterator[Sequence[Entry]]:
    start = words = 0
    for i, (_, kind) in enumerate(entries):
        words += sum(correction_words(kind, party, n) for party in range(n)) + _ENTRY_WORDS
        words += _drawn_words(kind) // _READ_FOR_MORE
        if words >= SLICE_WORDS:
            yield entries[start : i + 1]
            start, words = i + 1, 0
    if start < len(entries):
        yield entries[start:]


def correction_words(kind: Correlation, party: int, n: int) -> int:
    """How many words the maker sends this party for one piece of this kind."""
    return words_received(kind, party, n)


def _drawn_words(kind: Correlation) -> int:
    """Of a piece that is made together with others, on what they all stand on; else 0."""
    return 0 if kind.stands_on is None else sum(prod(part.shape) for part in kind.parts()[: kind.drawn])


def words_at_once(entries: Iterable[Entry], party: int, n: int) -> int:
    """Words that the maker holds for a party's demand: all corrections, the largest piece that they belong to, the
    drawn parts of those that are made together, and every party's share of the largest that any of them stand on."""
    corrections = largest = below = 0
    for _, kind in entries:
        if corrected(kind, party, n):
            corrections += correction_words(kind, party, n) + _drawn_words(kind)
            largest = max(largest, sum(prod(part.shape) for part in kind.parts()))
            below = max(below, sum(prod(part.shape) for part in _parts_below(kind)))
    return corrections + largest + n * below


def _parts_below(kind: Correlation) -> tuple[Part, ...]:
    """The parts of what a piece stands on; none if it stands on nothing."""
    return () if kind.stands_on is None else kind.stands_on[1].parts()


def _arguments(kind: Correlation) -> list[Any]:
    of: Any = type(kind)
    values = (getattr(kind, name) for name in _named_arguments(of))
    return [v.bits if isinstance(v, Ring | WideRing) else list(v) if isinstance(v, tuple) else v for v in values]


@cache
def _named_arguments(kind: Any) -> tuple[str, ...]:
    """The names of what makes a piece of this type of kind, its ring first."""
    return tuple(field.name for field in fields(kind) if field.init)


def _unpacked(data: bytes) -> Any:
    return msgpack.unpackb(data, use_list=True, strict_map_key=True, max_ext_len=0, max_map_len=0)


def _part(data: bytes) -> BatchPart | None:
    try:
        raw = _unpacked(data)
        if raw is None:
            return None
        batch, number = raw
        if not _is_number(number, MAX_NUMBER) or not _is_path(batch):
            raise TypeError("no part of a batch")
        return tuple(batch), number
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise ValueError("no part of a batch") from error


def _entry(item: Any, dealt: bool) -> Entry:
    path, name, (bits, *arguments) = item
    if not _is_path(path) or not _is_number(bits, 128) or bits == 0:
        raise ValueError("path or ring out of range")
    kind_type: Any = find_kind(name)
    if dealt and not kind_type.dealt:
        raise ValueError("what no dealer makes")
    _, *names = _named_arguments(kind_type)
    kind = kind_type(ring_of_bits(bits), **dict(zip(names, map(_argument, arguments), strict=True)))
    if any(prod(max(side, 1) for side in part.shape) > MAX_PART_WORDS for part in (*kind.parts(), *_parts_below(kind))):
        raise ValueError("too large, or empty and of sides that no array has")
    return tuple(path), kind


def _argument(value: Any) -> int | tuple[int, ...]:
    if isinstance(value, list) and len(value) <= _MAX_NUMBERS and all(_is_number(v, MAX_NUMBER) for v in value):
        return tuple(value)
    if _is_number(value, MAX_NUMBER):
        return int(value)
    raise ValueError("neither a shape nor a number")


def _is_path(value: Any) -> bool:
    return isinstance(value, list) and all(_is_number(number, MAX_NUMBER) for number in value)


def _is_number(value: Any, limit: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= limit
