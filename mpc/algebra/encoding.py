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

WORD_LIMIT = 1 << 63
"""What an int64 holds less than."""


def signed_bits(ring: Algebra) -> int:
    """Encoded values keep |x| < 2^signed_bits, so that a masked truncation and a comparison of two of them stay exact:
    two bits below the ring's own, and one for rings of fewer than 64."""
    return ring.bits - 1 if ring.bits < 64 else ring.bits - 2


def encode(values: npt.ArrayLike, fractional_bits: int, ring: Algebra) -> Words:
    """Encode real numbers or integers, any shape, as ring elements with `fractional_bits` fractional bits.

    Integers, Python's of any size among them, are encoded exactly, reals to the nearest multiple of 2^-fractional_bits.
    Raises LocalError `not-a-number` for NaN, infinity or a non-numeric array, `out-of-range` for what does not fit.
    """
    array = as_numbers(values)
    if array.dtype.kind in "biu" or are_integers(array):
        return _encode_integers(array, fractional_bits, ring)
    if array.dtype.kind != "f":
        raise LocalError(
            "not-a-number", f"cannot encode an array of dtype {array.dtype}", "pass real numbers or integers"
        )
    reals = array.astype(np.float64)
    if not np.isfinite(reals).all():
        raise LocalError("not-a-number", "the array holds NaN or infinity", "remove or replace such entries first")
    scaled = np.rint(np.ldexp(reals, fractional_bits))
    largest = np.abs(scaled).max(initial=0.0)
    if largest >= 2.0 ** signed_bits(ring):
        raise _out_of_range(array, fractional_bits, ring)
    return ring.from_signed(scaled.astype(np.int64)) if largest < WORD_LIMIT else _long_wholes(scaled, ring)


def decode(elements: Words, fractional_bits: int, ring: Algebra) -> npt.NDArray[np.float64]:
    """The real numbers that ring elements with `fractional_bits` fractional bits stand for, as float64."""
    return np.ldexp(ring.to_signed(elements).astype(np.float64), -fractional_bits)


def decode_integers(elements: Words, ring: Algebra) -> npt.NDArray[Any]:
    """The signed integers that ring elements stand for: int64, or Python's where an element has two words."""
    return ring.to_signed(elements)


def as_numbers(values: Any) -> npt.NDArray[Any]:
    """Values as an array; Python's integers that numpy would round to floats, of which one needs over 63 bits, stay."""
    array = np.asarray(values)
    if array.dtype.kind == "f" and not hasattr(values, "dtype"):
        exact = np.asarray(values, object)
        return exact if are_integers(exact) and exact.size else array
    return array


def are_integers(array: npt.NDArray[Any]) -> bool:
    """Whether an array of objects holds integers alone, as numpy makes it of Python's where int64 is too small."""
    return array.dtype.kind == "O" and all(type(v) is int or isinstance(v, np.integer) for v in array.flat)


def extremes(array: npt.NDArray[Any]) -> tuple[Any, Any]:
    """The smallest and the largest of a nonempty array, as Python numbers."""
    ends = (array.reshape(-1)[0],) * 2 if array.size == 1 else (array.min(), array.max())
    lo, hi = (end.item() if isinstance(end, np.generic) else end for end in ends)
    return lo, hi


def _encode_integers(array: npt.NDArray[Any], fractional_bits: int, ring: Algebra) -> Words:
    limit = 1 << signed_bits(ring)
    lo, hi = extremes(array) if array.size else (0, 0)
    if lo << fractional_bits <= -limit or hi << fractional_bits >= limit:
        raise _out_of_range(array, fractional_bits, ring)
    if max(-lo, hi) << fractional_bits < WORD_LIMIT:
        return ring.from_signed(array.astype(np.int64) << fractional_bits)
    return ring.mul(ring.from_ints(array), ring.from_ints(1 << fractional_bits))


def _long_wholes(scaled: npt.NDArray[np.float64], ring: Algebra) -> Words:
    """Whole floats of more than 63 bits, exactly: the magnitude in two words, with its sign."""
    size = np.abs(scaled)
    upper = np.floor(np.ldexp(size, -64))
    lower = size - np.ldexp(upper, 64)
    upper_part = ring.mul(ring.from_signed(upper.astype(np.int64)), ring.from_ints(1 << 64))
    magnitude = ring.add(upper_part, ring.from_ints(lower.astype(np.uint64)))
    return ring.mul(magnitude, ring.from_signed(np.sign(scaled).astype(np.int64)))


def _out_of_range(array: npt.NDArray[Any], fractional_bits: int, ring: Algebra) -> LocalError:
    bound = 2.0 ** (signed_bits(ring) - fractional_bits)
    wider = "" if ring.bits > 64 else "; or run with --ring 128, where values have twice the bits"
    return LocalError(
        "out-of-range",
        f"a value of this array of shape {array.shape} is outside +-{bound:g}, "
        f"the most that {fractional_bits} fractional bits leave room for",
        f"scale the data, use fewer fractional bits, or use integers{wider}",
    )
