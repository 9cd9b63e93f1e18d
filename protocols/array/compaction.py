"""Random orders that nobody knows, and what a secret condition selects brought to the front, in public shapes."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.facts import public_count
from protocols.array.lines import user_line
from protocols.array.logic import logical_not, where
from protocols.array.misuse import need_context
from protocols.array.node import Facts, Node, operation
from protocols.array.recording import record
from protocols.array.scales import constant, ring_form
from protocols.array.secret import SecretArray, need_secret
from protocols.array.shape import stack as stacked
from protocols.array.shuffled import put_first
from protocols.array.sorting import by_two, places_of, sorted_by
from protocols.shares import ArithmeticShare, stack
from protocols.suite import suite_of

MOST_THINGS = 1 << 32


def _shuffled(x: Node) -> Facts:
    return Facts(x.shape, x.kind, x.scale, x.range)


async def _shuffle(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    """Records along the first axis in a random order; n rounds."""
    count, *rest = node.shape
    records = x.reshape((count, prod(rest)))
    columns = await suite_of(ctx).shuffle(ctx, *(records[:, i] for i in range(prod(rest))))
    return stack(columns, -1).reshape(node.shape) if columns else x


SHUFFLE = operation("shuffle", _shuffled, _shuffle)


def shuffle(x: SecretArray) -> SecretArray:
    """x with its elements, or rows along the first axis, in a uniformly random order that nobody knows.

    Rounds: as many as there are parties. Bits come back as whole numbers 0 and 1. Raises LocalError `not-offered` on a
    suite without a shuffle, `bad-axis` for a scalar.
    """
    if not need_secret(x, "shuffle").ndim:
        raise LocalError("bad-axis", "a single number has no order", "shuffle one dimension or more", line=user_line())
    check_shuffle(x.context)
    return record(SHUFFLE, ring_form(x)) if x.size else x.copy()


def permutation(ctx: Context, n: int) -> SecretArray:
    """The whole numbers from 0 to n - 1 in a uniformly random order that nobody knows: a secret order of n things.

    Rounds: as many as there are parties. Raises LocalError `bad-count` for a negative n, `not-offered` as `shuffle`.
    """
    need_context(ctx, "permutation")
    return shuffle(constant(ctx, np.arange(public_count(n, MOST_THINGS, "the things")), 0))


def check_shuffle(context: Context) -> None:
    """LocalError `not-offered`, with the user's line, on a suite without a shuffle."""
    if context.suite.shuffle is None:
        raise LocalError(
            "not-offered", f"the suite {context.session.factory.name} has no shuffle",
            "use a suite that has it, as beaver", line=user_line(),
        )  # fmt: skip


def compress(condition: SecretArray, x: SecretArray, size: int) -> SecretArray:
    """The elements of x, or its rows along the first axis, for which the condition holds, in their order: the first
    `size` of them, and zeros where there are fewer.

    The condition is secret, bits of shape (len(x),), and so is how many it selects: `condition.sum()` is their number,
    of which `size`, public, must be a bound, or the rest is left out. Rounds: 3, and as many as there are parties.
    Raises LocalError `not-a-bit`, `wrong-shape`, `bad-count`.
    """
    size = _check_selection(condition, x, size)
    rows = ring_form(x).reshape(x.shape[0], prod(x.shape[1:]))
    chosen = where(condition.reshape(-1, 1), rows, 0)
    columns = _selected_first(condition, [chosen[:, i] for i in range(rows.shape[1])])
    whole = stacked(columns, -1) if columns else chosen
    return whole[:size].reshape(size, *x.shape[1:])


def _selected_first(condition: SecretArray, columns: list[SecretArray]) -> list[SecretArray]:
    if condition.context.suite.shuffle is not None:
        return put_first(condition, columns)[0]
    later = logical_not(condition)
    return sorted_by(by_two, [ring_form(later), places_of(later), *columns])[2:]


def _check_selection(condition: Any, x: Any, size: Any) -> int:
    """The size as an integer."""
    if not isinstance(condition, SecretArray) or condition.kind != "bit":
        raise LocalError(
            "not-a-bit", "a selection by something else than a secret condition", "compare first: x > 0 gives bits",
            line=user_line(),
        )  # fmt: skip
    if not isinstance(x, SecretArray) or not x.ndim or condition.shape != x.shape[:1]:
        shape = getattr(x, "shape", ())
        raise LocalError(
            "wrong-shape", f"a condition of shape {condition.shape} for elements of shape {shape}",
            "give a condition for each element of a secret, or for each row", line=user_line(),
        )  # fmt: skip
    return public_count(size, x.shape[0], "the selected")
