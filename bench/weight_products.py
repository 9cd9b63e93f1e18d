"""Products by weights that one party has: a token by a matrix of SmolLM2's, 32 tokens by one of MiniLM's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.workloads import Share, Workload
from mpc.algebra.ring import Z64, Words
from mpc.context import Context
from mpc.prg import Prg
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of
from protocols.weights.matrix import StandingMatrix
from protocols.weights.product import product
from protocols.weights.standing import stand

_BITS = 20
"""Of a value, its sign among them."""


@dataclass(frozen=True, slots=True)
class ByWeights:
    """Products of `rows` rows by a matrix of this shape, one after the other; party 1 has the weights.

    Sessions of a measurement are many, and W stands in the first of them for all: each process has it once.
    """

    rows: int
    shape: tuple[int, int]
    standing: list[StandingMatrix] = field(default_factory=list, repr=False)

    @property
    def weights(self) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
        """The same in every process."""
        return np.random.default_rng(0).integers(-(1 << 13), 1 << 13, self.shape, np.int16)

    def values(self, prg: Prg, size: int) -> list[Words]:
        """Values of _BITS bits."""
        return [Z64.from_signed(Z64.to_signed(prg.words((self.rows, self.shape[0]))) >> (64 - _BITS))]

    def clear(self, values: Sequence[Words], size: int) -> Words:
        """The product."""
        return Z64.matmul(values[0], Z64.from_signed(self.weights.astype(np.int64)))

    async def online(self, ctx: Context, shares: Sequence[ArithmeticShare], size: int) -> Share:
        """`size` products; in a plan by weights of the same shape."""
        held = self.standing[0] if self.standing else StandingMatrix.masked_in(Z64, "layer", 1, self.shape)
        products = [await product(ctx, shares[0], held) for _ in range(size)]
        return products[-1]

    async def come_to_stand(self, ctx: Context) -> None:
        """Once in a process."""
        if not self.standing:
            held = await stand(ctx, "layer", 1, self.weights if ctx.me == 1 else None, self.shape)
            self.standing.append(held)


@dataclass(frozen=True, slots=True)
class _Workload(Workload):
    by: ByWeights | None = None

    async def put_in(self, ctx: Context, values: Sequence[Words], size: int) -> list[Share]:
        """As that of others, with the weights."""
        assert self.by is not None
        await self.by.come_to_stand(ctx)
        return [await suite_of(ctx).input(ctx, 0, words, words.shape) for words in values]


def _workload(name: str, rows: int, shape: tuple[int, int], size: int) -> Workload:
    by = ByWeights(rows, shape)
    return _Workload(name, size, by.values, by.online, by.clear, by=by)


WORKLOADS = {
    workload.name: workload
    for workload in (
        _workload("weights_1x576x1536", 1, (576, 1536), 40),
        _workload("weights_32x384x1536", 32, (384, 1536), 12),
    )
}
