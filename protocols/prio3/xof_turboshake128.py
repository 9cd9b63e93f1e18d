"""XofTurboShake128 (VDAF, section 6.2.1): a stream of bytes of a seed, a domain separation tag and a binder.

TurboSHAKE128 absorbs the tag's length in two bytes, the tag, the seed's length in one byte, the seed and the binder,
and ends with domain byte 1. Elements of a field are drawn from its output by rejection, in order.
"""

from __future__ import annotations

from math import prod

import numpy as np
from Crypto.Hash import TurboSHAKE128

from mpc.algebra.field import PrimeField
from mpc.algebra.ring import U64, Shape, Words
from mpc.errors import LocalError
from protocols.prio3.elements import shaped

SEED_SIZE = 32
_JOINED = 1 << 14
"""What is shorter is copied together: a call costs as much as some kilobytes."""


class XofTurboShake128:
    """One stream, at its beginning. `binder`: parts that are absorbed one after another, without copying them."""

    __slots__ = ("_sponge",)

    def __init__(self, seed: bytes, dst: bytes, *binder: bytes | memoryview) -> None:
        head = len(dst).to_bytes(2, "little") + dst + len(seed).to_bytes(1, "little") + seed
        parts = (head, *binder)
        if sum(map(len, parts)) < _JOINED:
            parts = (b"".join(parts),)
        self._sponge = TurboSHAKE128.new(domain=1)
        for part in parts:
            self._sponge.update(part)

    def next(self, length: int) -> bytes:
        """The next bytes."""
        return bytes(self._sponge.read(length))

    def words(self, shape: Shape) -> Words:
        """The next words, little-endian: what a field draws its elements from."""
        count = shape if isinstance(shape, int) else prod(shape)
        return np.frombuffer(self._sponge.read(8 * count), "<u8").astype(U64, copy=False).reshape(shape)

    def vector(self, field: PrimeField, length: int) -> Words:
        """The next field elements (length,): draws that are not below p are dropped (VDAF, section 6.2, `next_vec`)."""
        drawn = self.words((length, field.words))
        try:
            return field.check(shaped(field, drawn, length))
        except LocalError:
            return field.draw(_Again(drawn, self), length)

    def __repr__(self) -> str:
        return "XofTurboShake128(...)"


class _Again:
    """A stream with what was read of it."""

    def __init__(self, read: Words, rest: XofTurboShake128) -> None:
        self._read, self._rest = read.reshape(-1), rest

    def words(self, shape: Shape) -> Words:
        """The next words: those that were read, then the rest."""
        count = shape if isinstance(shape, int) else prod(shape)
        again, self._read = self._read[:count], self._read[count:]
        return np.concatenate([again, self._rest.words(count - len(again))]).reshape(shape)


def derive_seed(seed: bytes, dst: bytes, *binder: bytes | memoryview) -> bytes:
    """The first 32 bytes of a stream: another seed."""
    return XofTurboShake128(seed, dst, *binder).next(SEED_SIZE)
