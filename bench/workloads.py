"""What a workload is: values, a computation on their shares, and the same in the clear to check it by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.prg import Prg
from protocols.shares import ArithmeticShare, BooleanShare

Share = ArithmeticShare | BooleanShare


@dataclass(frozen=True, slots=True)
class Workload:
    """A computation on shares of public random values.

    `size`: how much of it at scale 1. `values(prg, size)`: the inputs in the clear. `online(ctx, shares, size)`: what
    is timed. `clear(values, size)`: what it must open to, packed where the result is bits. `operations(size)`: how
    many it is made of, by which different sizes are compared. `ring`: whether in a round each party sends to the next
    only, and not to all.
    """

    name: str
    size: int
    values: Callable[[Prg, int], list[Words]]
    online: Callable[[Context, Sequence[ArithmeticShare], int], Awaitable[Share]]
    clear: Callable[[Sequence[Words], int], Words]
    operations: Callable[[int], int] = int
    ring: bool = False

    def scaled(self, scale: float) -> int:
        """The size at another scale, at least 1."""
        return max(1, round(self.size * scale))
