"""The messages of a collection, as msgpack of fixed forms; whatever else comes is `malformed-collecting-message`.

report         client to both    name 16, time, public share, the receiver's input share
job            leader to helper  job 16, batch's name, for each report: name, time, digest of the public share,
                                 the leader's verifier share
reply          helper to leader  job, for each report: what became of it, the message of the VDAF
confirmation   leader to helper  job, for each report: whether both count it
acknowledgement helper to leader job
closing        leader to helper  collection 16, first key, key after the last, reports, their weight, checksum; and back
                                 the same
part           both to collector aggregator, collection, first, after, reports, weight, checksum, aggregate share
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from enum import IntEnum
from typing import Any, Self

from mpc.network.wire import pack, unpack
from protocols.collecting.refusals import malformed
from protocols.collecting.task import MOST_REPORTS, MOST_SECONDS, NAME_BYTES

NAME = 16
DIGEST = 32

BESIDE_SHARES = 64
"""Bytes of a report beside its shares, at most. What is longer is not unpacked: small bytes make large objects."""

Check = Callable[[Any], bool]


class Fate(IntEnum):
    """What became of a report at the helper."""

    VALID = 0
    UNKNOWN = 1
    """It has not come; perhaps it will."""
    REFUSED = 2
    """Its proof does not hold, or it is malformed."""
    USED = 3
    """It was in another job, or its batch is collected."""
    DIFFERS = 4
    """The client told the aggregators different times or public shares."""


def _bytes(least: int, most: int | None = None) -> Check:
    return lambda x: type(x) is bytes and least <= len(x) <= (least if most is None else most)


def _whole(below: int) -> Check:
    return lambda x: type(x) is int and 0 <= x < below


def _any_bytes(x: Any) -> bool:
    return type(x) is bytes


def _rows(*checks: Check) -> Check:
    def holds(x: Any) -> bool:
        return type(x) is tuple and len(x) <= MOST_REPORTS and all(_fits(row, checks) for row in x)

    return holds


def _fits(row: Any, checks: tuple[Check, ...]) -> bool:
    return (
        type(row) is tuple
        and len(row) == len(checks)
        and all(check(value) for check, value in zip(checks, row, strict=True))
    )


_NAME, _KEY, _TIME = _bytes(NAME), _bytes(1, NAME_BYTES + 2), _whole(MOST_SECONDS)
_COUNT = _whole(1 << 62)


@dataclass(frozen=True, slots=True, repr=False)
class _Message:
    """Packs itself; `read` is the way back."""

    def pack(self) -> bytes:
        """The bytes."""
        return pack(astuple(self))

    @classmethod
    def _read(cls, data: bytes, checks: tuple[Check, ...], sender: str) -> Self:
        what = cls.__name__.lower()
        try:
            row = unpack(data)
        except ValueError:
            raise malformed(sender, what) from None
        if not _fits(row, checks):
            raise malformed(sender, what)
        return cls(*row)


@dataclass(frozen=True, slots=True, repr=False)
class Report(_Message):
    """What a client sends an aggregator."""

    name: bytes
    time: int
    public_share: bytes
    input_share: bytes

    @classmethod
    def read(cls, data: bytes, sender: str) -> Self:
        """From anybody."""
        return cls._read(data, (_NAME, _TIME, _any_bytes, _any_bytes), sender)


@dataclass(frozen=True, slots=True, repr=False)
class Job(_Message):
    """Reports that the leader has verified its part of."""

    job: bytes
    batch: bytes
    reports: tuple[tuple[bytes, int, bytes, bytes], ...]

    @classmethod
    def read(cls, data: bytes, sender: str) -> Self:
        """From the leader."""
        checks = (_NAME, _bytes(0, NAME_BYTES), _rows(_NAME, _TIME, _bytes(DIGEST), _any_bytes))
        return cls._read(data, checks, sender)


@dataclass(frozen=True, slots=True, repr=False)
class Reply(_Message):
    """What became of them at the helper."""

    job: bytes
    reports: tuple[tuple[int, bytes], ...]

    @classmethod
    def read(cls, data: bytes, sender: str) -> Self:
        """From the helper."""
        return cls._read(data, (_NAME, _rows(_whole(len(Fate)), _any_bytes)), sender)


@dataclass(frozen=True, slots=True, repr=False)
class Confirmation(_Message):
    """Which of them both count."""

    job: bytes
    counted: tuple[bool, ...]

    @classmethod
    def read(cls, data: bytes, sender: str) -> Self:
        """From the leader."""

        def bits(x: Any) -> bool:
            return type(x) is tuple and len(x) <= MOST_REPORTS and all(type(b) is bool for b in x)

        return cls._read(data, (_NAME, bits), sender)


@dataclass(frozen=True, slots=True, repr=False)
class Acknowledgement(_Message):
    """A confirmation has come, and is on the helper's disk."""

    job: bytes

    @classmethod
    def read(cls, data: bytes, sender: str) -> Self:
        """From the helper."""
        return cls._read(data, (_NAME,), sender)


@dataclass(frozen=True, slots=True, repr=False)
class Closing(_Message):
    """A batch that is to be collected, as its sender has counted it."""

    collection: bytes
    first: bytes
    after: bytes
    count: int
    weight: int
    checksum: bytes

    @classmethod
    def read(cls, data: bytes, sender: str) -> Self:
        """From either."""
        return cls._read(data, (_NAME, _KEY, _KEY, _COUNT, _COUNT, _bytes(DIGEST)), sender)


@dataclass(frozen=True, slots=True, repr=False)
class Part(_Message):
    """An aggregator's part of a result."""

    aggregator: int
    collection: bytes
    first: bytes
    after: bytes
    count: int
    weight: int
    checksum: bytes
    agg_share: bytes

    @classmethod
    def read(cls, data: bytes, sender: str) -> Self:
        """From an aggregator."""
        return cls._read(data, (_whole(2), _NAME, _KEY, _KEY, _COUNT, _COUNT, _bytes(DIGEST), _any_bytes), sender)

    @property
    def closing(self) -> Closing:
        """What both must have counted alike."""
        return Closing(self.collection, self.first, self.after, self.count, self.weight, self.checksum)
