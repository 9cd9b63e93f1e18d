"""Values known to one party: linear algebra at the owner, shapes elsewhere, and the ways to and from shares."""

import numpy as np
import pytest
from sharing import PARTIES, words

from mpc.algebra.ring import Z64
from mpc.algebra.shapes_only import ShapesOfRing
from mpc.errors import LocalError
from mpc.planning import CountingSupply
from mpc.simulation import Setting, run_in_memory
from protocols.beaver import SUITE
from protocols.known import Known, known, open_known, share_known
from protocols.runs.event_loop import run_trio
from protocols.runs.simulating import simulate
from protocols.shares import concatenate

X = words([[1, -2, 3], [4, 5, -6]])
suites = pytest.mark.parametrize("suite", ["beaver", "yao", "ideal", "replicated3"])


def of_owner(ctx, owner=1):
    return known(ctx, owner, X if ctx.me == owner else None, X.shape)


def combined(x):
    """Linear algebra and structure."""
    y = concatenate([x + x.scale(3), -x[::-1]]).transpose() - x.reshape((3, 2)).sum(0)[:1]
    return y.matmul_public(words(np.arange(8).reshape(4, 2)))


def expected():
    y = np.concatenate([X + 3 * X, np.negative(X[::-1])]).T - X.reshape(3, 2).sum(0, dtype=np.uint64)[:1]
    return np.matmul(y, words(np.arange(8).reshape(4, 2)))


@suites
def test_what_is_linear_is_computed_by_the_owner_and_shared(suite):
    async def main(ctx, mine):
        x = combined(of_owner(ctx))
        shared = await share_known(ctx, x)
        (opened,) = await ctx.suite.open(ctx, shared)
        return opened, x.shape, x.value(ctx) if ctx.me == 1 else None

    for me, (opened, shape, whole) in enumerate(simulate(main, [None] * PARTIES.get(suite, 2), suite=suite).results):
        np.testing.assert_array_equal(opened, expected())
        assert shape == (3, 2)
        assert (whole is None) == (me != 1)


@suites
def test_a_share_opened_to_one_party_is_known_to_it_alone(suite):
    async def main(ctx, mine):
        x = await open_known(ctx, 0, await share_known(ctx, of_owner(ctx)))
        return x.value(ctx).tolist() if ctx.me == 0 else any(x.whole.strides)

    first, *others = simulate(main, [None] * PARTIES.get(suite, 3), suite=suite).results
    assert first == X.tolist()
    assert not any(others)


def test_values_of_two_owners_do_not_meet_and_others_have_no_value():
    async def meet(ctx, mine):
        return of_owner(ctx, 0) + of_owner(ctx, 1)

    async def ask(ctx, mine):
        return of_owner(ctx, 0).value(ctx)

    async def misstate(ctx, mine):
        return known(ctx, ctx.me, X, (6,))

    for main, code in ((meet, "two-owners"), (ask, "not-the-owner"), (misstate, "wrong-shape")):
        with pytest.raises(LocalError, match=code):
            simulate(main, [None, None])


def test_two_sharings_of_one_value_are_independent():
    async def main(ctx, mine):
        x = of_owner(ctx)
        return [(await share_known(ctx, x)).words for _ in range(2)]

    for first, second in simulate(main, [None, None]).results:
        assert (first != second).all()


def test_nothing_of_a_value_shows():
    assert repr(Known(1, X, Z64)) == "<2x3 known to party 1>"


def test_known_values_run_on_shapes():
    async def main(ctx, mine):
        shared = await share_known(ctx, combined(of_owner(ctx)))
        return (await open_known(ctx, 0, shared)).shape, ctx.depth

    supplies = [CountingSupply(dealt=True) for _ in range(2)]
    setting = Setting(SUITE, ring=ShapesOfRing(Z64), audit=True)
    runs = run_trio(lambda: run_in_memory(main, [None] * 2, supplies, setting))
    assert [run.result for run in runs] == [((3, 2), 1), ((3, 2), 0)]
