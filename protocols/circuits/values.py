"""The values that a circuit's function computes with: operators that put gates into the circuit.

A value has no content while the circuit is built. A whole number beside one becomes a constant of its kind, so that
gates with it fold away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import index
from typing import Any, NoReturn, TypeVar

from mpc.errors import LocalError
from protocols.circuits import arithmetic, division
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import FALSE, TRUE
from protocols.circuits.kinds import Bits, Float, Int, UInt

V = TypeVar("V", bound="Value")


class Value:
    """Bits in a circuit: `literals`, the least significant first, of a kind. One bit is a truth value for `mux`."""

    __slots__ = ("builder", "kind", "literals")
    __hash__ = None  # type: ignore[assignment]
    __array_ufunc__ = None  # numpy's numbers on the left leave the operation to this class

    def __init__(self, builder: Builder, kind: Bits, literals: Sequence[int]) -> None:
        self.builder, self.kind, self.literals = builder, kind, list(literals)
        if len(self.literals) != kind.width:
            raise LocalError("bad-width", f"{len(self.literals)} bits for {kind}", "give as many bits as the kind has")

    # bits
    def __invert__(self: V) -> V:
        return self._like([x ^ 1 for x in self.literals])

    def __xor__(self: V, other: V | int) -> V:
        return self._each(self.builder.xor, other)

    def __and__(self: V, other: V | int) -> V:
        return self._each(self.builder.and_, other)

    def __or__(self: V, other: V | int) -> V:
        return self._each(self.builder.or_, other)

    __rxor__, __rand__, __ror__ = __xor__, __and__, __or__

    def __getitem__(self, index: int | slice) -> Value:
        """A bit, or several, as Bits; bit 0 is the least significant."""
        try:
            chosen = self.literals[index]
        except (IndexError, TypeError):
            way = f"count from 0 to {self.kind.width - 1}, the least significant bit first"
            raise LocalError("bad-operand", f"{self.kind} has no bit {index!r}", way) from None
        return value_of(self.builder, chosen if isinstance(chosen, list) else [chosen])

    def __iter__(self) -> Iterator[Value]:
        """The bits, the least significant first."""
        return (value_of(self.builder, [literal]) for literal in self.literals)

    def __len__(self) -> int:
        return self.kind.width

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        way = "choose by mux(condition, a, b); mpc.circuits has what else there is"
        raise LocalError("secret-truth", "numpy's functions take no values of a circuit", way)

    def __lshift__(self: V, by: int | Value) -> V:
        """Multiplied by 2^by, public or secret: zeros come in, bits above the width are lost."""
        return self._shifted(by, FALSE, left=True)

    def __rshift__(self: V, by: int | Value) -> V:
        """Divided by 2^by, rounded down: a signed number keeps its sign."""
        return self._shifted(by, self.literals[-1] if isinstance(self.kind, Int) else FALSE, left=False)

    def __rlshift__(self: V, other: int) -> V:
        return self._like(self._operand(other)) << self

    def __rrshift__(self: V, other: int) -> V:
        return self._like(self._operand(other)) >> self

    def __eq__(self: V, other: V | int) -> Value:  # type: ignore[override]
        """One bit: 1 where equal."""
        return value_of(self.builder, [arithmetic.equal(self.builder, self.literals, self._operand(other))])

    def __ne__(self: V, other: V | int) -> Value:  # type: ignore[override]
        return ~(self == other)

    def rotated(self: V, by: int) -> V:
        """Moved up by a public number of places; what leaves at one end comes in at the other."""
        by = _whole(by) % self.kind.width
        return self._like(self.literals[-by:] + self.literals[:-by] if by else self.literals)

    def to(self, kind: Bits) -> Value:
        """The same number as another kind of whole numbers: cut, or filled up with zeros, or with the sign of a signed
        one. A whole number becomes the nearest float, of two the even one. A float is cut towards zero to a whole
        number, the nearest bound where it is beyond them, 0 where it is NaN. Bits of a float's width are its pattern.
        """
        if not isinstance(kind, Bits):
            raise LocalError("bad-operand", f"a {type(kind).__name__} is no kind", "write x.to(UInt(8))")
        if isinstance(kind, Float) and isinstance(self, Number):
            return _FROM_NUMBERS[Float](self, kind)
        patterns = {type(self.kind), type(kind)} == {Float, Bits} and self.kind.width == kind.width
        if Float in (type(self.kind), type(kind)) and not (patterns or kind == self.kind):
            way = "bits as wide as a float are its pattern; whole numbers and floats become one another, x.to(Int(32))"
            raise LocalError("bad-operand", f"no circuit makes {kind} of {self.kind}", way)
        fill = self.literals[-1] if isinstance(self.kind, Int) else FALSE
        literals = [*self.literals[: kind.width], *[fill] * (kind.width - self.kind.width)]
        return made(self.builder, kind, literals)

    # help for the classes below
    def _like(self: V, literals: Sequence[int]) -> V:
        return type(self)(self.builder, self.kind, literals)

    def _each(self: V, gate: Callable[[int, int], int], other: V | int) -> V:
        return self._like([gate(x, y) for x, y in zip(self.literals, self._operand(other), strict=True)])

    def _operand(self, other: Any) -> list[int]:
        """The literals of another operand, which is of the same kind or a whole number."""
        if isinstance(other, Value):
            of_circuit(self.builder, other)
            if other.kind != self.kind:
                raise LocalError("bad-operand", f"{self.kind} beside {other.kind}", _joint(self.kind, other.kind))
            return other.literals
        return self.kind.encoded(other)

    def _shifted(self: V, by: int | Value, fill: int, *, left: bool) -> V:
        if isinstance(by, Value):
            need_unsigned(of_circuit(self.builder, by), "a shift")
        amount = by.literals if isinstance(by, Value) else UInt(64).encoded(by)
        return self._like(arithmetic.shifted(self.builder, self.literals, amount, fill, left=left))

    def __index__(self) -> int:
        way = "take looked_up(x, table, kind) for an entry of a table, x << y for a shift"
        raise LocalError("secret-truth", "a value in a circuit is not known when the circuit is made", way)

    def __bool__(self) -> bool:
        way = "use mux(condition, a, b), which computes both"
        raise LocalError("secret-truth", "a value in a circuit is not known when the circuit is made", way)

    def __repr__(self) -> str:
        return f"<{self.kind} in a circuit>"


def _undefined(self: Value, *other: Any) -> NoReturn:
    way = "bits become a number by x.to(UInt(k)) or x.to(Int(k)); whole numbers have //, %, and no powers"
    raise LocalError("bad-operand", f"an operator that {self.kind} has not", way)


OF_NUMBERS = "add radd sub rsub mul rmul neg abs floordiv rfloordiv mod rmod divmod truediv rtruediv pow lt le gt ge"
for _name in OF_NUMBERS.split():
    setattr(Value, f"__{_name}__", _undefined)


class Number(Value):
    """A whole number in a circuit, unsigned or signed; sums, products and differences wrap around."""

    __slots__ = ()

    def __add__(self, other: Number | int) -> Number:
        return self._like(arithmetic.add(self.builder, self.literals, self._operand(other)))

    def __sub__(self, other: Number | int) -> Number:
        return self._like(arithmetic.subtract(self.builder, self.literals, self._operand(other)))

    def __rsub__(self, other: int) -> Number:
        return self._like(arithmetic.subtract(self.builder, self._operand(other), self.literals))

    def __mul__(self, other: Number | int) -> Number:
        return self._like(arithmetic.multiply(self.builder, self.literals, self._operand(other), self.kind.width))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Number:
        return self._like(arithmetic.negate(self.builder, self.literals))

    def __abs__(self) -> Number:
        return self._negated_where(self._negative())

    def __divmod__(self, other: Number | int) -> tuple[Number, Number]:
        """Quotient rounded down and remainder with the divisor's sign; a divisor of 0: all ones, and the dividend."""
        divisor = self._like(self._operand(other))
        b = self.builder
        quotient, remainder = division.divide(b, abs(self).literals, abs(divisor).literals)
        if not isinstance(self.kind, Int):
            return self._like(quotient), self._like(remainder)
        return self._floored(divisor, self._like(quotient), self._like(remainder))

    def __floordiv__(self, other: Number | int) -> Number:
        return divmod(self, other)[0]

    def __mod__(self, other: Number | int) -> Number:
        return divmod(self, other)[1]

    def __rfloordiv__(self, other: int) -> Number:
        return self._like(self._operand(other)) // self

    def __rmod__(self, other: int) -> Number:
        return self._like(self._operand(other)) % self

    def __lt__(self, other: Number | int) -> Value:
        return self._below(self.literals, self._operand(other))

    def __gt__(self, other: Number | int) -> Value:
        return self._below(self._operand(other), self.literals)

    def __le__(self, other: Number | int) -> Value:
        return ~(self > other)

    def __ge__(self, other: Number | int) -> Value:
        return ~(self < other)

    def _below(self, x: Sequence[int], y: Sequence[int]) -> Value:
        less = arithmetic.less_signed if isinstance(self.kind, Int) else arithmetic.less
        return value_of(self.builder, [less(self.builder, x, y)])

    def _negative(self) -> Value:
        return value_of(self.builder, [self.literals[-1] if isinstance(self.kind, Int) else FALSE])

    def _negated_where(self, condition: Value) -> Number:
        """-self where the condition, one bit, is 1: k - 1 ANDs."""
        (negative,) = condition.literals
        turned = [self.builder.xor(bit, negative) for bit in self.literals]
        return self._like(arithmetic.add(self.builder, turned, [FALSE] * len(turned), negative))

    def _floored(self, divisor: Number, quotient: Number, remainder: Number) -> tuple[Number, Number]:
        """From quotient q and remainder of the magnitudes: of different signs -q, or -q - 1 where something is left."""
        b, width = self.builder, self.kind.width
        apart = self._negative() ^ divisor._negative()
        rest, known = (arithmetic.any_of(b, part.literals) for part in (remainder, divisor))
        (differ,) = apart.literals
        turned = [b.xor(q, differ) for q in quotient.literals]
        floored = self._like(arithmetic.add(b, turned, [FALSE] * width, b.and_(differ, rest ^ 1)))
        short = b.and_(differ, rest)
        corrected = remainder._negated_where(self._negative()) + self._like(
            [b.and_(v, short) for v in divisor.literals]
        )
        divided = value_of(b, [known])
        return mux(divided, floored, self._like([TRUE] * width)), mux(divided, corrected, self)


_CLASSES: dict[type[Bits], type[Value]] = {UInt: Number, Int: Number}
"""The class of the values of each kind that has operators of its own."""
_FROM_NUMBERS: dict[type[Bits], Callable[[Number, Any], Value]] = {}
"""What makes a value of a kind of a whole number, where that is more than taking its bits."""


def _joint(one: Bits, other: Bits) -> str:
    """How operands of two kinds come together without a loss."""
    if Float in (type(one), type(other)):
        return "convert one: x.to(Float32) is the nearest float of a whole number, x.to(Int(32)) cuts a float"
    if {type(one), type(other)} == {UInt, Int}:
        unsigned = one if type(one) is UInt else other
        return f"convert both: x.to(Int({max(one.width, other.width, unsigned.width + 1)})) holds what either does"
    wider = max(one, other, key=lambda kind: kind.width)
    return f"convert the narrower one: y.to({wider})"


def stands_for(kind: type[Bits], values: type[Value], from_number: Callable[[Number, Any], Value]) -> None:
    """Values of this kind are made as this class from now on, and of whole numbers by this function."""
    _CLASSES[kind], _FROM_NUMBERS[kind] = values, from_number


def made(builder: Builder, kind: Bits, literals: Sequence[int]) -> Value:
    """A value of a kind."""
    return _CLASSES.get(type(kind), Value)(builder, kind, literals)


def value_of(builder: Builder, literals: Sequence[int]) -> Value:
    """Literals as Bits."""
    return Value(builder, Bits(len(literals)), literals)


def need_unsigned(value: Value, what: str) -> None:
    """LocalError `bad-operand` for a signed number, or a float, as an index or the amount of a shift."""
    if isinstance(value.kind, Int | Float):
        way = "convert it, x.to(UInt(k)), where it is not negative"
        raise LocalError("bad-operand", f"{what} that is a value {value.kind}", way)


def _whole(number: Any) -> int:
    try:
        return index(number)
    except TypeError:
        what = f"a {type(number).__name__} where a public whole number belongs"
        raise LocalError("bad-operand", what, "rotate by a number that everybody knows, shift by any") from None


def of_circuit(builder: Builder | None, value: Any) -> Value:
    """A value of the circuit that is being built. LocalError `bad-operand` for anything else."""
    if not isinstance(value, Value):
        way = "give a value of the circuit; a constant needs one beside it, whose kind it takes"
        raise LocalError("bad-operand", f"a {type(value).__name__} where a value belongs", way)
    if value.builder is not builder:
        raise LocalError("bad-operand", "a value of another circuit", "use the arguments of this function")
    return value


def alike(x: V | float, y: V | float) -> tuple[V, V]:
    """Two values of one kind, of which one may be given as a number. LocalError `bad-operand`."""
    first: Any = x if isinstance(x, Value) else y
    of_circuit(getattr(first, "builder", None), first)
    return first._like(first._operand(x)), first._like(first._operand(y))


def mux(condition: Value, x: V | float, y: V | float) -> V:
    """x where the condition, one bit, is 1, else y; either may be a number. One AND for each bit."""
    one, other = alike(x, y)
    if of_circuit(one.builder, condition).kind.width != 1:
        raise LocalError("bad-width", f"a condition of {condition.kind.width} bits", "compare, or take one bit: c[0]")
    return one._like(arithmetic.select(one.builder, condition.literals[0], one.literals, other.literals))
