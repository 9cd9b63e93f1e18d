"""Functions of values: joining, minimum and maximum, counting ones, tables, sorting networks, square roots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial, reduce
from typing import Any

from mpc.errors import LocalError
from protocols.circuits import arithmetic, division
from protocols.circuits.circuit import FALSE
from protocols.circuits.kinds import Bits, UInt
from protocols.circuits.shallow import is_wanted, total
from protocols.circuits.values import Number, Value, alike, made, mux, need_unsigned, of_circuit, value_of
from protocols.sorting_network import comparators


def joined(*parts: Value) -> Value:
    """All bits of the parts as Bits, those of the first lowest."""
    parts = tuple(parts[0]) if len(parts) == 1 and isinstance(parts[0], list | tuple) else parts
    if not parts:
        raise LocalError("bad-operand", "nothing to join", "give one value or more")
    builder = getattr(parts[0], "builder", None)
    return value_of(parts[0].builder, [literal for part in parts for literal in of_circuit(builder, part).literals])


def minimum(x: Number | int, y: Number | int) -> Number:
    """The smaller of two: 2 k ANDs for k bits. Of floats the second one where either is NaN."""
    one, other = alike(x, y)
    return mux(one < other, one, other)


def maximum(x: Number | int, y: Number | int) -> Number:
    """The larger of two: 2 k ANDs for k bits. Of floats the second one where either is NaN."""
    one, other = alike(x, y)
    return mux(one > other, one, other)


def ordered(x: Number, y: Number) -> tuple[Number, Number]:
    """Both, the smaller first: 2 k ANDs, since what leaves one place comes into the other."""
    change = x._like(mux(x > y, x ^ y, 0).literals)
    return x ^ change, y ^ change


def argmax(values: Sequence[Number]) -> tuple[Number, Number]:
    """The place of the largest, of several the first, as UInt of as many bits as it takes, and the largest.

    About 2 k + log2 n ANDs a value of k bits, in ceil(log2 n) comparisons one after another.
    """
    return _extreme(list(values), lambda x, y: y > x)


def argmin(values: Sequence[Number]) -> tuple[Number, Number]:
    """The place of the smallest, of several the first, and the smallest; as `argmax`."""
    return _extreme(list(values), lambda x, y: y < x)


def _extreme(values: list[Number], better: Callable[[Number, Number], Value]) -> tuple[Number, Number]:
    if not values:
        raise LocalError("bad-operand", "the extreme of no values", "give one value or more")
    found = [(list[int](), value) for value in values]
    while len(found) > 1:
        odd = [([*place, FALSE], value) for place, value in found[len(found) & ~1 :]]
        pairs = zip(found[::2], found[1::2], strict=False)
        found = [_better(*first, *second, better(first[1], second[1])) for first, second in pairs] + odd
    ((place, value),) = found
    return _number(value, place or [FALSE]), value


def _better(
    place: list[int], value: Number, other_place: list[int], other: Number, second: Value
) -> tuple[list[int], Number]:
    chosen = arithmetic.select(value.builder, second.literals[0], other_place, place)
    return [*chosen, second.literals[0]], mux(second, other, value)


def sorted_values(values: Sequence[Number]) -> list[Number]:
    """All, ascending, by Batcher's odd-even merge sort: about n (log2 n)^2 / 4 comparisons. NaN among floats leaves the
    others in some order."""
    found = list(values)
    for places, step in comparators(len(found)):
        for low in places.tolist():
            found[low], found[low + step] = ordered(found[low], found[low + step])
    return found


def sum_of(values: Sequence[Number | int]) -> Number:
    """The sum of numbers of one kind, of which one is a value; it wraps around.

    In `shallow()` one carry runs through all of them.
    """
    first = next((value for value in values if isinstance(value, Number)), None)
    if first is None:
        raise LocalError("bad-operand", "the sum of no values", "give one value or more")
    words = [first._operand(value) for value in values]
    if not is_wanted():
        return first._like(reduce(partial(arithmetic.add, first.builder), words))
    columns = [[bit for bit in bits if bit != FALSE] for bits in zip(*words, strict=True)]
    return first._like(total(first.builder, columns))


def population_count(x: Value) -> Number:
    """How many bits are 1, as UInt of as many bits as that takes: fewer than k ANDs."""
    of_circuit(getattr(x, "builder", None), x)
    count = arithmetic.population_count(x.builder, x.literals)
    return _number(x, count)


def square_root(x: Number) -> Number:
    """The largest r with r^2 <= x of an unsigned number, half as wide. LocalError `bad-operand` for a signed one."""
    _unsigned(x)
    return _number(x, division.square_root(x.builder, x.literals)[0])


def wide_product(x: Number, y: Number | int) -> Number:
    """x y with all its bits, as UInt of both widths together; unsigned numbers, a public one as wide as x."""
    _unsigned(x)
    other = of_circuit(x.builder, y if isinstance(y, Value) else x._like(x._operand(y)))
    _unsigned(x, other)
    width = x.kind.width + other.kind.width
    return _number(x, arithmetic.multiply(x.builder, x.literals, other.literals, width))


def looked_up(index: Value, table: Sequence[Any], kind: Bits) -> Value:
    """table[index] for a public table of numbers of this kind; beyond its end the last entry."""
    of_circuit(getattr(index, "builder", None), index)
    need_unsigned(index, "an index")
    if not isinstance(kind, Bits):
        raise LocalError("bad-operand", f"a {type(kind).__name__} is no kind", "say what the entries are: UInt(8)")
    entries = list(table) if isinstance(table, Iterable) else []
    if not entries:
        raise LocalError("bad-operand", "an empty table", "give one number or more")
    words = [sum(bit << place for place, bit in enumerate(kind.encoded(entry))) for entry in entries]
    literals = arithmetic.looked_up(index.builder, index.literals, words, kind.width)
    return made(index.builder, kind, literals)


def _unsigned(*values: Value) -> None:
    for value in values:
        if not isinstance(value, Value) or type(value.kind) is not UInt:
            kind = getattr(value, "kind", type(value).__name__)
            raise LocalError("bad-operand", f"a {kind} where an unsigned number belongs", "convert it: x.to(UInt(k))")


def _number(x: Value, literals: Sequence[int]) -> Number:
    number = made(x.builder, UInt(len(literals)), literals)
    assert isinstance(number, Number)
    return number
