"""Sines of angles that one party knows, or all, in whole numbers of 128 bits: more exact than floats, on every machine
the same.

An angle is folded to at most a quarter of a turn, and Taylor's series of its sine is taken by Horner's rule in the
square of half of it: that is below 0.617, and so are the coefficients' ratios, so that what a step loses does not grow.
Everything has WORKING fractional bits; no product reaches 2^127. The same time for all angles: parties take sines of
random angles that are theirs alone.
"""

from __future__ import annotations

from decimal import Context, Decimal
from functools import cache

import numpy as np

from mpc.algebra.wide_ring import Z128
from mpc.algebra.words import Words

WORKING = 62
TERMS = 12
"""Of the series: what is left out is below 2^-67 up to a quarter of a turn."""

OFF = 11
"""The bound of the error in units of 2^-WORKING: 4 that the steps' roundings add up to and 0.7 of the square, times
pi / 2; 2 of the angle, 1 of the last product, and the rest of the series."""

EXACT = Context(prec=60)
TWO_PI = Decimal("6.2831853071795864769252867665590057683943387987502116")
_BITS = 128
_TOP = 1 << (_BITS - 1)
_ANGLE_BITS = 60


def sines_of_turns(angles: Words) -> Words:
    """sin(2 pi u) 2^WORKING for angles of u 2^128 turns, within OFF units; elements of Z_2^128, as the angles."""
    near = _folded(angles)
    x = signed_shift_right(Z128.mul(signed_shift_right(near, 62), _element(_rounded(TWO_PI, _ANGLE_BITS))), 64)
    square = signed_shift_right(Z128.mul(x, x), WORKING + 2)
    series = Z128.zeros(Z128.shape(x))
    for coefficient in reversed(_coefficients()):
        series = Z128.add(signed_shift_right(Z128.mul(series, square), WORKING), _element(coefficient))
    return signed_shift_right(Z128.mul(series, x), WORKING)


def signed_shift_right(x: Words, bits: int, *, plus: int = 0) -> Words:
    """(x + plus) / 2^bits rounded down, for signed elements of Z_2^128 below 2^127 - plus in size."""
    return Z128.sub(Z128.shift_right(x, bits, plus=_TOP + plus), _element(_TOP >> bits))


@cache
def _coefficients() -> tuple[int, ...]:
    """Of sin(x) / x in (x / 2)^2."""
    found, factor = [], Decimal(1)
    for i in range(TERMS):
        found.append(_rounded(factor, WORKING))
        factor = EXACT.divide(EXACT.multiply(factor, Decimal(-4)), Decimal((2 * i + 2) * (2 * i + 3)))
    return tuple(found)


def _folded(u: Words) -> Words:
    """u, or half a turn less u where it is beyond a quarter: there the two highest bits differ."""
    highest = u[..., 1]
    beyond = np.uint64(0) - ((highest >> np.uint64(63)) ^ (highest >> np.uint64(62) & np.uint64(1)))
    turned = Z128.sub(_element(_TOP), u)
    return np.asarray(u ^ (beyond[..., None] & (u ^ turned)))


def _rounded(value: Decimal, bits: int) -> int:
    return int(EXACT.multiply(value, Decimal(1 << bits)).to_integral_value())


def _element(value: int) -> Words:
    return Z128.from_ints([value])
