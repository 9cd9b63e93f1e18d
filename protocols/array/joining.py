"""Circuits that feed one another, as one circuit: what is between them stays labels, so that a chain takes two rounds.

Before an expression is computed, an operation that is garbled, of which nothing is wanted but what other garbled ones
make of it, is taken into their circuit. It keeps its own value: who asks for that later has it computed.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from mpc.context import Context, Session
from protocols.array.grouping import Chosen, Group, whole_rows
from protocols.array.lowering import function_of, kinds_of, sums_rows
from protocols.array.node import Facts, Node, Recipe, Shape, Value, operation
from protocols.numeric.garbled import Kind, Step, alone, compute, fits_ahead, joint_of
from protocols.shares import stack

Column = int | None
"""Which element of a row; SUMMED of what has no axis for rows any more, None of what has one place in it, or where
elements are instances."""
SUMMED = -1
MOST_ANDS = 1 << 16
"""Of a circuit of which each instance is a row."""
Inputs = dict[tuple[Value, Kind, Column], tuple[int, Node]]
"""What a circuit of several stands on: the place of each operand, or of its column, as a number of a kind."""


async def _run(ctx: Context, node: Node, *shares: Any) -> Any:
    named = node.parameters
    if named["row"] is None:
        (found,) = await compute(ctx, named["steps"], named["kinds"], shares, node.shape)
        return found
    columns = [_column(x, column, named["row"]) for x, column in zip(shares, named["columns"], strict=True)]
    ends = node.shape[-1] if node.shape == named["row"] else 1
    found = await compute(ctx, named["steps"], named["kinds"], columns, named["row"][:-1], ends)
    return stack(found, -1) if node.shape == named["row"] else found[0].reshape(node.shape)


def _column(x: Any, column: Column, row: Shape) -> Any:
    """One element of each row, or what is the same in all of a row."""
    if column == SUMMED:
        return x.map_structure(lambda array: np.broadcast_to(array, row[:-1]))
    shape = (*row[:-1], 1) if column is None else row
    return x.map_structure(lambda array: np.broadcast_to(array, shape)[..., column or 0])


def _never(*operands: Node, **parameters: Any) -> Facts:
    raise AssertionError("circuits are joined when they are computed, never written down")


JOINED = operation("joined", _never, _run)


def may_be_one(session: Session, group: Group, chosen: Chosen) -> bool:
    """Whether a group may be one circuit: one of whole rows has a limit, and one that is garbled ahead. What is more is
    a circuit of each operation."""
    row = whole_rows(group, chosen)
    if row is not None and sum(_ands(chosen[value], row) for value in group) > MOST_ANDS:
        return False
    if session.ways.garbling != "ahead":
        return True
    found, end = _recipe(group, chosen).parameters, chosen[group[-1]].shape
    instances, ends = (prod(end), 1) if row is None else (prod(row[:-1]), row[-1] if end == row else 1)
    return fits_ahead(session, found["steps"], found["kinds"], instances, ends)


def _ands(node: Node, row: Shape) -> int:
    """About how many ANDs a node has in a circuit of such rows: as many as by itself, for each element of a row."""
    function = function_of(node)
    assert function is not None
    if sums_rows(node):
        return 0
    times = row[-1] if node.shape == row else 1
    return times * joint_of(*alone(function, kinds_of(node))).circuit.ands


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
    row = whole_rows(group, chosen)
    steps, inputs = _steps(group, chosen, row)
    operands = tuple(operand for _, operand in inputs.values())
    kinds, columns = ([key[i] for key in inputs] for i in (1, 2))
    return Recipe(operands, {"steps": steps, "kinds": tuple(kinds), "columns": tuple(columns), "row": row})


def _steps(group: Group, chosen: Chosen, row: Shape | None) -> tuple[tuple[Step, ...], Inputs]:
    """The functions of a group, those of whole rows once for each element of a row, and what they stand on."""
    places: dict[Value, list[int]] = {}
    inputs: Inputs = {}
    steps: list[Step] = []
    for value in group:
        node, kinds, function = chosen[value], kinds_of(chosen[value]), function_of(chosen[value])
        assert function is not None
        columns: list[Column] = [SUMMED] if row and node.shape == row[:-1] else [None]
        columns = list(range(row[-1])) if row and node.shape == row else columns
        places[value] = []
        for column in columns:
            if row is not None and sums_rows(node):
                found = [_place(node.operands[0], kinds[0], i, places, inputs) for i in range(row[-1])]
                step = Step(function, tuple(found), kinds * row[-1])
            else:
                pairs = zip(node.operands, kinds, strict=True)
                step = Step(function, tuple(_place(x, kind, column, places, inputs) for x, kind in pairs), kinds)
            places[value].append(~len(steps))
            steps.append(step)
    return tuple(steps), inputs


def _place(operand: Node, kind: Kind, column: Column, places: dict[Value, list[int]], inputs: Inputs) -> int:
    """Where an operand, or a column of it, comes from: a step of the group, or an input, numbered as it is met."""
    if operand.value in places:
        found = places[operand.value]
        return found[column or 0] if len(found) > 1 else found[0]
    if column not in (None, SUMMED) and operand.shape[-1:] in ((), (1,)):
        column = None
    return inputs.setdefault((operand.value, kind, column), (len(inputs), operand))[0]
