"""Work on rows as transformers have it: softmax, layer norms, the largest of a vocabulary; 12 fractional bits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bench.workloads import Share, Workload
from mpc.algebra.ring import Z64, Words
from mpc.context import Context
from mpc.prg import Prg
from protocols.numeric.arg_maximum import arg_maximum
from protocols.numeric.layer_norm import layer_norm
from protocols.numeric.softmax import FINER_BITS, softmax
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, concatenate

Values = npt.NDArray[np.float64]
FRACTION = 12
KEYS, WIDTH, REACH = 32, 384, 60
VARIANCES = 1.0, 64.0
LARGEST_LOGIT = 64
OFF = 2.0**-10
"""How far results may be off, as a part of the largest."""


def _uniform(prg: Prg, shape: tuple[int, ...], bits: int) -> list[Words]:
    """Numbers of so many bits and a sign, fractional ones included."""
    return [Z64.from_signed(Z64.to_signed(prg.words(shape)) >> (63 - bits))]


def _reals(values: Sequence[Words]) -> Values:
    return np.asarray(Z64.to_signed(values[0]) / 2.0**FRACTION)


async def _softmax(ctx: Context, shares: Sequence[ArithmeticShare], size: int) -> Share:
    return concatenate(list(await softmax(ctx, shares[0], FRACTION, REACH)), -1)


def _divided(words: Words) -> Values:
    both = Z64.to_signed(words).astype(np.float64)
    return np.asarray(both[:, :-1] * both[:, -1:] / 2.0 ** (3 * FRACTION + FINER_BITS))


def _softmax_in_the_clear(values: Sequence[Words], size: int) -> Values:
    x = _reals(values)
    weights = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(weights / weights.sum(-1, keepdims=True))


async def _layer_norm(ctx: Context, shares: Sequence[ArithmeticShare], size: int) -> Share:
    return await layer_norm(ctx, shares[0], FRACTION, 1e-12, VARIANCES)


def _layer_norm_in_the_clear(values: Sequence[Words], size: int) -> Values:
    x = _reals(values)
    return np.asarray((x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True))


def _decoded(words: Words) -> Values:
    return np.asarray(Z64.to_signed(words) / 2.0**FRACTION)


async def _argmax(ctx: Context, shares: Sequence[ArithmeticShare], size: int) -> Share:
    limit = Range(-LARGEST_LOGIT << FRACTION, LARGEST_LOGIT << FRACTION)
    return (await arg_maximum(ctx, shares[0].reshape((1, size)), limit))[1]


def _softmaxes(prg: Prg, size: int) -> list[Words]:
    return _uniform(prg, (size, KEYS), FRACTION + 5)


def _rows(prg: Prg, size: int) -> list[Words]:
    return _uniform(prg, (size, WIDTH), FRACTION + 3)


def _logits(prg: Prg, size: int) -> list[Words]:
    return _uniform(prg, (size,), FRACTION + 6)


def _place_of_largest(values: Sequence[Words], size: int) -> Words:
    return np.array([Z64.to_signed(values[0]).argmax()], np.uint64)


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload(
            "softmax_12x32x32", 12 * 32, _softmaxes, _softmax, _softmax_in_the_clear, lambda size: size * KEYS,
            decoded=_divided, precision=OFF, tolerance=lambda size: OFF,
        ),
        Workload(
            "layer_norm_32x384", 32, _rows, _layer_norm, _layer_norm_in_the_clear, lambda size: size * WIDTH,
            decoded=_decoded, precision=OFF, tolerance=lambda size: OFF,
        ),
        Workload("argmax_49152", 49152, _logits, _argmax, _place_of_largest),
    )
}  # fmt: skip
