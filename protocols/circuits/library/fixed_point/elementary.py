"""exp, log, sigmoid, tanh, sine and cosine of fixed-point numbers x / 2^f, each off by at most one unit.

A unit is the last place of the result. Half of one is the rounding at the end. What else there is, of polynomials
(`pieces.py`), constants and what is cut off, each function says. Ranges are reduced by bits alone, and results that are
0, or 1, to within a unit, are told by the high bits of x.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from mpc.errors import LocalError
from protocols.circuits import arithmetic
from protocols.circuits.arithmetic import Word
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import FALSE
from protocols.circuits.kinds import Int, UInt
from protocols.circuits.library.fixed_point.constants import scaled, times
from protocols.circuits.library.fixed_point.functions import (
    LOG_OF_ONE_PLUS,
    PI,
    POWER_OF_TWO,
    half_sigmoid,
    hyperbolic_tangent,
    quarter_sine,
)
from protocols.circuits.library.fixed_point.pieces import evaluate
from protocols.circuits.library.fixed_point.values import fitted, need_kind, need_number, need_places, number, signed
from protocols.circuits.values import Number

QUARTER = Fraction(1, 4)
MOST_PLACES = 64
"""Fractional bits: coefficients are computed to 60 decimal digits."""


def exp(x: Number, fractional_bits: int, kind: UInt | Int) -> Number:
    """exp(x), as `kind`, which must hold it: x / 2^f and the result have f fractional bits. Off by at most one unit.

    With T = x log2(e) = i + s, s in [0, 1): 2^s to two bits more than the largest result has, moved down as i says.
    Beside the rounding 1/4 for 2^s, 1/8 once it is moved, 1/4 for what is moved out, and 1/16 for T.
    """
    f, kind, b = _need_places(fractional_bits), need_kind(kind), need_number(x).builder
    bits = kind.width - isinstance(kind, Int)
    word = fitted(signed(x), max(len(signed(x)), 2))
    low = min(len(word) - 1, f + max(f + 1, bits - f).bit_length())
    inside, below = _cut(b, word, low)
    down, s = _power(b, inside, f, bits)
    power = evaluate(b, s, POWER_OF_TWO, bits + 1, bits + 4)
    moved = arithmetic.shifted(b, power, [b.or_(bit, below) for bit in down], FALSE, left=False)
    result = arithmetic.add(b, moved[2:], [FALSE] * len(moved[2:]), moved[1])
    return number(b, kind, [*result[:bits], FALSE])


def log(x: Number, fractional_bits: int, kind: UInt | Int) -> Number:
    """The natural logarithm of x > 0, as `kind`, which must hold it. Off by at most one unit.

    x = m 2^e, m in [1, 2): log(m) by polynomials and e log(2) from a table, to three bits more than the result has.
    Beside the rounding 1/8 for log(m), 1/16 for the table, and 1/16 for bits of m that are cut off.
    """
    f, kind, b = _need_places(fractional_bits), need_kind(kind), need_number(x).builder
    body = (x.literals[:-1] if isinstance(x.kind, Int) else x.literals) or [FALSE]
    mantissa, zeros = arithmetic.normalised(b, body)
    m = mantissa[:-1][-(f + 4) :]
    fine = f + 3
    log2 = scaled(lambda: Decimal(2).ln(), fine + 20)
    half = 1 << fine - f - 1
    table = [half + ((len(body) - 1 - i - f) * log2 + (1 << 19) >> 20) for i in range(len(body))]
    width = kind.width + fine - f
    whole = arithmetic.looked_up(b, zeros, [entry % (1 << width) for entry in table], width)
    part = evaluate(b, m, LOG_OF_ONE_PLUS, fine, width)
    return number(b, kind, arithmetic.add(b, whole, part)[fine - f :])


def sigmoid(x: Number, fractional_bits: int) -> Number:
    """1 / (1 + exp(-x)), as UInt(f + 1). Off by at most one unit.

    1/2 more or less for the sign of x, by polynomials of |x| up to where 1/8 of a unit is missing to 1; 1/4 for these.
    """
    f = _need_places(fractional_bits)
    b, places, size, sign = _magnitude(x, f, (f + 3) * Fraction(7, 10))
    half = evaluate(b, size, half_sigmoid(places), f, f + 1, QUARTER)
    middle = [FALSE] * (f - 1) + [1, FALSE] if f else [FALSE]
    return number(b, UInt(f + 1), arithmetic.add(b, middle, [b.xor(bit, sign) for bit in half], sign))


def tanh(x: Number, fractional_bits: int) -> Number:
    """The hyperbolic tangent, as Int(f + 2). Off by at most one unit.

    With the sign of x, by polynomials of |x| up to where 1/8 of a unit is missing to 1; 1/4 for these.
    """
    f = _need_places(fractional_bits)
    b, places, size, sign = _magnitude(x, f, (f + 4) * Fraction(7, 20))
    return number(b, Int(f + 2), _negated(b, sign, evaluate(b, size, hyperbolic_tangent(places), f, f + 2, QUARTER)))


def sine(x: Number, fractional_bits: int) -> Number:
    """The sine of x in radians, as Int(f + 2). Off by at most one unit.

    x / (2 pi) modulo 1 to f + 6 bits, of which the highest two are the quarter. Beside the rounding 1/4 for polynomials
    and 1/8 for the angle.
    """
    f = _need_places(fractional_bits)
    *angle, odd, negative = _turns(need_number(x), f)
    return _of_quarter(x, f, angle, odd, negative)


def cosine(x: Number, fractional_bits: int) -> Number:
    """The cosine of x in radians, as Int(f + 2): the sine of a quarter more. Off by at most one unit."""
    f = _need_places(fractional_bits)
    *angle, odd, negative = _turns(need_number(x), f)
    return _of_quarter(x, f, angle, odd ^ 1, x.builder.xor(odd, negative))


def _need_places(fractional_bits: int) -> int:
    if need_places(fractional_bits) > MOST_PLACES:
        what = f"{fractional_bits} fractional bits of a function that polynomials approximate"
        raise LocalError("bad-width", what, f"give at most {MOST_PLACES}")
    return fractional_bits


def _cut(b: Builder, x: Word, low: int) -> tuple[Word, int]:
    """The lowest bits of two's complement with its sign, and whether x < -2^low; x is below 2^low."""
    return [*x[:low], x[-1]], b.and_(x[-1], arithmetic.all_of(b, x[low:-1]) ^ 1)


def _power(b: Builder, x: Word, f: int, bits: int) -> tuple[Word, Word]:
    """i and s of 2^(i + s) = exp(x): i as how far 2^s is to be moved down for a result of `bits` bits, at most; s to
    bits + 4 bits, off by at most one unit of the last.

    The constant is so fine that it makes half of that unit, cutting the product makes the other half.
    """
    largest = len(x) - 1 - f  # |x| is at most 2^largest
    fine = bits + 4
    below = fine + max(largest, 0)
    places = (bits - f + (3 << max(largest, 0) >> 1) + 2).bit_length()
    top = f + below
    offset = ((1 << places) - (bits - f) << top) + (1 << top - fine >> 1)
    factor = scaled(lambda: 1 / Decimal(2).ln(), below)
    whole = times(b, x, factor, top + places, offset)[top - fine :]
    return [bit ^ 1 for bit in whole[fine:]], whole[:fine]


def _magnitude(x: Number, f: int, enough: Fraction) -> tuple[Builder, int, Word, int]:
    """|x| as a part of 2^places, up to `enough` or a little more, and the sign; what is above counts as just below."""
    b, word = need_number(x).builder, signed(x)
    sign = word[-1]
    size = _negated(b, sign, word)
    if isinstance(x.kind, UInt):
        size = size[:-1]
    most = f + (-(-enough.numerator // enough.denominator) - 1).bit_length()
    beyond = arithmetic.any_of(b, size[most:])
    return b, min(most, len(size)) - f, [b.or_(bit, beyond) for bit in size[:most]], sign


def _negated(b: Builder, sign: int, x: Word) -> Word:
    """-x where the sign is set, else x."""
    return arithmetic.add(b, [FALSE] * len(x), [b.xor(bit, sign) for bit in x], sign)


def _turns(x: Number, f: int) -> Word:
    """x / (2 pi) modulo 1 to f + 6 bits, cut off; the constant is fine enough for a quarter of a unit."""
    word, fine = signed(x), f + 6
    below = fine + 2 + max(len(word) - 1 - f, 0)
    factor = scaled(lambda: 1 / (2 * PI), below)
    return times(x.builder, word, factor, f + below)[f + below - fine :]


def _of_quarter(x: Number, f: int, angle: Word, odd: int, negative: int) -> Number:
    """The sine in a quarter: mirrored in the odd ones, negated in the second half. An angle that was cut off stands for
    the middle of its unit, so that the mirror is the negation of bits."""
    b = x.builder
    mirrored = [b.xor(bit, odd) for bit in angle]
    found = evaluate(b, mirrored, quarter_sine(len(angle)), f, f + 2, QUARTER)
    return number(b, Int(f + 2), _negated(b, negative, found))
