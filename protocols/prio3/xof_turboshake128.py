"""XofTurboShake128 (VDAF, section 6.2.1): a stream of bytes of a seed, a domain separation tag and a binder.

TurboSHAKE128 absorbs the tag's length in two bytes, the tag, the seed's length in one byte, the seed and the binder,
and ends with domain byte 1. Elements of a field are drawn from its output by rejection, in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from mpc.algebra.field import PrimeField
from mpc.algebra.ring import U64, Shape, Words
from mpc.errors import LocalError
from protocols.prio3.elements import as_bytes, shaped
from protocols.prio3.sponge import Sponge, absorb_each, relay_each

SEED_SIZE = 32


class XofTurboShake128:
    """One stream, at its beginning. `binder`: parts that are absorbed one after another, without copying them."""

    __slots__ = ("_sponge",)

    def __init__(self, seed: bytes, dst: bytes, *binder: bytes | memoryview) -> None:
        self._sponge = _begun(seed, dst, *binder)
        self._sponge.finish()

    def next(self, length: int) -> bytes:
        """The next bytes."""
        out = np.empty(length, np.uint8)
        self._sponge.read_into(out)
        return out.tobytes()

    def words(self, shape: Shape) -> Words:
        """The next words, little-endian: what a field draws its elements from."""
        out = np.empty(shape if isinstance(shape, int) else prod(shape), "<u8")
        self._sponge.read_into(out.view(np.uint8))
        return out.astype(U64, copy=False).reshape(shape)

    def vector(self, field: PrimeField, length: int) -> Words:
        """The next field elements (length,): draws that are not below p are dropped (VDAF, section 6.2, `next_vec`)."""
        return self._drawn(field, length, self.words((length, field.words)))[0]

    def _drawn(self, field: PrimeField, length: int, drawn: Words) -> tuple[Words, bool]:
        """The elements of what was drawn, and of more where some is not below p; whether none was needed."""
        try:
            return field.check(shaped(field, drawn, length)), True
        except LocalError:
            return field.draw(_Again(drawn, self), length), False

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


def derive_seeds(
    seeds: Sequence[bytes], dst: bytes, binders: Sequence[bytes], last: Sequence[memoryview]
) -> list[bytes]:
    """derive_seed(seed, dst, binder, last) of each: FOUR side by side where their lengths are alike."""
    sponges = [_begun(seed, dst, binder) for seed, binder in zip(seeds, binders, strict=True)]
    absorb_each(sponges, last)
    return [_seed_of(sponge) for sponge in sponges]


def vectors_into(
    drawn: Sequence[XofTurboShake128],
    field: PrimeField,
    length: int,
    seeds: Sequence[bytes],
    dst: bytes,
    binders: Sequence[bytes],
) -> list[tuple[Words, bytes]]:
    """The first field elements of each stream, and `derive_seed(seed, dst, binder, these)`: TWO at a time."""
    into = [_begun(seed, dst, binder) for seed, binder in zip(seeds, binders, strict=True)]
    told = relay_each([each._sponge for each in drawn], into, 8 * field.words * length)
    made = []
    for xof, tape, other, seed, binder in zip(drawn, told, into, seeds, binders, strict=True):
        vector, as_told = xof._drawn(field, length, tape.view("<u8").astype(U64, copy=False))
        made.append((vector, _seed_of(other) if as_told else derive_seed(seed, dst, binder, as_bytes(vector))))
    return made


def _seed_of(sponge: Sponge) -> bytes:
    """Of a message that ends here."""
    sponge.finish()
    out = np.empty(SEED_SIZE, np.uint8)
    sponge.read_into(out)
    return out.tobytes()


def _begun(seed: bytes, dst: bytes, *binder: bytes | memoryview) -> Sponge:
    sponge = Sponge()
    sponge.absorb(len(dst).to_bytes(2, "little") + dst + len(seed).to_bytes(1, "little") + seed)
    for part in binder:
        sponge.absorb(part)
    return sponge
