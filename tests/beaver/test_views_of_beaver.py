"""What a coalition sees of the Beaver suite says nothing about the others' values.

Exactly, over all randomness of a tiny ring; and statistically on Z_2^64. Of a protocol that opens nothing, the view
must be the same for all inputs of the others; of one that reveals a result, for all inputs with that result.
"""

import numpy as np
import pytest

from mpc.algebra import bits
from mpc.algebra.ring import Ring
from mpc.context import Context
from mpc.testing import assert_same_distribution, exact_view, sampled_view
from protocols.beaver import SUITE


async def put_in(ctx, owner, mine, lanes, k=0):
    return await ctx.suite.input(ctx, owner, mine[k] if ctx.me == owner else None, (lanes,))


async def bit_of(ctx, owner, mine, lanes, k=0):
    packed = bits.pack(mine[k].astype("uint8")) if ctx.me == owner else None
    return await ctx.suite.input_bits(ctx, owner, packed, (lanes,))


async def mul(ctx, mine, lanes):
    return await ctx.suite.mul(ctx, await put_in(ctx, 0, mine, lanes), await put_in(ctx, 1, mine, lanes))


async def square(ctx, mine, lanes):
    return await ctx.suite.square(ctx, await put_in(ctx, 0, mine, lanes))


async def select(ctx, mine, lanes):
    x, y = await put_in(ctx, 0, mine, lanes), await put_in(ctx, 1, mine, lanes)
    return await ctx.suite.select(ctx, x, x, y)


async def and_(ctx, mine, lanes):
    return await ctx.suite.and_(ctx, await bit_of(ctx, 0, mine, lanes), await bit_of(ctx, 1, mine, lanes))


async def or_(ctx, mine, lanes):
    return await ctx.suite.or_(ctx, await bit_of(ctx, 0, mine, lanes), await bit_of(ctx, 1, mine, lanes))


async def to_ring(ctx, mine, lanes):
    return await ctx.suite.bits_to_ring(ctx, await bit_of(ctx, 0, mine, lanes))


async def msb(ctx, mine, lanes):
    return await ctx.suite.msb(ctx, await put_in(ctx, 0, mine, lanes))


async def is_zero(ctx, mine, lanes):
    return await ctx.suite.is_zero(ctx, await put_in(ctx, 0, mine, lanes))


async def a2b(ctx, mine, lanes):
    return await ctx.suite.a2b(ctx, await put_in(ctx, 0, mine, lanes), ctx.ring.bits)


async def below(ctx, mine, lanes):
    return await ctx.suite.below(ctx, await put_in(ctx, 0, mine, lanes), np.array([0, 1], np.uint64))


async def truncate(ctx, mine, lanes):
    return await ctx.suite.truncate(ctx, await put_in(ctx, 0, mine, lanes), 1)


async def open_to_last(ctx, mine, lanes):
    """The last party learns the sum of the inputs of all others, and nothing more."""
    first, *rest = [await put_in(ctx, owner, mine, lanes) for owner in range(ctx.n - 1)]
    for x in rest:
        first = first + x
    return await ctx.suite.open_to(ctx, ctx.n - 1, first)


async def open_bits_to_last(ctx, mine, lanes):
    """The last party learns the XOR of the bits of all others, and nothing more."""
    first, *rest = [await bit_of(ctx, owner, mine, lanes) for owner in range(ctx.n - 1)]
    for x in rest:
        first = first ^ x
    return await ctx.suite.open_bits_to(ctx, ctx.n - 1, first)


async def open_sum(ctx, mine, lanes):
    x, y = await put_in(ctx, 0, mine, lanes), await put_in(ctx, 1, mine, lanes)
    return await ctx.suite.open(ctx, x + y)


SILENT = [
    (mul, 2), (square, 2), (select, 1), (and_, 1), (or_, 1), (to_ring, 1), (msb, 2), (is_zero, 2), (a2b, 2),
    (truncate, 3), (below, 2),
]  # fmt: skip
by_name = pytest.mark.parametrize(("protocol", "bits"), SILENT, ids=lambda v: getattr(v, "__name__", None))


@by_name
@pytest.mark.parametrize("observer", [0, 1])
def test_nothing_is_learned_of_the_others_input(protocol, bits, observer):
    ring = Ring(bits)
    top = 1 << bits

    def view(theirs):
        inputs = [[1], [theirs]] if observer == 0 else [[theirs], [1]]
        return exact_view(protocol, inputs, suite=SUITE, observers=observer, ring=ring)

    reference = view(0)
    for theirs in {1, top // 2, top - 1}:
        assert_same_distribution(reference, view(theirs))


@pytest.mark.parametrize("observers", [(0, 1), (0, 2), (1, 2), (0,), (2,)])
def test_two_of_three_parties_learn_nothing_of_the_third(observers):
    def view(theirs):
        inputs = [[1] if i in observers else [theirs] for i in range(3)]
        return exact_view(mul, inputs, suite=SUITE, observers=observers, ring=Ring(1))

    assert_same_distribution(view(0), view(1))


def test_opening_bits_to_one_party_shows_it_their_xor_alone():
    views = [
        exact_view(open_bits_to_last, [[a], [b], []], suite=SUITE, observers=2, ring=Ring(1))
        for a, b in [(0, 1), (1, 0), (1, 1)]
    ]
    assert_same_distribution(views[0], views[1])
    with pytest.raises(AssertionError):
        assert_same_distribution(views[0], views[2])


@pytest.mark.parametrize("ring", [Ring(1), Ring(2)], ids=str)
def test_opening_to_one_party_shows_it_the_sum_alone(ring):
    """Two pairs of inputs with one sum: the receiver, alone, cannot tell which pair it was."""
    top = 1 << ring.bits
    first = exact_view(open_to_last, [[0], [1], []], suite=SUITE, observers=2, ring=ring)
    second = exact_view(open_to_last, [[1], [0], []], suite=SUITE, observers=2, ring=ring)
    other = exact_view(open_to_last, [[1], [top - 1], []], suite=SUITE, observers=2, ring=ring)
    assert_same_distribution(first, second)
    with pytest.raises(AssertionError):
        assert_same_distribution(first, other)


def test_opening_a_sum_shows_no_summand():
    def view(x, y):
        return exact_view(open_sum, [[x], [y], []], suite=SUITE, observers=2, ring=Ring(2))

    assert_same_distribution(view(1, 2), view(0, 3))
    with pytest.raises(AssertionError):
        assert_same_distribution(view(1, 2), view(1, 3))


@pytest.mark.parametrize("protocol", [mul, msb, a2b, is_zero, truncate], ids=lambda p: p.__name__)
def test_views_on_the_64_bit_ring_look_the_same(protocol):
    views = [sampled_view(protocol, [[x], [5]], suite=SUITE, observers=1, lanes=4096) for x in (0, 2**62 - 1)]
    names = list(views[0].columns)
    for view in views:
        view.columns = {name: view.columns[name] for name in names[:8] + names[-12:]}
    assert_same_distribution(*views)


def of_the_other(function, observer):
    """A protocol without a dealer, on what the party puts in that does not look on."""

    async def protocol(ctx, mine, lanes):
        x = await put_in(ctx, 1 - observer, mine, lanes)
        if function == "below":
            return await ctx.suite.below(ctx, x, np.array([0, 1], np.uint64))
        return await (
            ctx.suite.a2b(ctx, x, ctx.ring.bits) if function == "a2b" else getattr(ctx.suite, function)(ctx, x)
        )

    return protocol


@pytest.mark.parametrize(("function", "bits"), [("msb", 2), ("msb", 3), ("is_zero", 2), ("a2b", 2), ("below", 2)])
@pytest.mark.parametrize("observer", [0, 1])
def test_tables_and_places_show_nothing(function, bits, observer):
    def view(theirs):
        inputs = [[1], [theirs]] if observer == 0 else [[theirs], [1]]
        protocol = of_the_other(function, observer)
        return exact_view(protocol, inputs, suite=SUITE, observers=observer, ring=Ring(bits), dealt=False)

    reference = view(0)
    for theirs in range(1, 1 << bits):
        assert_same_distribution(reference, view(theirs))


@pytest.mark.parametrize("observer", [0, 1])
def test_places_and_tables_without_masks_are_noticed(monkeypatch, observer):
    async def nothing_random(ctx, kind):
        return tuple(np.zeros(part.shape, np.uint64) for part in kind.parts())

    monkeypatch.setattr(Context, "take", nothing_random)
    protocol = of_the_other("msb", observer)

    def view(theirs):
        inputs = [[1], [theirs]] if observer == 0 else [[theirs], [1]]
        return exact_view(protocol, inputs, suite=SUITE, observers=observer, ring=Ring(2), dealt=False)

    with pytest.raises(AssertionError):
        assert_same_distribution(view(0), view(1))


@pytest.mark.parametrize("function", ["msb", "a2b", "is_zero", "below"])
@pytest.mark.parametrize("observer", [0, 1])
def test_tables_and_places_on_the_64_bit_ring_look_the_same(function, observer):
    """Some columns of each kind of array."""

    def view(theirs):
        inputs = [[5], [theirs]] if observer == 0 else [[theirs], [5]]
        protocol = of_the_other(function, observer)
        seen = sampled_view(protocol, inputs, suite=SUITE, observers=observer, lanes=4096, dealt=False)
        names = list(seen.columns)
        seen.columns = {name: seen.columns[name] for name in names[:: max(1, len(names) // 40)] + names[-4:]}
        return seen

    assert_same_distribution(view(0), view(2**62 - 1))
