"""Whatever a party holds of a value, what it sees of an operation is the same for every value: exactly, on tiny rings.

The shares are given and everything else is enumerated (`given_shares`), so that this says more than a comparison of
views from inputs on: nothing is supposed of how the shares came about. On Z_2^64 views are sampled, from inputs on.
"""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from given_shares import EXAMINED, LARGE, Examined, Given, below, completed, number, or_, plane, weighted_bits

from mpc.context import Context
from mpc.testing import View, ViewsDiffer, assert_same_distribution, sampled_view
from protocols.replicated3 import SUITE, Replicated3Suite

examined = pytest.mark.parametrize("examined", EXAMINED, ids=str)
FEW = [
    each for each in EXAMINED
    if each.top ** (3 * each.values) <= 64 and each.at_once is not True
    and each.operation not in (below, or_, weighted_bits)
]  # fmt: skip
of_each = pytest.mark.parametrize("observer", range(3))
LANES = 4096


def check(examined: Examined, observer: int, holds: Any, thirds: Any) -> None:
    first, *others = (examined.view(observer, completed(observer, holds, third[: len(holds)])) for third in thirds)
    for other in others:
        assert_same_distribution(first, other)


@of_each
@examined
def test_a_party_sees_the_same_whatever_it_does_not_hold(
    examined: Examined, observer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    examined.ready(monkeypatch)
    top = examined.top
    holds = [(1, top - 1), (top - 1, 0)][: examined.values]
    check(examined, observer, holds, [(0, 0), (top - 1, 1), (top // 2, top - 1)])


@pytest.mark.slow
@of_each
@pytest.mark.parametrize("examined", LARGE, ids=str)
def test_so_it_does_among_more_outcomes(examined: Examined, observer: int, monkeypatch: pytest.MonkeyPatch) -> None:
    examined.ready(monkeypatch)
    check(examined, observer, [(3, 6), (5, 2)][: examined.values], [(0, 0), (5, 7)])


@pytest.mark.slow
@pytest.mark.parametrize("examined", FEW, ids=str)
def test_so_it_does_of_every_value_whatever_it_holds(examined: Examined, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every combination of arrays, of one value two bits long or of two values of one bit."""
    examined.ready(monkeypatch)
    each = [list(range(examined.top))] * examined.values
    for observer, first, second in product(range(3), product(*each), product(*each)):
        check(examined, observer, list(zip(first, second, strict=True)), list(product(*each)))


def test_every_operation_is_examined() -> None:
    """But for those that send nothing, put in, open, or are made of others; a shuffle is of permutations."""
    others = {
        "constant", "constant_bits", "not_", "xor_public", "random", "random_bits", "settle", "shuffle",
        "input", "input_bits", "open", "open_bits", "open_to", "open_bits_to",
    }  # fmt: skip
    functions = {name for name in dir(Replicated3Suite) if name[0] != "_" and callable(getattr(Replicated3Suite, name))}
    assert functions - others == {each.operation.__name__ for each in EXAMINED + LARGE} - {"permuted"}


# what is opened


def of_sum(opened: str) -> Any:
    async def protocol(ctx: Context, mine: Any, lanes: int) -> Any:
        if opened == "open_bits":
            return await ctx.suite.open_bits(ctx, plane(ctx, mine) ^ plane(ctx, mine, 1))
        return await ctx.suite.open(ctx, number(ctx, mine) + number(ctx, mine, 1))

    return protocol


@of_each
@pytest.mark.parametrize("opened", ["open", "open_bits"])
def test_an_opened_sum_says_nothing_of_its_summands(opened: str, observer: int) -> None:
    examined = Examined(of_sum(opened), 2, 2 if opened == "open" else 1)
    holds, top = [(1, 0), (1, 1)], examined.top
    views = {
        third: examined.view(observer, completed(observer, holds, third)) for third in product(range(top), repeat=2)
    }
    for (a, b), (c, d) in product(views, repeat=2):
        if (a + b) % top == (c + d) % top:
            assert_same_distribution(views[a, b], views[c, d])
        else:
            with pytest.raises(ViewsDiffer):
                assert_same_distribution(views[a, b], views[c, d])


@pytest.mark.parametrize("to", range(3))
@pytest.mark.parametrize("bits", [False, True], ids=["open_to", "open_bits_to"])
def test_what_one_party_learns_no_other_one_does(to: int, bits: bool) -> None:
    async def told(ctx: Context, mine: Any, lanes: int) -> Any:
        if bits:
            return await ctx.suite.open_bits_to(ctx, to, plane(ctx, mine))
        return await ctx.suite.open_to(ctx, to, number(ctx, mine))

    examined = Examined(told, 1, 1 if bits else 2)
    for observer in range(3):
        views = [examined.view(observer, completed(observer, [(1, 0)], (third,))) for third in (0, 1)]
        if observer != to:
            assert_same_distribution(*views)
        else:
            with pytest.raises(ViewsDiffer):
                assert_same_distribution(*views)


# truncation: the dithers


BITS, SHIFT = 4, 2


def dither(observer: int, first: int, second: int) -> int:
    """What a party knows of how x is rounded to y = floor((x + dither) / 2^shift), of the arrays that it holds."""
    if observer == 1:
        return -(first + second) % (1 << SHIFT)
    u = first if observer == 0 else second
    return (1 << SHIFT) - 1 - u % (1 << SHIFT)


@of_each
def test_a_truncated_number_that_is_opened_says_where_it_lies_by_a_dither_that_each_party_knows(
    observer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """y is floor((x + d) / 2^shift), of a d that follows from what the party holds: the view is the same for all x with
    one y, and no other."""
    opened: dict[int, Any] = {}

    async def truncated(ctx: Context, mine: Any, lanes: int) -> Any:
        y = await ctx.suite.truncate(ctx, number(ctx, mine), SHIFT)
        (words,) = await ctx.suite.open(ctx, y)
        opened[lanes] = ctx.ring.to_signed(words)

    examined = Examined(truncated, 1, BITS, at_once=False)
    examined.ready(monkeypatch)
    holds = (5, 14)
    views: dict[int, View] = {}
    for x in range(-(1 << BITS - 2) + 1, 1 << BITS - 2):
        view = examined.view(observer, completed(observer, [holds], ((x - sum(holds)) % (1 << BITS),)))
        y = (x + dither(observer, *holds)) >> SHIFT
        assert set(opened[view.lanes]) == {y}
        assert_same_distribution(views.setdefault(y, view), view)
    assert 1 < len(views) < 4


# on the usual ring


def from_an_input(function: str, owner: int) -> Any:
    """The function, of what one party puts in."""

    async def protocol(ctx: Context, mine: Given, lanes: int) -> Any:
        suite = ctx.suite
        x = await suite.input(ctx, owner, mine[0] if ctx.me == owner else None, (lanes,))
        if function == "b2a":
            return await suite.b2a(ctx, await suite.a2b(ctx, x, 9))
        arguments = {"a2b": (64,), "truncate": (16,), "below": (ctx.ring.from_ints([0, 1]),)}
        return await getattr(suite, function)(ctx, x, *arguments.get(function, ()))

    return protocol


def sampled(function: str, observer: int, value: int) -> View:
    """What is seen of another party's value; of the columns some."""
    owner = (observer + 1) % 3
    inputs = [[value] if party == owner else [] for party in range(3)]
    view = sampled_view(from_an_input(function, owner), inputs, suite=SUITE, observers=observer, lanes=LANES)
    names = sorted(view.columns)
    view.columns = {name: view.columns[name] for name in names[:: max(1, len(names) // 28)]}
    return view


@pytest.mark.parametrize(
    ("function", "observer"),
    [("a2b", 0), ("a2b", 2), ("below", 1), ("below", 2), ("b2a", 0), ("truncate", 2), ("is_zero", 0)],
)
def test_views_on_the_64_bit_ring_look_the_same(function: str, observer: int) -> None:
    assert_same_distribution(*(sampled(function, observer, value) for value in (0, 2**62 - 1)))


# mistakes are noticed


def without(use: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams for this use are zeros."""
    drawn = Context.pairwise_prg
    zeros = SimpleNamespace(words=lambda shape: np.zeros(shape, np.uint64))
    monkeypatch.setattr(
        Context, "pairwise_prg", lambda ctx, other, name: zeros if name == use else drawn(ctx, other, name)
    )


@pytest.mark.parametrize(
    ("name", "use", "observer"),
    [
        ("mul modulo 2^2", "zero", 0), ("mul modulo 2^2", "zero", 1), ("mul modulo 2^2", "zero", 2),
        ("msb modulo 2^2, at once", "pad", 0), ("msb modulo 2^2, at once", "pad", 2),
        ("msb modulo 2^3, in two rounds", "pad", 2), ("truncate modulo 2^3, in two rounds", "reshared", 0),
        ("truncate modulo 2^3, in two rounds", "pad", 2), ("permuted modulo 2^2", "reshared", 1),
        ("permuted modulo 2^2", "reshared", 0), ("a2b modulo 2^1", "input", 2),
        ("matmul_truncate modulo 2^3, in two rounds", "zero", 2),
        ("mul_truncate modulo 2^3, in two rounds", "zero", 0), ("mul_truncate modulo 2^3, in two rounds", "zero", 2),
    ],
)  # fmt: skip
def test_a_stream_that_hides_nothing_is_noticed(
    name: str, use: str, observer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (examined,) = (each for each in EXAMINED + LARGE if str(each) == f"{name}, digits of 4")
    examined.ready(monkeypatch)
    without(use, monkeypatch)
    top = examined.top
    holds = [(1, top - 1), (top - 1, 0)][: examined.values]
    with pytest.raises(ViewsDiffer):
        check(examined, observer, holds, list(product(range(top), repeat=examined.values))[:: top - 1])
