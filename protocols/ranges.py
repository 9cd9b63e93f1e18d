"""Ranges of shared values and bounds of their errors: exact arithmetic on the integers that encode them.

Ranges are public and follow from the declared ranges of inputs. They decide, before anything is sent, whether a result
can leave the ring; numerical protocols size their circuits by them.

Beside its interval a range has a proven bound of the error: how far an encoded value may be from the one that exact
arithmetic on the parties' numbers gives. Bounds follow from the operations' moduli of continuity and are rounded up, so
they hold on every machine and are the same on all.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, inf, ldexp, nextafter

ERROR_BITS = 32
"""Errors are whole numbers of 2^-32 of the last place."""

ULP = 1 << ERROR_BITS
"""An error of one unit in the last place."""

USEFUL_UNITS = 16
"""A bound of so many units in the last place says something however small the values are."""

INT64_BITS = 64

NO_BOUND = 1 << 256
"""An error that nothing useful is known of; larger ones are the same."""


@dataclass(frozen=True, slots=True)
class Range:
    """All integers from lo to hi, both included: what an encoded value may be. And how far it may be from the exact
    one, `error` in units of 2^-ERROR_BITS of the last place."""

    lo: int
    hi: int
    error: int = 0

    def __post_init__(self) -> None:
        if self.lo > self.hi:
            raise ValueError(f"empty range {self.lo}..{self.hi}")
        if self.error > NO_BOUND:
            object.__setattr__(self, "error", NO_BOUND)

    @staticmethod
    def of_reals(lo: float, hi: float, fractional_bits: int) -> Range:
        """The smallest range that holds the encodings of all reals in [lo, hi]."""
        return Range(floor(scaled(lo, fractional_bits)), ceil(scaled(hi, fractional_bits)))

    def reals(self, fractional_bits: int) -> tuple[float, float]:
        """The reals that the bounds encode; infinite where no float is as large."""
        return _real(self.lo, fractional_bits), _real(self.hi, fractional_bits)

    @property
    def magnitude(self) -> int:
        """The largest absolute value."""
        return max(abs(self.lo), abs(self.hi))

    @property
    def bits(self) -> int:
        """Bits of a two's complement word that holds every value."""
        return max((bound if bound >= 0 else -bound - 1).bit_length() for bound in (self.lo, self.hi)) + 1

    @property
    def is_long(self) -> bool:
        """Whether int64 is too small for some value."""
        return self.bits > INT64_BITS

    @property
    def nearest(self) -> int:
        """The smallest absolute value."""
        return 0 if self.lo <= 0 <= self.hi else min(abs(self.lo), abs(self.hi))

    def off_by(self, error: int) -> Range:
        """The same interval with another bound of the error."""
        return Range(self.lo, self.hi, error)

    def __add__(self, other: Range) -> Range:
        return Range(self.lo + other.lo, self.hi + other.hi, self.error + other.error)

    def __sub__(self, other: Range) -> Range:
        return Range(self.lo - other.hi, self.hi - other.lo, self.error + other.error)

    def __neg__(self) -> Range:
        return Range(-self.hi, -self.lo, self.error)

    def __mul__(self, other: Range) -> Range:
        """Of x * y. With errors e and d, exact numbers differ from it by (x - e)(y - d) - x y."""
        ends = (self.lo * other.lo, self.lo * other.hi, self.hi * other.lo, self.hi * other.hi)
        error = self.magnitude * other.error + other.magnitude * self.error
        return Range(min(ends), max(ends), error + shifted_up(self.error * other.error, ERROR_BITS))

    def __or__(self, other: Range) -> Range:
        """The smallest range around both."""
        return Range(min(self.lo, other.lo), max(self.hi, other.hi), max(self.error, other.error))

    def square(self) -> Range:
        """Of x * x, which is never negative."""
        error = 2 * self.magnitude * self.error + shifted_up(self.error * self.error, ERROR_BITS)
        return Range(self.nearest**2, self.magnitude**2, error)

    def absolute(self) -> Range:
        """Of |x|."""
        return Range(self.nearest, self.magnitude, self.error)

    def times(self, count: int) -> Range:
        """Of a sum of `count` such values."""
        return Range(count * self.lo, count * self.hi, count * self.error)

    def shift_left(self, shift: int) -> Range:
        """Of x * 2^shift."""
        return Range(self.lo << shift, self.hi << shift, self.error << shift)

    def truncate(self, shift: int) -> Range:
        """Of x / 2^shift rounded to either neighbour: less than one unit away."""
        if not shift:
            return self
        return Range(self.lo >> shift, (self.hi >> shift) + 1, shifted_up(self.error, shift) + ULP)

    def in_steps(self, step: int, lift: int = 0) -> int:
        """How many steps, of `step` units of 2^-lift of the last place each, a whole number of steps that is not above
        the value may be off by. None where the error is below one step: then it is exact, or was decided otherwise.
        """
        error = self.error << lift
        return 0 if error < step << ERROR_BITS else -(-error // (step << ERROR_BITS))

    def error_of_reals(self, fractional_bits: int) -> float:
        """The bound of the error in the value's own unit, rounded up; infinity where there is none."""
        if self.error >= NO_BOUND:
            return inf
        bound = ldexp(float(self.error), -fractional_bits - ERROR_BITS)
        return nextafter(bound, inf) if self.error.bit_length() > 53 else bound

    def useful_error(self, fractional_bits: int) -> float:
        """The same; infinity where what is known is no use, since it is larger than the values may be."""
        useful = self.error <= max(self.magnitude, USEFUL_UNITS) * ULP
        return self.error_of_reals(fractional_bits) if useful else inf

    def fits(self, ring_bits: int) -> bool:
        """Whether truncation and comparison are exact for it in Z_2^ring_bits: |x| < 2^(ring_bits - 2)."""
        limit = 1 << (ring_bits - 2)
        return -limit < self.lo and self.hi < limit


def _real(bound: int, fractional_bits: int) -> float:
    try:
        return ldexp(float(bound), -fractional_bits)
    except OverflowError:
        return inf if bound > 0 else -inf


def shifted_up(value: int, shift: int) -> int:
    """value / 2^shift, rounded up."""
    return -(-value >> shift)


def scaled(value: float, fractional_bits: int) -> float:
    """value * 2^fractional_bits; exact, since a float only changes its exponent."""
    return value << fractional_bits if isinstance(value, int) else ldexp(value, fractional_bits)
