"""A smooth function on [0, 1) by polynomials, one for each of 2^h equal pieces, with a proved bound of the error.

The high bits of x choose the coefficients from one table, the low ones are u in [-1, 1) of the polynomial

    P(u) = a_0 + u (a_1 + u (a_2 + ...)),     interpolating the function at the d + 1 zeros of Chebyshev's polynomial.

The distance from the function is at most |F^(d+1)| / (d+1)! times (half a piece)^(d+1) / 2^d. In units of 2^-g, to
which coefficients are rounded, a step of Horner's scheme adds at most 1/2 for the coefficient, 1/2 for what is cut off
its product (half a unit, which is added to the coefficient, makes the cut one to the nearest), 1/4 for columns of the
product that are left out, and 1/2 for bits of u that are. |u| <= 1 passes on what came before. The last coefficient
holds half of the result's last place as well, so that cutting g - f bits off rounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import ceil

from protocols.circuits import arithmetic
from protocols.circuits.arithmetic import Word
from protocols.circuits.builder import Builder
from protocols.circuits.library.fixed_point.functions import PI, Smooth, cosine

DIGITS = 60
"""Of the decimal numbers that coefficients are computed with."""
MOST_PIECES, MOST_DEGREE = 10, 12
"""Pieces are at most 2^10."""
SLACK = Fraction(1, 2)
"""The largest error of a polynomial, in units of the result's last place; rounding makes it one unit."""
A_STEP = Fraction(7, 4)
AN_XOR = 1
"""What it costs, in tenths of an AND."""


@dataclass(frozen=True)
class Polynomials:
    """2^`pieces` polynomials whose coefficients are whole numbers of units of 2^-`unit`: rows[j] has a_j of each piece,
    and widths[j] bits hold what Horner's scheme has when it has added it."""

    pieces: int
    unit: int
    rows: tuple[tuple[int, ...], ...]
    widths: tuple[int, ...]


def evaluate(b: Builder, x: Sequence[int], function: Smooth, places: int, width: int, slack: Fraction = SLACK) -> Word:
    """F(x / 2^k) 2^places of k bits to `width` bits of two's complement, off by at most 1/2 + slack."""
    made = polynomials(function, len(x), places, slack)
    low, high = x[: len(x) - made.pieces], x[len(x) - made.pieces :]
    u = [*low[:-1], low[-1] ^ 1] if low else []
    *words, total = _looked_up(b, high, made)
    for word, bits in zip(reversed(words), reversed(made.widths[:-1]), strict=True):
        total = arithmetic.add(b, _extended(word, bits), _extended(_product(b, total, u), bits))
    return _extended(total[made.unit - places :], width)


@lru_cache(maxsize=64)
def polynomials(function: Smooth, bits: int, places: int, slack: Fraction = SLACK) -> Polynomials:
    """Those that cost least among all that are close enough."""
    with localcontext(prec=DIGITS):
        most = range(function.halvings, min(MOST_PIECES, bits) + 1)
        sizes = [(h, d) for h in most for d in range(MOST_DEGREE) if h < bits or d == 0]
        fitting = [(h, d, unit) for h, d in sizes if (unit := _unit(function, h, d, bits, places, slack)) is not None]
        h, d, unit = min(fitting, key=lambda size: _price(function, size, bits))
        columns = zip(*(_coefficients(function, h, d, i, h == bits) for i in range(1 << h)), strict=True)
        rows = [_whole(column, unit, _added_to(j, d, unit - places)) for j, column in enumerate(columns)]
    sums = [max(sum(map(abs, column)) for column in zip(*rows[j:], strict=True)) + 2 * (d - j) for j in range(d + 1)]
    return Polynomials(h, unit, tuple(rows), tuple(size.bit_length() + 1 for size in sums))


def _whole(column: Iterable[Decimal], unit: int, more: Fraction) -> tuple[int, ...]:
    return tuple(round(Fraction(a) * (1 << unit) + more) for a in column)


def _added_to(j: int, d: int, cut: int) -> Fraction:
    """To a_j of degree d: half a unit for the product that it is added to, and half of what `cut` bits hold."""
    return Fraction(j < d, 2) + Fraction(1 << cut if j == 0 and cut else 0, 2)


def _unit(function: Smooth, h: int, d: int, bits: int, places: int, slack: Fraction) -> int | None:
    """How fine coefficients have to be; None where no fineness is enough."""
    if h == bits:
        return places  # the function at each x, to the nearest
    distance = function.bound(d + 1) * Fraction(1 << places, (1 << d) * (2 << h) ** (d + 1))
    rounding = d * A_STEP + Fraction(1, 2)
    if distance >= slack:
        return None
    return places + max(ceil(rounding / (slack - distance)) - 1, 0).bit_length()


def _price(function: Smooth, size: tuple[int, int, int], bits: int) -> int:
    """About what it costs, in tenths of an AND: whole numbers, which are the same on every machine."""
    h, d, unit = size
    widths = [_width(function, j, h, unit) for j in range(d + 1)]
    entries = sum(widths)
    table = min((1 << a) + (1 << h - a) + entries * ((1 << h - a) - 1) for a in range(h + 1))
    products = sum(15 * w * min(w + 1, bits - h) + 10 * v for w, v in zip(widths[1:], widths, strict=False))
    return 10 * table + products + AN_XOR * (entries << h) // 2


def _width(function: Smooth, j: int, h: int, unit: int) -> int:
    return 2 + ceil(function.bound(j) * Fraction(1 << unit, (2 << h) ** j)).bit_length()


def _coefficients(function: Smooth, h: int, d: int, piece: int, single: bool) -> list[Decimal]:
    """Of the polynomial in u of a piece, or what the function is at its beginning, if that is a single number."""
    if single:
        return [function.at(Decimal(piece) / (1 << h))]
    nodes = _nodes(d)
    values = [function.at((piece + (1 + u) / 2) / (1 << h)) for u in nodes]
    for order in range(1, d + 1):  # Newton's divided differences, from the last one up
        for i in range(d, order - 1, -1):
            values[i] = (values[i] - values[i - 1]) / (nodes[i] - nodes[i - order])
    powers = [values[d]]
    for i in range(d - 1, -1, -1):
        moved = [Decimal(0), *powers]
        powers = [m - nodes[i] * p for m, p in zip(moved, [*powers, Decimal(0)], strict=True)]
        powers[0] += values[i]
    return powers


@lru_cache
def _nodes(d: int) -> list[Decimal]:
    """The zeros of Chebyshev's polynomial of degree d + 1, or, for d = 0, the middle."""
    return [cosine(PI * (2 * i + 1) / (2 * d + 2)) for i in range(d + 1)]


def _looked_up(b: Builder, index: Sequence[int], made: Polynomials) -> list[Word]:
    """The coefficients of the piece, all from one table."""
    table = [0] * (1 << made.pieces)
    widths = [1 + max(max(whole, ~whole).bit_length() for whole in row) for row in made.rows]
    starts = [sum(widths[:j]) for j in range(len(widths) + 1)]
    for start, width, row in zip(starts, widths, made.rows, strict=False):
        table = [entry | (whole & (1 << width) - 1) << start for entry, whole in zip(table, row, strict=True)]
    joined = arithmetic.looked_up(b, index, table, starts[-1])
    return [joined[start:end] for start, end in pairwise(starts)]


def _product(b: Builder, total: Word, u: Word) -> Word:
    """The total times u, cut to a unit."""
    taken = u[-(len(total) + 1) :]
    cut = len(taken) - 1
    skipped = max((c for c in range(min(len(taken), len(total))) if 4 * c << c <= 1 << cut), default=0)
    return arithmetic.multiply_signed(b, total, taken, skipped)[cut - skipped :]


def _extended(x: Word, width: int) -> Word:
    return [*x[:width], *[x[-1]] * (width - len(x))]
