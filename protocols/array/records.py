"""Which records are in which rows of a value, as it follows from an expression, whatever the elements are.

A record is a row of a secret of one party: what stands at one place of its first axis. A party's records are numbered
by these places, the same in all its secrets: row 5 of one and row 5 of another are of one record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from protocols.array.node import Node
from protocols.privacy.users import Users

Labels = npt.NDArray[np.int64]
"""(several, rows): the numbers of records that are in a row, -1 for none."""

NOBODY = -1
EACH = {"lift", "bit to ring", "negative", "+ public", "* public", "square", "<", "==", "~", "& public", "^ public",
        "- public", "truncate", "low bits", "whole", "+", "-", "*", "&", "|", "^", "where", "< each"}  # fmt: skip
"""What computes each element by itself, of those in its place as numpy broadcasts."""


class Source(NamedTuple):
    """Whose records: a party's. `users` says how many of them are of one user, where that is known; rows that came in
    with different ones may be of different users, though they have one number."""

    owner: int
    users: Users | None = None


class Origin(NamedTuple):
    """What is remembered of a secret as it comes in. `bounded`: whether its owner holds data to a declared range."""

    source: Source
    bounded: bool


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A value with rows along `axis`, in each of which are at most the records that are named, of each source.

    `exclusive`: of a row at most one element is 1, the others 0.
    """

    of: Mapping[Source, Labels]
    axis: int = 0
    exclusive: bool = False

    @property
    def count(self) -> int:
        """How many rows there are."""
        return int(next(iter(self.of.values())).shape[1])

    @property
    def together(self) -> int:
        """Of all sources, in how many rows one record is at most."""
        return max(most_rows(labels) for labels in self.of.values())


def rows_of_input(source: Source, rows: int) -> Rows:
    """Of a secret as it comes in."""
    return Rows({source: _in_order(rows)})


@lru_cache(8)
def _in_order(rows: int) -> Labels:
    return np.arange(rows)[None]


def most_rows(labels: Labels) -> int:
    """In how many rows one record is at most."""
    some = labels[labels != NOBODY]
    return int(np.bincount(some).max(initial=0))


def all_within(labels: Labels, others: Labels) -> bool:
    """Whether each record of a row is in that row of the others too."""
    return bool(np.all((labels == NOBODY) | (labels[:, None] == others[None]).any(1)))


def rows_with_any(rows: Rows) -> npt.NDArray[np.bool_]:
    """Which rows have a record of any source in them."""
    return np.asarray(np.any([(labels != NOBODY).any(0) for labels in rows.of.values()], axis=0))


def fewest_records(rows: Rows) -> int:
    """So many records at least are in these rows. Those of several sources in one row count as one: they may be of one
    person."""
    of_one = max(int(np.count_nonzero(np.bincount(labels[labels != NOBODY]))) for labels in rows.of.values())
    return max(of_one, -(-int(rows_with_any(rows).sum()) // max(rows.together, 1)))


def united(parts: Iterable[Mapping[Source, Labels]]) -> dict[Source, Labels]:
    """The records of rows that are computed of rows of the same number."""
    found: dict[Source, Labels] = {}
    for part in parts:
        for source, labels in part.items():
            found[source] = _with(found[source], labels) if source in found else labels
    return found


def _with(x: Labels, y: Labels) -> Labels:
    if x is y or np.array_equal(x, y):
        return x
    other = [layer for layer in y if not any(np.array_equal(layer, known) for known in x)]
    return np.concatenate([x, *(layer[None] for layer in other)])


def rows_of_each(node: Node, parts: Sequence[Rows | None]) -> Rows | None:
    """Of what computes each element by itself; None where operands have their rows in different places."""
    held = [(o, part) for o, part in zip(node.operands, parts, strict=True) if part is not None]
    axes = {part.axis + len(node.shape) - len(o.shape) for o, part in held}
    if len(axes) != 1:
        return None
    (axis,) = axes
    if any(part.count != node.shape[axis] for _, part in held):
        return None
    return Rows(united(part.of for _, part in held), axis)


def rows_of_moved(node: Node, parts: Sequence[Rows | None]) -> Rows | None:
    """Of what moves elements about: along the axis that has no two rows of one operand in one place, that of an operand
    where it serves, and else that in which a record is in the fewest rows; None where there is no such axis."""
    numbers = [_moved_numbers(node, k, part) for k, part in enumerate(parts) if part is not None]
    held = [part for part in parts if part is not None]
    first, found = held[0].axis, []
    for axis in sorted(range(len(node.shape)), key=lambda a: a != first):
        slots = [_one_of_each(moved, axis) for moved in numbers]
        known = [slot for slot in slots if slot is not None]
        if len(known) == len(slots):
            found.append(Rows(united(_taken(part, slot) for part, slot in zip(held, known, strict=True)), axis))
            if found[-1].together <= 1:
                break
    return min(found, key=lambda rows: rows.together) if found else None


def _moved_numbers(node: Node, place: int, part: Rows) -> Labels:
    """For each element of the result the number of the row of this operand that it is of, -1 if of none."""
    assert node.operation.moves is not None
    arrays = [np.broadcast_to(np.int64(NOBODY), o.shape) for o in node.operands]
    shape = node.operands[place].shape
    along = tuple(-1 if a == part.axis else 1 for a in range(len(shape)))
    arrays[place] = np.broadcast_to(np.arange(part.count).reshape(along), shape)
    return np.asarray(node.operation.moves(arrays, **node.parameters))


def _one_of_each(numbers: Labels, axis: int) -> Labels | None:
    """The one number at each place of an axis, or -1; None where there are several at one."""
    others = tuple(a for a in range(numbers.ndim) if a != axis)
    most = numbers.max(others, initial=NOBODY)
    least = np.where(numbers == NOBODY, np.iinfo(np.int64).max, numbers).min(others, initial=np.iinfo(np.int64).max)
    return most if np.all((most == NOBODY) | (most == least)) else None


def _taken(part: Rows, slots: Labels) -> dict[Source, Labels]:
    return {source: np.where(slots == NOBODY, NOBODY, labels[:, slots]) for source, labels in part.of.items()}
