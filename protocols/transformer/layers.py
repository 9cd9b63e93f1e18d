"""Steps that all transformers have in common, each a few hops on whole arrays.

A norm's division comes late. Of the stream c and r = 1 / sqrt(mean square of c), what follows needs
(r c) W = r (c W), so that c W is computed and shortened while r is: only the product by r waits for both.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from protocols.numeric.layer_norm import Bounds, reciprocal_norm
from protocols.numeric.softmax import softmax
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of
from protocols.transformer.fractions import (
    ACTIVATION,
    EXPONENTIAL,
    INVERSE,
    MEAN,
    ROOT,
    STREAM,
    WEIGHT,
)  # fmt: skip
from protocols.transformer.past import Part, times
from protocols.weights.matrix import StandingMatrix
from protocols.weights.product import product

Shown = npt.NDArray[np.bool_]


async def root_of(ctx: Context, c: ArithmeticShare, epsilon: float, squares: Bounds) -> ArithmeticShare:
    """[1 / sqrt(mean square + epsilon)] of each row of the stream, (.., 1), with ROOT fractional bits; mean squares lie
    in these bounds. Hops as of `reciprocal_norm`."""
    return await reciprocal_norm(ctx, c, STREAM, epsilon, squares, result=ROOT)


async def shortened_product(ctx: Context, c: ArithmeticShare, w: StandingMatrix) -> ArithmeticShare:
    """[c W] with the bits of c, for c on the stream. Two hops."""
    z = await product(ctx, c, w)
    return await suite_of(ctx).truncate(ctx, z, WEIGHT)


async def times_gain(ctx: Context, c: ArithmeticShare, gain: ArithmeticShare) -> ArithmeticShare:
    """[c g - mean of c g] with the bits of c, each row less its mean. Three hops.

    The mean is sum * round(2^20 / width) / 2^20: off by 2^-13 of itself at most where rows are below 2^8.
    """
    suite = suite_of(ctx)
    z = await suite.truncate(ctx, await suite.mul(ctx, c, gain), WEIGHT)
    total = z.sum(-1).reshape((*z.shape[:-1], 1))
    return z - await suite.truncate(ctx, total.scale(round(2**MEAN / z.shape[-1])), MEAN)


async def attend(
    ctx: Context, q: ArithmeticShare, k: Part, v: Part, shown: Shown | None, reach: float, *, alike: bool = False
) -> ArithmeticShare:
    """[softmax(q k^T) v] with ACTIVATION + INVERSE bits: q of shape (.., rows, head), k and v (.., columns, head), all
    with ACTIVATION bits, `of_scores` folded into q. Scores are up to `reach`. `shown`: which columns a row looks at,
    public; `alike` as of `softmax`.

    Two hops and those of `softmax`, and one: sums of v wait for no division.
    """
    suite = suite_of(ctx)
    scores = await times(ctx, q, k, turned=True)
    scores = await suite.truncate(ctx, scores, ACTIVATION + _whole_bits(q.shape[-1]))
    e, inverse = await softmax(ctx, scores, ACTIVATION, reach, shown=shown, alike=alike, result=INVERSE)
    weighed = await suite.truncate(ctx, await times(ctx, e, v, turned=False), EXPONENTIAL)
    return await suite.mul(ctx, weighed, inverse)


def of_scores(head: int) -> float:
    """What queries are multiplied by, in [1/sqrt(2), 1]: of 1 / sqrt(head) all but the power of two, by which scores
    are shortened, so that their weights keep their size."""
    return float(2.0 ** _whole_bits(head) * head**-0.5)


def _whole_bits(head: int) -> int:
    return (head.bit_length() - 1) // 2


def to_heads(x: ArithmeticShare, heads: int) -> ArithmeticShare:
    """(.., rows, heads * head) as (.., heads, rows, head). Local."""
    *lead, rows, width = x.shape
    return _exchanged(x.reshape((*lead, rows, heads, width // heads)))


def from_heads(x: ArithmeticShare) -> ArithmeticShare:
    """(.., heads, rows, head) as (.., rows, heads * head). Local."""
    *lead, heads, rows, head = x.shape
    return _exchanged(x).reshape((*lead, rows, heads * head))


def _exchanged(x: ArithmeticShare) -> ArithmeticShare:
    axes = list(range(len(x.shape)))
    return x.transpose((*axes[:-3], axes[-2], axes[-3], axes[-1]))
