"""Products that are shortened in one call, where the suite can: what is between is never shared.

Before an expression is computed, a product of which nothing is wanted but a truncation is taken into it. It keeps its
own value: who asks for that later has it computed. What is pending follows from the program where evaluations are one
at a time, in the program's own calls; side by side with others every operation is a call of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from mpc.context import Context, Session
from protocols.array.arithmetic import MULTIPLY, SQUARE
from protocols.array.facts import matrix_shapes
from protocols.array.lowering import lowering
from protocols.array.matrices import MATMUL
from protocols.array.node import Facts, Node, Recipe, Value, operation
from protocols.array.scales import TRUNCATE
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


SHORTENED = operation("shortened product", _never, _run)


def shortens(call: Context) -> bool:
    """Whether this evaluation does so."""
    return len(call.path) == OF_THE_PROGRAM and call.session.suite.mul_truncate is not None


def shortened(session: Session, nodes: Sequence[Node], targets: Sequence[Node]) -> list[Node]:
    """These pending nodes, of which products and their truncations are one."""
    users: dict[Value, set[Value]] = defaultdict(set)
    for node in nodes:
        for operand in node.operands:
            users[operand.value].add(node.value)
    wanted = {node.value for node in targets}
    taken = {node.value: node.operands[0] for node in nodes if _takes(session, node, users, wanted)}
    inside = {product.value for product in taken.values()}
    made = {value: _recipe_of(value, product) for value, product in taken.items()}
    return [_as_one(node, made) for node in nodes if node.value not in inside]


def _takes(session: Session, node: Node, users: dict[Value, set[Value]], wanted: set[Value]) -> bool:
    """Whether a node is a truncation of a product that nobody else wants."""
    if node.operation is not TRUNCATE or node.value.claimed or len(node.value.recipes) > 1:
        return False
    (product,) = node.operands
    free = product.pending and not product.value.claimed and product.value not in wanted
    if not free or product.operation not in PRODUCTS or users[product.value] != {node.value}:
        return False
    return lowering(product.operation, session).run is product.operation.run


def _recipe_of(value: Value, product: Node) -> int:
    """The place of one more way to compute the truncation."""
    (own,) = value.recipes
    named = {"matrices": product.operation is MATMUL, "shift": own.parameters["shift"]}
    value.recipes.append(Recipe(product.operands, named))
    return len(value.recipes) - 1


def _as_one(node: Node, made: dict[Value, int]) -> Node:
    return node._replace(operation=SHORTENED, recipe=made[node.value]) if node.value in made else node
