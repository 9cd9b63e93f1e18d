"""Probabilities to as many binary digits as are asked for: rational ones, and those that an exponential makes.

Every probability of differential privacy's noise is (a + b q) / (c + d q) for q = exp(-rate) and whole a, b, c, d. The
digits are proved: whole numbers bound the value from both sides, and more precision is taken until they agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

_GUARD = 32
"""Bits of precision beyond those asked for, to begin with."""


@dataclass(frozen=True, slots=True)
class Probability:
    """(a + b q) / (c + d q) with q = exp(-rate), rate at least 0; from 0 to 1, by whoever makes it."""

    rate: Fraction
    a: int
    b: int
    c: int
    d: int

    def digits(self, bits: int) -> int:
        """The first `bits` binary digits, as a whole number; those of 1 are ones without end."""
        extra = _GUARD
        while True:
            low, high = sorted(self._scaled(q, bits + extra, bits) for q in exponential(self.rate, bits + extra))
            if low == high:
                return min(low, (1 << bits) - 1)
            extra *= 2

    def _scaled(self, q: int, precision: int, bits: int) -> int:
        """The value for q / 2^precision, times 2^bits, rounded down."""
        one = 1 << precision
        return (self.a * one + self.b * q << bits) // (self.c * one + self.d * q)


def rational(value: Fraction) -> Probability:
    """The fraction itself, from 0 to 1."""
    return Probability(Fraction(0), value.numerator, 0, value.denominator, 0)


def exp_of_minus(rate: Fraction) -> Probability:
    """exp(-rate)."""
    return Probability(rate, 0, 1, 1, 0)


def exponential(rate: Fraction, precision: int) -> tuple[int, int]:
    """Whole numbers low and high with low <= exp(-rate) 2^precision <= high, at most 3 apart; rate at least 0.

    exp(-rate) is the 2^halvings-th power of exp(-y) for y = rate / 2^halvings <= 1/2. A term of its series is wrong by
    at most 4 units of the working precision, y by 1, what is left out by 16; each squaring doubles that and adds 1.
    """
    if rate > precision:
        return 0, 1
    if rate == 0:
        return 1 << precision, 1 << precision
    halvings = max((2 * rate.numerator // rate.denominator).bit_length(), 0)
    working = precision + halvings + _GUARD
    low, high = _series((rate.numerator << working - halvings) // rate.denominator, working)
    for _ in range(halvings):
        low, high = low * low >> working, (high * high >> working) + 1
    return low >> working - precision, (high >> working - precision) + 1


def _series(y: int, working: int) -> tuple[int, int]:
    """Bounds of exp(-y / 2^working) 2^working for y <= 2^(working - 1)."""
    total = term = 1 << working
    terms = 0
    while term:
        terms += 1
        term = (term * y >> working) // terms
        total += -term if terms % 2 else term
    error = 4 * terms + 17
    return total - error, min(total + error, 1 << working)
