"""Ranges of shared values: exact interval arithmetic on the integers that encode them.

Ranges are public and follow from the declared ranges of inputs. They decide, before anything is sent, whether a result
can leave the ring; numerical protocols size their circuits by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, ldexp


@dataclass(frozen=True, slots=True)
class Range:
    """All integers from lo to hi, both included: what an encoded value may be."""

    lo: int
    hi: int

    def __post_init__(self) -> None:
        if self.lo > self.hi:
            raise ValueError(f"empty range {self.lo}..{self.hi}")

    @staticmethod
    def of_reals(lo: float, hi: float, fractional_bits: int) -> Range:
        """The smallest range that holds the encodings of all reals in [lo, hi]."""
        return Range(floor(scaled(lo, fractional_bits)), ceil(scaled(hi, fractional_bits)))

    def reals(self, fractional_bits: int) -> tuple[float, float]:
        """The reals that the bounds encode."""
        return ldexp(float(self.lo), -fractional_bits), ldexp(float(self.hi), -fractional_bits)

    @property
    def magnitude(self) -> int:
        """The largest absolute value."""
        return max(abs(self.lo), abs(self.hi))

    @property
    def bits(self) -> int:
        """Bits of a two's complement word that holds every value."""
        return max((bound if bound >= 0 else -bound - 1).bit_length() for bound in (self.lo, self.hi)) + 1

    def __add__(self, other: Range) -> Range:
        return Range(self.lo + other.lo, self.hi + other.hi)

    def __sub__(self, other: Range) -> Range:
        return Range(self.lo - other.hi, self.hi - other.lo)

    def __neg__(self) -> Range:
        return Range(-self.hi, -self.lo)

    def __mul__(self, other: Range) -> Range:
        ends = (self.lo * other.lo, self.lo * other.hi, self.hi * other.lo, self.hi * other.hi)
        return Range(min(ends), max(ends))

    def __or__(self, other: Range) -> Range:
        """The smallest range around both."""
        return Range(min(self.lo, other.lo), max(self.hi, other.hi))

    def square(self) -> Range:
        """Of x * x, which is never negative."""
        ends = (self.lo * self.lo, self.hi * self.hi)
        return Range(0 if self.lo <= 0 <= self.hi else min(ends), max(ends))

    def absolute(self) -> Range:
        """Of |x|."""
        return Range(0 if self.lo <= 0 <= self.hi else min(abs(self.lo), abs(self.hi)), self.magnitude)

    def times(self, count: int) -> Range:
        """Of a sum of `count` such values."""
        return Range(count * self.lo, count * self.hi)

    def shift_left(self, shift: int) -> Range:
        """Of x * 2^shift."""
        return Range(self.lo << shift, self.hi << shift)

    def truncate(self, shift: int) -> Range:
        """Of x / 2^shift rounded to either neighbour."""
        return Range(self.lo >> shift, (self.hi >> shift) + int(shift > 0))

    def fits(self, ring_bits: int) -> bool:
        """Whether truncation and comparison are exact for it in Z_2^ring_bits: |x| < 2^(ring_bits - 2)."""
        limit = 1 << (ring_bits - 2)
        return -limit < self.lo and self.hi < limit


def scaled(value: float, fractional_bits: int) -> float:
    """value * 2^fractional_bits; exact, since a float only changes its exponent."""
    return value << fractional_bits if isinstance(value, int) else ldexp(value, fractional_bits)
