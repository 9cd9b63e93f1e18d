"""Where the elements of rows lie, each by itself: what an interval for all of them does not tell.

Columns that are joined have ranges of their own, and so have rows that public weights multiply. Bounds are arrays of
Python's integers, exact, in units of the last place as the value is encoded, that broadcast to the value's shape.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from protocols.array.node import Node, Shape
from protocols.ranges import Range

Integers = npt.NDArray[Any]
"""Python's integers, of one number of dimensions with the value that they speak of."""


MANY = 1 << 16
"""Where more elements are moved about, rows are not told apart by what they are joined with."""


def integers(values: Any) -> Integers:
    """An array of Python's integers: none of numpy's, which would wrap."""
    return np.asarray(values).astype(object)


def broadcast(values: Integers, ndim: int) -> Integers:
    """With so many dimensions, as numpy broadcasts."""
    return values.reshape((1,) * (ndim - values.ndim) + values.shape)


def added_up(values: Integers, shape: Shape, axes: Sequence[int]) -> Integers:
    """The sums over axes, which keep length one, of what broadcasts to this shape."""
    for axis in axes:
        total = values.sum(axis, keepdims=True) if values.shape[axis] > 1 else values * shape[axis]
        values = integers(total)
    return values


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """Each element of a value lies from lo to hi, both included."""

    lo: Integers
    hi: Integers

    @staticmethod
    def alike(range_: Range, ndim: int) -> Bounds:
        """One interval for all."""
        return Bounds(*(np.full((1,) * ndim, bound, object) for bound in (range_.lo, range_.hi)))

    def within(self, range_: Range) -> Bounds:
        """What is known of both."""
        return Bounds(integers(np.maximum(self.lo, range_.lo)), integers(np.minimum(self.hi, range_.hi)))

    def times(self, other: Bounds) -> Bounds:
        """Of products."""
        ends = [integers(x * y) for x in (self.lo, self.hi) for y in (other.lo, other.hi)]
        return Bounds(*(integers(pick.reduce(np.broadcast_arrays(*ends))) for pick in (np.minimum, np.maximum)))

    def summed(self, shape: Shape, axes: Sequence[int]) -> Bounds:
        """Of sums over axes, which keep length one."""
        return Bounds(added_up(self.lo, shape, axes), added_up(self.hi, shape, axes))

    def moved(self, substituted: bool) -> Integers:
        """How far one term of a sum moves it: one is put in the place of another; or is left out, or is zero."""
        apart = integers(self.hi - self.lo)
        return apart if substituted else integers(np.maximum(apart, np.maximum(abs(self.lo), abs(self.hi))))

    def over(self, axis: int) -> Bounds:
        """Around all along an axis, which keeps length one."""
        return Bounds(integers(self.lo.min(axis, keepdims=True)), integers(self.hi.max(axis, keepdims=True)))


def bounds_of_result(node: Node, parts: Sequence[Bounds | None], axis: int) -> Bounds | None:
    """Of a node with rows along this axis, whose operands have these; None where one interval, the node's range, says
    as much or more."""
    rule = _moved if node.operation.moves is not None else _RULES.get(node.operation.name)
    if rule is None or not (any(part is not None for part in parts) or _differ(node)):
        return None
    if rule is _moved and prod(node.shape) > MANY and not any(part is not None for part in parts):
        return _moved_alike(node, axis)
    known = [
        Bounds.alike(operand.range, len(operand.shape)) if part is None else part
        for operand, part in zip(node.operands, parts, strict=True)
    ]
    found = rule(node, known)
    return None if found is None else found.within(node.range)


def _differ(node: Node) -> bool:
    """Whether elements have ranges of their own from here on."""
    constant, (first, *others) = node.parameters.get("constant"), node.operands
    if constant is not None:
        return bool(constant.range.lo < constant.range.hi)
    lo, hi = first.range.lo, first.range.hi
    return node.operation.moves is not None and any((o.range.lo, o.range.hi) != (lo, hi) for o in others)


def _moved(node: Node, parts: list[Bounds]) -> Bounds:
    assert node.operation.moves is not None
    lows, highs = ([np.broadcast_to(end, o.shape) for end, o in zip(ends, node.operands, strict=True)]
                   for ends in ([p.lo for p in parts], [p.hi for p in parts]))  # fmt: skip
    return Bounds(*(integers(node.operation.moves(ends, **node.parameters)) for ends in (lows, highs)))


def _moved_alike(node: Node, axis: int) -> Bounds:
    """Of operands of one interval each: around those that have an element in a row, the same for all rows."""
    assert node.operation.moves is not None
    arrays = [np.broadcast_to(np.int16(k), o.shape) for k, o in enumerate(node.operands)]
    of = np.asarray(node.operation.moves(arrays, **node.parameters))
    lo, hi = (np.full([1 if a == axis else s for a, s in enumerate(node.shape)], end, object)
              for end in (node.range.hi, node.range.lo))  # fmt: skip
    for k, operand in enumerate(node.operands):
        some = (of == k).any(axis, keepdims=True)
        lo = integers(np.where(some, np.minimum(lo, operand.range.lo), lo))
        hi = integers(np.where(some, np.maximum(hi, operand.range.hi), hi))
    return Bounds(lo, hi)


def _weights(node: Node) -> Bounds | None:
    units = node.parameters["constant"].units
    return None if units is None else Bounds(*[broadcast(integers(units), len(node.shape))] * 2)


def _plus(node: Node, parts: list[Bounds]) -> Bounds:
    x, y = (_spread(part, node) for part in parts)
    return Bounds(integers(x.lo + y.lo), integers(x.hi + y.hi))


def _minus(node: Node, parts: list[Bounds]) -> Bounds:
    x, y = (_spread(part, node) for part in parts)
    return Bounds(integers(x.lo - y.hi), integers(x.hi - y.lo))


def _spread(x: Bounds, node: Node) -> Bounds:
    return Bounds(broadcast(x.lo, len(node.shape)), broadcast(x.hi, len(node.shape)))


def _negative(node: Node, parts: list[Bounds]) -> Bounds:
    return Bounds(integers(-parts[0].hi), integers(-parts[0].lo))


def _plus_public(node: Node, parts: list[Bounds]) -> Bounds | None:
    constant = _weights(node)
    return None if constant is None else _plus(node, [parts[0], constant])


def _times_public(node: Node, parts: list[Bounds]) -> Bounds | None:
    constant = _weights(node)
    return None if constant is None else _spread(parts[0], node).times(constant)


def _times(node: Node, parts: list[Bounds]) -> Bounds:
    x, y = (_spread(part, node) for part in parts)
    return x.times(y)


def _squared(node: Node, parts: list[Bounds]) -> Bounds:
    return parts[0].times(parts[0])


def _shortened(node: Node, parts: list[Bounds]) -> Bounds:
    shift = node.parameters["shift"]
    return Bounds(integers(parts[0].lo >> shift), integers((parts[0].hi >> shift) + 1))


def _lifted(node: Node, parts: list[Bounds]) -> Bounds:
    shift = node.parameters["shift"]
    return Bounds(integers(parts[0].lo << shift), integers(parts[0].hi << shift))


_RULES: dict[str, Callable[[Node, list[Bounds]], Bounds | None]] = {
    "+": _plus, "-": _minus, "negative": _negative, "+ public": _plus_public, "* public": _times_public,
    "*": _times, "square": _squared, "truncate": _shortened, "lift": _lifted,
}  # fmt: skip


def times_matrix(x: Bounds, shape: Shape, w: Integers, *, public_left: bool) -> Bounds:
    """Of x @ w, or w @ x, for x of this shape and a public matrix w of integers."""
    up, down = integers(np.maximum(w, 0)), integers(np.minimum(w, 0))
    axis = 0 if public_left else len(shape) - 1
    lo, hi = (np.broadcast_to(end, [s if a == axis else end.shape[a] for a, s in enumerate(shape)])
              for end in (x.lo, x.hi))  # fmt: skip
    if public_left:
        return Bounds(integers(up @ lo + down @ hi), integers(up @ hi + down @ lo))
    return Bounds(integers(lo @ up + hi @ down), integers(hi @ up + lo @ down))


def outer_products(x: Bounds, y: Bounds) -> Bounds:
    """Of all products of an element of x and one of y."""
    column = Bounds(x.lo.reshape(-1, 1), x.hi.reshape(-1, 1))
    return column.times(Bounds(y.lo.reshape(1, -1), y.hi.reshape(1, -1)))
