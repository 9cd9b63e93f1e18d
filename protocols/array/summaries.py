"""How far one record moves figures that are known as a whole, where their operations, one by one, tell less.

Of n numbers, z = sum of (x_i - mean)(y_i - mean) is 1/n of the sum over all pairs i < j of (x_i - x_j)(y_i - y_j). One
that is put in the place of another is in n - 1 pairs. In units in which all x and all y span 1, with x_j = a, y_j = b,
(x_i - a)(y_i - b) lies between -max(a (1 - b), b (1 - a)) and max(a b, (1 - a)(1 - b)), which are one of a, b, 1 - a,
1 - b apart, and so at most 1. Hence z moves by at most (n - 1) / n times both spans, and a variance of n, with y = x,
by (n - 1) / n^2 of the square of the span: the sensitivity of D'Orazio, Honaker, King, "Differential privacy for social
science inference", 2015, which two data sets reach, all at one end but for the one that goes to the other.

Several that are put in the place of others move it by at most the sum of what each does, one after the other. Where
roundings on the way are bounded by an error, both data sets may be off by it, and the numbers span two of theirs more.

The number of different values loses one at most with an element that goes, and gains one at most with one that comes.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np

from protocols.array.node import Node, Summary
from protocols.array.reaches import Reach, Reaches
from protocols.array.records import Rows, most_rows
from protocols.array.row_ranges import Bounds, Integers, integers
from protocols.ranges import ERROR_BITS, NO_BOUND, shifted_up

VARIANCE = "variance"
Times = Callable[[int], Integers]
"""How far so many elements of one record move each element of a figure."""


def rows_of_figures(node: Node, summary: Summary, rows: Rows) -> Rows | None:
    """Of the variances of rows each by itself; None for figures over the rows, and for others."""
    if rows.axis in summary.axes or summary.figure != VARIANCE:
        return None
    kept = len(node.shape) == len(summary.of.shape)
    return Rows(rows.of, rows.axis - (0 if kept else sum(a < rows.axis for a in summary.axes)))


def reaches_of_summary(
    node: Node, summary: Summary, rows: Rows, bounds: Bounds | None, *, substituted: bool
) -> Reaches | None:
    """Of the figure that a node is, of a value with these rows; None where it is not known."""
    if rows.axis not in summary.axes:
        return None
    found = _FIGURES[summary.figure](node, summary, bounds, substituted)
    if found is None:
        return None
    terms = prod(summary.of.shape[a] for a in summary.axes if a != rows.axis)
    return {source: Reach(found(terms * most_rows(labels))) for source, labels in rows.of.items()}


def _number_of_values(node: Node, summary: Summary, bounds: Bounds | None, substituted: bool) -> Times:
    return lambda elements: integers(elements)


def _variance(node: Node, summary: Summary, bounds: Bounds | None, substituted: bool) -> Times | None:
    """Of the sum of squared distances from the mean; of n times that where it is exact."""
    span = _span(summary, bounds)
    if span is None or not substituted or node.range.error >= NO_BOUND:
        return None
    squares = integers(span**2)
    count = prod(summary.of.shape[a] for a in summary.axes)
    if summary.exact:
        each = _kept(node, summary, integers(squares * (count - 1) >> 2 * ERROR_BITS))
        return lambda elements: integers(each * elements)
    each = _kept(node, summary, squares)
    return lambda elements: _products(node, summary, each, count, elements)


def _covariance(node: Node, summary: Summary, bounds: Bounds | None, substituted: bool) -> Times | None:
    """Of the sums of products of distances from the means, of the rows of a matrix."""
    span = _span(summary, bounds)
    if span is None or not substituted or node.range.error >= NO_BOUND:
        return None
    each = integers(span.reshape(-1, 1) * span.reshape(1, -1))
    return lambda elements: _products(node, summary, each, summary.of.shape[1], elements)


_FIGURES: dict[str, Callable[[Node, Summary, Bounds | None, bool], Times | None]] = {
    "number of values": _number_of_values,
    VARIANCE: _variance,
    "covariance": _covariance,
}


def _span(summary: Summary, bounds: Bounds | None) -> Integers | None:
    """How far the elements that meet in a figure are from each other at most, in units of an error, over axes that keep
    length one; those which they stand for, where it is not exact."""
    x = summary.of
    if x.range.error >= NO_BOUND:
        return None
    known = Bounds.alike(x.range, len(x.shape)) if bounds is None else bounds
    apart = integers(known.hi.max(summary.axes, keepdims=True) - known.lo.min(summary.axes, keepdims=True))
    return integers((apart << ERROR_BITS) + (0 if summary.exact else 2 * x.range.error))


def _products(node: Node, summary: Summary, products: Integers, count: int, elements: int) -> Integers:
    """(count - 1) / count of products of spans, at the scale of the node, and twice what it may be off by."""
    most = integers(products * (elements * (count - 1)) << node.scale)
    exact = integers(-(-most // (count << 2 * (ERROR_BITS + summary.of.scale))))
    return integers(exact + 2 * shifted_up(node.range.error, ERROR_BITS))


def _kept(node: Node, summary: Summary, figures: Integers) -> Integers:
    """Figures over axes in the dimensions of the node."""
    return figures if len(node.shape) == figures.ndim else integers(np.squeeze(figures, summary.axes))
