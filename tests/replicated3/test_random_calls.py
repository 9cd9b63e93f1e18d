"""Random sequences of operations, in rings of any size, however reading is set: what Python's integers give.

`PYTHONPATH=.:tests python tests/replicated3/test_random_calls.py FIRST COUNT` tries as many more as one likes.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from mpc.algebra.interface import Z2k
from mpc.algebra.wide_ring import ring_of_bits
from mpc.context import Context, together
from protocols.replicated3 import by_points, convert, reading
from protocols.runs.simulating import simulate
from protocols.shares import stack

RINGS = (1, 2, 3, 4, 7, 8, 16, 31, 32, 33, 62, 63, 64, 65, 96, 127, 128)
SHAPES: tuple[tuple[int, ...], ...] = ((), (1,), (3,), (64,), (65,), (2, 3), (0,), (1, 5), (4, 1, 2))
SEEDS = 40


async def low_bits(ctx: Context, x: Any, y: Any, c: int) -> Any:
    return await ctx.suite.b2a(ctx, await ctx.suite.a2b(ctx, x, c % x.ring.bits + 1))


async def sign(ctx: Context, x: Any, y: Any, c: int) -> Any:
    return await ctx.suite.bits_to_ring(ctx, await ctx.suite.msb(ctx, x))


async def equal(ctx: Context, x: Any, y: Any, c: int) -> Any:
    return await ctx.suite.bits_to_ring(ctx, await ctx.suite.is_zero(ctx, x - y))


async def chosen(ctx: Context, x: Any, y: Any, c: int) -> Any:
    return await ctx.suite.select(ctx, await equal(ctx, x, y.scale(c), c), x, y)


async def inner(ctx: Context, x: Any, y: Any, c: int) -> Any:
    return await ctx.suite.inner(ctx, stack([x, y], -1), stack([y, y], -1))


async def bits_of_both(ctx: Context, x: Any, y: Any, c: int) -> Any:
    """Whether none is set or both are, by position: two conversions side by side."""
    suite, width = ctx.suite, x.ring.bits
    p, q = await together(ctx, (suite.a2b, x, width), (suite.a2b, y, width))
    neither, both = await together(ctx, (suite.or_, p, q), (suite.and_, p, q))
    return await suite.b2a(ctx, suite.not_(ctx, neither) ^ both)


async def compared(ctx: Context, x: Any, y: Any, c: int) -> Any:
    """Of numbers below a quarter of the ring, whether they are below c and whether below 1, in sum."""
    bits = await ctx.suite.below(
        ctx, await quarter(ctx, x), ctx.ring.from_ints([c % (1 << max(x.ring.bits - 2, 0)), 1])
    )
    return (await ctx.suite.bits_to_ring(ctx, bits)).sum(0)


async def shortened(ctx: Context, x: Any, y: Any, c: int) -> Any:
    """A multiple of 2^shift below a quarter of the ring, divided by that."""
    shift = c % (x.ring.bits - 2)
    multiple = (await quarter(ctx, x)) - await ctx.suite.b2a(ctx, await ctx.suite.a2b(ctx, x, shift)) if shift else x
    return await ctx.suite.truncate(ctx, multiple, shift)


async def quarter(ctx: Context, x: Any) -> Any:
    return await ctx.suite.b2a(ctx, await ctx.suite.a2b(ctx, x, x.ring.bits - 2))


Clear = Callable[[int, int, int, int], int]
OPERATIONS: dict[str, tuple[Any, Clear]] = {
    "mul": (lambda ctx, x, y, c: ctx.suite.mul(ctx, x, y), lambda k, x, y, c: x * y),
    "square": (lambda ctx, x, y, c: ctx.suite.square(ctx, x), lambda k, x, y, c: x * x),
    "low bits": (low_bits, lambda k, x, y, c: x % (1 << c % k + 1)),
    "sign": (sign, lambda k, x, y, c: x >> k - 1),
    "equal": (equal, lambda k, x, y, c: int(x == y)),
    "chosen": (chosen, lambda k, x, y, c: x if x == y * c % (1 << k) else y),
    "inner": (inner, lambda k, x, y, c: x * y + y * y),
    "bits of both": (bits_of_both, lambda k, x, y, c: ~(x | y) ^ (x & y)),
    "compared": (compared, lambda k, x, y, c: (x % (1 << k - 2) < c % (1 << k - 2)) + (x % (1 << k - 2) < 1)),
    "shortened": (shortened, lambda k, x, y, c: x % (1 << k - 2) >> c % (k - 2) if c % (k - 2) else x),
}
OF_THREE_BITS = ("compared", "shortened")


@dataclass
class Calls:
    """Three inputs and what is done with them one after the other: (operation, place of x, place of y, number)."""

    seed: int

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        self.ring: Z2k = ring_of_bits(chance.choice(RINGS))
        self.top = 1 << self.ring.bits
        self.shape = chance.choice(SHAPES)
        self.at_once = chance.choice([-1, 0, 3, 64, 1 << 13, 1 << 40])
        self.digits = chance.choice([1, 2, 3, 4, 5]), chance.choice([1, 3, 8])
        self.inputs = [[self._number(chance) for _ in range(int(np.prod(self.shape)))] for _ in range(3)]
        names = [name for name in OPERATIONS if self.ring.bits > 2 or name not in OF_THREE_BITS]
        some = chance.randrange(1, 7)
        self.steps = [(chance.choice(names), *(chance.randrange(1 << 20) for _ in range(3))) for _ in range(some)]

    def _number(self, chance: random.Random) -> int:
        return chance.choice([0, 1, self.top - 1, self.top // 2, *(chance.randrange(self.top) for _ in range(6))])

    def secret(self) -> list[list[int]]:
        """All values of a run, whose declared costs are audited."""

        async def main(ctx: Context, mine: None) -> Any:
            own = [self.ring.from_ints(np.array(x, object).reshape(self.shape)) for x in self.inputs]
            x = [await ctx.suite.input(ctx, i, own[i] if ctx.me == i else None, self.shape) for i in range(3)]
            for name, i, j, c in self.steps:
                x.append(await OPERATIONS[name][0](ctx, x[i % len(x)], x[j % len(x)], c))
            return await ctx.suite.open(ctx, *x)

        run = simulate(main, [None] * 3, suite="replicated3", ring=self.ring, check_costs=True)
        return [[int(v) % self.top for v in self.ring.to_signed(x).reshape(-1)] for x in run.result]

    def clear(self) -> list[list[int]]:
        """The same of integers."""
        x = list(self.inputs)
        for name, i, j, c in self.steps:
            pairs = zip(x[i % len(x)], x[j % len(x)], strict=True)
            x.append([OPERATIONS[name][1](self.ring.bits, a, b, c) % self.top for a, b in pairs])
        return x


def check(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls(seed)
    monkeypatch.setattr(reading, "AT_ONCE", calls.at_once)
    monkeypatch.setattr(convert, "DIGIT_BITS", calls.digits[0])
    monkeypatch.setattr(convert, "DIGIT_BITS_AT_ONCE", calls.digits[1])
    if seed % 2:
        monkeypatch.setattr(by_points, "MOST_LABELS", 0)
    assert calls.secret() == calls.clear(), (calls, calls.ring, calls.steps)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_sequence_of_operations_gives_what_integers_do(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    check(seed, monkeypatch)


def test_every_operation_is_among_them() -> None:
    assert {name for seed in range(SEEDS) for name, *_ in Calls(seed).steps} == set(OPERATIONS)


if __name__ == "__main__":
    for one in range(int(sys.argv[1]), int(sys.argv[1]) + int(sys.argv[2])):
        with pytest.MonkeyPatch.context() as patch:
            check(one, patch)
