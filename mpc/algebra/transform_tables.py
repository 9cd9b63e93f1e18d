"""What kernels of prime fields read: constants of a modulus, and tables of transforms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mpc.algebra.words import U64, Words, pointer
from native import lib


class Transformed(Protocol):
    """What tables need of a field, which is hashed as their name."""

    @property
    def p(self) -> int:
        """Its modulus."""

    def root(self, n: int) -> int:
        """An element of order n."""

    def from_ints(self, values: object) -> Words:
        """Elements."""

    def powers(self, x: Words, n: int) -> Words:
        """The first powers of an element."""

    def mul(self, x: Words, y: Words) -> Words:
        """Products."""

    def __hash__(self) -> int: ...


@lru_cache(maxsize=64)
def constants_of(p: int) -> Words:
    """The modulus in the words of native/field/exports.h."""
    constants = np.zeros(8, U64)
    lib.parley_field_prepare(pointer(constants), p % 2**64, p >> 64)
    return constants


@dataclass(frozen=True, slots=True)
class TransformTables:
    """What transforms of one length read: powers of the root; twiddles in the order of native/field/exports.h."""

    rows: int
    roots: Words
    row_roots: Words
    column_roots: Words
    twiddles: Words


@lru_cache(maxsize=8)
def transform_tables(field: Transformed, n: int, *, inverse: bool) -> TransformTables:
    """The tables for one length and direction, the last 8 kept; the inverse's twiddles are divided by n."""
    root = pow(field.root(n), -1 if inverse else 1, field.p)
    roots = field.powers(field.from_ints(root), n)
    rows = 1 << (n.bit_length() // 2)
    columns = n // rows
    width = min(lib.parley_field_ntt_block(pointer(constants_of(field.p))), columns)
    exponents = _reversed(rows)[:, None] * np.arange(columns) % n
    scaled = field.mul(roots, field.from_ints(pow(n, -1, field.p))) if inverse else roots
    twiddles = scaled[exponents.reshape(rows, columns // width, width).transpose(1, 0, 2)]
    return TransformTables(
        rows,
        roots,
        np.ascontiguousarray(roots[::columns]),
        np.ascontiguousarray(roots[::rows]),
        np.ascontiguousarray(twiddles),
    )


def _reversed(n: int) -> npt.NDArray[np.int64]:
    """0, ..., n - 1, n a power of two, each with its bits in reverse."""
    order = np.zeros(1, np.int64)
    while len(order) < n:
        order = np.concatenate([2 * order, 2 * order + 1])
    return order
