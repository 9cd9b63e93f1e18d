"""What goes into a circuit: bits, unsigned and signed numbers, floating point, of a width that everybody knows."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from fractions import Fraction
from math import copysign, inf, isfinite, isnan, ldexp, nan
from numbers import Rational
from typing import Any

from mpc.errors import LocalError

WIDEST = 1 << 20
"""No word is longer: a slip of a width shows before it fills the memory."""


@dataclass(frozen=True, slots=True)
class Bits:
    """`width` bits, the least significant first: `x[0]` is the lowest. They are shifted, joined, compared."""

    width: int

    def __post_init__(self) -> None:
        if isinstance(self.width, bool) or not isinstance(self.width, int) or not 1 <= self.width <= WIDEST:
            raise LocalError("bad-width", f"{self.width!r} bits", f"a width is a whole number from 1 to {WIDEST}")

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the largest number that the bits stand for."""
        return 0, (1 << self.width) - 1

    def encoded(self, number: Any) -> list[int]:
        """The bits of a number, the least significant first. LocalError `bad-operand`, `out-of-range`."""
        try:
            whole = operator.index(number)
        except TypeError:
            way = f"give a whole number, or a value of {self} inside a circuit"
            raise LocalError("bad-operand", f"a {type(number).__name__} where {self} belongs", way) from None
        low, high = self.bounds
        if not low <= whole <= high:
            raise LocalError("out-of-range", f"{whole} is no {self}", f"give {low} to {high}, or widen the kind")
        return _bits(whole, self.width)

    def decoded(self, bits: list[int]) -> Any:
        """The number that bits stand for."""
        number = _number(bits)
        return number - (1 << self.width) if number > self.bounds[1] else number

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.width})"


@dataclass(frozen=True, slots=True)
class UInt(Bits):
    """Whole numbers from 0 to 2^width - 1; arithmetic wraps around, as numpy's unsigned integers do."""


@dataclass(frozen=True, slots=True)
class Int(Bits):
    """Whole numbers from -2^(width-1) to 2^(width-1) - 1 in two's complement; arithmetic wraps around."""

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the largest number that the bits stand for."""
        return -(1 << self.width - 1), (1 << self.width - 1) - 1


@dataclass(frozen=True, slots=True)
class Float(Bits):
    """IEEE 754 binary floating point: sign, biased exponent, fraction. Rounds to nearest, ties to even; one NaN."""

    width: int = field(init=False)
    exponent: int
    fraction: int

    def __post_init__(self) -> None:
        if not (2 <= self.exponent <= 11 and 1 <= self.fraction <= 52):
            way = "2 to 11 bits of exponent and 1 to 52 of fraction; Float32 is Float(8, 23)"
            raise LocalError("bad-width", f"a float of {self.exponent} and {self.fraction} bits", way)
        object.__setattr__(self, "width", 1 + self.exponent + self.fraction)

    @property
    def bias(self) -> int:
        """What the exponent field is above the exponent."""
        return (1 << self.exponent - 1) - 1

    @property
    def infinity(self) -> int:
        """The bits of infinity, read as a number."""
        return (1 << self.exponent) - 1 << self.fraction

    @property
    def nan(self) -> int:
        """The bits of the one NaN that circuits give."""
        return self.infinity | 1 << self.fraction - 1

    def encoded(self, number: Any) -> list[int]:
        """The bits of the nearest number of this kind, the least significant first. LocalError `bad-operand`."""
        try:
            value = float(operator.pos(number))
            exact: float | Fraction = value
            if isinstance(number, Rational):
                exact = Fraction(int(number.numerator), int(number.denominator))
        except (TypeError, ValueError, OverflowError):
            what = f"a {type(number).__name__} where {self} belongs"
            raise LocalError("bad-operand", what, "give a number that a float holds") from None
        magnitude = self.nan if isnan(value) else self._rounded(exact if exact >= 0 else -exact)
        negative = not isnan(value) and copysign(1, value) < 0
        return _bits(magnitude | negative << self.width - 1, self.width)

    def decoded(self, bits: list[int]) -> float:
        """The float that bits stand for."""
        number = _number(bits)
        sign, magnitude = number >> self.width - 1, number & ((1 << self.width - 1) - 1)
        if magnitude >= self.infinity:
            return nan if magnitude > self.infinity else -inf if sign else inf
        exponent, significand = magnitude >> self.fraction, magnitude & ((1 << self.fraction) - 1)
        if exponent:
            significand |= 1 << self.fraction
        value = ldexp(significand, max(exponent, 1) - self.bias - self.fraction)
        return -value if sign else value

    def _rounded(self, value: float | Fraction) -> int:
        """The bits of the nearest magnitude: numbers in order are bits in order."""
        if not isfinite(value):
            return self.infinity
        exact = Fraction(value)
        power = exact.numerator.bit_length() - exact.denominator.bit_length()
        power -= exact < Fraction(2) ** power
        exponent = min(max(power + self.bias, 1), 1 << self.exponent) if exact else 1
        units = round(exact / Fraction(2) ** (exponent - self.bias - self.fraction))
        return min(units + (exponent - 1 << self.fraction), self.infinity)

    def __str__(self) -> str:
        return f"Float({self.exponent}, {self.fraction})"


Float32 = Float(8, 23)
"""IEEE 754 single precision, numpy's float32."""


def _bits(number: int, width: int) -> list[int]:
    return [number >> i & 1 for i in range(width)]


def _number(bits: list[int]) -> int:
    return sum(bit << i for i, bit in enumerate(bits))
