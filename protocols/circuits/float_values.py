"""Floating-point values of circuits: IEEE 754 operators, the square root, and whole numbers of floats."""

from __future__ import annotations

from collections.abc import Callable

from protocols.circuits import float_whole, floats
from protocols.circuits.circuit import FALSE
from protocols.circuits.kinds import Bits, Float, Int, UInt
from protocols.circuits.values import Number, Value, made, stands_for, value_of


class FloatValue(Value):
    """A floating-point number in a circuit, rounded after each operation as the processor's are."""

    __slots__ = ()
    kind: Float

    def __neg__(self) -> FloatValue:
        return self._like([*self.literals[:-1], self.literals[-1] ^ 1])

    def __abs__(self) -> FloatValue:
        return self._like([*self.literals[:-1], FALSE])

    def __add__(self, other: FloatValue | float) -> FloatValue:
        return self._computed(floats.total, other)

    def __sub__(self, other: FloatValue | float) -> FloatValue:
        return self + -self._like(self._operand(other))

    def __rsub__(self, other: float) -> FloatValue:
        return -self + other

    def __mul__(self, other: FloatValue | float) -> FloatValue:
        return self._computed(floats.product, other)

    def __truediv__(self, other: FloatValue | float) -> FloatValue:
        return self._computed(floats.quotient, other)

    def __rtruediv__(self, other: float) -> FloatValue:
        return self._like(self._operand(other)) / self

    __radd__, __rmul__ = __add__, __mul__

    def __eq__(self, other: FloatValue | float) -> Value:  # type: ignore[override]
        """One bit: 1 where equal. The two zeros are equal, and NaN is equal to nothing."""
        return value_of(self.builder, [floats.equal(self.builder, self.kind, self.literals, self._operand(other))])

    def __lt__(self, other: FloatValue | float) -> Value:
        """One bit: 1 where smaller; 0 with NaN."""
        return value_of(self.builder, [floats.less(self.builder, self.kind, self.literals, self._operand(other))])

    def __gt__(self, other: FloatValue | float) -> Value:
        return self._like(self._operand(other)) < self

    def __le__(self, other: FloatValue | float) -> Value:
        return (self < other) | (self == other)

    def __ge__(self, other: FloatValue | float) -> Value:
        return (self > other) | (self == other)

    def sqrt(self) -> FloatValue:
        """The square root: NaN of a negative number, -0 of -0."""
        return self._like(floats.square_root(self.builder, self.kind, self.literals))

    def floor(self) -> FloatValue:
        """The largest whole number that is not above it."""
        return self._whole(float_whole.to_the_floor)

    def ceil(self) -> FloatValue:
        """The smallest whole number that is not below it."""
        return self._whole(float_whole.to_the_ceiling)

    def trunc(self) -> FloatValue:
        """The whole part, towards zero."""
        return self._whole(float_whole.to_zero)

    def rint(self) -> FloatValue:
        """The nearest whole number, of two the even one."""
        return self._whole(float_whole.to_even)

    def to(self, kind: Bits) -> Value:
        """The whole part as a whole number: the nearest bound where it is beyond them, 0 of NaN. Or the bits."""
        if not isinstance(kind, UInt | Int):
            return super().to(kind)
        signed = isinstance(kind, Int)
        literals = float_whole.to_whole(self.builder, self.kind, self.literals, kind.width, signed=signed)
        return made(self.builder, kind, literals)

    def _whole(self, rounding: float_whole.Rounding) -> FloatValue:
        return self._like(float_whole.integral(self.builder, self.kind, self.literals, rounding))

    def _computed(self, function: Callable[..., list[int]], other: FloatValue | float) -> FloatValue:
        return self._like(function(self.builder, self.kind, self.literals, self._operand(other)))


def _of_number(x: Number, kind: Float) -> Value:
    signed = isinstance(x.kind, Int)
    return made(x.builder, kind, float_whole.from_whole(x.builder, kind, x.literals, signed=signed))


stands_for(Float, FloatValue, _of_number)
