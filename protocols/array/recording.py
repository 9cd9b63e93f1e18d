"""Writing an expression down: new nodes, other forms of values, and values whose elements move about."""

from __future__ import annotations

from typing import Any

from mpc.context import Context, beside
from protocols.array.lines import user_line
from protocols.array.node import Facts, Node, Operation, Recipe, Value, decides, keeps_sign
from protocols.array.secret import SecretArray
from protocols.ranges import Range


def record(
    operation: Operation,
    *operands: SecretArray,
    home: Context | None = None,
    place: tuple[int, ...] = (),
    range_: Range | None = None,
    **parameters: Any,
) -> SecretArray:
    """Write down one operation: a new node, numbered in the order of the program.

    It belongs to the call `home`, or that of its first operand; side by side with others (`mpc.together`) to the
    task's own, unless it is given a `place` instead of a number. `range_` stands instead of the range that follows from
    the operands'.
    """
    nodes = tuple([x.node for x in operands])
    facts = operation.facts(*nodes, **parameters)
    value = _value(home or nodes[0].value.home, place)
    return SecretArray(_node(operation, nodes, parameters, facts, range_, user_line(), value))


def rearranged(operation: Operation, x: SecretArray, **parameters: Any) -> SecretArray:
    """Write down an operation that gives every element of x another place, once."""
    base, moves = x.moved or (x.copy(), ())
    moved = record(operation, x, **parameters)
    moved.moved = base, (*moves, (operation, parameters))
    return moved


def form(x: SecretArray, key: int | str, operation: Operation, **parameters: Any) -> SecretArray:
    """x in another encoding: its value is computed once for x and all its aliases, and follows x's line and range.

    Its place in the program follows from x's: it does not matter which of several calls side by side asks first.
    """
    made = x.forms.setdefault(key, {})
    if x.range in made:
        return made[x.range]
    facts = operation.facts(x.node, **parameters)
    alias = next(iter(made.values()), None)
    value = _value(x.context, form_place(x, key)) if alias is None else alias.node.value
    node = _node(operation, (x.node,), parameters, facts, None, x.line, value, of_form=True)
    made[x.range] = SecretArray(node, None if alias is None else alias.forms)
    return made[x.range]


def form_place(x: SecretArray, key: int | str) -> tuple[int, ...]:
    """The place of x's form of this key: no call of x's own, which are numbered from 1."""
    return (*x.node.value.place, 0, key + 1 if isinstance(key, int) else 0)


def _value(home: Context, place: tuple[int, ...]) -> Value:
    now = beside(home)
    value = Value(home, place) if place else Value(now, (now.reserve(),))
    value.depth = now.depth
    return value


def _node(
    operation: Operation,
    operands: tuple[Node, ...],
    parameters: dict[str, Any],
    facts: Facts,
    range_: Range | None,
    line: str,
    value: Value,
    *,
    of_form: bool = False,
) -> Node:
    shape, kind, scale, inferred = facts
    if decides(operation, operands, parameters) or any(operand.value.decided for operand in operands):
        value.decided = True
    if keeps_sign(operation, operands, parameters, of_form=of_form):
        value.nowhere_negative = True
    if value.share is None:
        value.recipes.append(Recipe(operands, parameters))
    vouched, recipe = any(operand.vouched for operand in operands), max(len(value.recipes) - 1, 0)
    return Node(operation, shape, kind, scale, range_ or inferred, line, value, recipe, vouched)
