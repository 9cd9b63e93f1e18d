"""How far one record moves a value: what follows from an expression, from ranges that its owners' data are held to.

A record is a row of a secret: what stands at one place of its first axis. One that has no axis is one record. What is
computed of rows each by itself has a row for each record, within the range that is known of it; a sum over rows moves
by what one row may; sums, differences and public multiples of sums move by what these move. Anything else is not known
here, and its sensitivity is the program's to declare.

A range counts where the owner's data are held to it, or where it follows from such by operations, clipping among them.
One that the program vouches for with `within` does not: nothing holds the data to it.

All is in units of the value's last place, as it is encoded: what truncation may add is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from math import prod

from mpc.errors import LocalError
from protocols.array.node import Node
from protocols.privacy.joint_noise import Moves
from protocols.privacy.neighbours import Neighbours, Relation
from protocols.ranges import Range


@dataclass(frozen=True, slots=True)
class Rows:
    """A value with a row for each record along `axis`: of each of these parties one record is in so many rows at most.

    `aligned`: it is in the row that it stands in. `exclusive`: of a row at most one element is 1, the others 0.
    """

    of: Mapping[int, int]
    axis: int = 0
    aligned: bool = True
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Totals:
    """A value of which one record of each of these parties moves every element by so much at most, and no more than
    so many elements, where that is known."""

    of: Mapping[int, int]
    elements: int | None = None


Contribution = Rows | Totals
PUBLIC = Totals({})

EACH = {"lift", "bit to ring", "negative", "+ public", "* public", "square", "<", "==", "~", "& public", "^ public",
        "- public", "truncate", "low bits", "whole", "+", "-", "*", "&", "|", "^", "where"}  # fmt: skip
"""What computes each element by itself."""

_RESHAPING = ("reshape", "expand_dims", "squeeze")
_IN_TWO = 2
"""A record that is put in the place of another leaves one place of a histogram and comes to another."""


def moves_of(node: Node, neighbours: Neighbours) -> Moves:
    """How far one unit of one party's data moves the value. LocalError `sensitivity-unknown`, `not-bounded`."""
    found = _Walk(neighbours).of(node)
    if isinstance(found, Rows):
        raise _unknown(node, "each row of it is a record's own")
    elements = prod(node.shape) if found.elements is None else min(found.elements, prod(node.shape))
    return Moves(elements, neighbours.unit.most_records * max(found.of.values(), default=0))


class _Walk:
    """One look at an expression."""

    def __init__(self, neighbours: Neighbours) -> None:
        self._neighbours = neighbours
        self._known: dict[Node, Contribution] = {}

    def of(self, node: Node) -> Contribution:
        """What one record does to this node."""
        stack = [node]
        while stack:
            top = stack[-1]
            missing = [] if top in self._known else [o for o in top.operands if o not in self._known]
            stack += missing
            if not missing:
                stack.pop()
                if top not in self._known:
                    self._known[top] = self._found(top)
        return self._known[node]

    def _found(self, node: Node) -> Contribution:
        """What is remembered of its rows, or follows from its operands; then it is remembered."""
        if node.vouched:
            raise _not_bounded(node, "its range is vouched for with .within, which nothing holds the data to")
        known: Rows | None = node.value.records
        if known is None:
            found = self._of_operands(node) if node.operands else self._of_none(node)
            node.value.records = found if isinstance(found, Rows) else None
            return found
        if node.shape:
            return known
        return Totals({owner: rows * self._most_moved(node.range) for owner, rows in known.of.items()})

    def _of_none(self, node: Node) -> Contribution:
        match node.operation.name:
            case "constant" | "constant bits":
                return PUBLIC
            case "secret":
                raise _not_bounded(node, "no range was declared where it comes in")
        raise _unknown(node, "it was computed by an earlier reveal, and what it was computed from is forgotten")

    def _of_operands(self, node: Node) -> Contribution:
        name = node.operation.name
        parts = [self._known[operand] for operand in node.operands]
        if name == "sum":
            return self._summed(node, parts[0])
        if all(isinstance(part, Totals) for part in parts):
            return self._of_totals(node, [part for part in parts if isinstance(part, Totals)])
        return self._of_rows(node, parts)

    def _most_moved(self, range_: Range) -> int:
        """What a unit of a sum's terms moves it by: one is put in the place of another; or is left out, or is zero."""
        apart = range_.hi - range_.lo
        return apart if self._neighbours.relation is Relation.SUBSTITUTE else max(range_.magnitude, apart)

    def _summed(self, node: Node, x: Contribution) -> Contribution:
        axes, (operand,) = node.parameters["axes"], node.operands
        if isinstance(x, Totals):
            return replace(_times(x, prod(operand.shape[a] for a in axes)), elements=None)
        if x.axis in axes:
            terms = prod(operand.shape[a] for a in axes if a != x.axis)
            moved = {o: rows * terms * self._most_moved(operand.range) for o, rows in x.of.items()}
            return Totals(moved, _IN_TWO if x.exclusive and len(axes) == 1 else None)
        before = 0 if node.parameters["keepdims"] else sum(a < x.axis for a in axes)
        return Rows(x.of, x.axis - before, x.aligned)

    def _of_totals(self, node: Node, parts: list[Totals]) -> Totals:
        """Of what is linear, and of what moves elements about."""
        name = node.operation.name
        if not any(part.of for part in parts):
            return PUBLIC
        if name in _LINEAR:
            return _LINEAR[name](node, parts)
        raise _unknown(node, f"`{node.operation.written}` of sums over records moves by nobody knows how much")

    def _of_rows(self, node: Node, parts: list[Contribution]) -> Rows:
        found = self._of_several(node, parts)
        return (
            replace(found, exclusive=True) if node.value.exclusive and found.axis == len(node.shape) - 1 == 1 else found
        )

    def _of_several(self, node: Node, parts: list[Contribution]) -> Rows:
        rows = [part for part in parts if isinstance(part, Rows)]
        axis, name = rows[0].axis, node.operation.name
        if any(isinstance(part, Totals) and part.of for part in parts) or any(row.axis != axis for row in rows):
            raise _unknown(node, f"`{node.operation.written}` joins records with sums over records")
        if name == "< each":
            return Rows(rows[0].of, axis + len(node.shape) - len(node.operands[0].shape), rows[0].aligned)
        if name == "concatenate" and node.parameters["axis"] == axis and len(rows) == len(parts):
            return Rows(reduce(_both, (row.of for row in rows)), axis, aligned=False)
        if name in _RESHAPING and axis == 0 and node.shape[:1] == node.operands[0].shape[:1]:
            return rows[0]
        alike = all(o.shape[axis] == node.shape[axis] and len(o.shape) == len(node.shape)
                    for o, part in zip(node.operands, parts, strict=True) if isinstance(part, Rows))  # fmt: skip
        beside = name == "concatenate" and node.parameters["axis"] != axis
        if not alike or not (name in EACH or beside):
            raise _unknown(node, f"`{node.operation.written}` is not known to leave each record in its row")
        if all(row.aligned for row in rows):
            return Rows(reduce(lambda x, y: {**x, **y}, (row.of for row in rows)), axis)
        return Rows(reduce(_both, (row.of for row in rows)), axis, aligned=False)


def _times(x: Totals, factor: int) -> Totals:
    return Totals({owner: factor * step for owner, step in x.of.items()}, x.elements)


def _both(x: Mapping[int, int], y: Mapping[int, int]) -> Mapping[int, int]:
    return {owner: x.get(owner, 0) + y.get(owner, 0) for owner in {*x, *y}}


def _added(node: Node, parts: list[Totals]) -> Totals:
    return Totals(reduce(_both, (part.of for part in parts)), _elements(node, parts))


def _elements(node: Node, parts: list[Totals]) -> int | None:
    """How many elements a record moves at most: that of each part, where all are as large as the result."""
    several = [part.elements for part in parts if part.of]
    if None in several or any(o.shape != node.shape for o, part in zip(node.operands, parts, strict=True) if part.of):
        return None
    known = [elements for elements in several if elements is not None]
    apart = sum(len(part.of) for part in parts) == len({owner for part in parts for owner in part.of})
    return max(known) if apart else sum(known)


def _multiplied(node: Node, parts: list[Totals]) -> Totals:
    known = replace(parts[0], elements=_elements(node, parts))
    return _times(known, node.parameters["constant"].range.magnitude)


def _shortened(node: Node, parts: list[Totals]) -> Totals:
    """Each is rounded to a neighbour: two that were a apart are less than a / 2^shift + 2 apart, in whole units."""
    shift = node.parameters["shift"]
    return Totals({owner: -(-step >> shift) + 1 for owner, step in parts[0].of.items()}, parts[0].elements)


def _lifted(node: Node, parts: list[Totals]) -> Totals:
    return _times(parts[0], 1 << node.parameters["shift"])


def _largest(node: Node, parts: list[Totals]) -> Totals:
    """Of what moves elements about."""
    owners = {owner for part in parts for owner in part.of}
    return Totals({owner: max(part.of.get(owner, 0) for part in parts) for owner in owners})


_LINEAR: dict[str, Callable[[Node, list[Totals]], Totals]] = {
    "+": _added, "-": _added, "negative": _added, "+ public": _added, "* public": _multiplied,
    "truncate": _shortened, "lift": _lifted,
    **dict.fromkeys(("index", "reshape", "transpose", "squeeze", "expand_dims", "broadcast_to", "flip", "concatenate",
                     "stack", "vstack", "hstack", "where public"), _largest),
}  # fmt: skip


def _unknown(node: Node, why: str) -> LocalError:
    return LocalError(
        "sensitivity-unknown",
        f"how far one record moves this value does not follow from the expression: {why}",
        "reveal sums, means and counts of records, and public multiples of these; or declare how far one unit moves "
        "the value, mpc.Laplace(epsilon=..., sensitivity=...), if you know",
        line=node.line,
    )


def _not_bounded(node: Node, why: str) -> LocalError:
    return LocalError(
        "not-bounded",
        f"one record may move this value by any amount: {why}",
        "declare what the data are held to where they come in, mpc.secret(..., range=(lo, hi)), or clip them: "
        "np.clip(x, lo, hi)",
        line=node.line,
    )
