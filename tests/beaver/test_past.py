"""Products by what was kept under a standing mask: exact, one opening each, and no row is kept twice."""

from __future__ import annotations

from collections import Counter
from itertools import product as every

import numpy as np
import pytest
import trio

import mpc
from mpc.algebra.ring import Z64, Ring
from mpc.errors import LocalError
from mpc.simulation import Setting, run_in_memory
from mpc.standing import Standing
from mpc.testing import recording_network
from protocols.beaver import SUITE
from protocols.beaver.past import keep_rows, times_past
from protocols.kept_past import KeptPast
from protocols.one_array import OneArray
from protocols.preprocessing.kinds.past_product import PastProduct
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.suite import suite_of

HEADS, ROOM, HEAD = 2, 5, 3


def mask(ring=Z64, name="a text", shape=(HEADS, ROOM, HEAD)):
    return Standing(name, RandomValue(ring, shape))


async def shared(ctx, words, owner=0):
    return await suite_of(ctx).input(ctx, owner, words if ctx.me == owner else None, words.shape)


async def kept_in_turn(ctx, k, standing, steps):
    """k kept in so many rows at a time; zero in columns that stand ready."""
    opened, first = np.zeros((HEADS, ROOM, HEAD), np.uint64), 0
    for count in steps:
        rows = await shared(ctx, k[:, first : first + count])
        opened[:, first : first + count] = await keep_rows(ctx, rows, standing, first)
        first += count
    return KeptPast(standing, opened)


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("steps", [(1, 2), (3,), (2, 0, 1), (5,)])
def test_products_are_exact_and_cost_an_opening(n, steps):
    rng = np.random.default_rng(1)
    k, q, e = (rng.integers(0, 2**64, shape, np.uint64) for shape in ((HEADS, ROOM, HEAD), (2, 4, 3), (2, 4, ROOM)))
    filled = sum(steps)
    e[:, :, filled:] = 0

    async def main(ctx, mine):
        past = await kept_in_turn(ctx, k, mask(), steps)
        scores = await times_past(ctx, await shared(ctx, q, 1), past, True)
        weighed = await times_past(ctx, await shared(ctx, e, 1), past, False)
        return await suite_of(ctx).open(ctx, scores, weighed)

    run = mpc.simulate(main, [None] * n, check_costs=True)
    scores, weighed = run.result
    np.testing.assert_array_equal(scores[:, :, :filled], (q @ np.swapaxes(k, 1, 2))[:, :, :filled])
    np.testing.assert_array_equal(weighed, e[:, :, :filled] @ k[:, :filled])
    assert run.report.material == {"random_value": HEADS * ROOM * HEAD, "past_product": 2 * HEADS * 4}


@pytest.mark.parametrize("again", [(0, 1), (1, 2), (4, 2), (-1, 1)])
def test_a_row_is_kept_once(again):
    """And no row that is not there: whoever goes back in a text takes another mask."""

    async def main(ctx, mine):
        x = await shared(ctx, np.ones((HEADS, 2, HEAD), np.uint64))
        await keep_rows(ctx, x, mask(), 0)
        first, count = again
        with pytest.raises(LocalError) as refused:
            await keep_rows(ctx, x[:, :count], mask(), first)
        assert refused.value.code == "row-kept"
        sent = ctx.session.ledger.bytes_sent
        await keep_rows(ctx, x, mask(name="another text"), 0)
        return sent

    mpc.simulate(main, [None, None])


ONE = Ring(1)


class Chosen:
    """A party's material of one number each, from randomness that a test chooses: the mask, and b with its product."""

    name, dealt, deals_standing, received_bytes = "chosen", True, True, 0

    def __init__(self, a, pairs):
        self.a, self.pairs = a, list(pairs)

    async def standing(self, path, kind):
        return (np.full(kind.shape, self.a, np.uint64),)

    def ready(self, path, kind):
        return tuple(np.full((1, 1, 1), value, np.uint64) for value in self.pairs.pop(0))


def view_of(observer, kept, x, randomness, turned):
    """All that a party holds and receives as `kept` numbers come to stand under rows of one mask, one after the other,
    and x is multiplied by the first; party 0 has those, party 1 has x."""
    a, b, product, of_x, *of_kept = randomness
    whole = (b[0] + b[1]) * (a[0] + a[1]) - product
    supplies = [Chosen(a[0], [(b[0], product)]), Chosen(a[1], [(b[1], whole % 2)])]
    shares = [list(zip(of_kept, [(k - own) % 2 for k, own in zip(kept, of_kept, strict=True)], strict=True))]
    held = []

    async def main(ctx, mine):
        standing = mask(ONE, shape=(1, 1, 1))
        for both in shares[0]:
            row = OneArray(np.full((1, 1, 1), both[ctx.me], np.uint64), ONE)
            opened = await keep_rows(ctx, row, standing, 0)
            ctx.session.kept.clear()
        own = of_x if ctx.me == 1 else (x - of_x) % 2
        await times_past(ctx, OneArray(np.full((1, 1, 1), own, np.uint64), ONE), KeptPast(standing, opened), turned)
        if ctx.me == observer:
            held.extend((own, *(both[ctx.me] for both in shares[0])))

    async def run():
        transports, record = recording_network(2)
        setting = Setting(SUITE, ring=ONE)
        await run_in_memory(main, [None] * 2, supplies, setting, transports=transports)
        told = [int(s.message.array.reshape(-1)[0]) & 1 for s in record if s.to == observer and s.message.tag[0] == 0]
        material = a[observer], b[observer], product if observer == 0 else whole % 2
        return (*held, *material, *told)

    return trio.run(run)


def distribution(observer, kept, x, turned=True, *, of_the_product=True):
    """Over all randomness, or all but that of the product."""
    pairs, one = list(every(range(2), repeat=2)), range(2) if of_the_product else [0]
    draws = every(pairs, pairs if of_the_product else pairs[:1], one, one, *[range(2)] * len(kept))
    return Counter(view_of(observer, kept, x, randomness, turned) for randomness in draws)


@pytest.mark.parametrize("turned", [True, False])
def test_views_say_nothing_of_the_others_values(turned):
    """All randomness of a ring of two numbers: of what is kept, which party 0 has, and of x, which party 1 has."""
    assert distribution(0, [1], 0, turned) == distribution(0, [1], 1, turned)
    assert distribution(1, [0], 1, turned) == distribution(1, [1], 1, turned)


def test_a_row_that_is_kept_twice_would_show():
    """The check sees what burning is for: the difference of two numbers under one row."""
    equal, alike, other = (distribution(1, kept, 1, of_the_product=False) for kept in ([0, 0], [1, 1], [0, 1]))
    assert equal == alike
    assert equal != other


@pytest.mark.parametrize(
    ("kept", "columns", "turned"),
    [((2, 3), 1, 0), ((1, 3, 2), 4, 1), ((1, 3, 2), 1, 2), ((1, 1 << 28, 1), 1, 0), ((0, 1 << 28, 1), 1, 0)],
)
def test_no_product_of_what_is_not_there(kept, columns, turned):
    with pytest.raises(LocalError) as refused:
        PastProduct(Z64, 1, columns, kept, turned, (1,))
    assert refused.value.code == "wrong-parameter"
