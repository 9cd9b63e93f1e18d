"""Secrets that go from one session to another are what they were, and stay secret on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc
from mpc.algebra.ring import Ring
from mpc.errors import LocalError
from mpc.testing import assert_same_distribution, exact_view
from protocols.array.carried import Carried, _parted, carried, secret_carried
from protocols.beaver import SUITE
from protocols.runs.simulating import simulate
from protocols.shares import ArithmeticShare

X, Y = np.array([[1.5, -2.25], [0.0, 1000.5]]), np.array([3, -(2**30), 7])


def parts_of(n: int, suite: str = "beaver", ring: int = 64) -> list[list[Carried]]:
    """What each party carries away of X and Y, and of what follows from them."""

    async def main(ctx: mpc.Context, mine: Any) -> list[Carried]:
        x = await mpc.secret(ctx, 0, X if ctx.me == 0 else None, range=(-4000, 4000))
        y = await mpc.secret(ctx, 1, Y if ctx.me == 1 else None)
        return [await carried(ctx, value) for value in (x, y, x * x, y.sum())]

    return list(simulate(main, [None] * n, suite=suite, ring=ring).results)


@pytest.mark.parametrize(
    ("n", "suite", "ring"),
    [(2, "beaver", 64), (3, "beaver", 64), (2, "beaver", 128), (2, "yao", 64), (3, "replicated3", 64)],
)
def test_secrets_of_one_session_go_on_in_another(n: int, suite: str, ring: int) -> None:
    parts = parts_of(n, suite, ring)

    async def main(ctx: mpc.Context, mine: list[Carried]) -> Any:
        x, y, square, total = [await secret_carried(ctx, part) for part in mine]
        facts = [(v.kind, v.shape) for v in (x, y, square, total)]
        return facts, await mpc.reveal(ctx, x, y, square, total, x.sum() + total)

    for facts, (x, y, square, total, sum_) in simulate(main, parts, suite=suite, ring=ring).results:
        assert facts == [("fixed", (2, 2)), ("int", (3,)), ("fixed", (2, 2)), ("int", ())]
        np.testing.assert_array_equal(x, X)
        np.testing.assert_array_equal(y, Y)
        np.testing.assert_allclose(square, X * X, atol=2**-14)
        assert total == Y.sum()
        assert abs(sum_ - X.sum() - Y.sum()) < 2**-12


def test_what_is_known_of_a_secret_goes_with_it() -> None:
    first, *others = parts_of(3)
    ranges = [part.range for part in first]
    assert all([part.public for part in other] == [part.public for part in first] for other in others)
    assert ranges[0].reals(16) == (-4000, 4000)
    assert ranges[2].reals(16)[1] >= 4000**2
    assert ranges[2].error > ranges[0].error


def test_parts_add_up_and_only_all_of_them() -> None:
    """The sum of all is the value; the parts of who draws are not those of another run."""
    runs = [parts_of(3) for _ in range(2)]
    for parts in runs:
        total = sum((part[1].own for part in parts), np.zeros(3, np.uint64))
        np.testing.assert_array_equal(total.view(np.int64), Y)
    assert all((first[1].own != second[1].own).all() for first, second in zip(*runs, strict=True))


@pytest.mark.parametrize(
    ("n", "observers"), [(2, (0,)), (2, (1,)), (3, (0,)), (3, (1,)), (3, (0, 1)), (3, (0, 2)), (3, (1, 2))]
)
def test_whoever_lacks_the_part_of_one_party_learns_nothing(n: int, observers: tuple[int, ...]) -> None:
    """On a tiny ring, over all randomness: what they hold and see is the same for every x of another's."""
    owner, ring = next(j for j in range(n) if j not in observers), Ring(2 if n == 2 else 1)

    async def part(ctx: mpc.Context, mine: Any, lanes: int) -> Any:
        share: ArithmeticShare = await ctx.suite.input(ctx, owner, mine[0] if ctx.me == owner else None, (lanes,))
        return await _parted(ctx.child("carried"), share)

    def view(x: int) -> Any:
        return exact_view(
            part, [[x] if j == owner else [] for j in range(n)], suite=SUITE, observers=observers, ring=ring
        )

    for x in range(1, 2**ring.bits):
        assert_same_distribution(view(0), view(x))


def test_truth_values_are_carried_as_numbers() -> None:
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, X if ctx.me == 0 else None)
        with pytest.raises(LocalError, match="carried-bits") as caught:
            await carried(ctx, x > 0)
        assert caught.value.line
        return (await carried(ctx, (x > 0).astype(int))).kind

    assert simulate(main, [None, None]).results == ["int", "int"]


def test_a_session_of_another_ring_is_refused() -> None:
    parts = parts_of(2)

    async def main(ctx: mpc.Context, mine: list[Carried]) -> None:
        await secret_carried(ctx, mine[0])

    for changed in ({"ring": 128}, {"fractional_bits": 10}):
        with pytest.raises(LocalError, match="carried-ring"):
            simulate(main, parts, **changed)


def test_to_carry_takes_one_round_and_the_words_of_the_value() -> None:
    async def main(ctx: mpc.Context, mine: Any) -> list[int]:
        y = await mpc.secret(ctx, 0, Y if ctx.me == 0 else None)
        await mpc.compute(ctx, y)
        before = ctx.depth, ctx.session.ledger.bytes_sent
        await carried(ctx, y)
        return [*before, ctx.depth, ctx.session.ledger.bytes_sent]

    depths, sent, deeper, more = zip(*simulate(main, [None] * 3).results, strict=True)
    assert max(deeper) - max(depths) == 1
    assert more[0] == sent[0]
    assert all(8 * Y.size <= after - before < 8 * Y.size + 64 for before, after in zip(sent[1:], more[1:], strict=True))
