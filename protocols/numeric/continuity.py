"""How far a function's results move when its operand is off by a little: moduli of continuity.

Each takes the range of the operand as it is computed, which has the bound of its error, and the fractional bits; exact
operands lie that far around it. Each returns a bound in units of a range's error at f fractional bits, rounded up and
the same on every machine; NO_BOUND where the exact operand may leave the function's domain.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from decimal import Context as Decimals
from math import isqrt

from protocols.ranges import ERROR_BITS, NO_BOUND, ULP, Range, shifted_up

UP = Decimals(prec=30, rounding=ROUND_CEILING)
MOST_OF_EXP = 1 << (ERROR_BITS + 6)
"""Operands of exp that are off by more than 2^6 times one leave no bound."""


def through_reciprocal(r: Range, f: int) -> int:
    """|1/X - 1/x| = |X - x| / |X x|."""
    nearest = _nearest_exact(r)
    return _quotient(r.error << (2 * f + ERROR_BITS), r.nearest * nearest)


def through_quotient(x: Range, y: Range, extra: int) -> int:
    """|X/Y - x/y| <= (|X - x| + |X/Y| |Y - y|) / |y|, where the quotient of integers is multiplied by 2^extra."""
    nearest = _nearest_exact(y)
    if not nearest:
        return NO_BOUND
    by_y = _quotient(x.magnitude * y.error, y.nearest)
    return _quotient((x.error + by_y) << (extra + ERROR_BITS), nearest)


def through_sqrt(r: Range, f: int) -> int:
    """|sqrt(X) - sqrt(x)| <= |X - x| / (2 sqrt(min)), and never more than sqrt(|X - x|)."""
    anywhere = isqrt(r.error << (f + ERROR_BITS)) + 1 if r.error else 0
    root = isqrt(_nearest_exact(r) << (f + ERROR_BITS))
    return min(anywhere, _quotient(r.error << (f + ERROR_BITS), 2 * root))


def through_inverse_sqrt(r: Range, f: int) -> int:
    """|1/sqrt(X) - 1/sqrt(x)| <= |X - x| / (2 min^(3/2))."""
    nearest = _nearest_exact(r)
    if not nearest:
        return NO_BOUND if r.error else 0
    largest = isqrt((1 << (3 * f + ERROR_BITS)) // nearest) + 1
    return _quotient(r.error * largest << ERROR_BITS, 2 * nearest)


def through_exp(r: Range, f: int, largest: int) -> int:
    """|exp(X) - exp(x)| <= exp(X) (exp(|X - x|) - 1), for results of at most `largest`."""
    if not r.error:
        return 0
    if r.error >> f > MOST_OF_EXP:
        return NO_BOUND
    off_by = UP.divide(Decimal(r.error), Decimal(1 << (f + ERROR_BITS)))
    growth = UP.subtract(UP.multiply(UP.exp(off_by), 1 + Decimal("1e-29")), Decimal(1))
    return int(UP.multiply(Decimal(largest << ERROR_BITS), growth).to_integral_value(ROUND_CEILING))


def through_log(r: Range, f: int) -> int:
    """|log(X) - log(x)| <= |X - x| / min."""
    return _quotient(r.error << (f + ERROR_BITS), _nearest_exact(r))


def through_sigmoid(r: Range, f: int) -> int:
    """The slope is at most 1/4."""
    return shifted_up(r.error, 2)


def through_tanh(r: Range, f: int) -> int:
    """The slope is at most 1."""
    return r.error


def through_sine(r: Range, f: int) -> int:
    """The slope is at most 1."""
    return r.error


def through_erf(r: Range, f: int) -> int:
    """The slope is at most 2 / sqrt(pi) < 1.129."""
    return -(-r.error * 1129 // 1000)


def _nearest_exact(r: Range) -> int:
    """The smallest size of an exact operand, in units of an error; 0 where it may be zero."""
    return max((r.nearest * ULP) - r.error, 0)


def _quotient(numerator: int, denominator: int) -> int:
    """Rounded up."""
    if not numerator:
        return 0
    return -(-numerator // denominator) if denominator else NO_BOUND
