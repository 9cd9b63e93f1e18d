"""What may stand between garbled functions in one circuit: sums, shifts, choices, logic, products; exact but for
rounding.

Where it ends a circuit it is computed on shares, which costs less; between two functions it saves that they are
circuits of their own.
"""

from __future__ import annotations

from protocols.circuits import arithmetic
from protocols.circuits.choosing import sum_of
from protocols.circuits.circuit import FALSE
from protocols.circuits.kinds import Int, UInt
from protocols.circuits.library import fixed_point
from protocols.circuits.library.fixed_point.values import fitted, number, signed
from protocols.circuits.values import Number, Value, mux
from protocols.numeric.garbled import Function, kind_of
from protocols.ranges import Range


def _wide(x: Number, kind: UInt | Int) -> Number:
    """x as two's complement that holds whatever the kind does."""
    wide = Int(kind.width + 1)
    return number(x.builder, wide, fitted(signed(x), wide.width))


def _added(x: Number, y: Number, kind: UInt | Int) -> Value:
    return (_wide(x, kind) + _wide(y, kind)).to(kind)


def _subtracted(x: Number, y: Number, kind: UInt | Int) -> Value:
    return (_wide(x, kind) - _wide(y, kind)).to(kind)


def _negated(x: Number, kind: UInt | Int) -> Value:
    return (-_wide(x, kind)).to(kind)


def _moved(x: Number, constant: int, kind: UInt | Int) -> Value:
    wide = _wide(x, kind)
    low, high = wide.kind.bounds
    return (wide + ((constant - low) % (high - low + 1) + low)).to(kind)


def _times(x: Number, constant: int, kind: UInt | Int) -> Value:
    width = kind.width
    factor = [constant >> i & 1 for i in range(width)]
    found = arithmetic.multiply(x.builder, fitted(signed(x), width), factor, width)
    return number(x.builder, kind, found)


def _multiplied(x: Number, y: Number, kind: UInt | Int) -> Value:
    if isinstance(x.kind, UInt) and isinstance(y.kind, UInt):
        found = arithmetic.multiply(x.builder, x.literals, y.literals, x.kind.width + y.kind.width)
        return number(x.builder, kind, [*found, FALSE])
    return number(x.builder, kind, arithmetic.multiply_signed(x.builder, signed(x), signed(y)))


def _squared(x: Number, kind: UInt | Int) -> Value:
    size = number(x.builder, UInt(x.kind.width), abs(_wide(x, UInt(x.kind.width))).literals)
    return _multiplied(size, size, kind)


def _summed(*values: Number | UInt | Int) -> Value:
    *several, kind = values
    assert isinstance(kind, UInt | Int)
    return sum_of([_wide(value, kind) for value in several if isinstance(value, Number)]).to(kind)


def _lifted(x: Number, shift: int, kind: UInt | Int) -> Value:
    return number(x.builder, kind, fitted([FALSE] * shift + signed(x), kind.width))


def _chosen(condition: Number, x: Number, y: Number, kind: UInt | Int) -> Value:
    return mux(condition[0], _wide(x, kind), _wide(y, kind)).to(kind)


def _as_number(x: Value) -> Value:
    return x.to(UInt(1))


def _not(x: Value) -> Value:
    return ~x


def _and(x: Value, y: Value) -> Value:
    return x & y


def _or(x: Value, y: Value) -> Value:
    return x | y


def _xor(x: Value, y: Value) -> Value:
    return x ^ y


NOT, AND, OR, XOR, NUMBER = (Function(of) for of in (_not, _and, _or, _xor, _as_number))
"""Logic of bits, and a bit as a number."""


def plus(x: Range, y: Range) -> Function:
    """x + y."""
    return Function(_added, (kind_of(x + y),))


def minus(x: Range, y: Range) -> Function:
    """x - y."""
    return Function(_subtracted, (kind_of(x - y),))


def negative(x: Range) -> Function:
    """-x."""
    return Function(_negated, (kind_of(-x),))


def plus_public(x: Range, constant: int) -> Function:
    """x + c for one number c."""
    return Function(_moved, (constant, kind_of(x + Range(constant, constant))))


def times_public(x: Range, constant: int) -> Function:
    """c x for one number c."""
    return Function(_times, (constant, kind_of(x * Range(constant, constant))))


def times(x: Range, y: Range) -> Function:
    """x y."""
    return Function(_multiplied, (kind_of(x * y),))


def squared(x: Range) -> Function:
    """x x."""
    return Function(_squared, (kind_of(x.square()),))


def summed(x: Range, count: int) -> Function:
    """The sum of so many numbers."""
    return Function(_summed, (kind_of(x.times(count)),))


def lifted(x: Range, shift: int) -> Function:
    """x 2^shift."""
    return Function(_lifted, (shift, kind_of(x.shift_left(shift))))


def truncated(x: Range, shift: int) -> Function:
    """x / 2^shift, to the nearest."""
    return Function(fixed_point.rounded, (shift, kind_of(x.truncate(shift))))


def chosen(x: Range, y: Range) -> Function:
    """x where the condition is 1, else y."""
    return Function(_chosen, (kind_of(x | y),))
