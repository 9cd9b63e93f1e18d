"""The largest and the smallest of many, and where they are: a tournament of groups.

Where it is asked for a circuit finds them. Five and more are shuffled, so that comparisons can be opened
(`protocols.array.shuffled`), where the suite can shuffle.
Else nothing is opened: in a group all pairs are compared at once. Of two elements the later one wins if it is strictly
better, so that the order is strict, exactly one element of a group wins all its pairs, and it is the first of the best,
as numpy's argmax has it. A group of m costs the rounds of a comparison, of levels(m - 1) ANDs and of two more, whatever
m: wide groups save rounds, and cost m (m - 1) / 2 comparisons.
"""

from __future__ import annotations

from functools import cache
from math import prod
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.array.arithmetic import add
from protocols.array.facts import axes_of
from protocols.array.folding import axes_last, axis_number, folded, without
from protocols.array.implementations import implements
from protocols.array.lines import user_line
from protocols.array.logic import all_, any_, logical_and, logical_not, precedes
from protocols.array.matrices import matmul
from protocols.array.peaks import Extreme
from protocols.array.scales import constant, ring_form
from protocols.array.secret import SecretArray
from protocols.array.selecting import pick
from protocols.array.shape import concatenate, refuse_truths
from protocols.array.shuffled import extreme, garbles_extreme

GROUP = 9
LAST_GROUP = 17
MOST_COMPARISONS = 8192
"""Groups are wide where a level takes no more comparisons than this, which then cost less than rounds do."""

FEWEST_SHUFFLED = 5
"""So many are shuffled and compared openly; of fewer the pairs take no more rounds, and less is sent."""


class _Field(NamedTuple):
    """Who is still in it, (..., count), and if that is wanted at which place each of them stood at first."""

    values: SecretArray
    places: Any


@implements(np.min, np.amin)
def min_(x: SecretArray, axis: Any = None, keepdims: bool = False) -> SecretArray:
    """The smallest element over axes: 8 rounds for one of 1,000. Of bits whether all are set."""
    _check_some(x, axis, "zero-size array to reduction operation minimum which has no identity")
    return all_(x, axis, keepdims) if x.kind == "bit" else _extreme(x, axis, keepdims, smaller=True)


@implements(np.max, np.amax)
def max_(x: SecretArray, axis: Any = None, keepdims: bool = False) -> SecretArray:
    """The largest element over axes: as `min_`. Of bits whether any is set."""
    _check_some(x, axis, "zero-size array to reduction operation maximum which has no identity")
    return any_(x, axis, keepdims) if x.kind == "bit" else _extreme(x, axis, keepdims, smaller=False)


@implements(np.argmin)
def argmin(x: SecretArray, axis: Any = None, *, keepdims: bool = False) -> SecretArray:
    """The place of the first smallest element, in the flattened array or along an axis: rounds as `min_`."""
    _check_some(x, axis_number(axis), "attempt to get argmin of an empty sequence")
    return _place(x, axis, keepdims, smaller=True)


@implements(np.argmax)
def argmax(x: SecretArray, axis: Any = None, *, keepdims: bool = False) -> SecretArray:
    """The place of the first largest element, in the flattened array or along an axis: rounds as `max_`."""
    _check_some(x, axis_number(axis), "attempt to get argmax of an empty sequence")
    return _place(x, axis, keepdims, smaller=False)


@implements(np.ptp)
def ptp(x: SecretArray, axis: Any = None, keepdims: bool = False) -> SecretArray:
    """The largest element less the smallest. Of truth values refused, as by numpy."""
    refuse_truths("np.ptp", x)
    spread: SecretArray = max_(ring_form(x), axis, keepdims) - min_(ring_form(x), axis, keepdims)
    return spread.narrowed(0, max(spread.range.hi, 0))


def _check_some(x: SecretArray, axis: Any, refusal: str) -> None:
    """LocalError `empty-extreme`, in numpy's words, where no elements meet in a result."""
    if not prod(x.shape[a] for a in axes_of(x, axis)):
        raise LocalError("empty-extreme", refusal, "check the shape of the input", line=user_line())


def _extreme(x: SecretArray, axis: Any, keepdims: bool, *, smaller: bool) -> SecretArray:
    axes = axes_of(x, axis)
    best = _tournament(_Field(axes_last(ring_form(x), axes), None), smaller)
    found = without(best.values[..., 0], x.shape, axes, keepdims)
    found.together = Extreme(x.node.value, x.shape, axes, largest=not smaller)
    return found


def _place(x: SecretArray, axis: Any, keepdims: bool, *, smaller: bool) -> SecretArray:
    axes = axes_of(x, axis_number(axis))
    values = axes_last(ring_form(x), axes)
    best = _tournament(_Field(values, np.arange(values.shape[-1])), smaller).places
    if not isinstance(best, SecretArray):
        best = constant(x.context, np.zeros(values.shape, np.int64), 0)
    return without(best[..., 0], x.shape, axes, keepdims)


def _tournament(field: _Field, smaller: bool) -> _Field:
    many = field.values.shape[-1] >= FEWEST_SHUFFLED and field.values.size > 0
    if garbles_extreme(field.values) or (many and field.values.context.suite.shuffle is not None):
        best, place = extreme(field.values, smaller=smaller, decides=field.places is not None)
        return _Field(best.reshape(*best.shape, 1), place.reshape(*place.shape, 1))
    while (count := field.values.shape[-1]) > 1:
        field = _level(field, _width(count, prod(field.values.shape[:-1])), smaller)
    return field


def _width(count: int, rows: int) -> int:
    """How many to compare at once, where there are as many in each of `rows` rows."""
    if count <= LAST_GROUP and rows * count * (count - 1) // 2 <= MOST_COMPARISONS:
        return count
    return GROUP if count >= GROUP and rows * count * (GROUP - 1) // 2 <= MOST_COMPARISONS else 2


def _level(field: _Field, width: int, smaller: bool) -> _Field:
    """The best of each group of `width`, and those at the end who make no group."""
    values, places = field
    whole = values.shape[-1] // width * width
    groups = values[..., :whole].reshape(*values.shape[:-1], whole // width, width)
    weights = _weights_of_best(groups, width, smaller, decides=places is not None)
    best = concatenate([pick(weights, groups), values[..., whole:]], -1)
    return _Field(best, None if places is None else _picked_places(weights, places, whole, width))


def _weights_of_best(groups: SecretArray, width: int, smaller: bool, *, decides: bool) -> SecretArray:
    """[i wins all its pairs] as numbers, for all i but the last of each group."""
    earlier, later = np.triu_indices(width, 1)
    left, right = groups[..., earlier], groups[..., later]
    later_wins = precedes(right, left, decides=decides) if smaller else precedes(left, right, decides=decides)
    won = concatenate([later_wins, logical_not(later_wins)], -1)
    return ring_form(folded(logical_and, won[..., _pairs_won(width)]))


def _picked_places(weights: SecretArray, places: Any, whole: int, width: int) -> SecretArray:
    shape = (*places.shape[:-1], whole // width, width)
    if isinstance(places, SecretArray):
        best = pick(weights, places[..., :whole].reshape(*shape))
        return concatenate([best, places[..., whole:]], -1)
    groups = places[:whole].reshape(-1, width)
    best = add(groups[:, -1], matmul(weights, np.arange(width - 1) - (width - 1)))
    left = np.broadcast_to(places[whole:], (*best.shape[:-1], len(places) - whole))
    return concatenate([best.narrowed(0, len(places) - 1), left], -1)


@cache
def _pairs_won(width: int) -> npt.NDArray[np.int64]:
    """For each place but the last the bits that say that it wins: of pairs which it is later in, then the others."""
    earlier, later = np.triu_indices(width, 1)
    pairs = len(earlier)
    rows = [[*np.flatnonzero(later == i), *(np.flatnonzero(earlier == i) + pairs)] for i in range(width - 1)]
    return np.array(rows)
