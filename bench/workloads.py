"""What a workload is: values, a computation on their shares, and the same in the clear to check it by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Z64, Words
from mpc.context import Context
from mpc.prg import Prg
from protocols.shares import ArithmeticShare, BooleanShare, stack_planes
from protocols.suite import suite_of

Share = ArithmeticShare | BooleanShare


@dataclass(frozen=True, slots=True)
class Workload:
    """A computation on shares of public random values.

    `size`: how much of it at scale 1. `values(prg, size)`: the inputs in the clear. `online(ctx, shares, size)`: what
    is timed. `clear(values, size)`: what it must open to, packed where the result is bits. `operations(size)`: how
    many it is made of, by which different sizes are compared. `ring`: whether in a round each party sends to the next
    only, and not to all. `algebra`: the ring of the values. `decoded(words)`: where the result is compared as numbers,
    those that the opened words stand for; they may be off by `precision` as a part of the largest one, which at a size
    is `tolerance(size)`, or by that where no part is said.
    `instances`: where values are planes of packed bits, (bits, words), how many instances each of them has, for a size;
    `planes_in`: how they become shares, if not from party 0.
    """

    name: str
    size: int
    values: Callable[[Prg, int], list[Words]]
    online: Callable[[Context, Sequence[Any], int], Awaitable[Share]]
    clear: Callable[[Sequence[Words], int], npt.NDArray[Any]]
    operations: Callable[[int], int] = int
    ring: bool = False
    algebra: Z2k = Z64
    decoded: Callable[[Words], npt.NDArray[Any]] | None = None
    precision: float = 0.0
    tolerance: Callable[[int], float] | None = None
    instances: Callable[[int], list[int]] | None = None
    planes_in: Callable[[Context, Words, int], Awaitable[BooleanShare]] | None = None

    async def put_in(self, ctx: Context, values: Sequence[Words], size: int) -> list[Share]:
        """The shares of the values, which party 0 brings."""
        suite, shares = suite_of(ctx), list[Share]()
        if self.instances is None:
            return [await suite.input(ctx, 0, words, self.algebra.shape(words)) for words in values]
        for planes, count in zip(values, self.instances(size), strict=True):
            if self.planes_in is not None:
                shares.append(await self.planes_in(ctx, planes, count))
            else:
                shares.append(stack_planes([await suite.input_bits(ctx, 0, plane, (count,)) for plane in planes]))
        return shares

    def blank(self, ctx: Context, values: Sequence[Words], size: int) -> list[Share]:
        """Shares of the values' shapes."""
        suite = suite_of(ctx)
        if self.instances is None:
            return [suite.constant(ctx, ctx.ring.zeros(self.algebra.shape(words))) for words in values]
        pairs = zip(values, self.instances(size), strict=True)
        return [suite.constant_bits(ctx, ctx.bits.zeros(planes.shape), (count,)) for planes, count in pairs]

    def off_by(self, opened: Words, values: Sequence[Words], size: int) -> float | None:
        """How far the opened result is from that in the clear; None where it is compared by words.

        Raises ArithmeticError if that is too far.
        """
        expected = self.clear(values, size)
        found = self.decoded(opened) if self.decoded else opened
        error = float(np.abs(found - expected).max(initial=0.0)) if self.decoded else None
        allowed = self.precision * float(np.abs(expected).max(initial=0.0)) if self.precision else self._most_off(size)
        if not np.array_equal(found, expected) if error is None else error > allowed:
            raise ArithmeticError(f"{self.name} gave a wrong result{'' if error is None else f', off by {error:.3g}'}")
        return error

    def _most_off(self, size: int) -> float:
        return self.tolerance(size) if self.tolerance and self.decoded else 0.0

    def scaled(self, scale: float) -> int:
        """The size at another scale, at least 1."""
        return max(1, round(self.size * scale))
