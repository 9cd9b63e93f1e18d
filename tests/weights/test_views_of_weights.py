"""What owner, user and dealer see of weights and products by them: every combination of a tiny ring's randomness.

Two products under one mask, by W and by its transpose. Randomness is put in place of the streams, in all combinations:
A, two B, two R, and the sharing of x. The distribution of a view must be the same whatever the other party has.
"""

from collections import Counter
from itertools import product as every

import numpy as np
import pytest
import trio

from mpc.algebra.ring import Ring
from mpc.network.handshake import Agreement
from mpc.simulation import Setting, run_in_memory
from mpc.testing import recording_network
from protocols.beaver import SUITE
from protocols.one_array import OneArray
from protocols.preprocessing.kinds.weight_mask import WeightMask
from protocols.weights.product import product
from protocols.weights.standing import stand

OWNER, USER = 0, 1


class Chosen:
    """A party's material from randomness that a test chooses: B and R of each product in turn."""

    name, dealt, deals_standing, received_bytes = "chosen", True, True, 0

    def __init__(self, party, uses):
        self.party, self.uses, self.handed = party, list(uses), []

    async def standing(self, path, kind):
        assert isinstance(kind, WeightMask)
        return (np.zeros(4 if self.party == OWNER else 0, np.uint64),)

    def when_made(self, standing, work):
        self.work = work

    def ready(self, path, kind):
        b, r = (np.full(part.shape, v, np.uint64) for part, v in zip(kind.parts(), self.uses.pop(0), strict=False))
        ((d,),) = type(kind).derive_on((np.zeros(4, np.uint64),), [kind], [(b, r)])
        nothing = np.zeros(0, np.uint64)
        self.handed.append([d] if self.party == OWNER else [b, r])
        return (nothing, nothing, d) if self.party == OWNER else (b, r, nothing)


def view_of(observer, ring, w, x, randomness, monkeypatch, products):
    """Everything that a party holds and receives in one run, as numbers."""
    a, share, *uses = randomness
    mask = np.full((1, 1), a, np.uint64)
    monkeypatch.setattr("protocols.weights.sending.masked_weights", lambda own, stream: own.astype(np.uint64) - mask)
    monkeypatch.setattr(
        "protocols.preprocessing.kinds.weight_product.times_expanded",
        lambda ring, b, seed, shape, transposed: ring.mul(b, mask),
    )

    async def main(ctx, mine):
        held = await stand(ctx, "w", OWNER, np.full((1, 1), w) if ctx.me == OWNER else None, (1, 1))
        own = share if ctx.me == OWNER else x - share
        for transposed in products:
            await product(ctx, OneArray(ring.from_ints([[own]]), ring), held, transposed)

    async def run():
        transports, record = recording_network(2)
        supplies = [Chosen(party, zip(uses[::2], uses[1::2], strict=True)) for party in range(2)]
        setting = Setting(SUITE, ring=ring)
        await run_in_memory(
            main, [None] * 2, supplies, setting, transports=transports, agreements=Agreement.simulate(2)
        )
        got = [s.message for s in record if s.to == observer and s.message.tag[0] == 0]
        told = [int(m.array.reshape(-1)[0]) for m in got if m.array.shape == (1, 1)]
        known = [a, share] if observer == OWNER else [(x - share) % (1 << ring.bits)]
        return (*known, *(int(p.reshape(-1)[0]) for parts in supplies[observer].handed for p in parts), *told)

    return trio.run(run)


def distribution(observer, ring, w, x, monkeypatch, products):
    values = range(1 << ring.bits)
    return Counter(
        view_of(observer, ring, w, x, randomness, monkeypatch, products)
        for randomness in every(values, repeat=2 + 2 * len(products))
    )


@pytest.mark.parametrize(("ring", "products"), [(Ring(1), (False, True)), (Ring(2), (False,))], ids=str)
def test_the_owner_sees_nothing_of_the_values(ring, products, monkeypatch):
    views = [distribution(OWNER, ring, -1, x, monkeypatch, products) for x in (0, (1 << ring.bits) - 1)]
    assert all(view == views[0] for view in views)
    assert len(next(iter(views[0]))) == 2 + 2 * len(products)


@pytest.mark.parametrize(("ring", "products"), [(Ring(1), (False, True)), (Ring(2), (False,))], ids=str)
def test_the_user_sees_nothing_of_the_weights(ring, products, monkeypatch):
    views = [distribution(USER, ring, w, 1, monkeypatch, products) for w in (0, -1)]
    assert all(view == views[0] for view in views)
    assert len(next(iter(views[0]))) == 2 + 2 * len(products)


def test_a_second_product_under_the_same_material_would_show(monkeypatch):
    """The check sees what it is for: B used twice gives the owner x - x', and two matrices under A their difference."""
    ring = Ring(1)

    def reused(x):
        found = Counter()
        for a, share, b, r in every(range(2), repeat=4):
            found[view_of(OWNER, ring, 1, x, (a, share, b, r, b, r), monkeypatch, (False, False))] += 1
        return found

    assert all(view[-1] == view[-2] for view in reused(0) + reused(1))
    fresh = distribution(OWNER, ring, 1, 0, monkeypatch, (False, False))
    assert any(view[-1] != view[-2] for view in fresh)
