"""Commitments to data by SHA-256, made before a proof is asked for: what is hashed, and where each bit of it stands.

digest = SHA-256(salt || SHA-256(description) || data): 32 secret bytes, what kind of numbers in which shape, and the
numbers' bits without gaps, the lowest first, as numpy's `packbits` with `bitorder="little"` lays them. Numbers of 8, 16
or 32 bits are little-endian integers then. Who holds the digest learns nothing of the data; who gave it can't change
them. That it hides takes SHA-256 of the random salt for random, that it binds takes that no collision is found.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from hashlib import sha256
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.circuits.arrays import bits_of
from protocols.circuits.kinds import Bits, Float

Bytes = npt.NDArray[np.uint8]
Shape = tuple[int, ...]
SALT_BYTES = DIGEST_BYTES = 32
BLOCK_BYTES = 64
WIDEST = 60
"""Bits of a number: those of an element of the field are unique up to there."""
_ENDING = 9
"""Bytes of SHA-256's padding at least: a one, and the length."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What is public of data that are committed to: their digest, the kind of their numbers and their shape.

    LocalError `wrong-statement` for a digest of another length, `bad-kind`, `bad-width` for floats and numbers of over
    60 bits.
    """

    digest: bytes
    kind: Bits
    shape: Shape

    def __post_init__(self) -> None:
        if not isinstance(self.digest, bytes) or len(self.digest) != DIGEST_BYTES:
            what = "what data were committed by is no digest of SHA-256"
            raise LocalError("wrong-statement", what, f"give its {DIGEST_BYTES} bytes, as mpc.commit has them")
        check_kind(self.kind)

    @property
    def bits(self) -> int:
        """Of all numbers."""
        return prod(self.shape) * self.kind.width

    @property
    def blocks(self) -> int:
        """Of SHA-256, at least two: the first has salt and description."""
        return -(-(BLOCK_BYTES + -(-self.bits // 8) + _ENDING) // BLOCK_BYTES)

    def message(self, salt: bytes, bits: Bytes) -> bytes:
        """What is hashed, padded to whole blocks (FIPS 180-4, section 5.1.1)."""
        data = np.packbits(bits.reshape(-1), bitorder="little").tobytes()
        content = salt + sha256(_description(self.kind, self.shape)).digest() + data
        zeros = bytes(self.blocks * BLOCK_BYTES - len(content) - _ENDING)
        return content + b"\x80" + zeros + (8 * len(content)).to_bytes(8, "big")

    def opened_by(self, opening: Opening) -> bool:
        """Whether these are the data; at who has them, which may be seen to stop."""
        return opening.kind == self.kind and opening.shape == self.shape and opening.digest == self.digest


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """Data that their owner has committed to; secret but for `digest`. bits: (*shape, width) of 0 and 1."""

    kind: Bits
    bits: Bytes = field(repr=False)
    salt: bytes = field(repr=False)

    @property
    def shape(self) -> Shape:
        """Of the numbers."""
        return self.bits.shape[:-1]

    @property
    def digest(self) -> bytes:
        """What is told to the others, 32 bytes."""
        content = self.salt + sha256(_description(self.kind, self.shape)).digest()
        return sha256(content + np.packbits(self.bits.reshape(-1), bitorder="little").tobytes()).digest()


def commit(values: Any, kind: Bits, *, salt: Any = None) -> Opening:
    """Commit to whole numbers of a kind, `mpc.Int(16)`, in an array of any shape: nothing is sent.

    Its `digest` is told to the others, before it is known what will be proved. The result is secret; its `salt` is kept
    beside the values, for `mpc.committed` takes both. A salt is 32 random bytes, given as bytes or an array, fresh for
    each commitment unless an old one is made again: without it who guesses the data could see that the guess is right.
    Whoever finds two openings of one digest has a collision of SHA-256. LocalError `bad-kind`, `bad-width` for floats
    and over 60 bits, `wrong-statement` for a salt of another length, `out-of-range`, `not-whole`, `not-a-number`,
    `masked-array`.
    """
    check_kind(kind)
    _refuse_masked(values)
    fresh = os.urandom(SALT_BYTES) if salt is None else _bytes_of(salt)
    if len(fresh) != SALT_BYTES:
        way = "leave it out, or give the one that was kept"
        raise LocalError("wrong-statement", f"a salt that is no {SALT_BYTES} bytes", way)
    return Opening(kind, bits_of(kind, values), fresh)


def _bytes_of(salt: Any) -> bytes:
    """Empty where it is no bytes."""
    if isinstance(salt, bytes):
        return salt
    try:
        given = np.asarray(salt)
    except ValueError:
        return b""
    return given.tobytes() if given.dtype == np.uint8 else b""


def _refuse_masked(values: Any) -> None:
    if isinstance(values, np.ma.MaskedArray):
        what = "a masked array: its mask would be dropped, and hidden values committed to"
        raise LocalError("masked-array", what, "use values.filled(0), and commit to the mask as an array of its own")


def check_kind(kind: Bits) -> None:
    """LocalError `bad-kind`, `bad-width` unless numbers of this kind are elements, each by bits of its own."""
    if not isinstance(kind, Bits):
        raise LocalError("bad-kind", f"data committed as a {type(kind).__name__}", "say what they are: mpc.Int(16)")
    if isinstance(kind, Float) or kind.width > WIDEST:
        way = f"commit to whole numbers, mpc.Int or mpc.UInt, of at most {WIDEST} bits"
        raise LocalError("bad-width", f"{kind} as the kind of committed data", way)


def _description(kind: Bits, shape: Shape) -> bytes:
    return f"Parley, committed data: {kind} {shape}".encode()
