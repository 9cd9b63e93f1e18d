"""Numbers to ring elements and back: the only place where fixed point is encoded or decoded.

A real number x with f fractional bits stands in Z_2^k as round(x * 2^f), negative numbers in two's complement.
Encoding is exact to half of 2^-f; a number that does not fit raises, it never wraps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.interface import Algebra
from mpc.algebra.words import Words
from mpc.errors import LocalError

SIGNED_BITS = 62
"""Encoded values keep |x| < 2^62, so that a masked truncation and a comparison of two of them stay exact."""


def encode(values: npt.ArrayLike, fractional_bits: int, ring: Algebra) -> Words:
    """Encode real numbers or integers, any shape, as ring elements with `fractional_bits` fractional bits.

    Integers are encoded exactly, reals to the nearest multiple of 2^-fractional_bits.
    Raises LocalError `not-a-number` for NaN, infinity or a non-numeric array, `out-of-range` for what does not fit.
    """
    array = np.asarray(values)
    if array.dtype.kind in "biu":
        return _encode_integers(array, fractional_bits, ring)
    if array.dtype.kind != "f":
        raise LocalError(
            "not-a-number", f"cannot encode an array of dtype {array.dtype}", "pass real numbers or integers"
        )
    reals = array.astype(np.float64)
    if not np.isfinite(reals).all():
        raise LocalError("not-a-number", "the array holds NaN or infinity", "remove or replace such entries first")
    scaled = np.rint(np.ldexp(reals, fractional_bits))
    limit = 2.0 ** min(ring.bits - 1, SIGNED_BITS)
    if scaled.size and np.abs(scaled).max() >= limit:
        raise _out_of_range(array, fractional_bits, limit)
    return ring.from_signed(scaled.astype(np.int64))


def decode(elements: Words, fractional_bits: int, ring: Algebra) -> npt.NDArray[np.float64]:
    """The real numbers that ring elements with `fractional_bits` fractional bits stand for, as float64."""
    return np.ldexp(ring.to_signed(elements).astype(np.float64), -fractional_bits)


def decode_integers(elements: Words, ring: Algebra) -> npt.NDArray[np.int64]:
    """The signed integers that ring elements stand for."""
    return ring.to_signed(elements)


def extremes(array: npt.NDArray[Any]) -> tuple[Any, Any]:
    """The smallest and the largest of a nonempty array, as Python numbers."""
    if array.size == 1:
        only = array.item()
        return only, only
    return array.min().item(), array.max().item()


def _encode_integers(array: npt.NDArray[Any], fractional_bits: int, ring: Algebra) -> Words:
    limit = 2 ** min(ring.bits - 1, SIGNED_BITS)
    lo, hi = extremes(array) if array.size else (0, 0)
    if lo << fractional_bits <= -limit or hi << fractional_bits >= limit:
        raise _out_of_range(array, fractional_bits, limit)
    return ring.from_signed(array.astype(np.int64) << fractional_bits)


def _out_of_range(array: npt.NDArray[Any], fractional_bits: int, limit: float) -> LocalError:
    bound = limit / 2.0**fractional_bits
    return LocalError(
        "out-of-range",
        f"a value of this array of shape {array.shape} is outside +-{bound:g}, "
        f"the most that {fractional_bits} fractional bits leave room for",
        "scale the data, use fewer fractional bits, or use integers",
    )
