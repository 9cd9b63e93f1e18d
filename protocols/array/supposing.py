"""What a reveal gives a program that is only planned: numbers that the program supposes, or the middle of a range.

What a product with a public number costs depends on the fractional bits that the number has. Values that come have all
of them, as a rule; so what stands for a value of kind `fixed` is the odd number of last places next to the middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.secret import SecretArray

MOST_REVEALS = 20_000
"""A plan ends after this many reveals: a loop that waits for a revealed value may never end on supposed ones."""


def supposed(targets: Sequence[SecretArray], planned: Any, *, learns: bool) -> list[Any]:
    """What each target is supposed to be, in its shape and dtype; None for each at a party that does not learn them.

    LocalError `bad-planned-value` if what the program supposes does not fit, `dry-run-endless` after MOST_REVEALS.
    """
    if targets and len(targets[0].context.session.ledger.reveals) > MOST_REVEALS:
        raise _endless()
    if not learns:
        return [None] * len(targets)
    if planned is None:
        return [_middle(target) for target in targets]
    values = [planned] if len(targets) == 1 else planned
    try:
        return [_like(target, value) for target, value in zip(targets, values, strict=True)]
    except (TypeError, ValueError):
        raise LocalError(
            "bad-planned-value",
            f"planned= does not fit {len(targets)} values of shapes {', '.join(str(t.shape) for t in targets)}",
            "give a number or an array for each value, in the order of the values",
            line=user_line(),
        ) from None


def _middle(target: SecretArray) -> Any:
    if target.kind == "bit":
        return _like(target, False)
    lo, hi = target.range.lo, target.range.hi
    middle = (lo + hi) // 2
    if target.kind == "fixed":
        return _like(target, np.ldexp(float(min(middle | 1, hi)), -target.scale))
    if not middle:
        return np.zeros(target.shape, target.dtype)[()]  # no memory before somebody writes to it
    return _like(target, middle)


def _like(target: SecretArray, value: Any) -> Any:
    """The value in the shape and dtype that a reveal gives, a real as the encoding has it."""
    supposed = np.asarray(value, target.dtype)
    if target.kind == "fixed":
        supposed = np.ldexp(np.rint(np.ldexp(supposed, target.scale)), -target.scale)
    return np.array(np.broadcast_to(supposed, target.shape))[()]


def _endless() -> LocalError:
    return LocalError(
        "dry-run-endless",
        f"the plan revealed {MOST_REVEALS} values without coming to an end",
        "a loop whose end depends on a revealed value needs a bound, or a value to plan with: "
        "mpc.reveal(ctx, x, planned=True)",
        line=user_line(),
    )
