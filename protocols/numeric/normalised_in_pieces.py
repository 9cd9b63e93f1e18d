"""1 / x and 1 / sqrt(x) of positive numbers in a declared range, in pieces: normalised, evaluated, scaled back.

With a power of two 2^H above the range, numbers in [2^(H-(i+1)q), 2^(H-iq)) are multiplied by 2^(iq), so that all end
below 2^H and lie in y = [1, 2^q) or, taken for the next group from a quarter below, in [3/4, 2^q). A first table gives
that product, exactly, and another one g = 2^(iq), or its root, in the same two rounds. A second one has the function of
y by polynomials of degree 2, times g at once (`by_pieces(times=)`).

y is shortened between where its square would leave no bits to coefficients. Groups of more octaves take fewer places
in the first grid and more pieces and places in the second; what takes least material is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from mpc.context import Context
from mpc.errors import LocalError
from protocols.numeric.fitted_pieces import Real, fitted
from protocols.numeric.fixed_point import may_be_zero, rescale
from protocols.numeric.pieces import by_pieces
from protocols.numeric.powers_of_two import EXACT
from protocols.piecewise import Grid, Pieces
from protocols.preprocessing.kinds.piece_mask import MOST_CHOICES, MOST_PLACE_BITS
from protocols.ranges import Range
from protocols.shares import ArithmeticShare

RELATIVE_ERROR_BITS, OF_UNSHORTENED = 14, 15
"""What is promised: relative 2^-14, or 2^-15 where y is not shortened."""
LEAST_PRECISION = 15
ROOM = 62
"""The bits of numbers that truncation is exact for."""
_RESULT_BITS = 60
_WORD = 64
ROOT_OF_TWO = EXACT.sqrt(Decimal(2))


class Power(NamedTuple):
    """x^(-1 / root): the width of a piece in 64ths of where it begins, and the bits of a cell of y."""

    root: int
    width: int
    cell_bits: int


RECIPROCAL, RECIPROCAL_ROOT = Power(1, 5, 8), Power(2, 7, 7)
"""A quadratic on half of such a width is off by less than 2^-16 of the function."""


@dataclass(frozen=True)
class Form:
    """Public sizes in the letters above, for numbers of `power` in a range: H, how many groups, q; the highest number;
    `halved`: a root of 2 is left over."""

    power: Power
    high_bits: int
    groups: int
    octaves: int
    highest: int
    halved: bool

    @property
    def second_bits(self) -> int:
        """Where the second group begins."""
        return self.high_bits - (self.groups - 1) * self.octaves

    @property
    def whole_precision(self) -> int:
        """Fractional bits of y as it is made."""
        return self.high_bits - self.octaves

    @property
    def factor_bits(self) -> int:
        """Of the largest g."""
        return (self.groups - 1) * self.octaves // self.power.root

    @property
    def output_fraction(self) -> int:
        """Of the second table."""
        return _RESULT_BITS - self.factor_bits

    @property
    def precision(self) -> int:
        """Fractional bits of y when it is evaluated: a coefficient of y^2 is rounded by less than 2^-16 of the result
        on the widest piece."""
        lost = self.octaves * 2 + self.octaves // self.power.root
        return min(max(self.whole_precision, self.power.cell_bits), (self.output_fraction - 6 - lost) // 2)

    @property
    def first_grid(self) -> Grid:
        """Of x: a cell is a quarter of where the second group begins, and the first one may be left out if that is no
        more than the lowest x."""
        cell_bits = self.second_bits - 2
        first = int(self.octaves <= 2)
        place_bits = ((self.highest >> cell_bits) + 1 - first).bit_length()
        return Grid(cell_bits, place_bits, first + (1 << (place_bits - 1)))

    @property
    def first_place_bits(self) -> int:
        """Of x; 0 where there is one group."""
        return self.first_grid.place_bits if self.groups > 1 else 0

    @property
    def second_grid(self) -> Grid:
        """Of y: from a half on."""
        place_bits = self.octaves + self.power.cell_bits
        half = 1 << (self.power.cell_bits - 1)
        return Grid(self.precision - self.power.cell_bits, place_bits, half + (1 << (place_bits - 1)))

    @property
    def knots(self) -> tuple[int, ...]:
        """Of the second table, in its cells, from 3/4 to 2^q."""
        one = 1 << self.power.cell_bits
        found = [3 * one // 4]
        while found[-1] < one << self.octaves:
            low = found[-1] - 1
            found.append(min(low + low * self.power.width // _WORD, one << self.octaves))
        return tuple(found)

    @property
    def fits(self) -> bool:
        """Whether there is such material, and precision, and numbers can be shortened."""
        if (self.groups > 1 and self.second_bits < 2) or self.highest >= 1 << ROOM:
            return False
        precise = self.precision >= min(self.whole_precision, LEAST_PRECISION)
        places = max(self.first_place_bits, self.second_grid.place_bits)
        return precise and places <= MOST_PLACE_BITS and len(self.knots) - 2 <= MOST_CHOICES

    @property
    def weight(self) -> int:
        """Of material for a number, about: thermometers, and shares for each choice."""
        places = (1 << self.first_place_bits) + (1 << self.second_grid.place_bits)
        return places // _WORD + 6 * len(self.knots) + 2 * self.groups

    def normalising(self) -> tuple[Pieces, Pieces]:
        """The tables of y and of g."""
        grid = self.first_grid
        shifts = [i * self.octaves for i in reversed(range(self.groups))]
        thresholds = tuple(1 << (self.high_bits - self.octaves - shift - grid.cell_bits) for shift in shifts[1:])
        scaled = tuple((0, 1 << shift) for shift in shifts)
        factors = tuple((1 << shift // self.power.root,) for shift in shifts)
        return Pieces(grid, thresholds, scaled, 0, 0), Pieces(grid, thresholds, factors, 0, 0)

    def evaluating(self) -> Pieces:
        """The table of the function of y."""
        fractions = self.precision, self.output_fraction
        return fitted(self._of_y(), self.knots, self.second_grid, fractions, 2, (None, None))

    def _of_y(self) -> Real:
        if self.power.root == 1:
            return lambda y: 1 / y
        return lambda y: (ROOT_OF_TWO if self.halved else 1) / y.sqrt()


@lru_cache(maxsize=64)
def form_of(power: Power, r: Range, fraction: int) -> Form:
    """The sizes for numbers in a range. LocalError `domain` where it holds zero, `range-too-wide` for too many
    octaves."""
    if r.lo < 1:
        raise may_be_zero("reciprocals in pieces", r, fraction)
    low, high = r.lo.bit_length() - 1, r.hi.bit_length()
    forms = []
    for octaves in range(power.root, max(high - low, 1) + power.root, power.root):
        groups = -(-max(high - low, 1) // octaves)
        top = min(low + groups * octaves, ROOM)
        halved = power.root == 2 and (fraction - top) % 2 == 1
        forms.append(Form(power, top, groups, octaves, r.hi, halved))
    fitting = [form for form in forms if form.fits]
    if not fitting:
        raise LocalError(
            "range-too-wide", f"reciprocals in pieces of numbers that may lie anywhere in {r.lo} to {r.hi}",
            "declare a narrower range: 1 / x goes over 16 octaves, a root over 21",
        )  # fmt: skip
    return min(fitting, key=lambda form: form.weight)


@lru_cache(maxsize=64)
def tables_of(form: Form) -> tuple[tuple[Pieces, Pieces] | None, Pieces]:
    """Those of a form; None for what has one group."""
    return (form.normalising() if form.groups > 1 else None), form.evaluating()


async def reciprocal(ctx: Context, x: ArithmeticShare, r: Range, fraction: int, result: int) -> ArithmeticShare:
    """[1 / x] with `result` fractional bits, elementwise, any shape, for x in r with `fraction` of them.

    Off by at most 2^-15 of the result and a unit of the last place, 2^-14 where y is shortened, as where r.hi has more
    than some 20 bits. Rounds: 5 if `by_pieces` takes 2, 3 where r is within an octave; one more where y is shortened.
    x outside of r gives a wrong number. Nobody learns anything; adversary and threshold are the suite's. LocalError
    `domain`, `range-too-wide` beyond some 16 octaves.
    """
    form = form_of(RECIPROCAL, r, fraction)
    return await _evaluated(ctx, x, form, form.whole_precision - fraction - result)


async def reciprocal_root(ctx: Context, x: ArithmeticShare, r: Range, fraction: int, result: int) -> ArithmeticShare:
    """[1 / sqrt(x)] with `result` fractional bits, elementwise, as `reciprocal`; r of up to 21 octaves."""
    form = form_of(RECIPROCAL_ROOT, r, fraction)
    return await _evaluated(ctx, x, form, (form.whole_precision - fraction + form.halved) // 2 - result)


async def _evaluated(ctx: Context, x: ArithmeticShare, form: Form, shift: int) -> ArithmeticShare:
    normalising, evaluating = tables_of(form)
    y, g = (x, None) if normalising is None else await by_pieces(ctx, x, *normalising)
    y = await rescale(ctx, y, form.whole_precision - form.precision)
    (z,) = await by_pieces(ctx, y, evaluating, times=g)
    return await rescale(ctx, z, form.output_fraction + shift)
