"""Rows of several parties, held to public bounds on secrets, so that it is known how far a record moves their sums.

All bounds are whole numbers, of units of the last place, and hold of the numbers that the parties compute with: what
rounding may add is in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isqrt, nextafter
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.contributions import rows_of_unit
from protocols.array.functions import inverse_sqrt
from protocols.array.lines import user_line
from protocols.array.logic import maximum
from protocols.array.revealing import checked
from protocols.array.scales import fixed, ring_form
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate
from protocols.privacy.neighbours import Neighbours
from protocols.ranges import ERROR_BITS, NO_BOUND, Range, shifted_up

_MOST_LOST = Fraction(1, 8)
"""How much longer than its bound a row may come out, or nothing useful would be left beside the noise."""

Parts = SecretArray | Sequence[SecretArray]
"""A table, or parts of it one below the other."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """Rows, each at most `longest` units of the last place long, in L2."""

    values: SecretArray
    longest: int


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows of features, at most 1 long, with what each should tell; one unit is in at most `moved` of them."""

    rows: Bounded
    targets: SecretArray
    moved: int

    def with_ones(self, wanted: bool) -> SecretArray:
        """The rows, with a constant beside them if it is wanted."""
        ones = np.ones((len(self.targets), 1))
        return concatenate([self.rows.values, ones], axis=1) if wanted else self.rows.values


def examples_of(ctx: Context, features: Parts, targets: Parts, bound: float, neighbours: Neighbours) -> Examples:
    """Features (rows, columns) and targets (rows,), each in one part or several. LocalError `wrong-shape`,
    `not-secret`, `not-bounded`, `sensitivity-unknown`."""
    xs, ys = parts_of(ctx, features, 2, "features"), parts_of(ctx, targets, 1, "targets")
    _refuse_unequal(xs, ys)
    x, y = joined(xs), joined(ys)
    moved = rows_of_unit([x.node, y.node], neighbours)
    return Examples(unit_rows(x, bound), ring_form(y), moved)


def root_up(square: int) -> int:
    """The smallest whole number whose square is not below this one."""
    return isqrt(square - 1) + 1 if square > 0 else 0


def parts_of(ctx: Context, given: Any, dimensions: int, what: str) -> list[SecretArray]:
    """One secret or several as a list of at least one. LocalError `not-secret`, ..., `wrong-shape`."""
    line = user_line()
    parts = [checked(ctx, part, line) for part in (given if isinstance(given, list | tuple) else [given])]
    widths = {part.shape[1:] for part in parts}
    if not parts or len(widths) != 1 or any(part.ndim != dimensions or not part.size for part in parts):
        raise LocalError(
            "wrong-shape",
            f"{what} of shapes {', '.join(str(part.shape) for part in parts) or '()'}",
            f"give secrets of {dimensions} dimensions, a row for each record, all of as many columns",
            line=line,
        )
    return parts


def _refuse_unequal(features: Sequence[SecretArray], targets: Sequence[SecretArray]) -> None:
    """LocalError `wrong-shape` where parts of features and of what they should tell are not as long."""
    if [len(x) for x in features] != [len(y) for y in targets]:
        raise LocalError(
            "wrong-shape",
            f"features of {[len(x) for x in features]} rows beside {[len(y) for y in targets]} targets",
            "give a target for each row, in parts of the same lengths",
            line=user_line(),
        )


def joined(parts: Sequence[SecretArray]) -> SecretArray:
    """One below the other."""
    return parts[0] if len(parts) == 1 else concatenate(parts)


def unit_rows(x: SecretArray, bound: float) -> Bounded:
    """Each row of x (rows, columns) divided by `bound`, and by its length where that is larger: no longer than 1.

    Of u = x / bound, as it is computed, u / max(|u|, 1), where ranges do not show that no row is longer. Exactly, that
    is at most 1 long; what is computed is off by a proven error in each element, and so at most sqrt(columns) times
    that longer. It shortens, so that it brings what u is off by no further.
    """
    x = ring_form(x)
    u, columns, lost = fixed(x * nextafter(1 / bound, 0)), x.shape[1], 0
    if columns * x.range.magnitude**2 > int(bound * 2**x.scale) ** 2:
        lost = root_up(columns) * u.range.error
        u = _shortened(u.in_range(u.range.off_by(0)))
    off, one = _off(u), 1 << u.scale
    if columns * off**2 > one**2 * _MOST_LOST**2:
        raise _too_coarse()
    known = Range(-one - off, one + off, u.range.error + lost)
    return Bounded(u.in_range(known), one + root_up(columns * off**2))


def _shortened(u: SecretArray) -> SecretArray:
    squares = (u * u).sum(axis=1, keepdims=True)
    return fixed(u * inverse_sqrt(maximum(squares, 1)))


def _off(x: SecretArray) -> int:
    """How far an element may be from exact, in units of the last place."""
    if x.range.error >= NO_BOUND:
        raise LocalError(
            "not-bounded",
            "nothing is known of how far clipped rows are from exact ones, so they may be of any length",
            "declare tighter ranges where the secrets come in",
            line=user_line(),
        )
    return shifted_up(x.range.error, ERROR_BITS)


def _too_coarse() -> LocalError:
    return LocalError(
        "loses-too-much",
        "the bound of a row is so small beside the ranges of its columns that rows may be off by an eighth of it",
        "declare tighter ranges where the secrets come in, choose a larger row_bound, or run with more "
        "--fractional-bits",
        line=user_line(),
    )


def bound_of(value: Any, what: str) -> float:
    """A public length above 0. LocalError `wrong-number`."""
    number = value.item() if isinstance(value, np.generic) else value
    if type(number) not in (int, float) or not 0 < number < inf:
        raise LocalError("wrong-number", f"{what} is {value!r}", "give a number above 0", line=user_line())
    return float(number)


def squared_sum_moved(rows: int, one: int, elements: int, scale: int) -> int:
    """How far so many rows move a vector of sums, in L2 and units of the last place, where one moves it by at most
    `one`, squared, before it is shortened by `scale` bits: each element then comes to less than two units more."""
    return root_up(-(-(rows**2) * one >> 2 * scale)) + root_up(4 * elements)
