"""Quotients, reciprocals, products and roots of fixed-point numbers, each the nearest one to the exact result.

A number x stands for x / 2^f. The kinds of what goes in and comes out are public, and say what ranges are known: costs
follow them. Nothing is checked inside of a circuit: a result that its kind does not hold, or a divisor of 0, gives a
number that means nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from protocols.circuits import arithmetic
from protocols.circuits.arithmetic import Word
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import FALSE, TRUE
from protocols.circuits.division import quotient_bits, square_root
from protocols.circuits.kinds import Int, UInt
from protocols.circuits.library.fixed_point.values import (
    fitted,
    need_kind,
    need_number,
    need_places,
    number,
    operands,
    signed,
)
from protocols.circuits.values import Number


def quotient(x: Number | int, y: Number | int, fractional_bits: int, kind: UInt | Int) -> Number:
    """x 2^f / y to the nearest, as `kind`: x / y with f fractional bits where x and y have the same number of them.

    Off by at most 1/2 of the last place; of two that are as near the greater one for y > 0, the smaller one for y < 0.
    About (bits of the kind + 1) times the bits of y ANDs: give y the kind that its range needs. x or y may be public.
    """
    x, y = operands(x, y)
    places, kind = need_places(fractional_bits), need_kind(kind)
    count = max(kind.width, 2) + (1 if isinstance(kind, Int) else 2)  # a bit more of Int(1), where all may be a sign
    found = quotient_bits(x.builder, [FALSE] * (places + 1) + signed(x), signed(y), count)
    return number(x.builder, kind, _halved(x.builder, found, found[-1]))


def reciprocal(x: Number, fractional_bits: int, kind: UInt | Int) -> Number:
    """2^(2 f) / x to the nearest, as `kind`: 1 / x where both have f fractional bits. Costs, errors as `quotient`."""
    return quotient(1 << need_places(fractional_bits), x, fractional_bits, kind)


def product(x: Number, y: Number, fractional_bits: int, kind: UInt | Int) -> Number:
    """x y / 2^f to the nearest, of two the greater one, as `kind`: off by at most 1/2 of the last place."""
    x, y = operands(x, y)
    places, kind = need_places(fractional_bits), need_kind(kind)
    width = min(len(signed(x)) + len(signed(y)), kind.width + places)
    whole = arithmetic.multiply_signed(x.builder, signed(x), signed(y))[:width]
    return number(x.builder, kind, _rounded(x, whole, places))


def rounded(x: Number, places: int, kind: UInt | Int) -> Number:
    """x / 2^places to the nearest, of two the greater one, as `kind`: off by at most 1/2. A k-bit addition."""
    return number(need_number(x).builder, need_kind(kind), _rounded(x, signed(x), need_places(places)))


def root(x: Number, fractional_bits: int) -> Number:
    """sqrt(x 2^f) to the nearest: the root of x with f fractional bits, as UInt(ceil((k + f) / 2) + 1) of k bits.

    Off by less than 1/2 of the last place; there are no ties. The root of a negative number is 0. About r^2 / 2 + 3 r
    ANDs for r bits of result.
    """
    places, b = need_places(fractional_bits), need_number(x).builder
    body = x.literals
    if isinstance(x.kind, Int):
        body = [b.and_(bit, body[-1] ^ 1) for bit in body[:-1]] or [FALSE]
    even = (len(body) + places) % 2
    found, _ = square_root(b, [*[FALSE] * (places + 2), *body, *[FALSE] * even])
    result = _halved(b, found, FALSE)
    return number(b, UInt(len(result)), result)


def inverse_root(x: Number, fractional_bits: int, kind: UInt | Int) -> Number:
    """sqrt(2^(3 f) / x) to the nearest, as `kind`: 1 / sqrt(x) where both have f fractional bits, of x > 0.

    Off by at most 1/2 of the last place. A quotient of twice the result's bits, and its root.
    """
    places, kind = need_places(fractional_bits), need_kind(kind)
    b, width = need_number(x).builder, kind.width - isinstance(kind, Int)
    dividend = [FALSE] * (3 * places + 2) + [TRUE, FALSE]
    squared = quotient_bits(b, dividend, signed(x), 2 * width + 3)
    found, _ = square_root(b, squared[:-1])
    return number(b, kind, [*_halved(b, found, FALSE)[:width], FALSE])


def _halved(b: Builder, x: Sequence[int], above: int) -> Word:
    """floor((x + 1) / 2): a number that has one more bit below the point, to the nearest. As wide as x."""
    return arithmetic.add(b, [*x[1:], above], [FALSE] * len(x), x[0])


def _rounded(x: Number, literals: list[int], places: int) -> list[int]:
    """Two's complement over 2^places, to the nearest; one bit wider than what is left, since it may be rounded up."""
    if not places:
        return literals
    wide = fitted(literals, max(len(literals), places) + 1)
    return arithmetic.add(x.builder, wide[places:], [FALSE] * len(wide[places:]), wide[places - 1])
