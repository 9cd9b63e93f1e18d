"""The checks of views find leaks: each leaky protocol here is one that a real mistake would make."""

import numpy as np
import pytest

from mpc.algebra import bits
from mpc.algebra.ring import Z64, Ring
from mpc.context import Spec
from mpc.errors import LocalError
from mpc.testing import View, ViewsDiffer, assert_same_distribution, exact_view, sampled_view
from protocols.beaver import SUITE
from protocols.one_array import OneArray
from protocols.preprocessing.kinds.random_value import RandomValue


async def put_in(ctx, owner, mine, lanes):
    return await ctx.suite.input(ctx, owner, mine[0] if ctx.me == owner else None, (lanes,))


async def unmasked(ctx, mine, lanes):
    """Party 0 sends its value as it is."""
    if ctx.me == 0:
        ctx.send(1, mine[0])
    else:
        await ctx.receive(0, Spec((lanes,)))


async def one_mask_for_two(ctx, mine, lanes):
    """x and 2x opened under the same mask: each looks random, their difference is x."""
    x = await put_in(ctx, 0, mine, lanes)
    (r,) = await ctx.take(RandomValue(ctx.ring, (lanes,)))
    mask = OneArray(r, ctx.ring)
    await ctx.suite.open(ctx, x + mask)
    await ctx.suite.open(ctx, x + x + mask)


async def biased_mask(ctx, mine, lanes):
    """x opened under an even mask: its lowest bit shows."""
    x = await put_in(ctx, 0, mine, lanes)
    (r,) = await ctx.take(RandomValue(ctx.ring, (lanes,)))
    await ctx.suite.open(ctx, x + OneArray(r, ctx.ring).scale(2))


async def shares_without_rerandomising(ctx, mine, lanes):
    """x * y for inputs of parties 0 and 1, opened to party 2 from raw products of shares: each share shows."""
    x, y = await put_in(ctx, 0, mine, lanes), await put_in(ctx, 1, mine, lanes)
    if ctx.me == 2:
        return [await ctx.receive(j, Spec((lanes,))) for j in (0, 1)]
    ctx.send(2, ctx.ring.mul(x.words, y.words))
    return None


LEAKY = [unmasked, one_mask_for_two, biased_mask]
leaky = pytest.mark.parametrize("protocol", LEAKY, ids=lambda p: p.__name__)


@leaky
@pytest.mark.parametrize("bits", [2, 3])
def test_an_exact_view_shows_the_leak(protocol, bits):
    views = [exact_view(protocol, [[x], []], suite=SUITE, observers=1, ring=Ring(bits)) for x in (0, 1)]
    with pytest.raises(ViewsDiffer, match="parties \\(1,\\) can tell the runs apart"):
        assert_same_distribution(*views)


@leaky
@pytest.mark.parametrize("bits", [8, 64])
def test_a_sampled_view_shows_the_leak(protocol, bits):
    views = [sampled_view(protocol, [[x], []], suite=SUITE, observers=1, ring=Ring(bits)) for x in (0, 1)]
    with pytest.raises(ViewsDiffer):
        assert_same_distribution(*views)


def test_equal_inputs_give_equal_views_even_of_a_leaky_protocol():
    for protocol in LEAKY:
        exact = [exact_view(protocol, [[1], []], suite=SUITE, observers=1, ring=Ring(2)) for _ in range(2)]
        assert_same_distribution(*exact)
        sampled = [sampled_view(protocol, [[1], []], suite=SUITE, observers=1) for _ in range(2)]
        assert_same_distribution(*sampled)


def test_a_leak_of_shares_shows_to_the_receiver():
    first, second = (
        exact_view(shares_without_rerandomising, inputs, suite=SUITE, observers=2, ring=Ring(1))
        for inputs in ([[0], [0], []], [[1], [0], []])
    )
    with pytest.raises(ViewsDiffer):
        assert_same_distribution(first, second)


async def bits_under_a_known_stream(ctx, mine, lanes):
    """Two planes of two digits each, under bits that both parties know."""
    if ctx.me > 1:
        return
    pad = ctx.bits.draw(ctx.pairwise_prg(1 - ctx.me, "pad"), (2, 2 * bits.words_for(lanes)))
    if ctx.me == 1:
        await ctx.receive(0, Spec(pad.shape))
    else:
        x = np.tile(bits.pack(mine[0].astype(np.uint8)), 2)
        ctx.send(1, pad ^ x)


def test_bits_packed_several_times_in_an_axis_are_enumerated_and_seen_by_lanes():
    """Who knows the stream sees the bits; who does not know it would see nothing of them."""
    first, second = (
        exact_view(bits_under_a_known_stream, [[x], []], suite=SUITE, observers=1, ring=Ring(2)) for x in (0, 1)
    )
    assert len(first.columns) == 8
    with pytest.raises(ViewsDiffer):
        assert_same_distribution(first, second)
    for name in [name for name in first.columns if "pair" in name]:
        first.columns.pop(name)
        second.columns.pop(name)
    assert_same_distribution(first, second)


def test_rows_of_more_than_a_word_are_compared_as_well():
    """Twenty columns of sixty-four bits, of which the last one differs."""
    rows = {f"column {i}": np.arange(64, dtype=np.uint64) << np.uint64(50) for i in range(20)}
    first, second, other = (View((0,), 64, Z64, exact=True, columns=dict(rows)) for _ in range(3))
    second.columns = {name: column[::-1] for name, column in rows.items()}
    other.columns["column 19"] = rows["column 19"][::-1]
    assert_same_distribution(first, second)
    with pytest.raises(ViewsDiffer, match="column 19"):
        assert_same_distribution(first, other)


def test_a_message_that_comes_only_for_some_inputs_shows():
    async def chatty(ctx, mine, lanes):
        if ctx.me == 0:
            ctx.send(1, mine[0])
            if mine[0][0]:
                ctx.send(1, mine[0])
        else:
            x = await ctx.receive(0, Spec((lanes,)))
            if x[0]:
                await ctx.receive(0, Spec((lanes,)))

    views = [exact_view(chatty, [[x], []], suite=SUITE, observers=1, ring=Ring(1)) for x in (0, 1)]
    with pytest.raises(ViewsDiffer, match="see different things"):
        assert_same_distribution(*views)


def test_an_enumerated_view_holds_every_outcome_once():
    async def two_randoms(ctx, mine, lanes):
        x = await ctx.suite.random(ctx, (lanes,))
        y = await ctx.suite.random(ctx, (lanes,))
        return await ctx.suite.open(ctx, x, y)

    view = exact_view(two_randoms, [[], []], suite=SUITE, observers=(0, 1), ring=Ring(2))
    assert view.lanes == 2**8
    own = [column for name, column in view.columns.items() if "random_value" in name]
    rows, counts = np.unique(np.stack(own), axis=1, return_counts=True)
    assert rows.shape == (4, 2**8)
    assert set(counts) == {1}


def test_too_much_randomness_is_refused():
    async def many(ctx, mine, lanes):
        for _ in range(3):
            await ctx.suite.random(ctx, (lanes,))

    with pytest.raises(LocalError, match="not-enumerable"):
        exact_view(many, [[], []], suite=SUITE, observers=0, ring=Z64)


def test_a_draw_that_is_not_by_lanes_is_refused():
    async def lump(ctx, mine, lanes):
        await ctx.suite.random(ctx, (3,))

    with pytest.raises(LocalError, match="not-enumerable"):
        exact_view(lump, [[], []], suite=SUITE, observers=0, ring=Ring(1))
