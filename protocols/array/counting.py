"""Counting: how many elements are set, equal to something, or between public edges; and where elements belong among
others.

Every count is a local sum of the bits of one comparison of all pairs: at most 8 rounds, x.size * m comparisons. Where
one side is public, all that an element is compared with share its opened mask.
"""

from __future__ import annotations

from math import ldexp
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.array.arithmetic import add, multiply, subtract, sum_
from protocols.array.folding import folded
from protocols.array.implementations import implements
from protocols.array.lines import user_line
from protocols.array.logic import (
    absolute,
    all_,
    equal,
    equals,
    greater,
    less,
    less_equal,
    logical_not,
    logical_xor,
    not_equal,
)
from protocols.array.matrices import matmul
from protocols.array.missing import missing
from protocols.array.public import public, thresholds_of
from protocols.array.scales import constant, fixed, ring_form
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate
from protocols.array.thresholds import Units, below_each, nearest, threshold
from protocols.ranges import ERROR_BITS, ULP


@implements(np.count_nonzero)
def count_nonzero(a: SecretArray, axis: Any = None, *, keepdims: bool = False) -> SecretArray:
    """How many elements over axes are not zero."""
    return sum_(a if a.kind == "bit" else not_equal(a, 0), axis, keepdims)


@implements(np.isin)
def isin(element: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> SecretArray:
    """Whether each element is among the others: one comparison with all of them.

    Of public ones that x cannot tell apart one is taken, so that at most one is equal, and whether any is costs nothing
    more.
    """
    if isinstance(test_elements, SecretArray):
        others: Any = np.reshape(test_elements, -1)
        matches = equal(np.reshape(element, (*np.shape(element), 1)), others)
        found = greater(sum_(matches, -1), 0)
    else:
        x = ring_form(element)
        values, moved = nearest(x, np.reshape(test_elements, -1))
        found = (
            _any_of_one(equals(x.reshape(*x.shape, 1), Units(np.unique(values), moved))) if values.size else _none(x)
        )
    return logical_not(found) if invert else found


def _any_of_one(bits: SecretArray) -> SecretArray:
    """Whether any is set in the last axis, of which at most one is: their XOR, local."""
    return folded(logical_xor, bits)


def _none(x: SecretArray) -> SecretArray:
    return not_equal(x, x)


@implements(np.searchsorted)
def searchsorted(a: Any, v: Any, side: str = "left") -> SecretArray:
    """How many elements of the sorted vector a are below each of v, or with side="right" not above it."""
    _one_dimension("np.searchsorted", a)
    if side not in ("left", "right"):
        raise missing(f"np.searchsorted with side={side!r}", "side is 'left' or 'right'")
    if not isinstance(a, SecretArray) and np.size(a):
        x = ring_form(v)
        return subtract(np.size(a), sum_(below_each(x, threshold(x, a, or_equal=side != "right")), 0))
    column = np.reshape(v, (*np.shape(v), 1))
    return sum_(less_equal(a, column) if side == "right" else less(a, column), -1)


@implements(np.digitize)
def digitize(x: SecretArray, bins: Any, right: bool = False) -> SecretArray:
    """The number of the bin of each x, between public edges that rise or fall, by numpy's rules."""
    edges = thresholds_of(bins)
    _one_dimension("np.digitize", edges)
    if np.all(np.diff(edges) >= 0):
        return searchsorted(edges, x, "left" if right else "right")
    if np.any(np.diff(edges) > 0):
        raise LocalError("bad-bins", "edges that neither rise nor fall", "sort them", line=user_line())
    return subtract(len(edges), searchsorted(edges[::-1], x, "left" if right else "right"))


@implements(np.histogram)
def histogram(
    a: SecretArray,
    bins: Any = 10,
    range: tuple[float, float] | None = None,
    density: bool | None = None,
    weights: Any = None,
) -> tuple[SecretArray, npt.NDArray[Any]]:
    """How many elements lie between neighbouring edges, or the sums of their weights; and the edges, which are public.

    `bins` are edges that rise, or how many of equal width lie in `range`. The last bin has its upper edge.
    Raises LocalError `bad-bins` where the edges would have to follow from the values.
    """
    if density:
        raise missing("np.histogram with density", "counts / (counts.sum() * np.diff(edges)), the sum of a public size")
    edges = _edges(bins, range)
    flat = ring_form(a.reshape(-1))
    inner, last = threshold(flat, edges[:-1], or_equal=False), threshold(flat, edges[-1:], or_equal=True)
    not_above = below_each(flat, inner, last)
    inside = _apart(not_above[1:], not_above[:-1])
    counts = sum_(inside, 1) if weights is None else matmul(inside, np.reshape(weights, -1))
    return counts, edges


def _edges(bins: Any, range_: tuple[float, float] | None) -> npt.NDArray[Any]:
    if isinstance(bins, str):
        raise LocalError(
            "bad-bins", f"bins by {bins!r}, which would follow from the values", "give the edges, or how many bins",
            line=user_line(),
        )  # fmt: skip
    if np.ndim(bins) == 0 and range_ is None:
        raise LocalError(
            "bad-bins", "a histogram between the smallest and the largest value, which would show",
            "give the edges, bins=[0, 10, 20], or range=(lo, hi)", line=user_line(),
        )  # fmt: skip
    edges = np.histogram_bin_edges(np.empty(0), bins, range_)
    if len(edges) < 2 or np.any(np.diff(edges) < 0):
        raise LocalError("bad-bins", "edges that do not rise", "sort them", line=user_line())
    return edges


@implements(np.bincount)
def bincount(x: SecretArray, weights: Any = None, minlength: int = 0) -> SecretArray:
    """How often each whole number from 0 to minlength - 1 stands in the vector x; or sums of weights, as reals.

    Raises LocalError `bad-bins` unless x's range lies within these numbers: how many there are must not follow from x.
    """
    _one_dimension("np.bincount", x)
    if x.kind == "fixed" or x.range.lo < 0 or x.range.hi >= max(minlength, 1):
        lo, hi = x.bounds
        remedy = "give minlength above the largest value that may come, and declare x.within(0, minlength - 1)"
        if x.kind == "fixed":
            remedy = 'make whole numbers of them: mpc.secret(..., kind="int") where they come in, or x.astype(int)'
        what = f"np.bincount of {x.kind} values in [{lo:g}, {hi:g}] into {minlength} bins"
        raise LocalError("bad-bins", what, remedy, line=user_line())
    matches = _each_of(ring_form(x), minlength)
    return sum_(matches, 1) if weights is None else fixed(matmul(matches, weights))


def _each_of(x: SecretArray, count: int) -> SecretArray:
    """[x = i] as numbers for each i below a count that x is below too: (count, *x.shape)."""
    if count < 2:
        return constant(x.context, np.ones((count, *x.shape), np.int64), 0)
    below = below_each(x, threshold(x, np.arange(1, count), or_equal=False))
    ends = [np.zeros((1, *x.shape), np.int64), np.ones((1, *x.shape), np.int64)]
    return _apart(concatenate([below, ends[1]]), concatenate([ends[0], below]))


def _apart(not_above: SecretArray, below: SecretArray) -> SecretArray:
    """The differences of [x < t] and [x < s] for rising thresholds, t the next one after s: [s <= x < t], of which one
    holds at most."""
    apart = subtract(not_above, below)
    apart.node.value.exclusive = True
    return apart.narrowed(0, 1)


@implements(np.array_equal)
def array_equal(a1: Any, a2: Any) -> Any:
    """Whether all elements are equal, as one bit; False, which is public, where the shapes differ."""
    return np.False_ if np.shape(a1) != np.shape(a2) else all_(equal(a1, a2))


@implements(np.array_equiv)
def array_equiv(a1: Any, a2: Any) -> Any:
    """Whether all elements are equal as numpy broadcasts, as one bit; False where they don't."""
    try:
        np.broadcast_shapes(np.shape(a1), np.shape(a2))
    except ValueError:
        return np.False_
    return all_(equal(a1, a2))


@implements(np.isclose)
def isclose(a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08) -> SecretArray:
    """|a - b| <= atol + rtol |b|. What a and b are off by, and at most two units of the last place, is allowed besides:
    a third computed is close to a third, whatever is finer than the last place."""
    a, b = (ring_form(v) if isinstance(v, SecretArray) else public(v) for v in (a, b))
    distance = absolute(subtract(a, b))
    unit = ULP << max(distance.scale - distance.context.fractional_bits, 0)
    slack = ldexp(min(distance.range.error, 2 * unit), -ERROR_BITS - distance.scale)
    if isinstance(b, SecretArray) and rtol:
        return less_equal(distance, add(multiply(absolute(b), rtol), atol + slack))
    return less_equal(distance, atol + slack + (0 if isinstance(b, SecretArray) else rtol * np.abs(b)))


@implements(np.allclose)
def allclose(a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08) -> SecretArray:
    """Whether all elements are close, as `isclose` has it, as one bit."""
    return all_(isclose(a, b, rtol, atol))


def _one_dimension(name: str, x: Any) -> None:
    if np.ndim(x) != 1:
        raise LocalError(
            "shape-mismatch", f"{name} of {np.ndim(x)} dimensions", "use one, x.reshape(-1)", line=user_line()
        )
