"""Hashing under a named domain: SHAKE-256 of who, where and what for, and then of what is put in.

A hash begins with its domain: its name, the session, the path of the call, and what else sets it apart. What is
absorbed is encoded injectively, so that no two sequences of values, nor of arrays, have the same bytes. Protocols take
it for public keys of a call, for commitments to a transcript, and for challenges without a verifier (Fiat, Shamir,
CRYPTO 1986): whoever absorbs all that the statement and the first messages say gets a challenge that nobody chose.
"""

from __future__ import annotations

from hashlib import shake_256
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.ring import Shape, Words
from mpc.prg import DomainPart, Prg, encode_domain

Array = npt.NDArray[Any]

_STREAM_KEY_BYTES = 32


class DomainHash:
    """What was absorbed so far. Public values only, unless the caller says why a secret is safe in it."""

    __slots__ = ("_state",)

    def __init__(self, *domain: DomainPart) -> None:
        """`domain`: a name first, then what separates this use from every other one of that name."""
        self._state = shake_256(encode_domain(domain))

    def copy(self) -> DomainHash:
        """Another one that has absorbed the same."""
        twin = object.__new__(DomainHash)
        twin._state = self._state.copy()
        return twin

    def absorb(self, *values: DomainPart | Array) -> DomainHash:
        """Take in strings, whole numbers, bytes, tuples of numbers, and arrays with their dtype and shape; in order."""
        for value in values:
            parts = _described(value) if isinstance(value, np.ndarray) else (value,)
            self._state.update(encode_domain(parts))
        return self

    def absorb_fixed(self, content: bytes) -> DomainHash:
        """Take in bytes as they are: only where the domain fixes how many there are, and nothing else is absorbed."""
        self._state.update(content)
        return self

    def bytes(self, count: int) -> bytes:
        """The hash of all that was absorbed, `count` bytes of it; the same as long as nothing more is."""
        return self._state.digest(count)

    def words(self, count: int) -> Words:
        """The same as words."""
        words: Words = np.frombuffer(self.bytes(8 * count), "<u8").astype(np.uint64, copy=False)
        return words

    def stream(self, name: str) -> Prg:
        """Public randomness without end, another for each name and for whatever comes after: the name is absorbed."""
        return Prg(self.absorb(name).bytes(_STREAM_KEY_BYTES))

    def challenge(self, name: str, bits: int) -> int:
        """A whole number of so many bits; the name is absorbed, so that the next challenge is another one."""
        wanted = self.absorb(name, bits).bytes(-(-bits // 8))
        return int.from_bytes(wanted, "little") & ((1 << bits) - 1)

    def elements(self, name: str, p: int, shape: Shape) -> Words:
        """Elements of a prime field, as `Prg.elements` has them."""
        return self.stream(name).elements(p, shape)

    def __repr__(self) -> str:
        return "DomainHash(...)"


def _described(array: Array) -> tuple[DomainPart, ...]:
    """An array as a domain; little-endian, in the order of its axes."""
    ordered = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    return "array", array.dtype.kind, array.dtype.itemsize, tuple(int(side) for side in array.shape), ordered.tobytes()
