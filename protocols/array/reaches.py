"""How far one record moves the elements of a total, each by itself, and how many of them at most together.

All is in units of the value's last place, as it is encoded, in Python's integers: what truncation may add is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from math import prod

import numpy as np

from protocols.array.node import Node, Shape
from protocols.array.records import Source
from protocols.array.row_ranges import Integers, added_up, broadcast, integers
from protocols.privacy.joint_noise import Moves

IN_TWO = 2
"""A record that is put in the place of another leaves one place of a histogram and comes to another."""


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """One record moves each element by at most so much, which broadcasts to the value's shape, and at most so many
    elements, where that is known. `one_of`: a record is in one element at most, to which it adds so much.

    `rows`: in so many rows one record is, each of which moves that many elements, and others than another may. A
    distance is largest where all rows move the same (`moves_of_all`), so `each` is of all rows, and `most` of one.
    """

    each: Integers
    most: int | None = None
    one_of: bool = False
    rows: int = 1

    @property
    def apart(self) -> int | None:
        """At most so many elements, where no two rows move the same."""
        return None if self.most is None else self.most * self.rows


Reaches = Mapping[Source, Reach]
"""What one record of each source does; nothing of sources that are not named."""


def moves_of_all(reaches: Sequence[tuple[int, Reach]], shape: Shape) -> Moves:
    """How far so many records of each of these move a value together.

    Of a convex function of what the records do, as both norms are, the largest value is where all records of one
    source do the same: then each element moves by the sum of what each may, and no more elements than all together.
    """
    each = integers(reduce(lambda x, y: x + y, (factor * reach.each for factor, reach in reaches)))
    counts = [reach.most for _, reach in reaches]
    counted = None not in counts
    most = min(sum(k or 0 for k in counts), prod(shape)) if counted else prod(shape)
    if each.size == 1:
        return Moves.alike(most, int(each.item()), counted=counted)
    largest = np.sort(np.broadcast_to(each, shape), axis=None)[prod(shape) - most :]
    return Moves(most, int(largest.max(initial=0)), int(largest.sum()), int((largest**2).sum()), counted)


def furthest(several: Sequence[Moves]) -> Moves:
    """What bounds each of several, of which one happens."""
    return Moves(
        max((moves.elements for moves in several), default=0),
        max((moves.step for moves in several), default=0),
        max((moves.l1 for moves in several), default=0),
        max((moves.l2_squared for moves in several), default=0),
        all(moves.counted for moves in several),
    )


def reaches_of_total(node: Node, parts: Sequence[Reaches]) -> Reaches | None:
    """Of what is computed of totals and public numbers; None where it is not known."""
    rule = _moved if node.operation.moves is not None else _RULES.get(node.operation.name)
    if rule is None:
        return None
    return {source: rule(node, [part.get(source) for part in parts]) for source in {s for part in parts for s in part}}


def reaches_of_any(node: Node, parts: Sequence[Reaches]) -> Reaches:
    """Of what computes each element by itself, in any way: those that a record moves go anywhere within the range."""
    apart = node.range.hi - node.range.lo
    sums = {source: _plus(node, [part.get(source) for part in parts]) for source in {s for part in parts for s in part}}
    return {source: Reach(integers(np.where(x.each > 0, apart, 0)), x.apart) for source, x in sums.items()}


def _plus(node: Node, parts: Sequence[Reach | None]) -> Reach:
    """Of sums and differences; what does not move a source's elements is None."""
    ndim, held = len(node.shape), [(o, x) for o, x in zip(node.operands, parts, strict=True) if x is not None]
    each = integers(reduce(lambda x, y: x + y, (broadcast(x.each, ndim) for _, x in held)))
    counts = [None if x.most is None else x.most * (prod(node.shape) // prod(o.shape)) for o, x in held]
    most = None if None in counts else sum(k or 0 for k in counts)
    alone = len(held) == 1 and held[0][0].shape == node.shape
    one_of = alone and held[0][1].one_of and node.operation.name != "-"
    return Reach(each, most, one_of, max(x.rows for _, x in held))


def _times(node: Node, parts: Sequence[Reach | None]) -> Reach:
    x, constant = _plus(node, parts), node.parameters["constant"]
    units = constant.units
    factor = integers(constant.range.magnitude if units is None else np.abs(broadcast(integers(units), x.each.ndim)))
    return replace(x, each=integers(x.each * factor), one_of=x.one_of and constant.range.lo >= 0)


def _shortened(node: Node, parts: Sequence[Reach | None]) -> Reach:
    """Each is rounded to a neighbour: two that were a apart are less than a / 2^shift + 2 apart, in whole units. Of
    several rows that move others each, what is rounded adds up."""
    x, shift = _plus(node, parts), node.parameters["shift"]
    rounded = integers(-(-x.each >> shift) + (1 if x.rows == 1 else 2 * x.rows))
    return Reach(integers(np.where(x.each > 0, rounded, 0)), x.most, rows=x.rows)


def _lifted(node: Node, parts: Sequence[Reach | None]) -> Reach:
    x = _plus(node, parts)
    return replace(x, each=integers(x.each << node.parameters["shift"]))


def _summed(node: Node, parts: Sequence[Reach | None]) -> Reach:
    """Of a sum over axes: as many elements of a sum move as one record moves together, those that move furthest."""
    (x,), (operand,), axes = parts, node.operands, node.parameters["axes"]
    assert x is not None
    if x.most is None:
        return Reach(without(added_up(x.each, operand.shape, axes), node))
    rows = np.moveaxis(np.broadcast_to(x.each, operand.shape), axes, range(-len(axes), 0))
    rows = np.sort(rows.reshape(*rows.shape[: rows.ndim - len(axes)], -1), axis=-1)
    total = integers(rows[..., max(rows.shape[-1] - x.most, 0) :].sum(-1))
    kept = integers(np.expand_dims(total, axes)) if node.parameters["keepdims"] else total
    return Reach(kept, x.most, rows=x.rows)


def without(kept: Integers, node: Node) -> Integers:
    """What was summed over a node's axes, which have kept length one, in the dimensions of the node."""
    return kept if node.parameters["keepdims"] else integers(np.squeeze(kept, node.parameters["axes"]))


def _moved(node: Node, parts: Sequence[Reach | None]) -> Reach:
    moves = node.operation.moves
    assert moves is not None
    shapes = [o.shape for o in node.operands]
    each = [np.broadcast_to(integers(0) if x is None else x.each, s) for s, x in zip(shapes, parts, strict=True)]
    counts = [None if x.most is None else x.most * _copies(node, k) for k, x in enumerate(parts) if x is not None]
    alone = len(counts) == 1 and len(node.operands) == 1 and _copies(node, 0) == 1
    return Reach(
        integers(moves(each, **node.parameters)),
        None if None in counts else sum(k or 0 for k in counts),
        alone and any(x is not None and x.one_of for x in parts),
        max(x.rows for x in parts if x is not None),
    )


def _copies(node: Node, place: int) -> int:
    """How often one element of an operand stands in the result at most."""
    assert node.operation.moves is not None
    arrays = [np.zeros(o.shape, np.int64) for o in node.operands]
    arrays[place] = np.arange(1, arrays[place].size + 1).reshape(arrays[place].shape)
    places = np.asarray(node.operation.moves(arrays, **node.parameters)).reshape(-1)
    return int(np.bincount(places[places > 0]).max(initial=0))


def _times_matrix(node: Node, parts: Sequence[Reach | None]) -> Reach:
    """Of w @ x or x @ w: by what each element moves; of a histogram, whose elements one leaves for another, by the two
    that matter most, or from the smallest to the largest where they only count."""
    (x,), (operand,), constant, left = parts, node.operands, node.parameters["constant"], node.parameters["public_left"]
    assert x is not None
    each, w = np.broadcast_to(x.each, operand.shape), integers(constant.units)
    if operand.shape == each.shape[:1] and w.ndim <= IN_TWO and x.most is not None:
        return Reach(_of_few(x, each, w.T if left else w))
    return Reach(integers(abs(w) @ each if left else each @ abs(w)))


def _of_few(x: Reach, each: Integers, w: Integers) -> Integers:
    """Of a vector, times the columns of w."""
    products = integers(each.reshape(-1, *(1,) * (w.ndim - 1)) * w)
    if x.one_of:
        return integers(products.max(0, initial=0) - products.min(0, initial=0))
    largest = np.sort(integers(abs(products)), axis=0)
    return integers(largest[max(len(largest) - (x.most or 0), 0) :].sum(0))


_RULES: dict[str, Callable[[Node, Sequence[Reach | None]], Reach]] = {
    **dict.fromkeys(("+", "-", "negative", "+ public", "- public", "bit to ring"), _plus),
    "* public": _times, "truncate": _shortened, "lift": _lifted, "sum": _summed, "@ public": _times_matrix,
}  # fmt: skip
