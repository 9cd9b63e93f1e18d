"""Which values are nowhere negative, though an interval that allows for rounding says that they may be.

A quotient of numbers that are not negative is not negative, and neither are sums and products of such; but what is
computed of them may lie a few units of the last place below zero, and its range says so. Functions that are defined
from zero on take such a value for zero: so it is closer to the exact one, since that is not below.
"""

from __future__ import annotations

from protocols.array.arithmetic import ADD, ADD_PUBLIC, MULTIPLY, SCALE, SUM
from protocols.array.logic import SELECT, maximum
from protocols.array.node import Node
from protocols.array.quotients import DIVIDE
from protocols.array.scales import LIFT, TRUNCATE
from protocols.array.secret import SecretArray
from protocols.array.shape import (
    BROADCAST,
    CONCATENATE,
    EXPAND,
    FLIP,
    HSTACK,
    INDEX,
    RESHAPE,
    SQUEEZE,
    STACK,
    TRANSPOSE,
    VSTACK,
)

MOVING = {BROADCAST, CONCATENATE, EXPAND, FLIP, HSTACK, INDEX, RESHAPE, SQUEEZE, STACK, TRANSPOSE, VSTACK}
KEEPING_SIGNS = MOVING | {ADD, ADD_PUBLIC, DIVIDE, LIFT, MULTIPLY, SCALE, SELECT, SUM, TRUNCATE}
"""What is nowhere negative where no operand is, nor a public constant."""


def from_zero_on(x: SecretArray) -> SecretArray:
    """x, or where the exact value is nowhere negative and rounding may have made it so, max(x, 0): 9 rounds."""
    return maximum(x, 0) if x.range.lo < 0 and _nowhere_negative(x.node) else x


def _nowhere_negative(x: Node) -> bool:
    seen: set[Node] = set()
    stack = [x]
    while stack:
        node = stack.pop()
        if node in seen or node.range.lo >= 0:
            continue
        seen.add(node)
        constant = node.parameters.get("constant")
        below = constant is not None and constant.range.lo < 0
        if below or node.operation not in KEEPING_SIGNS or not node.operands:
            return False
        stack += node.operands
    return True
