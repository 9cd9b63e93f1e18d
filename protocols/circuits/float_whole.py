"""Whole numbers as floats, floats as whole numbers, and floats without a fraction."""

from __future__ import annotations

from collections.abc import Callable

from protocols.circuits import arithmetic, floats
from protocols.circuits.arithmetic import Word
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import FALSE, TRUE
from protocols.circuits.kinds import Float

Rounding = Callable[[Builder, int, int, int, int], int]
"""Whether a magnitude goes up by one: from the sign, the last place of the whole part, the first place that is cut off,
and whether anything follows."""


def from_whole(b: Builder, kind: Float, x: Word, *, signed: bool) -> Word:
    """The nearest float, of two the even one; infinity where that is too large. About k log2(k) + 5 k ANDs."""
    sign = x[-1] if signed else FALSE
    size = arithmetic.add(b, [b.xor(bit, sign) for bit in x], [FALSE] * len(x), sign)
    word, zeros = arithmetic.normalised(b, size)
    wanted = kind.fraction + 3  # significand, the next bit, and whether anything follows
    below = len(word) - wanted
    significand = floats.fewer(b, word, below) if below > 0 else [FALSE] * -below + word
    largest = kind.bias + len(x) - 1
    width = max(largest.bit_length(), kind.exponent)
    exponent = arithmetic.subtract(b, [largest >> i & 1 for i in range(width)], arithmetic.fitted(zeros, width))
    beyond = arithmetic.any_of(b, exponent[kind.exponent :])
    result = floats.rounded(b, [b.or_(bit, beyond) for bit in exponent[: kind.exponent]], significand)
    return floats.special(b, kind, [*result, sign], FALSE, FALSE, word[-1] ^ 1)


def to_whole(b: Builder, kind: Float, x: Word, width: int, *, signed: bool) -> Word:
    """The whole part, cut towards zero; the nearest bound beyond the bounds, and 0 of NaN.

    The significand, its top at the top of the result, is moved down by the difference of exponents.
    """
    parts = floats.parts(b, kind, x)
    sign, nan = b.and_(x[-1], parts.nan ^ 1), parts.nan
    room = width - signed
    significand = [*x[: kind.fraction], TRUE]  # of a subnormal all is moved out
    top = arithmetic.fitted(significand[::-1], room)[::-1]
    largest = kind.bias + room - 1
    bits = max(largest.bit_length(), kind.exponent) + 1
    field = arithmetic.fitted(x[kind.fraction : -1], bits)
    down = arithmetic.subtract(b, [largest >> i & 1 for i in range(bits)], field)
    beyond = b.and_(b.or_(down[-1], parts.infinite), nan ^ 1)
    size = arithmetic.shifted(b, top, down[:-1], FALSE, left=False) if room else []
    size = [b.and_(b.or_(bit, beyond), nan ^ 1) for bit in size]
    if not signed:
        return [b.and_(bit, sign ^ 1) for bit in size]
    turned = [b.xor(bit, sign) for bit in [*size, FALSE]]
    return arithmetic.add(b, turned, [FALSE] * width, b.and_(sign, beyond ^ 1))


def to_the_floor(b: Builder, sign: int, last: int, first: int, more: int) -> int:
    """Down: up in magnitude where a negative number has a fraction."""
    return b.and_(sign, b.or_(first, more))


def to_the_ceiling(b: Builder, sign: int, last: int, first: int, more: int) -> int:
    """Up."""
    return b.and_(sign ^ 1, b.or_(first, more))


def to_zero(b: Builder, sign: int, last: int, first: int, more: int) -> int:
    """Cut off."""
    return FALSE


def to_even(b: Builder, sign: int, last: int, first: int, more: int) -> int:
    """To the nearest, of two the even one."""
    return b.and_(first, b.or_(last, more))


def integral(b: Builder, kind: Float, x: Word, rounding: Rounding) -> Word:
    """x without its fraction, rounded as said; infinities and signed zeros are themselves.

    One is added at the lowest whole place of the significand. A carry out of the fraction runs into the exponent, which
    is right; below 1 the result is 0 or 1.
    """
    parts = floats.parts(b, kind, x)
    kept = _whole_places(b, kind, parts.exponent)
    some = kept[-1]
    lowest = [b.xor(u, v) for u, v in zip(kept, [FALSE, *kept], strict=False)]
    next_lower = [*lowest[1:], _is(b, parts.exponent, kind.bias - 1)]
    wholes = [b.and_(bit, keep) for bit, keep in zip(parts.significand, kept, strict=True)]
    cut = [b.xor(bit, whole) for bit, whole in zip(parts.significand, wholes, strict=True)]
    at_next = [b.and_(bit, place) for bit, place in zip(cut, next_lower, strict=True)]
    more = arithmetic.any_of(b, [b.xor(bit, part) for bit, part in zip(cut, at_next, strict=True)])
    last = _sum(b, [b.and_(bit, place) for bit, place in zip(wholes, lowest, strict=True)])
    up = rounding(b, x[-1], last, _sum(b, at_next), more)
    body = [*wholes[:-1], *(b.and_(bit, some) for bit in x[kind.fraction : -1])]
    unit = [*(b.and_(place, up) for place in lowest), *[FALSE] * (kind.exponent - 1)]
    one = [FALSE] * kind.fraction + [
        b.and_(up, some ^ 1) if kind.bias >> i & 1 else FALSE for i in range(kind.exponent)
    ]
    result = [b.or_(u, v) for u, v in zip(arithmetic.add(b, body, unit), one, strict=True)]
    return floats.special(b, kind, [*result, x[-1]], parts.nan, FALSE, FALSE)


def _whole_places(b: Builder, kind: Float, field: Word) -> Word:
    """Whether each place of the significand is worth 1 or more: all from one on.

    The bias being 2^(k-1) - 1, the exponent is one more than the field, less 2^(k-1).
    """
    *low, high, highest = arithmetic.add_all(b, field, [FALSE] * len(field), TRUE)
    index = low[: kind.fraction.bit_length()]
    beyond = b.or_(highest, arithmetic.any_of(b, low[len(index) :]))
    places = (1 << kind.fraction + 1) - 1
    masks = [places >> (below := max(kind.fraction - i, 0)) << below for i in range(1 << len(index))]
    found = arithmetic.looked_up(b, index, masks, kind.fraction + 1)
    return [b.and_(b.or_(bit, beyond), b.or_(high, highest)) for bit in found]


def _is(b: Builder, x: Word, number: int) -> int:
    return arithmetic.all_of(b, [bit ^ (number >> i & 1) ^ 1 for i, bit in enumerate(x)])


def _sum(b: Builder, x: Word) -> int:
    found = FALSE
    for bit in x:
        found = b.xor(found, bit)
    return found
