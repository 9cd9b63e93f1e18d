"""Circuits that feed one another, as one circuit: what is between them stays labels, so that a chain takes two rounds.

Before an expression is computed, an operation that is garbled, of which nothing is wanted but what other garbled ones
make of it, is taken into their circuit. It keeps its own value: who asks for that later has it computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from mpc.context import Context, Session
from protocols.array.grouping import Chosen, Group
from protocols.array.lowering import function_of, kinds_of
from protocols.array.node import Facts, Node, Recipe, Value, operation
from protocols.numeric.garbled import Kind, Step, compute, fits_ahead

Inputs = dict[tuple[Value, Kind], tuple[int, Node]]
"""What a circuit of several stands on: the place of each operand as a number of a kind."""


async def _run(ctx: Context, node: Node, *shares: Any) -> Any:
    named = node.parameters
    return await compute(ctx, named["steps"], named["kinds"], shares, node.shape)


def _never(*operands: Node, **parameters: Any) -> Facts:
    raise AssertionError("circuits are joined when they are computed, never written down")


JOINED = operation("joined", _never, _run)


def may_be_one(session: Session, group: Group, chosen: Chosen) -> bool:
    """Whether a group may be one circuit: one that is garbled ahead has a limit, and then each is one of its own."""
    if session.ways.garbling != "ahead":
        return True
    steps, inputs = _steps(group, chosen)
    return fits_ahead(session, steps, tuple(kind for _, kind in inputs), prod(chosen[group[-1]].shape))


def as_one(group: Group, chosen: Chosen) -> Node:
    """The node that computes the end of a group from what the group stands on."""
    end = group[-1]
    end.recipes.append(_recipe(group, chosen))
    return chosen[end]._replace(operation=JOINED, recipe=len(end.recipes) - 1)


def as_if_one(group: Group, chosen: Chosen) -> Node:
    """The like of a value of its own, to be weighed."""
    end = group[-1]
    value = Value(end.home, end.place)
    value.recipes.append(_recipe(group, chosen))
    return chosen[end]._replace(operation=JOINED, value=value, recipe=0)


def _recipe(group: Group, chosen: Chosen) -> Recipe:
    steps, inputs = _steps(group, chosen)
    operands = tuple(operand for _, operand in inputs.values())
    return Recipe(operands, {"steps": steps, "kinds": tuple(kind for _, kind in inputs)})


def _steps(group: Group, chosen: Chosen) -> tuple[tuple[Step, ...], Inputs]:
    """The functions of a group, and what they stand on."""
    places = {value: ~i for i, value in enumerate(group)}
    inputs: Inputs = {}
    steps = []
    for value in group:
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
