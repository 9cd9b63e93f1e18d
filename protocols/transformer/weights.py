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


def integers(name: str, weights: Reals, fraction: int = WEIGHT) -> npt.NDArray[np.int16]:
    """Weights rounded to the nearest multiple of 2^-fraction. LocalError `weights-range` beyond 16 bits."""
    rounded = np.rint(np.ldexp(weights, fraction))
    largest = float(np.abs(rounded).max(initial=0))
    if not largest <= MOST:
        raise LocalError(
            "weights-range",
            f"weights of {name} that do not fit into 16 bits with {fraction} fractional bits",
            "this model needs weights below 8: it cannot be run with one public scale",
        )
    return rounded.astype(np.int16)


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
