"""Something near the largest element of each row, where that takes fewer rounds and what it is exactly does not matter.

A softmax is the same whatever is subtracted first: so what is found counts as exact, and only how far the largest may
lie from it matters.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from mpc.context import Context
from protocols.array.facts import axes_of
from protocols.array.folding import axes_last, without
from protocols.array.lowering import asks_for_circuits
from protocols.array.node import Facts, Node, operation
from protocols.array.peaks import Extreme
from protocols.array.recording import record
from protocols.array.secret import SecretArray
from protocols.numeric.row_maximum import coarse_maximum, offers_coarse
from protocols.ranges import Range
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of

GRID_BITS = -1
MOST_REACH = 127
"""Beyond, tables of 64 bytes and more an element cost more than the rounds that they save."""


def _facts(x: Node) -> Facts:
    most_off = 2 << (x.scale + GRID_BITS)
    return Facts(x.shape[:-1], "fixed", x.scale, Range(x.range.lo - most_off, x.range.hi + most_off))


async def _find(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    found = await coarse_maximum(ctx, x, node.scale, _reach(node.operands[0]), grid_bits=GRID_BITS)
    return found.reshape(node.shape)


def _reach(x: Node) -> int:
    return ceil(x.range.magnitude / (1 << x.scale))


NEAR = operation("near maximum", _facts, _find)


def near_max(x: SecretArray, axis: Any) -> SecretArray | None:
    """Within 1/2 of the largest elements of x, of fractional bits, over axes that are kept; None where that is no
    quicker."""
    axes = axes_of(x, axis)
    rows = axes_last(x, axes)
    fits = x.size and rows.shape[-1] > 1 and x.scale > 0 and _reach(x.node) <= MOST_REACH
    if not fits or not _offered(x) or _pairs_at_once(rows):
        return None
    found = without(record(NEAR, rows), x.shape, axes, True)
    cell = 1 << (x.scale + GRID_BITS)
    found.together = Extreme(x.node.value, x.shape, axes, True, cell, cell)
    return found


def _offered(x: SecretArray) -> bool:
    return offers_coarse(x.context) and not asks_for_circuits(x.context.session, "compare")


def _pairs_at_once(rows: SecretArray) -> bool:
    """Whether all pairs of each row are compared in one round: then the largest is found as quickly."""
    at_once, count = suite_of(rows.context).compared_at_once, rows.shape[-1]
    bits = rows.range.bits + 1 + count.bit_length()
    return at_once is not None and rows.size * (count - 1) // 2 <= at_once(rows.context, bits)
