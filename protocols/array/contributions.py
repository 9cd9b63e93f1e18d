"""How far one record moves a value: what follows from an expression, from ranges that its owners' data are held to.

A record is a row of a secret; one that has no axis is one record. What is computed of rows each by itself has a row for
each record, within the range that is known of it; a sum over rows moves by what one row may; what is linear in sums
moves by what these move, weighted; of what else is computed of sums, element by element, those move that sums move.
Some figures are known as a whole (`summaries.py`). Anything else is not known here, and its sensitivity is the
program's to declare.

A range counts where the owner's data are held to it, or where it follows from such by operations, clipping among them.
One that the program vouches for with `within` does not: nothing holds the data to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from mpc.errors import LocalError
from protocols.array.node import Node
from protocols.array.reaches import (
    IN_TWO,
    Reach,
    Reaches,
    furthest,
    moves_of_all,
    reaches_of_any,
    reaches_of_total,
    without,
)
from protocols.array.records import (
    EACH,
    NOBODY,
    Labels,
    Origin,
    Rows,
    Source,
    all_within,
    most_rows,
    rows_of_each,
    rows_of_input,
    rows_of_moved,
    united,
)
from protocols.array.row_ranges import Bounds, Integers, bounds_of_result, integers, outer_products, times_matrix
from protocols.array.summaries import reaches_of_summary, rows_of_figures
from protocols.privacy.joint_noise import Moves
from protocols.privacy.neighbours import Kind, Neighbours, Relation, substitute


@dataclass(frozen=True, slots=True)
class Held:
    """A value with rows of records, whose elements lie within bounds of their own, where these are known."""

    rows: Rows
    bounds: Bounds | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """A value that one record of each source moves so far."""

    of: Reaches


Contribution = Held | Totals
PUBLIC = Totals({})


def moves_of(node: Node, neighbours: Neighbours) -> Moves:
    """How far one unit of one party's data moves the value. LocalError `sensitivity-unknown`, `not-bounded`, and
    `contributions-unbounded` where a unit is a user and may have more rows than its neighbours allow."""
    found = _Walk(neighbours).of(node)
    if isinstance(found, Held):
        raise _unknown(node, "each row of it is a record's own")
    of_owners: dict[int, list[tuple[int, Reach]]] = {}
    for source, reach in found.of.items():
        of_owners.setdefault(source.owner, []).append((_most_records(source, neighbours, node.line), reach))
    return furthest([moves_of_all(reaches, node.shape) for reaches in of_owners.values()])


def rows_of_unit(columns: Sequence[Node], neighbours: Neighbours) -> int:
    """In how many rows of columns that lie beside one another one unit of one party's data is at most.

    LocalError `sensitivity-unknown` where a column has no row for each record, and as of `moves_of`.
    """
    walk, of_owners = _Walk(neighbours), dict[int, int]()
    for source, labels in united(_records(column, walk.of(column)) for column in columns).items():
        rows = _most_records(source, neighbours, columns[0].line) * most_rows(labels)
        of_owners[source.owner] = of_owners.get(source.owner, 0) + rows
    return max(of_owners.values(), default=0)


def are_told(columns: Sequence[Node], bits: Node) -> bool:
    """Whether bits beside columns are computed, in each row, of all records that the row of the columns is computed of:
    whoever comes or goes is then in a row by bits of its own. Errors as of `rows_of_unit`."""
    walk = _Walk(substitute())
    of = _records(bits, walk.of(bits))
    found = united(_records(column, walk.of(column)) for column in columns)
    return all(source in of and all_within(labels, of[source]) for source, labels in found.items())


def _records(column: Node, found: Contribution) -> Mapping[Source, Labels]:
    if isinstance(found, Held) and found.rows.axis == 0:
        return found.rows.of
    if isinstance(found, Totals) and not found.of:
        return {}
    raise _unknown(column, "it has no row for each record")


def rows_of(node: Node) -> Rows:
    """Which records are in which rows of a value that has rows of records. LocalError `sensitivity-unknown` for others,
    and `not-bounded`."""
    found = _Walk(substitute()).of(node)
    if not isinstance(found, Held):
        raise _unknown(node, "it has no rows of records")
    return found.rows


def _most_records(source: Source, neighbours: Neighbours, line: str) -> int:
    """How many of a source's records differ between neighbours."""
    unit = neighbours.unit
    if unit.kind is Kind.RECORD:
        return unit.most_records
    if source.users is None or source.users.most_records > unit.records:
        allowed = "nothing bounds how many" if source.users is None else f"up to {source.users.most_records}"
        raise LocalError(
            "contributions-unbounded",
            f"the neighbours differ by {unit}, and of one user {allowed} rows are in a secret of party {source.owner}",
            "bound them where the secret comes in: users=mpc.privacy.Users(ids, most_records=...), ids being None at "
            "all but the owner",
            line=line,
        )
    return source.users.most_records * unit.together


def _needed(node: Node) -> tuple[Node, ...]:
    """What a node is judged by."""
    return node.operands if node.value.summary is None else (node.value.summary.of,)


class _Walk:
    """One look at an expression."""

    def __init__(self, neighbours: Neighbours) -> None:
        self._substituted = neighbours.relation is Relation.SUBSTITUTE
        self._known: dict[Node, Contribution] = {}

    def of(self, node: Node) -> Contribution:
        """What one record does to this node."""
        stack = [node]
        while stack:
            top = stack[-1]
            missing = [] if top in self._known else [o for o in _needed(top) if o not in self._known]
            stack += missing
            if not missing:
                stack.pop()
                if top not in self._known:
                    self._known[top] = self._found(top)
        return self._known[node]

    def _found(self, node: Node) -> Contribution:
        """What follows from its operands, of which its rows are remembered; of what has none left, these."""
        if node.vouched:
            raise _not_bounded(node, *_VOUCHED)
        if not prod(node.shape):
            return PUBLIC
        if node.value.summary is not None:
            return self._summarised(node)
        if not node.operands:
            return self._of_none(node)
        found = self._of_operands(node)
        node.value.records = found.rows if isinstance(found, Held) else None
        return found

    def _of_none(self, node: Node) -> Contribution:
        match node.value.records:
            case Rows() as rows:
                return Held(rows)
            case Origin(source, True):
                if node.shape:
                    return Held(rows_of_input(source, node.shape[0]))
                return Totals({source: Reach(Bounds.alike(node.range, 0).moved(self._substituted))})
            case Origin():
                raise _not_bounded(node, *_UNDECLARED)
        if node.operation.name in ("constant", "constant bits"):
            return PUBLIC
        if node.operation.name == "secret":
            raise _unknown(node, "its rows are no record's own, since one record may move others among them")
        raise _unknown(node, "it was computed by an earlier reveal, and what it was computed from is forgotten")

    def _summarised(self, node: Node) -> Contribution:
        summary = node.value.summary
        assert summary is not None
        x = self._known[summary.of]
        if isinstance(x, Totals):
            if x.of:
                raise _unknown(node, f"it is the {summary.figure} of sums over records")
            return PUBLIC
        if (rows := rows_of_figures(node, summary, x.rows)) is not None:
            return Held(rows)
        found = reaches_of_summary(node, summary, x.rows, x.bounds, substituted=self._substituted)
        if found is None:
            raise _unknown(node, f"a {summary.figure} is known over records of which one is put in another's place")
        return Totals(found)

    def _of_operands(self, node: Node) -> Contribution:
        name, parts = node.operation.name, [self._known[operand] for operand in node.operands]
        totals = [part.of for part in parts if isinstance(part, Totals)]
        if len(totals) < len(parts) and any(totals):
            raise _unknown(node, f"`{node.operation.written}` joins records with sums over records")
        if len(totals) == len(parts):
            return self._of_totals(node, totals) if any(totals) else PUBLIC
        if name == "sum" and isinstance(parts[0], Held):
            return self._summed(node, parts[0])
        if name in ("@", "@ public"):
            return self._multiplied(node, parts)
        return self._of_rows(node, parts)

    def _of_totals(self, node: Node, totals: list[Reaches]) -> Totals:
        found = reaches_of_total(node, totals)
        if found is not None:
            return Totals(found)
        if node.operation.name in EACH and (self._substituted or node.kind == "bit"):
            return Totals(reaches_of_any(node, totals))
        raise _unknown(node, f"`{node.operation.written}` of sums over records moves by nobody knows how much")

    def _of_rows(self, node: Node, parts: list[Contribution]) -> Held:
        rows = [part.rows if isinstance(part, Held) else None for part in parts]
        found = None
        if node.operation.moves is not None:
            found = rows_of_moved(node, rows)
        elif node.operation.name in EACH:
            found = rows_of_each(node, rows)
        if found is None:
            raise _unknown(node, f"`{node.operation.written}` is not known to leave each record in its row")
        if node.value.exclusive and found.axis == len(node.shape) - 1 == 1:
            found = Rows(found.of, found.axis, exclusive=True)
        return Held(found, bounds_of_result(node, [_bounds(part) for part in parts], found.axis))

    def _summed(self, node: Node, x: Held) -> Contribution:
        axes, (operand,), axis = node.parameters["axes"], node.operands, x.rows.axis
        bounds = x.bounds or Bounds.alike(operand.range, len(operand.shape))
        within = bounds.summed(operand.shape, [a for a in axes if a != axis])
        if axis not in axes:
            before = 0 if node.parameters["keepdims"] else sum(a < axis for a in axes)
            kept = Bounds(without(within.lo, node), without(within.hi, node)) if x.bounds else None
            return Held(Rows(x.rows.of, axis - before), kept)
        moved, one_of = within.moved(self._substituted), x.rows.exclusive and len(axes) == 1
        return Totals(
            {
                source: Reach(
                    without(over_rows(moved, labels, axis), node), IN_TWO if one_of else None, one_of, most_rows(labels)
                )
                for source, labels in x.rows.of.items()
            }
        )

    def _multiplied(self, node: Node, parts: list[Contribution]) -> Contribution:
        """Of a matrix product over the records, or beside them."""
        if node.operation.name == "@":
            return self._product_of_rows(node, parts)
        (x,), (operand,), constant = parts, node.operands, node.parameters["constant"]
        left, units = node.parameters["public_left"], integers(constant.units)
        if not isinstance(x, Held) or max(len(operand.shape), units.ndim) > _MATRIX:
            raise _unknown(node, "it is a product of more than matrices")
        bounds = x.bounds or Bounds.alike(operand.range, len(operand.shape))
        if x.rows.axis == _summed_axis(operand, left=not left):
            return self._weighted(node, x, bounds.over(x.rows.axis).moved(self._substituted), units)
        found = times_matrix(bounds, operand.shape, units, public_left=left).within(node.range)
        return Held(Rows(x.rows.of, len(node.shape) - 1 if left else 0), found)

    def _weighted(self, node: Node, x: Held, moved: Integers, units: Integers) -> Totals:
        """Of rows by public weights: by the largest sum of weights of the rows that a record is in."""
        left, found = node.parameters["public_left"], {}
        for source, labels in x.rows.of.items():
            weights = over_rows(integers(abs(units)), labels, units.ndim - 1 if left else 0)
            each = integers(weights @ moved if left else moved @ weights)
            found[source] = Reach(each, _few(node, x), rows=most_rows(labels))
        return Totals(found)

    def _product_of_rows(self, node: Node, parts: list[Contribution]) -> Totals:
        (x, y), (left, right) = parts, node.operands
        if not (isinstance(x, Held) and isinstance(y, Held)) or max(len(left.shape), len(right.shape)) > _MATRIX:
            raise _unknown(node, "it is a product of records with other secrets, or of more than matrices")
        if x.rows.axis != _summed_axis(left, left=True) or y.rows.axis != _summed_axis(right, left=False):
            raise _unknown(node, "it is a product that is not over the records")
        a, b = ((part.bounds or Bounds.alike(o.range, len(o.shape))).over(part.rows.axis)
                for part, o in ((x, left), (y, right)))  # fmt: skip
        moved = outer_products(a, b).moved(self._substituted)
        moved = moved.reshape(moved.shape[2 - len(left.shape) : len(right.shape)])
        together = {source: most_rows(labels) for source, labels in united([x.rows.of, y.rows.of]).items()}
        return Totals({s: Reach(integers(moved * rows), _few(node, x), rows=rows) for s, rows in together.items()})


_MATRIX = 2


def _summed_axis(operand: Node, *, left: bool) -> int:
    """The axis of a vector or matrix over which a product is summed."""
    return len(operand.shape) - 1 if left else 0


def _few(node: Node, x: Held) -> int | None:
    """How many elements of a product over the records one moves: of the rows of x it is in two at most, if one is 1."""
    return IN_TWO * prod(node.shape) // node.operands[0].shape[0] if x.rows.exclusive else None


def _bounds(part: Contribution) -> Bounds | None:
    return part.bounds if isinstance(part, Held) else None


def over_rows(moved: Integers, labels: Labels, axis: int) -> Integers:
    """The largest, over records, of the sums over the rows that one is in, along an axis, which keeps length one."""
    most = most_rows(labels)
    if moved.shape[axis] == 1 or most <= 1:
        return integers(moved.max(axis, keepdims=True) * most)
    rows, sums = np.moveaxis(moved, axis, 0), np.zeros((int(labels.max()) + 1, *np.delete(moved.shape, axis)), object)
    for layer in labels:
        np.add.at(sums, layer[layer != NOBODY], rows[layer != NOBODY])
    return integers(np.expand_dims(sums.max(0), axis))


def _unknown(node: Node, why: str) -> LocalError:
    return LocalError(
        "sensitivity-unknown",
        f"how far one record moves this value does not follow from the expression: {why}",
        "reveal sums, means, variances and counts of records, and what is linear in these; or declare how far one unit "
        "moves the value, mpc.Laplace(epsilon=..., sensitivity=...), if you know",
        line=node.line,
    )


_VOUCHED = (
    "its range is vouched for with .within, which nothing holds the data to",
    "clip them in the place of .within: np.clip(x, lo, hi)",
)
_UNDECLARED = (
    "no range was declared where it comes in",
    "declare what the data are held to there, mpc.secret(..., range=(lo, hi)), the same at all parties: no clip "
    "after it makes up for that",
)


def _not_bounded(node: Node, why: str, remedy: str) -> LocalError:
    return LocalError("not-bounded", f"one record may move this value by any amount: {why}", remedy, line=node.line)
