"""Powers of two and of e: what is public of them, the same on every machine."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from decimal import Context as Decimals

from protocols.ranges import Range

COEFFICIENTS = (
    1.414213562316,
    0.4901290717321,
    0.08493289787571,
    0.009811832975575,
    0.0008501213916241,
    5.892620656311e-05,
    3.418359494134e-06,
    1.69083584467e-07,
)
"""Of 2^((1 + t) / 2) for |t| <= 1: of degree 7, error below 6e-11."""

FINE_PRECISION = 50
FINE = (
    1.4142135623730951,
    0.4901290717342736,
    0.08493289604576873,
    0.009811832905152588,
    0.0008501305392914766,
    5.8926558641779284e-05,
    3.4037314985541347e-06,
    1.685204922575625e-07,
    7.3005940046739096e-09,
    2.811325639308348e-10,
    9.743312218745938e-12,
    3.069795177178335e-13,
    8.865897065813807e-15,
    2.3636056399346777e-16,
    5.862900315414052e-18,
    1.3542986798825057e-19,
)
"""Of degree 15, error below 2^-50: where over 24 fractional bits are wanted and the ring has room."""

EXACT = Decimals(prec=60)
LOG2_E = EXACT.divide(Decimal(1), EXACT.ln(Decimal(2)))


def largest_exp(r: Range, f: int) -> int:
    """exp of the largest value, rounded up."""
    return exp_scaled(r.hi, f, ROUND_CEILING)


def exp_scaled(x: int, f: int, rounding: str) -> int:
    """exp(x / 2^f) * 2^f as an integer, rounded down or up: the same on every machine."""
    if x < -(f + 2) << f:
        return int(rounding == ROUND_CEILING)
    value = EXACT.multiply(EXACT.exp(EXACT.divide(Decimal(x), Decimal(1 << f))), Decimal(1 << f))
    return int(value.to_integral_value(rounding=rounding))
