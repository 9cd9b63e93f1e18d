"""What operations give out: three arrays of the right sum, of which any two are uniform and independent.

Exactly, over all randomness of a tiny ring, for shares that are given; and what randomness the parties draw for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import given_shares as of
import numpy as np
import pytest
import trio
from given_shares import EXAMINED, Examined, Given

from mpc.algebra import bits
from mpc.algebra.ring import Ring
from mpc.context import Context, together
from mpc.prg import Seed
from mpc.simulation import Setting, run_in_memory
from mpc.testing import exact_view, insecure_agreements
from protocols.preprocessing.dealer import local_supplies
from protocols.replicated3 import SUITE
from protocols.replicated3.two_arrays import TwoArrayBits

Triples = list[np.ndarray[Any, Any]]

RIGHT: dict[Any, Callable[[int, int, int], list[int]]] = {
    of.mul: lambda k, x, y: [x * y],
    of.square: lambda k, x, y: [x * x],
    of.matmul: lambda k, x, y: [x * y + x * x],
    of.inner: lambda k, x, y: [2 * x * y],
    of.select: lambda k, x, y: [y + x * (x - y)],
    of.choose: lambda k, x, y: [x * y],
    of.and_: lambda k, x, y: [x & y],
    of.or_: lambda k, x, y: [x | y],
    of.permuted: lambda k, x, y: [y, x],
    of.msb: lambda k, x, y: [x >> k - 1],
    of.below: lambda k, x, y: [x >> k - 1, (x - 1) % (1 << k) >> k - 1],
    of.is_zero: lambda k, x, y: [x == 0],
    of.a2b: lambda k, x, y: [x >> i & 1 for i in range(k)],
    of.bits_to_ring: lambda k, x, y: [x],
    of.b2a: lambda k, x, y: [x + 2 * y],
    of.weighted_bits: lambda k, x, y: [x + 2 * y, 3 * x + y],
}


def rows(share: Any, array: Any, lanes: int) -> Any:
    """One of a share's arrays as rows of one value a lane."""
    if not isinstance(share, TwoArrayBits):
        return array.reshape(-1, lanes)
    return np.stack([bits.unpack(row, lanes) for row in array.reshape(share.planes, -1)])


def outcomes(protocol: Any, inputs: Any, ring: int) -> tuple[Triples, int]:
    """x_0, x_1 and x_2 of a result, rows of all outcomes, and the bits of each; both holders of each have the same."""
    held: dict[int, tuple[Any, Any]] = {}
    widths = []

    async def kept(ctx: Context, mine: Given, lanes: int) -> None:
        share = await protocol(ctx, mine, lanes)
        widths.append(1 if isinstance(share, TwoArrayBits) else ring)
        held[ctx.me] = (rows(share, share.first, lanes), rows(share, share.second, lanes))

    exact_view(kept, inputs, suite=SUITE, observers=0, ring=Ring(ring))
    for i in range(3):
        np.testing.assert_array_equal(held[i][1], held[(i + 1) % 3][0])
    return [held[i][0] for i in range(3)], widths[0]


def every_combination_equally_often(columns: Any, width: int) -> bool:
    """Whether all rows together are uniform, numbers of so many bits."""
    code = np.zeros(columns[0].shape, np.int64)
    for column in columns:
        code = (code << width) | column.astype(np.int64)
    counts = np.bincount(code, minlength=1 << width * len(columns))
    return bool((counts == counts[0]).all())


@pytest.mark.parametrize("examined", EXAMINED, ids=str)
def test_a_result_is_shared_anew(examined: Examined, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the shares of the operands are: any two arrays of all of the result are uniform, their sum is right."""
    examined.ready(monkeypatch)
    top = examined.top
    triples = [(1, top - 1, 1), (0, 1, 1)][: examined.values]
    x, y = (sum(triple) % top for triple in (triples * 2)[:2])
    arrays, width = outcomes(examined.operation, of.held(triples), examined.ring)
    total = sum(array.astype(np.int64) for array in arrays) % (1 << width)
    if examined.operation is of.truncate:
        assert set(total[0]) == {(x + (-(triples[0][1] + triples[0][2])) % 2) >> 1}
    elif examined.operation is of.by_summands:
        u, w = triples[0][0], -(triples[0][1] + triples[0][2])
        assert set(total[0]) == {(u * w + 3 * w * w) % top}
    else:
        expected = [int(value) % (1 << width) for value in RIGHT[examined.operation](examined.ring, x, y)]
        np.testing.assert_array_equal(total, np.broadcast_to(np.array(expected)[:, None], total.shape))
    for i in range(3):
        assert every_combination_equally_often([*arrays[i], *arrays[(i + 1) % 3]], width)


@pytest.mark.parametrize("owner", range(3))
@pytest.mark.parametrize("of_bits", [False, True], ids=["input", "input_bits"])
def test_what_is_put_in_is_shared_uniformly(owner: int, of_bits: bool) -> None:
    async def put_in(ctx: Context, mine: Given, lanes: int) -> Any:
        own = mine[0] if ctx.me == owner else None
        if of_bits:
            packed = None if own is None else bits.pack(own.astype(np.uint8))
            return await ctx.suite.input_bits(ctx, owner, packed, (lanes,))
        return await ctx.suite.input(ctx, owner, own, (lanes,))

    for x in range(2 if of_bits else 4):
        arrays, width = outcomes(put_in, [[x] if party == owner else [] for party in range(3)], 2)
        assert set((sum(array.astype(np.int64) for array in arrays) % (1 << width)).flat) == {x}
        for i in range(3):
            assert every_combination_equally_often([*arrays[i], *arrays[(i + 1) % 3]], width)


@pytest.mark.parametrize("of_bits", [False, True], ids=["random", "random_bits"])
def test_all_three_arrays_of_what_nobody_knows_are_uniform_and_independent(of_bits: bool) -> None:
    async def drawn(ctx: Context, mine: Given, lanes: int) -> Any:
        if of_bits:
            return await ctx.suite.random_bits(ctx, (lanes,), (2,))
        return await ctx.suite.random(ctx, (lanes,))

    arrays, width = outcomes(drawn, [[], [], []], 2)
    assert every_combination_equally_often(np.concatenate(arrays), width)


# which streams are drawn

Key = tuple[object, ...]


@dataclass(frozen=True)
class Noted:
    """A seed that writes down what is asked of it."""

    seed: Seed
    asked: list[Any]

    def prg(self, *domain: object) -> Any:
        stream: tuple[Any, list[Any], Any] = (domain, [], self.seed.prg(*cast(Any, domain)))
        self.asked.append(stream)
        return NotedStream(stream[2], stream[1])


@dataclass(frozen=True)
class NotedStream:
    """Its stream."""

    prg: Any
    drawn: list[Any]

    def words(self, shape: Any) -> Any:
        words = self.prg.words(shape)
        self.drawn.append(words.size)
        return words


async def everything(ctx: Context) -> None:
    """Every operation, some side by side, some within others, some twice in one call."""
    suite, shape = ctx.suite, (5,)
    x, y, z = [
        await suite.input(ctx, owner, ctx.ring.zeros(shape) if ctx.me == owner else None, shape) for owner in range(3)
    ]
    a = await suite.input_bits(ctx, 1, ctx.bits.zeros((1,)) if ctx.me == 1 else None, shape)
    calls = [
        (suite.mul, x, y), (suite.mul, x, y), (suite.square, z), (suite.msb, x), (suite.msb, x), (suite.is_zero, y),
        (suite.below, x, ctx.ring.from_ints([1, 2])), (suite.a2b, x, 64), (suite.a2b, y, 3), (suite.truncate, x, 3),
        (suite.bits_to_ring, a), (suite.and_, a, a), (suite.or_, a, a), (suite.select, x, y, z),
        (suite.inner, x, y), (suite.shuffle, x, y), (suite.random, shape), (suite.random_bits, shape, (2,)),
        (suite.open, x, y), (suite.open_bits, a), (suite.open_to, 1, x),
        (suite.mul_truncate, x, y, 5, x), (suite.matmul_truncate, x.reshape((1, 5)), y.reshape((5, 1)), 5),
        (suite.choose, a, x), (suite.by_summands, x, 1, lambda w: w[None], lambda u: u[None], 1),
    ]  # fmt: skip
    await together(ctx, *calls, *calls)
    planes, weights = await suite.a2b(ctx, x, 3), ctx.ring.from_ints([[1, 2, 3], [4, 5, 6]])
    calls = [(suite.b2a, planes), (suite.bits_to_ring, planes), (suite.weighted_bits, planes, weights)]
    await together(ctx, *calls, *calls)


@pytest.mark.parametrize(
    ("at_once", "most"),
    [(of.MOST, 0), (of.TWO_ROUNDS, 0), (of.MOST, 8192)],
    ids=["at once", "in two rounds", "by keys"],
)
def test_no_stream_is_drawn_twice_and_its_holders_draw_as_much_of_it(
    at_once: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("protocols.replicated3.reading.AT_ONCE", at_once)
    monkeypatch.setattr("protocols.replicated3.by_points.MOST_LABELS", most)
    asked: dict[tuple[int, ...], list[Any]] = defaultdict(list)
    agreements = []
    for me, agreement in enumerate(insecure_agreements(3)):
        pairs = [Noted(seed, asked[me, j]) if seed else None for j, seed in enumerate(agreement.pairwise)]
        common = Noted(cast(Seed, agreement.common), asked[me,])
        agreements.append(replace(agreement, pairwise=cast(Any, tuple(pairs)), common=cast(Seed, common)))

    async def main(ctx: Context, mine: None) -> None:
        await everything(ctx)

    trio.run(lambda: run_in_memory(main, [None] * 3, local_supplies(3), Setting(SUITE), agreements=agreements))
    drawn = {holder: {domain: sizes for domain, sizes, _ in streams} for holder, streams in asked.items()}
    for holder, streams in asked.items():
        assert len(drawn[holder]) == len(streams), "a stream was begun twice"
        assert all(len(sizes) == 1 for _, sizes, _ in streams)
    assert drawn[0,] == drawn[1,] == drawn[2,]
    for i, j in [(0, 1), (1, 2), (0, 2)]:
        assert len(drawn[i, j]) > (50 if most == 0 else 30)
        assert drawn[i, j] == drawn[j, i]
