"""Products by a matrix that stands in the session."""

from __future__ import annotations

from math import prod

from mpc.context import Context
from mpc.errors import LocalError
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of
from protocols.weights.matrix import StandingMatrix


async def product(ctx: Context, x: ArithmeticShare, w: StandingMatrix, transposed: bool = False) -> ArithmeticShare:
    """[x @ W], or [x @ W^T] if `transposed`, for shared x (..., inputs): exact in the ring, nothing is shortened.

    Nobody learns anything. Where W is masked: one message from the user to the owner, of as many elements as x has;
    material `weight_product`, of which the user's half of the work is done when it is made. Else the suite's product
    of matrices. LocalError `wrong-shape`, `weights-elsewhere`.
    """
    inputs, outputs = w.sides(transposed)
    if x.shape[-1:] != (inputs,):
        raise LocalError(
            "wrong-shape", f"values of shape {x.shape} by weights {w.name!r}, which take {inputs} inputs",
            "the last axis of the values is what the weights take; the other way round it is `transposed`",
        )  # fmt: skip
    if w.session and w.session != ctx.session.agreement.session and not ctx.planning:
        raise LocalError(
            "weights-elsewhere", f"weights {w.name!r} stand in another session than this call",
            "let them stand in each session: await stand(ctx, ...), with folder= so that they are not sent again",
        )  # fmt: skip
    suite, rows = suite_of(ctx), x.reshape((prod(x.shape[:-1]), inputs))
    z: ArithmeticShare
    if w.share is None:
        z = await suite.times_masked(ctx, rows, w, transposed)
    else:
        z = await suite.matmul(ctx, rows, w.share.transpose() if transposed else w.share)
    return z.reshape((*x.shape[:-1], outputs))
