"""exp and log of floats in circuits, off by less than one unit of the last place; special values as numpy has them.

f is the number of bits of a fraction, a unit the last place of the result. Rounding at the end makes half a unit; the
rest, of polynomials (`fixed_point/pieces.py`), constants and what is cut off, is below the other half, as each function
says. In single precision exp takes 1,921 ANDs, log 2,913.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from mpc.errors import LocalError
from protocols.circuits import arithmetic, floats
from protocols.circuits.arithmetic import Word
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import FALSE, TRUE
from protocols.circuits.float_values import FloatValue
from protocols.circuits.kinds import Float, Int, UInt
from protocols.circuits.library.fixed_point.constants import scaled, times_cut
from protocols.circuits.library.fixed_point.functions import LOG_RATIO, POWER_OF_TWO
from protocols.circuits.library.fixed_point.pieces import evaluate
from protocols.circuits.values import made

SLACK_OF_EXP, SLACK_OF_LOG = Fraction(9, 4), Fraction(3, 2)
"""Errors of polynomials, in units of the last bit that they are computed to: those that make circuits small."""
GUARD = 4
"""Columns of a product below its last bit."""


def exp(x: FloatValue) -> FloatValue:
    """exp(x) of a float, of its kind: off by less than one unit of the last place.

    Infinity where that is too large, subnormal numbers and 0 where it is small; 1 of both zeros, 0 of -infinity.
    """
    return _computed(_exponential, x)


def log(x: FloatValue) -> FloatValue:
    """The natural logarithm of a float, of its kind: off by less than one unit of the last place, and 0 of 1.

    -infinity of both zeros, infinity of infinity, NaN of negative numbers.
    """
    return _computed(_logarithm, x)


def _computed(function: Callable[[Builder, Float, Word], Word], x: FloatValue) -> FloatValue:
    if not isinstance(x, FloatValue):
        what = f"a {getattr(x, 'kind', type(x).__name__)} where a float of a circuit belongs"
        raise LocalError("bad-operand", what, "write x.to(Float32), or take the function of fixed_point")
    found = made(x.builder, x.kind, function(x.builder, x.kind, list(x.literals)))
    assert isinstance(found, FloatValue)
    return found


def _exponential(b: Builder, kind: Float, x: Word) -> Word:
    """exp(x) = 2^(i + s), i whole and s in [0, 1): s to f + 3 bits, and 2^s to f + 4, the significand.

    Beside the rounding 11/64 of a unit for 2^s. |x| log2(e) is at most 1 3/4 of the last bit of s too small, 3/4 too
    large, and negated by its bits, one less: that makes 5/16 at most. i and 2^s are added as one number, so that 2^s
    may reach 2, or fall below 1.
    """
    f, field, sign = kind.fraction, x[kind.fraction : -1], x[-1]
    fine = f + 3
    size, none, beyond = _in_powers_of_two(b, kind, x, fine)
    turned = [*(b.xor(bit, sign) for bit in size), sign]
    whole = _extended(turned[fine:], max(kind.exponent, len(turned) - fine) + 2)
    power = evaluate(b, turned[:fine], POWER_OF_TWO, f + 4, f + 6, SLACK_OF_EXP)
    carried = arithmetic.add(b, whole, arithmetic.fitted(power[f + 4 :], len(whole)))
    significand = [TRUE, *power[3 : f + 4], TRUE]
    result = floats.packed(b, kind, floats.plus(b, carried, kind.bias - 1), significand, _cut)
    nan = b.and_(arithmetic.all_of(b, field), arithmetic.any_of(b, x[:f]))
    zero = b.or_(b.and_(beyond, sign), none)
    found = floats.special(b, kind, [*result, FALSE], nan, b.and_(beyond, sign ^ 1), zero)
    return [b.xor(bit, none) if one else bit for bit, one in zip(found, kind.encoded(1), strict=True)]


def _in_powers_of_two(b: Builder, kind: Float, x: Word, fine: int) -> tuple[Word, int, int]:
    """|x| log2(e) with `fine` bits below the point, whether |x| is next to nothing, and whether its power is 0 or
    infinity, or x is no number.

    The constant is off by an eighth of the last bit at most. Columns of the product that are left out make less than
    5/8: the factor has at most ten digits of either sign in them, each less than 1/16.
    """
    f = kind.fraction
    factor, largest = factor_of_exp(kind)
    top = kind.bias + largest - 1
    field, normal = x[f:-1], TRUE
    if kind.bias <= f + 6:  # else subnormal numbers are next to nothing, whatever is taken for them
        exponent, significand = floats.parts(b, kind, x)[1:3]
        field, normal = exponent, significand[-1]
    product = times_cut(b, [*x[:f], normal], factor, f + 3 - GUARD)[GUARD : largest + 1 + fine + GUARD]
    width = max(kind.exponent, top.bit_length()) + 1
    down = arithmetic.subtract(b, UInt(width).encoded(top), arithmetic.fitted(field, width))
    steps = (len(product) - 1).bit_length()
    size = arithmetic.shifted(b, product, down[:steps], FALSE, left=False)
    return size, b.and_(arithmetic.any_of(b, down[steps:-1]), down[-1] ^ 1), down[-1]


def factor_of_exp(kind: Float) -> tuple[int, int]:
    """log2(e) in the bits that exp takes, and the power of two from which on |x| has 0 or infinity."""
    largest = ((kind.bias + kind.fraction + 2) * 7 // 10).bit_length()
    return scaled(lambda: 1 / Decimal(2).ln(), kind.fraction + largest + 5), largest


def _logarithm(b: Builder, kind: Float, x: Word) -> Word:
    """log(x) = e log(2) + log(1 + t), 1 + t in [3/4, 3/2): log(1 + t) = t Q, with t moved up to its first bit.

    Where e is 0 that is the result: Q is off by 2^-(f+3) at most, which makes less than 5/16 of a unit, and columns of
    the product that are left out less than 1/8. Elsewhere the result is 1/4 or more, and its parts are added with f + 5
    bits below the point: less than 1/4 for Q, 1/8 for what is cut off, 1/16 for the constant, and 1/16 for columns.
    """
    f = kind.fraction
    u = floats.parts(b, kind, x)
    exponent, significand = floats.full(b, kind, u)
    fraction, up = significand[:-1], significand[-2]
    power = arithmetic.add(b, exponent, Int(len(exponent)).encoded(-kind.bias), up)
    near = arithmetic.any_of(b, power) ^ 1
    t, places = arithmetic.normalised(b, _distance(b, fraction, up))
    ratio = evaluate(b, fraction, LOG_RATIO, f + 4, f + 5, SLACK_OF_LOG)
    skipped = max(c for c in range(f) if c << c <= 1 << f - 1)
    part = arithmetic.multiply_cut(b, t, ratio, skipped)
    total = _total(b, kind, power, up, arithmetic.shifted(b, part[f - skipped :], places, FALSE, left=False))
    small = ([FALSE] * len(total) + part)[-len(total) :]
    word, zeros = _raised(b, arithmetic.select(b, near, small, total), len(total) - f - 4)
    first = floats.plus(b, [bit ^ 1 for bit in arithmetic.fitted(places, len(exponent))], kind.bias)
    largest = Int(len(exponent)).encoded(kind.bias + len(total) - f - 6)
    field = arithmetic.subtract(b, arithmetic.select(b, near, first, largest), arithmetic.fitted(zeros, len(exponent)))
    result = _packed(b, kind, field, [TRUE, *word[-f - 2 :]], len(total) - f - 5)
    sign = b.or_(b.select(near, up, power[-1]), u.zero)
    undefined = b.or_(u.nan, b.and_(u.sign, u.zero ^ 1))
    nothing = b.and_(near, t[-1] ^ 1)
    return floats.special(b, kind, [*result, sign], undefined, b.or_(u.zero, u.infinite), nothing)


def _distance(b: Builder, fraction: Word, up: int) -> Word:
    """|t| in units of 2^-(f+1): t is the fraction, or half of what the significand lacks to 2."""
    lacking = arithmetic.negate(b, fraction)
    return arithmetic.select(b, up, lacking, [FALSE, *fraction[:-1]])


def _total(b: Builder, kind: Float, power: Word, up: int, part: Word) -> Word:
    """|e log(2) + log(1 + t)| with f + 5 bits below the point, from e and |log(1 + t)|, where e is not 0."""
    fine = kind.fraction + 5
    most = kind.bias + kind.fraction
    width = (most * 7 // 10 + 1).bit_length() + fine
    sign = power[-1]
    size = arithmetic.add(b, [b.xor(bit, sign) for bit in power], [FALSE] * len(power), sign)[: most.bit_length()]
    wholes = times_cut(b, size, scaled(lambda: Decimal(2).ln(), fine), 0)
    minus = b.xor(sign, up)
    turned = [b.xor(bit, minus) for bit in arithmetic.fitted(part, width)]
    return arithmetic.add(b, arithmetic.fitted(wholes, width), turned, minus)


def _raised(b: Builder, word: Word, most: int) -> tuple[Word, Word]:
    """Moved up until its highest bit is set, by at most about `most` places, and by how many."""
    places: Word = []
    for step in (1 << i for i in range(most.bit_length() - 1, -1, -1)):
        empty = arithmetic.any_of(b, word[-step:]) ^ 1
        word = arithmetic.select(b, empty, [FALSE] * step + word[:-step], word)
        places = [empty, *places]
    return word, places


def _packed(b: Builder, kind: Float, field: Word, significand: Word, wholes: int) -> Word:
    """Rounded, of a result below 2^wholes: in formats whose logarithms are all normal numbers, just that."""
    if kind.fraction + 2 <= kind.bias and wholes <= kind.bias:
        return floats.nearest(b, field[: kind.exponent], significand)
    return floats.packed(b, kind, field, significand, _cut)


def _cut(b: Builder, x: Word, amount: Word) -> Word:
    """Moved down, something below the last place: what is computed here is never just between two numbers."""
    return [TRUE, *arithmetic.shifted(b, x, amount, FALSE, left=False)[1:]]


def _extended(x: Word, width: int) -> Word:
    return [*x, *[x[-1]] * (width - len(x))]
