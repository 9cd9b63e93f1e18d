"""Which operations may be one circuit: garbled ones that feed one another, with what stands between them.

Of an operation in a group nothing is wanted but what others of the group make of it, so that a group ends in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mpc.context import Session
from protocols.array.lowering import (
    MOST_LANES,
    YAO,
    function_of,
    has_ways,
    is_dear,
    may_garble,
    sums_rows,
    way_taken,
)
from protocols.array.node import Node, Shape, Value

MOST_STEPS = 128
"""Operations in one circuit."""
CHOICE = "where"
"""The name of the operation that chooses."""

Group = tuple[Value, ...]
"""Values of one circuit, operands first; it ends in the last."""
Chosen = dict[Value, Node]
"""The node by which each value is computed, operands first."""


class Level(NamedTuple):
    """What is taken for garbled: all that may be, or what would be by itself; and whether what is dear in a circuit, as
    a product, may stand between."""

    by_itself: bool
    dear: bool


class Rows(NamedTuple):
    """The shape in which a group ends; and where it holds sums over the last axis, or what is the same in all of a row,
    the shape of whole rows, each of which is one instance of its circuit."""

    end: Shape
    whole: Shape | None = None


LEVELS = (Level(by_itself=False, dear=True), Level(by_itself=False, dear=False), Level(by_itself=True, dear=False))
"""From the largest groups to the smallest: those of each are parts of those before."""
USUAL = 1
"""The level of groups that nothing is weighed for."""


def chosen_of(nodes: Sequence[Node]) -> Chosen:
    """The nodes that compute these values, each after what it stands on."""
    by_value: dict[Value, Node] = {}
    for node in nodes:
        known = by_value.setdefault(node.value, node)
        if node.recipe < known.recipe:
            by_value[node.value] = node
    ordered: Chosen = {}
    stack = [(value, False) for value in by_value]
    while stack:
        value, seen = stack.pop()
        if value in ordered:
            continue
        if seen:
            ordered[value] = by_value[value]
            continue
        stack.append((value, True))
        stack += [(o.value, False) for o in by_value[value].operands if o.value in by_value and o.value not in ordered]
    return ordered


def groups_of(session: Session, chosen: Chosen, wanted: Iterable[Value], level: Level) -> list[Group]:
    """The groups of garbled values and of what stands between them, in the order of their ends."""
    free = [value for value in chosen if not value.claimed]
    garbled = {value for value in free if _garbled(session, chosen[value], level)}
    among: set[Value] = set()
    for value in free:
        if value in garbled or _between(session, chosen[value], among, level):
            among.add(value)
            if _chooses(chosen[value], among):
                garbled.add(value)
    found = _ended(chosen, [value for value in free if value in among], garbled, set(wanted), rows=level.dear)
    place = {value: i for i, value in enumerate(chosen)}
    return sorted(map(tuple, found.values()), key=lambda group: place[group[-1]])


def _ended(
    chosen: Chosen, among: Sequence[Value], garbled: set[Value], wanted: set[Value], *, rows: bool
) -> dict[Value, list[Value]]:
    """The groups by the value in which each ends. `rows`: whether elements of a row may be one instance."""
    users = _users(chosen)
    end: dict[Value, Value] = {}
    groups: dict[Value, list[Value]] = {}
    row_of: dict[Value, Rows] = {}
    for value in reversed(among):
        ends = {end.get(user) for user in users[value]}
        sink = ends.pop() if len(ends) == 1 and value not in wanted else None
        if sink is not None:
            shape = _rows_with(chosen[value], [chosen[user] for user in users[value]], row_of[sink], rows=rows)
            if shape is None or len(groups[sink]) >= MOST_STEPS:
                sink = None
            else:
                row_of[sink] = shape
        if sink is None:
            if value not in garbled:
                continue
            sink = value
            row_of[sink] = Rows(chosen[sink].shape)
        end[value] = sink
        groups.setdefault(sink, []).insert(0, value)
    return groups


def _rows_with(node: Node, users: Sequence[Node], known: Rows, *, rows: bool) -> Rows | None:
    """The rows of a group with this node too; None where it does not go with them."""
    whole = known.whole
    for user in users:
        if sums_rows(user):
            needed = node.shape
        elif user.shape == node.shape:
            continue
        elif user.shape and node.shape == (*user.shape[:-1], 1) and user.shape[-1] <= MOST_LANES:
            needed = user.shape
        else:
            return None
        if whole not in (None, needed):
            return None
        whole = needed
    if whole is None:
        return known if node.shape == known.end else None
    fits = {whole, whole[:-1], (*whole[:-1], 1)}
    return Rows(known.end, whole) if rows and {node.shape, known.end} <= fits else None


def whole_rows(group: Group, chosen: Chosen) -> Shape | None:
    """The shape of whole rows of a group, where rows are its instances."""
    sums = [chosen[value].operands[0].shape for value in group if sums_rows(chosen[value])]
    shapes = {chosen[value].shape for value in group}
    if len(shapes) == 1 and not sums:
        return None
    return sums[0] if sums else max(shapes, key=lambda shape: shape[-1])


def _users(chosen: Chosen) -> dict[Value, set[Value]]:
    users: dict[Value, set[Value]] = {value: set() for value in chosen}
    for value, node in chosen.items():
        for operand in node.operands:
            if operand.value in users:
                users[operand.value].add(value)
    return users


def _garbled(session: Session, node: Node, level: Level) -> bool:
    """Whether a node is computed by a circuit that may be joined with others."""
    if not has_ways(session, node) or function_of(node) is None:
        return False
    return way_taken(session, node) == YAO if level.by_itself else may_garble(session, node)


def _between(session: Session, node: Node, among: set[Value], level: Level) -> bool:
    """Whether a node may stand behind one of a circuit, in the same."""
    if not any(operand.value in among for operand in node.operands) or has_ways(session, node):
        return False
    return function_of(node) is not None and (level.dear or not is_dear(node))


def _chooses(node: Node, among: set[Value]) -> bool:
    """Whether a node is a choice by what a circuit gives: it may end one, since shares would take a product for it."""
    return node.operation.name == CHOICE and node.operands[0].value in among
