"""Two operations that are one call, where the suite can: what is between is never shared.

Before an expression is computed, a product of which nothing is wanted but a truncation is taken into it, products of
which nothing is wanted but sums into these, and a bit's number of which nothing is wanted but a choice into that. They
keep their own values: who asks for these later has them computed. What is pending follows from the program where
evaluations are one at a time, in the program's own calls; side by side with others every operation is a call of its
own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from mpc.context import Context, Session
from protocols.array.arithmetic import MULTIPLY, SQUARE, SUM
from protocols.array.facts import matrix_shapes
from protocols.array.logic import SELECT
from protocols.array.lowering import lowering
from protocols.array.matrices import MATMUL
from protocols.array.node import Facts, Node, Operation, Recipe, Value, operation
from protocols.array.scales import BIT_TO_RING, TRUNCATE
from protocols.array.weighing import OF_THE_PROGRAM
from protocols.suite import suite_of

PRODUCTS = (MULTIPLY, SQUARE, MATMUL)


def _never(*operands: Node, **parameters: Any) -> Facts:
    raise AssertionError("products are shortened when they are computed, never written down")


async def _run(ctx: Context, node: Node, *factors: Any) -> Any:
    suite, named, x, y = suite_of(ctx), node.parameters, factors[0], factors[-1]
    if not named["matrices"]:
        return await suite.mul_truncate(ctx, x, y, named["shift"])
    left, right, shape = matrix_shapes(x.shape, y.shape)
    return (await suite.matmul_truncate(ctx, x.reshape(left), y.reshape(right), named["shift"])).reshape(shape)


async def _add_up(ctx: Context, node: Node, *factors: Any) -> Any:
    """The axes that are summed as one, the last: so many elements are shared as there are sums."""
    axes, sides = node.parameters["axes"], factors[0].shape
    kept = [axis for axis in range(len(sides)) if axis not in axes]
    rows = (*(sides[axis] for axis in kept), prod(sides[axis] for axis in axes))
    x, *others = (factor.transpose((*kept, *axes)).reshape(rows) for factor in factors)
    return (await suite_of(ctx).inner(ctx, x, *(others or [x]))).reshape(node.shape)


async def _choose(ctx: Context, node: Node, condition: Any, x: Any, y: Any) -> Any:
    return y + await suite_of(ctx).choose(ctx, condition, x - y)


SHORTENED = operation("shortened product", _never, _run)
SUMMED = operation("summed product", _never, _add_up)
CHOSEN = operation("where bit", _never, _choose)
_AS_ONE = {TRUNCATE: SHORTENED, SUM: SUMMED, SELECT: CHOSEN}


def takes_in(call: Context) -> bool:
    """Whether this evaluation does so."""
    return len(call.path) == OF_THE_PROGRAM and call.session.suite.mul_truncate is not None


def taken_in(session: Session, nodes: Sequence[Node], targets: Sequence[Node]) -> list[Node]:
    """These pending nodes, of which products and their truncations are one, and bits and the choices by them."""
    users: dict[Value, set[Value]] = defaultdict(set)
    for node in nodes:
        for operand in node.operands:
            users[operand.value].add(node.value)
    wanted = {node.value for node in targets}
    taken = {node.value: node for node in nodes if _takes(session, node, users, wanted)}
    inside = {node.operands[0].value for node in taken.values()}
    made = {value: _as_one(node) for value, node in taken.items()}
    return [_replaced(node, made) for node in nodes if node.value not in inside]


def _takes(session: Session, node: Node, users: dict[Value, set[Value]], wanted: set[Value]) -> bool:
    """Whether a node is one with its first operand, which nobody else wants."""
    if node.value.claimed or len(node.value.recipes) > 1 or not node.operands:
        return False
    first = node.operands[0]
    free = first.pending and not first.value.claimed and first.value not in wanted
    if not free or users[first.value] != {node.value} or not _fits(session, node, first):
        return False
    return all(lowering(each.operation, session).run is each.operation.run for each in (node, first))


def _fits(session: Session, node: Node, first: Node) -> bool:
    if node.operation is TRUNCATE:
        return first.operation in PRODUCTS
    if node.operation is SUM:
        alike = all(factor.shape == first.shape for factor in first.operands)
        return first.operation in (MULTIPLY, SQUARE) and alike and bool(node.parameters["axes"])
    chooses = node.operation is SELECT and first.operation is BIT_TO_RING and session.suite.choose is not None
    if not chooses:
        return False
    others = node.operands[1:]
    whole = np.broadcast_shapes(*(other.shape for other in others)) == first.shape == node.shape
    return whole and all(other.value is not first.value for other in others)


def _as_one(node: Node) -> tuple[Operation, int]:
    """One more way to compute a node, from what its first operand is computed from: its operation and its place."""
    (own,) = node.value.recipes
    first, *others = own.operands
    named: dict[str, Any] = {}
    if node.operation is TRUNCATE:
        named = {"matrices": first.operation is MATMUL, "shift": own.parameters["shift"]}
    elif node.operation is SUM:
        named = {"axes": own.parameters["axes"]}
    node.value.recipes.append(Recipe((*first.operands, *others), named))
    return _AS_ONE[node.operation], len(node.value.recipes) - 1


def _replaced(node: Node, made: dict[Value, tuple[Operation, int]]) -> Node:
    if node.value not in made:
        return node
    operation, recipe = made[node.value]
    return node._replace(operation=operation, recipe=recipe)
