"""Products by a matrix that stands in the session."""

from __future__ import annotations

from math import prod
from typing import Any

from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.known import Known, share_known
from protocols.shares import ArithmeticShare, concatenate
from protocols.suite import suite_of
from protocols.weights.matrix import StandingMatrix

MOST_WORDS = 1 << 22
"""Of one piece of material that the user draws, 32 MiB: more rows are multiplied in several pieces, side by side."""


async def product(
    ctx: Context, x: ArithmeticShare | Known, w: StandingMatrix, transposed: bool = False
) -> ArithmeticShare:
    """[x @ W], or [x @ W^T] if `transposed`, for shared x (..., inputs): exact in the ring, nothing is shortened.

    x may be known to one party, as the rows of a user's own tokens are; the user then puts nothing in for it.
    Nobody learns anything. Where W is masked: one message from the user to the owner, of as many elements as x has;
    material `weight_product`, of which the user's half of the work is done when it is made. Else the suite's product
    of matrices. LocalError `wrong-shape`, `wrong-parameter`, `weights-elsewhere`.
    """
    inputs, outputs = w.sides(transposed)
    _check(ctx, x, w, inputs)
    if isinstance(x, Known) and (w.share is not None or x.owner == w.owner):
        x = await share_known(ctx, x)
    rows = x.reshape((prod(x.shape[:-1]), inputs))
    z = await (_by_shared(ctx, rows, w, transposed) if w.share is not None else _by_masked(ctx, rows, w, transposed))
    return z.reshape((*x.shape[:-1], outputs))


def _check(ctx: Context, x: ArithmeticShare | Known, w: StandingMatrix, inputs: int) -> None:
    """See that x and W are of one session and ring, and fit together."""
    if x.shape[-1:] != (inputs,):
        raise LocalError(
            "wrong-shape", f"values of shape {x.shape} by weights {w.name!r}, which take {inputs} inputs",
            "the last axis of the values is what the weights take; the other way round it is `transposed`",
        )  # fmt: skip
    if x.ring.bits != ctx.ring.bits:
        raise LocalError(
            "wrong-parameter", f"values modulo 2^{x.ring.bits} by weights {w.name!r} modulo 2^{ctx.ring.bits}",
            "multiply in the session's ring, and take what is needed modulo less afterwards",
        )  # fmt: skip
    if w.session and w.session != ctx.session.agreement.session and not ctx.planning:
        raise LocalError(
            "weights-elsewhere", f"weights {w.name!r} stand in another session than this call",
            "let them stand in each session: await stand(ctx, ...), with folder= so that they are not sent again",
        )  # fmt: skip


async def _by_shared(ctx: Context, rows: Any, w: StandingMatrix, transposed: bool) -> ArithmeticShare:
    assert w.share is not None
    z: ArithmeticShare = await suite_of(ctx).matmul(ctx, rows, w.share.transpose() if transposed else w.share)
    return z


async def _by_masked(ctx: Context, rows: Any, w: StandingMatrix, transposed: bool) -> ArithmeticShare:
    """In pieces of about MOST_WORDS elements."""
    count, inputs = rows.shape
    step = max(1, MOST_WORDS // max(inputs, 1))
    if count <= step:
        z: ArithmeticShare = await suite_of(ctx).times_masked(ctx, rows, w, transposed)
        return z
    calls = [(suite_of(ctx).times_masked, rows[i : i + step], w, transposed) for i in range(0, count, step)]
    z = concatenate(await together(ctx, *calls))
    return z
