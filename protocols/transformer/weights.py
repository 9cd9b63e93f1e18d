"""An owner's weights as they take part: matrices that stand in the session, small rows that are shared.

The owner folds in the clear what needs no protocol: a norm's gain into the matrix that follows it, 1 / sqrt(head) into
queries, the subtraction of a row's mean into whatever is added to the stream. What remains are integers of WEIGHT
fractional bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.encoding import encode
from mpc.context import Context
from mpc.errors import LocalError
from protocols.known import known, share_known
from protocols.shares import ArithmeticShare, Shape
from protocols.transformer.fractions import WEIGHT
from protocols.weights.matrix import StandingMatrix
from protocols.weights.standing import stand

Reals = npt.NDArray[np.floating[Any]]
MOST = (1 << 15) - 1
"""The largest weight as an integer."""


BELOW = "this model needs weights below 8: it cannot be run with one public scale"

SMALLER = (
    "divide weights and shift by the same number, which leaves every class as it is; a linear model of scikit-learn on "
    "secret features is mpc.learning.secret_model"
)

OF_LENGTH_ONE = "embeddings of length 1, as model.clear.embed gives: divide each row by np.linalg.norm of it"


def need_ring(ctx: Context) -> None:
    """Ranges and scales of transformers are those of 64 bits. LocalError `wrong-ring`."""
    if ctx.ring.bits != 64:
        raise LocalError("wrong-ring", f"a transformer in a ring of {ctx.ring.bits} bits", "ring=64, at all parties")


def integers(name: str, weights: Reals, fraction: int = WEIGHT, remedy: str = BELOW) -> npt.NDArray[np.int16]:
    """Weights rounded to the nearest multiple of 2^-fraction. LocalError `weights-range` beyond 16 bits."""
    rounded = np.rint(np.ldexp(weights, fraction))
    largest = float(np.abs(rounded).max(initial=0))
    if not largest <= MOST:
        raise LocalError(
            "weights-range",
            f"weights of {name} that are not finite, or do not fit into 16 bits with {fraction} fractional bits: they "
            f"are all below {1 << (15 - fraction)}",
            remedy,
        )
    return rounded.astype(np.int16)


def own_reals(ctx: Context, what: str, given: npt.ArrayLike | None, shape: Shape, how: str) -> Reals:
    """What the owner gives beside a model, as reals of the announced shape. LocalError `no-value`, `wrong-argument`,
    `wrong-shape`."""
    if given is None:
        raise LocalError(
            "no-value", f"{ctx.names[ctx.me]} owns the {what}, and gives None",
            "the owner gives them, everybody else None; owner= says which party that is",
        )  # fmt: skip
    try:
        reals = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        raise LocalError("wrong-argument", f"{what} that are no array of numbers", how) from None
    if reals.shape != shape:
        raise LocalError("wrong-shape", f"{what} of shape {reals.shape}, where {shape} are announced", how)
    return reals


async def stand_matrix(
    ctx: Context, name: str, owner: int, weights: Reals | None, shape: Shape, fraction: int = WEIGHT
) -> StandingMatrix:
    """A matrix (inputs, outputs) that `owner` passes in reals, at the others None, for any number of products."""
    whole = None if weights is None else integers(name, weights, fraction)
    return await stand(ctx, name, owner, whole, shape, fraction=fraction)


async def share_row(ctx: Context, owner: int, values: Reals | None, shape: Shape, fraction: int) -> ArithmeticShare:
    """Numbers of the owner's, as shifts and gains are, shared with so many fractional bits."""
    words = None if values is None else encode(np.asarray(values, np.float64), fraction, ctx.ring)
    share: ArithmeticShare = await share_known(ctx, known(ctx, owner, words, shape))
    return share
