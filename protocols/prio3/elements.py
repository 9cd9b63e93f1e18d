"""Field elements as arrays (..., n) and as bytes: little-endian, 8 or 16 bytes an element (VDAF, section 6.1).

Elements of FIELD128 are two words, the low one first, in a last axis that shapes here leave out: what is written
`x[:, a:b]` or `x.reshape` by `shaped` serves both fields.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mpc.algebra.field import PrimeField
from mpc.algebra.ring import U64, Words, contiguous
from mpc.errors import LocalError


def shaped(field: PrimeField, x: Words, *shape: int) -> Words:
    """x with another shape; -1 stands for what is left."""
    return x.reshape(shape if field.words == 1 else (*shape, field.words))


def stacked(rows: Sequence[Words]) -> Words:
    """Vectors as the rows of one array; of a single one a view."""
    return rows[0][None] if len(rows) == 1 else np.stack(rows)


def element_bytes(field: PrimeField) -> int:
    """Bytes of an encoded element."""
    return 8 * field.words


def as_bytes(x: Words) -> memoryview:
    """The elements one after another, where they lie."""
    return contiguous(x).astype("<u8", copy=False).reshape(-1).data.cast("B")


def encoded(x: Words) -> bytes:
    """The elements one after another."""
    return bytes(as_bytes(x))


def decoded(field: PrimeField, data: bytes | memoryview, count: int) -> Words | None:
    """So many elements (count,), or None if the bytes are more, fewer, or hold an element that is not below p."""
    if len(data) != count * element_bytes(field):
        return None
    x = shaped(field, np.frombuffer(data, "<u8").astype(U64, copy=False), count)
    try:
        return field.check(x)
    except LocalError:
        return None


def zero_at(field: PrimeField, x: Words) -> npt.NDArray[np.bool_]:
    """Which elements are zero. For values that all aggregators may know."""
    return np.logical_not(x if field.words == 1 else x.any(axis=-1))


def inverse_of(field: PrimeField, n: int) -> Words:
    """1 / n for a public whole number."""
    return field.from_ints(pow(n, -1, field.p))
