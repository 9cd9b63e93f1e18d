"""Functions in pieces as transformers have them: GELU and SiLU of a layer, exp of attention; 12 fractional bits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from math import erf
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.workloads import Share, Workload
from mpc.algebra.ring import Z64, Words
from mpc.context import Context
from mpc.prg import Prg
from protocols.numeric.activations_in_pieces import exp_of_negative, gelu, silu
from protocols.shares import ArithmeticShare

Values = npt.NDArray[np.float64]
FRACTION = 12
UNIT = 2.0**-FRACTION


def _uniform(low: float, high: float) -> Callable[[Prg, int], list[Words]]:
    """Numbers between two, as integers of the fraction."""

    def drawn(prg: Prg, size: int) -> list[Words]:
        span = np.uint64((high - low) / UNIT)
        return [Z64.add(prg.words((size,)) % span, Z64.from_ints(int(low / UNIT)))]

    return drawn


def _decoded(words: Words) -> Values:
    return np.asarray(Z64.to_signed(words) * UNIT)


def _gelu(x: Values) -> Values:
    return np.asarray(x * (1 + np.vectorize(erf, otypes=[float])(x / 2**0.5)) / 2)


def _silu(x: Values) -> Values:
    return np.asarray(x / (1 + np.exp(-x)))


def _workload(
    name: str,
    size: int,
    function: Callable[..., Awaitable[ArithmeticShare]],
    clear: Callable[[Values], Any],
    ends: tuple[float, float],
    error: float,
) -> Workload:
    async def online(ctx: Context, shares: Sequence[ArithmeticShare], size: int) -> Share:
        return await function(ctx, shares[0], FRACTION)

    def in_the_clear(values: Sequence[Words], size: int) -> Values:
        return np.asarray(clear(_decoded(values[0])))

    return Workload(
        name, size, _uniform(*ends), online, in_the_clear, decoded=_decoded, precision=error + UNIT,
        tolerance=lambda size: error + UNIT,
    )  # fmt: skip


WORKLOADS = {
    workload.name: workload
    for workload in (
        _workload("gelu_49k", 49_152, gelu, _gelu, (-8, 8), 2.0**-14),
        _workload("silu_49k", 49_152, silu, _silu, (-16, 16), 2.0**-13),
        _workload("exp_12x32x32", 12 * 32 * 32, exp_of_negative, np.exp, (-20, 0), 2.0**-16),
    )
}
