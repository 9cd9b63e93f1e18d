"""What is known of the elements of a value together, which their common range does not say.

An interval tells where each element lies alone. x - x.max() is nowhere positive and has an element that is 0 along the
axes of the maximum; so exp of it has an element that is 1, and the sum of these is at least 1: a softmax divides by no
zero.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from protocols.array.node import Shape, Value
from protocols.array.secret import SecretArray
from protocols.array.shape import EXPAND, RESHAPE
from protocols.ranges import Range


class Extreme(NamedTuple):
    """The largest or smallest elements of a value of this shape, over axes; or what lies near the largest: the elements
    are at most so much `above` it, and one of them at most so much `below`, in units of the last place."""

    value: Value
    shape: Shape
    axes: tuple[int, ...]
    largest: bool
    above: int = 0
    below: int = 0

    @property
    def kept(self) -> Shape:
        """The shape of the extremes where the axes are kept, with one element each."""
        return tuple(1 if a in self.axes else s for a, s in enumerate(self.shape))


class Peak(NamedTuple):
    """Along these axes some element is at least so large, in units of the last place."""

    axes: tuple[int, ...]
    least: int


class Trough(NamedTuple):
    """Along these axes some element is at most so large, in units of the last place."""

    axes: tuple[int, ...]
    most: int


def turned(x: SecretArray) -> Peak | Trough | None:
    """What is known of the elements of -x."""
    if isinstance(x.together, Trough):
        return Peak(x.together.axes, -x.together.most)
    return Trough(x.together.axes, -x.together.least) if isinstance(x.together, Peak) else None


def extreme_of(x: SecretArray, y: SecretArray) -> Extreme | None:
    """What y is if it holds extremes of x, each of which meets in x - y the elements that it is the extreme of."""
    known = _known(y)
    if known is None or known.value is not x.node.value or x.scale != y.scale or x.shape != known.shape:
        return None
    return known if _without_ones(y.shape) == _without_ones(known.kept) else None


def _spans(x: SecretArray, y: SecretArray) -> bool:
    """Whether x holds the largest and y the smallest elements of the same, side by side."""
    most, least = _known(x), _known(y)
    if most is None or least is None or x.shape != y.shape or not most.largest or least.largest:
        return False
    return most[:3] == least[:3] and not most.above and not most.below


def _known(y: SecretArray) -> Extreme | None:
    """Of what y holds extremes, in whatever shape."""
    known = y.together
    if known is None and y.moved is not None and all(move in (RESHAPE, EXPAND) for move, _ in y.moved[1]):
        known = y.moved[0].together
    return known if isinstance(known, Extreme) else None


def difference(x: SecretArray, y: SecretArray) -> tuple[Range, Peak | Trough | None]:
    """The range of x - y, and its peak or trough, where one holds extremes of the other."""
    range_ = x.range - y.range
    if _spans(x, y):
        return Range(min(max(range_.lo, 0), range_.hi), range_.hi, range_.error), None
    if _spans(y, x):
        return Range(range_.lo, max(min(range_.hi, 0), range_.lo), range_.error), None
    for extreme, sign in ((extreme_of(x, y), 1), (extreme_of(y, x), -1)):
        if extreme is None:
            continue
        before = max(x.ndim, y.ndim) - len(extreme.shape)
        axes = tuple(axis + before for axis in extreme.axes)
        if extreme.largest is (sign == 1):
            return Range(min(range_.lo, 0), extreme.above, range_.error), Peak(axes, -extreme.below)
        return Range(-extreme.above, max(range_.hi, 0), range_.error), Trough(axes, extreme.below)
    return range_, None


def total(x: SecretArray, axes: tuple[int, ...], range_: Range) -> Range:
    """The range of a sum of x over axes, which is `range_` for all that is known of each element alone."""
    if not isinstance(x.together, Peak) or not set(x.together.axes) <= set(axes):
        return range_
    least = x.together.least + (prod(x.shape[a] for a in axes) - 1) * x.range.lo
    return Range(max(range_.lo, min(least, range_.hi)), range_.hi, range_.error)


def _without_ones(shape: Shape) -> Shape:
    """Without the leading ones, which broadcasting adds."""
    first = next((i for i, s in enumerate(shape) if s != 1), len(shape))
    return shape[first:]
