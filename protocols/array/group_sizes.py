"""Of how many records a value is computed: what the rule of a policy about the smallest group sees.

What is computed of rows each by itself is computed of one record for each row; a sum, a product or a figure over rows
of all records in them that a public weight of zero does not leave out. A figure that is put together from several
counts as the smallest of them, since the others may be known. What reads single records off an array, as the largest or
a median, counts as one record. All that follows from what is public: shapes, places, weights. Which records a secret
condition leaves is not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra import bits
from protocols.array.node import Node
from protocols.array.records import (
    EACH,
    Origin,
    Rows,
    fewest_records,
    rows_of_each,
    rows_of_input,
    rows_of_moved,
    rows_with_any,
)

NOTHING = 0
"""Of what is public, which no record has a part in."""

ALL = 1 << 62
"""More than there are records."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Of how many records each element is computed: `sizes`, which broadcast to the value's shape, NOTHING where none.

    `rows`: of values that have rows, which records are in them; then the sizes are those of the rows. `beside`: the
    smallest group of the figures that were put in besides.
    """

    sizes: npt.NDArray[Any]
    rows: Rows | None = None
    beside: int = ALL

    @property
    def smallest(self) -> int:
        """Of all elements that a record has a part in; NOTHING where there is none."""
        least = min(int(self.sizes[self.sizes > NOTHING].min(initial=ALL)), self.beside)
        return NOTHING if least == ALL else least


def group_of(node: Node) -> int:
    """Of how many records the smallest group is that an element is computed of; NOTHING where it is public."""
    remember_groups([node])
    return _known(node).smallest


def remember_groups(targets: Sequence[Node]) -> None:
    """Find it for these and all that they stand on, before it is forgotten what they are computed from."""
    stack = [node for node in targets if node.value.group is None]
    while stack:
        node = stack[-1]
        missing = [o for o in node.operands if o.value.group is None]
        stack += missing
        if not missing:
            stack.pop()
            node.value.group = node.value.group or _found(node)


def _known(node: Node) -> Group:
    group = node.value.group
    assert isinstance(group, Group)
    return group


def _alike(size: int, node: Node, rows: Rows | None = None, beside: int = ALL) -> Group:
    return Group(np.full((1,) * len(node.shape), size, np.int64), rows, beside)


def _found(node: Node) -> Group:
    if not prod(node.shape) or node.operation.name in ("constant", "constant bits", "noise"):
        return _alike(NOTHING, node)
    if not node.operands:
        return _of_input(node)
    parts = [_known(operand) for operand in node.operands]
    if not any(part.smallest for part in parts):
        return _alike(NOTHING, node)
    if node.value.summary is not None:
        figured = node.value.summary.of.value.group
        if figured is not None and figured.rows is not None and figured.rows.axis in node.value.summary.axes:
            return _of_all(node, figured)
    return _of_operands(node, parts)


def _of_input(node: Node) -> Group:
    """A row for each record; of a secret without axes, and of what nothing is known of, one record."""
    if isinstance(node.value.records, Origin) and node.shape:
        return _alike(1, node, rows_of_input(node.value.records.source, node.shape[0]))
    return _alike(1, node)


def _of_operands(node: Node, parts: list[Group]) -> Group:
    name = node.operation.name
    if node.operation.moves is not None:
        return _moved(node, parts)
    if name in EACH:
        return _each(node, parts)
    if name == "sum":
        return _summed(node, parts[0])
    if name in ("@", "@ public"):
        return _multiplied(node, parts)
    if len(parts) == 1 and node.shape == node.operands[0].shape:
        return parts[0]
    return _least(node, parts)


def _least(node: Node, parts: Sequence[Group]) -> Group:
    """The smallest group of all, for every element."""
    return _alike(min(part.smallest for part in parts if part.smallest), node)


def _moved(node: Node, parts: list[Group]) -> Group:
    assert node.operation.moves is not None
    arrays = [np.broadcast_to(part.sizes, o.shape) for part, o in zip(parts, node.operands, strict=True)]
    sizes = np.asarray(node.operation.moves(arrays, **node.parameters))
    beside = min(part.beside for part in parts)
    mixed = any(part.rows is None and part.smallest for part in parts)
    rows = None if mixed or not node.shape else rows_of_moved(node, [part.rows for part in parts])
    return Group(sizes, rows, beside)


def _each(node: Node, parts: list[Group]) -> Group:
    """Of several operands the smallest group; figures that meet rows are put in besides."""
    ndim = len(node.shape)
    held = [part for part in parts if part.rows is not None]
    rows = rows_of_each(node, [part.rows for part in parts]) if held else None
    beside = min([part.beside for part in parts] + [p.smallest for p in parts if rows and not p.rows and p.smallest])
    met = [part for part in (held if rows is not None else parts) if part.smallest]
    each = [part.sizes.reshape((1,) * (ndim - part.sizes.ndim) + part.sizes.shape) for part in met]
    sizes = np.full((1,) * ndim, NOTHING) if not each else each[0]
    for other in each[1:]:
        sizes = np.where((sizes > NOTHING) & (other > NOTHING), np.minimum(sizes, other), np.maximum(sizes, other))
    return Group(sizes * _public_part(node), rows, beside)


def _public_part(node: Node) -> npt.NDArray[Any]:
    """Which elements a public factor, or a public condition, does not leave out."""
    if node.operation.name == "& public":
        size = prod(node.shape)
        return np.asarray(bits.unpack(node.parameters["words"], size).reshape(node.shape) != 0)
    constant = node.parameters.get("constant") if node.operation.name == "* public" else None
    if constant is None or constant.units is None:
        return np.ones((1,) * len(node.shape), np.bool_)
    return np.asarray(np.reshape(constant.units != 0, (1,) * (len(node.shape) - constant.units.ndim) + constant.shape))


def _summed(node: Node, x: Group) -> Group:
    axes, keepdims = node.parameters["axes"], node.parameters["keepdims"]
    rows, axis = x.rows, -1 if x.rows is None else x.rows.axis
    sizes = _least_of(x.sizes, tuple(a for a in axes if a != axis))
    if rows is not None and axis in axes:
        sizes, rows = _number(rows, sizes), None
    elif rows is not None:
        rows = replace(rows, axis=axis - (0 if keepdims else sum(a < axis for a in axes)))
    return Group(sizes if keepdims else np.squeeze(sizes, axes), rows, x.beside)


def _least_of(sizes: npt.NDArray[Any], axes: tuple[int, ...]) -> npt.NDArray[Any]:
    """The smallest group along axes, which keep length one."""
    least = np.where(sizes == NOTHING, ALL, sizes).min(axes, keepdims=True, initial=ALL)
    return np.where(least == ALL, NOTHING, least)


def _number(rows: Rows, sizes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """How many records at least are in the rows whose sizes are not NOTHING, along the axis, which keeps length one."""
    if sizes.shape[rows.axis] == 1:
        return np.where(sizes > NOTHING, fewest_records(rows), NOTHING)
    along = tuple(-1 if a == rows.axis else 1 for a in range(sizes.ndim))
    found = ((sizes > NOTHING) & rows_with_any(rows).reshape(along)).sum(rows.axis, keepdims=True)
    return np.asarray(-(-found // max(rows.together, 1)))


def _of_all(node: Node, *parts: Group) -> Group:
    """Of a figure over all rows of these: of the one that has a part in the fewest."""
    counts = [_number(part.rows, _any_in_row(part)) for part in parts if part.rows is not None]
    return _alike(min(int(count.max()) for count in counts), node, beside=min(part.beside for part in parts))


def _any_in_row(x: Group) -> npt.NDArray[Any]:
    assert x.rows is not None
    return np.asarray(x.sizes.max(tuple(a for a in range(x.sizes.ndim) if a != x.rows.axis), keepdims=True))


def _multiplied(node: Node, parts: list[Group]) -> Group:
    """Of a product over the records of all of them; beside them, and with figures, of rows."""
    held = [(k, part) for k, part in enumerate(parts) if part.rows is not None]
    if not held or max(len(o.shape) for o in node.operands) > _MATRIX or len(node.shape) > _MATRIX:
        return _least(node, parts)
    public_left = node.parameters.get("public_left", False)
    over = [_is_summed(node.operands[k], part, left=k == 0 and not public_left) for k, part in held]
    if all(over) and node.operation.name == "@ public":
        return _weighted(node, parts[0])
    if all(over) and len(held) == len(parts):
        return _of_all(node, *parts)
    if len(held) == 1 and not over[0]:
        k, part = held[0]
        figures = [other.smallest for other in parts if other.rows is None and other.smallest]
        axis = 0 if k == 0 and not public_left else len(node.shape) - 1
        assert part.rows is not None
        return _alike(part.smallest, node, Rows(part.rows.of, axis), min([part.beside, *figures]))
    return _least(node, parts)


_MATRIX = 2


def _is_summed(operand: Node, part: Group, *, left: bool) -> bool:
    """Whether a product is over the rows of this operand."""
    assert part.rows is not None
    return part.rows.axis == (len(operand.shape) - 1 if left else 0)


def _weighted(node: Node, x: Group) -> Group:
    """Of rows that have a public weight: of those whose weight is not zero."""
    assert x.rows is not None
    left, used = node.parameters["public_left"], (node.parameters["constant"].units != 0).astype(np.int64)
    alive = np.broadcast_to(x.sizes > NOTHING, node.operands[0].shape).astype(np.int64)
    found = np.asarray(used @ alive if left else alive @ used)
    return Group(-(-found // max(x.rows.together, 1)), None, x.beside)
