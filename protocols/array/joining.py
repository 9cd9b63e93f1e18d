"""Circuits that feed one another, as one circuit: what is between them stays labels, so that a chain takes two rounds.

Before an expression is computed, an operation that is garbled, of which nothing is wanted but what other garbled ones
make of it, is taken into their circuit. It keeps its own value: who asks for that later has it computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from mpc.context import Context, Session
from protocols.array.lowering import YAO, function_of, has_ways, kinds_of, note_way, way_taken, weigh
from protocols.array.node import Facts, Node, Recipe, Value, operation
from protocols.numeric.garbled import Kind, Step, compute, fits_ahead

MOST_STEPS = 128
"""Operations in one circuit."""
CHOICE = "where"
"""The name of the operation that chooses."""
OF_THE_PROGRAM = 2
"""How long the paths of the program's own calls are."""

Inputs = dict[tuple[Value, Kind], tuple[int, Node]]
"""What a circuit of several stands on: the place of each operand as a number of a kind."""


async def _run(ctx: Context, node: Node, *shares: Any) -> Any:
    named = node.parameters
    return await compute(ctx, named["steps"], named["kinds"], shares, node.shape)


def _never(*operands: Node, **parameters: Any) -> Facts:
    raise AssertionError("circuits are joined when they are computed, never written down")


JOINED = operation("joined", _never, _run)


def joins(call: Context) -> bool:
    """Whether this evaluation joins circuits: where the session may garble, in the program's own calls.

    Of these there is one at a time, so that what is pending follows from the program. Side by side with others it is
    chance what they have begun, and each operation is a circuit of its own.
    """
    ways = call.session.ways
    if len(call.path) != OF_THE_PROGRAM:
        return False
    return "yao" in (ways.numeric, ways.compare) or bool(ways.network and "auto" in (ways.numeric, ways.compare))


async def weigh_all(session: Session, nodes: Sequence[Node]) -> None:
    """Appraise the ways of all nodes that have several."""
    for node in nodes:
        if has_ways(session, node):
            await weigh(session, node)


def joined(session: Session, nodes: Sequence[Node], targets: Sequence[Node]) -> list[Node]:
    """The nodes to be computed for these targets, with circuits that feed one another joined.

    nodes: all that are pending, each after what it stands on or before it.
    """
    chosen = _chosen(nodes)
    groups = _groups(session, chosen, {node.value for node in targets})
    several = {sink: members for sink, members in groups.items() if len(members) > 1}
    replaced = {
        sink: _joined(sink, members, chosen)
        for sink, members in several.items()
        if _may_be_one(session, members, chosen)
    }
    for sink in replaced:
        for value in groups[sink]:
            note_way(session, chosen[value])
    absorbed = {value for sink in replaced for value in groups[sink]} - replaced.keys()
    return [*replaced.values(), *(n for n in nodes if n.value not in absorbed and n.value not in replaced)]


def _chosen(nodes: Sequence[Node]) -> dict[Value, Node]:
    """The node by which each value is computed, operands first."""
    by_value: dict[Value, Node] = {}
    for node in nodes:
        known = by_value.setdefault(node.value, node)
        if node.recipe < known.recipe:
            by_value[node.value] = node
    ordered: dict[Value, Node] = {}
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


def _groups(session: Session, chosen: dict[Value, Node], wanted: set[Value]) -> dict[Value, list[Value]]:
    """Garbled values by the one in which their circuit ends, each group with operands first, and with what stands
    between them."""
    free = [value for value in chosen if not value.claimed]
    garbled = {value for value in free if _garbled(session, chosen[value])}
    among: set[Value] = set()
    for value in free:
        if value in garbled or _between(session, chosen[value], among):
            among.add(value)
            if _chooses(chosen[value], among):
                garbled.add(value)
    users = _users(chosen)
    end: dict[Value, Value] = {}
    groups: dict[Value, list[Value]] = {}
    for value in reversed([value for value in free if value in among]):
        ends = {end.get(user) for user in users[value]}
        sink = ends.pop() if len(ends) == 1 and value not in wanted else None
        if sink is None or chosen[sink].shape != chosen[value].shape or len(groups[sink]) >= MOST_STEPS:
            if value not in garbled:
                continue
            sink = value
        end[value] = sink
        groups.setdefault(sink, []).insert(0, value)
    return groups


def _users(chosen: dict[Value, Node]) -> dict[Value, set[Value]]:
    users: dict[Value, set[Value]] = {value: set() for value in chosen}
    for value, node in chosen.items():
        for operand in node.operands:
            if operand.value in users:
                users[operand.value].add(value)
    return users


def _garbled(session: Session, node: Node) -> bool:
    """Whether a node is computed by a circuit that may be joined with others."""
    if not has_ways(session, node) or function_of(node) is None:
        return False
    return way_taken(session, node) == YAO


def _between(session: Session, node: Node, among: set[Value]) -> bool:
    """Whether a node may stand behind one of a circuit, in the same."""
    if not any(operand.value in among for operand in node.operands) or has_ways(session, node):
        return False
    return function_of(node) is not None


def _chooses(node: Node, among: set[Value]) -> bool:
    """Whether a node is a choice by what a circuit gives: it may end one, since shares would take a product for it."""
    return node.operation.name == CHOICE and node.operands[0].value in among


def _may_be_one(session: Session, members: Sequence[Value], chosen: dict[Value, Node]) -> bool:
    """Whether a group may be one circuit: one that is garbled ahead has a limit, and then each is one of its own."""
    if session.ways.garbling != "ahead":
        return True
    steps, inputs = _steps(members, chosen)
    return fits_ahead(session, steps, tuple(kind for _, kind in inputs), prod(chosen[members[-1]].shape))


def _joined(sink: Value, members: Sequence[Value], chosen: dict[Value, Node]) -> Node:
    """The node that computes the sink of a group from what the group stands on."""
    steps, inputs = _steps(members, chosen)
    operands = tuple(operand for _, operand in inputs.values())
    sink.recipes.append(Recipe(operands, {"steps": steps, "kinds": tuple(kind for _, kind in inputs)}))
    return chosen[sink]._replace(operation=JOINED, recipe=len(sink.recipes) - 1)


def _steps(members: Sequence[Value], chosen: dict[Value, Node]) -> tuple[tuple[Step, ...], Inputs]:
    """The functions of a group, and what they stand on."""
    places = {value: ~i for i, value in enumerate(members)}
    inputs: Inputs = {}
    steps = []
    for value in members:
        node = chosen[value]
        kinds = kinds_of(node)
        function = function_of(node)
        assert function is not None
        steps.append(Step(function, tuple(_places(node, kinds, places, inputs)), kinds))
    return tuple(steps), inputs


def _places(node: Node, kinds: Sequence[Kind], places: dict[Value, int], inputs: Inputs) -> Iterator[int]:
    """Where each operand comes from: a step of the group, or an input, numbered as it is met."""
    for operand, kind in zip(node.operands, kinds, strict=True):
        if operand.value in places:
            yield places[operand.value]
        else:
            yield inputs.setdefault((operand.value, kind), (len(inputs), operand))[0]
