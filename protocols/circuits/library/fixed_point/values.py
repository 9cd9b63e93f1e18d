"""What fixed-point functions take and give: whole numbers that stand for x / 2^f, widened, cut and checked."""

from __future__ import annotations

from collections.abc import Sequence

from mpc.errors import LocalError
from protocols.circuits.arithmetic import Word
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import FALSE
from protocols.circuits.kinds import WIDEST, Bits, Int, UInt
from protocols.circuits.values import Number, made, of_circuit


def signed(x: Number) -> Word:
    """The bits of x as two's complement: an unsigned number gets a sign."""
    return list(x.literals) if isinstance(x.kind, Int) else [*x.literals, FALSE]


def fitted(x: Sequence[int], width: int) -> Word:
    """Two's complement in another width: the sign repeated, or the highest bits cut off."""
    return [*x[:width], *[x[-1]] * (width - len(x))]


def number(builder: Builder, kind: UInt | Int, literals: Sequence[int]) -> Number:
    """Two's complement as a number of a kind."""
    value = made(builder, kind, fitted(literals, kind.width))
    assert isinstance(value, Number)
    return value


def constant(builder: Builder, whole: int) -> Number:
    """A public whole number, in as many bits as it takes."""
    kind = Int(max(whole.bit_length(), (~whole).bit_length()) + 1)
    return number(builder, kind, kind.encoded(whole))


def operands(x: Number | int, y: Number | int) -> tuple[Number, Number]:
    """Two numbers of one circuit, each of its own kind; one of them may be public. LocalError `bad-operand`."""
    first = x if isinstance(x, Number) else y
    need_number(first)
    assert isinstance(first, Number)
    one, other = (constant(first.builder, v) if isinstance(v, int) else v for v in (x, y))
    return need_number(one, first.builder), need_number(other, first.builder)


def need_number(x: Number | int, builder: Builder | None = None) -> Number:
    """x, which is a whole number of the circuit. LocalError `bad-operand`."""
    if not isinstance(x, Number):
        kind = getattr(x, "kind", type(x).__name__)
        raise LocalError("bad-operand", f"a {kind} where a whole number of a circuit belongs", "write x.to(Int(k))")
    of_circuit(x.builder if builder is None else builder, x)
    return x


def need_places(fractional_bits: int) -> int:
    """A number of fractional bits. LocalError `bad-width`."""
    if isinstance(fractional_bits, bool) or not isinstance(fractional_bits, int) or not 0 <= fractional_bits < WIDEST:
        raise LocalError("bad-width", f"{fractional_bits!r} fractional bits", "give a whole number from 0 on")
    return fractional_bits


def need_kind(kind: Bits) -> UInt | Int:
    """A kind of whole numbers. LocalError `bad-operand`."""
    if not isinstance(kind, UInt | Int):
        raise LocalError("bad-operand", f"{kind!r} is no kind of whole numbers", "give UInt(k) or Int(k)")
    return kind
