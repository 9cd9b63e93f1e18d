"""The messages of a round as bytes, and back. Whatever bytes a peer sends give a message or a PeerError that names it.

Every message begins with a version, its step, the round (4 bytes) and the tag of session and plan (16 bytes). All
numbers are little-endian; sets of clients are bits in the order of the directory. Clients of a directory are numbered
by their names in order.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from protocols.aggregation import shares_shamir79 as shamir
from protocols.aggregation.enrolment import KEY_BYTES, SIGNATURE_BYTES, Certificate, is_name
from protocols.aggregation.masks import Vector, packed_bytes, unpack
from protocols.aggregation.plan import AggregationPlan
from protocols.aggregation.refusals import malformed, other_aggregation, other_round, too_late
from protocols.aggregation.terms import Step, Terms

VERSION = 1
COMMITMENT_BYTES = 32
SEALING_BYTES = 16
_HEADER = struct.Struct("<BBI16s")
_DATES = struct.Struct("<QQ")
HEADER_BYTES = _HEADER.size


class Reader:
    """The rest of a peer's message; takes what is there or refuses by name."""

    def __init__(self, peer: str, content: bytes | memoryview) -> None:
        self.peer = peer
        self._content = memoryview(content)

    def take(self, count: int) -> bytes:
        """The next bytes."""
        return bytes(self.view(count))

    def view(self, count: int) -> memoryview:
        """The next bytes, not copied."""
        if count > len(self._content):
            raise malformed(self.peer, f"a message that ends {count - len(self._content)} bytes early")
        taken, self._content = self._content[:count], self._content[count:]
        return taken

    def number(self, below: int) -> int:
        """A number of four bytes."""
        value = int.from_bytes(self.view(4), "little")
        if value >= below:
            raise malformed(self.peer, f"the number {value}, which must be below {below}")
        return value

    def subset(self, n: int) -> frozenset[int]:
        """A set of clients."""
        bits = np.unpackbits(np.frombuffer(self.view(-(-n // 8)), np.uint8), bitorder="little")
        if bits[n:].any():
            raise malformed(self.peer, "a set of clients with bits behind its end")
        return frozenset(np.flatnonzero(bits[:n]).tolist())

    def ascending(self, count: int, below: int) -> Iterable[int]:
        """So many numbers, each read when it is asked for, in strictly ascending order."""
        last = -1
        for _ in range(count):
            value = self.number(below)
            if value <= last:
                raise malformed(self.peer, "clients in no ascending order")
            last = value
            yield value

    def end(self) -> None:
        """Nothing may be left."""
        if len(self._content):
            raise malformed(self.peer, f"a message that is {len(self._content)} bytes too long")


def header(terms: Terms, step: Step) -> bytes:
    """The first 22 bytes."""
    return _HEADER.pack(VERSION, step, terms.round, terms.tag)


def opened(terms: Terms, peer: str, step: Step, content: bytes | memoryview) -> Reader:
    """What follows the header, if it is that of this round and step."""
    if not isinstance(content, bytes | memoryview):
        raise malformed(peer, "something that is not of type bytes")
    reader = Reader(peer, content)
    version, number, round_, tag = _HEADER.unpack(reader.view(_HEADER.size))
    if version != VERSION or number not in Step.__members__.values():
        raise malformed(peer, "a message of another version of Parley, or none")
    if tag != terms.tag:
        raise other_aggregation(peer)
    if round_ != terms.round:
        raise other_round(peer, round_, terms.round)
    if number != step:
        raise too_late(peer, Step(number).title, step.title)
    return reader


def subset_bytes(members: Collection[int], n: int) -> bytes:
    """A set of clients as bits."""
    bits = np.zeros(n, np.uint8)
    bits[list(members)] = 1
    return np.packbits(bits, bitorder="little").tobytes()


def number(value: int) -> bytes:
    """Four bytes."""
    return value.to_bytes(4, "little")


@dataclass(frozen=True, slots=True)
class Advertised:
    """A client's two public keys of a round; enrolled clients sign them."""

    name: str
    channel_key: bytes
    mask_key: bytes
    certificate: Certificate | None = None
    signature: bytes = b""

    def encoded(self) -> bytes:
        """Without its name, unless the certificate says it."""
        front = certificate_bytes(self.certificate) if self.certificate else b""
        return front + self.channel_key + self.mask_key + self.signature


def read_advertised(reader: Reader, name: str | None, *, signed: bool) -> Advertised:
    """A client's keys; the name is told by the transport, or stands in the certificate."""
    certificate = read_certificate(reader) if signed else None
    told = certificate.name if certificate else name
    assert told is not None
    keys = reader.take(KEY_BYTES), reader.take(KEY_BYTES)
    return Advertised(told, *keys, certificate, reader.take(SIGNATURE_BYTES) if signed else b"")


def certificate_bytes(certificate: Certificate) -> bytes:
    """113 bytes and the name."""
    dates = _DATES.pack(certificate.not_before, certificate.not_after)
    return name_bytes(certificate.name) + certificate.public_key + dates + certificate.signature


def read_certificate(reader: Reader) -> Certificate:
    """A certificate, not yet held against the authority."""
    name, key = read_name(reader), reader.take(KEY_BYTES)
    not_before, not_after = _DATES.unpack(reader.view(_DATES.size))
    return Certificate(name, key, not_before, not_after, reader.take(SIGNATURE_BYTES))


def name_bytes(name: str) -> bytes:
    """A name behind its length."""
    return bytes([len(name)]) + name.encode("ascii")


def read_name(reader: Reader) -> str:
    """A client's name."""
    content = reader.take(reader.view(1)[0])
    if not is_name(content):
        raise malformed(reader.peer, "something that cannot name a client")
    return content.decode("ascii")


def sealed_bytes(plan: AggregationPlan, n: int) -> int:
    """A holder's part: two shares, with chosen holders the set of these, and the seal."""
    return 2 * shamir.SHARE_BYTES + holders_bytes(plan, n) + SEALING_BYTES


def holders_bytes(plan: AggregationPlan, n: int) -> int:
    """The set of holders that goes with a share where clients chose them."""
    return -(-n // 8) if plan.malicious and not plan.complete else 0


def parcels_bytes(parcels: Mapping[int, bytes]) -> bytes:
    """Sealed parts, each with the number of the client that it is for, or of."""
    return number(len(parcels)) + b"".join(number(i) + parcels[i] for i in sorted(parcels))


def read_parcels(reader: Reader, plan: AggregationPlan, n: int) -> dict[int, bytes]:
    """Sealed parts by client."""
    count, size = reader.number(n), sealed_bytes(plan, n)
    return {i: reader.take(size) for i in reader.ascending(count, n)}


def read_vector(reader: Reader, plan: AggregationPlan) -> Vector:
    """A vector of the plan's length and ring."""
    content = reader.view(packed_bytes(plan.length, plan.bits))
    return unpack(content, plan.length, plan.bits, plan.dtype)


def shares_bytes(shares: Mapping[int, tuple[bool, bytes]]) -> bytes:
    """Of each client that was there one share of 40 bytes: of its own mask (False) or of its key (True: it is gone)."""
    rows = [number(i) + bytes([gone]) + share for i, (gone, share) in sorted(shares.items())]
    return number(len(rows)) + b"".join(rows)


def read_shares(reader: Reader, n: int) -> dict[int, tuple[bool, bytes]]:
    """Shares by client."""
    found = {}
    for i in reader.ascending(reader.number(n + 1), n):
        kind = reader.view(1)[0]
        if kind > 1:
            raise malformed(reader.peer, f"a share of kind {kind}, which there is not")
        found[i] = bool(kind), reader.take(shamir.SHARE_BYTES)
    return found


def read_signatures(reader: Reader, clients: Iterable[int]) -> dict[int, bytes]:
    """A signature of each of these clients, in their order."""
    return {i: reader.take(SIGNATURE_BYTES) for i in clients}
