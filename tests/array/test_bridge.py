"""Between the tiers: computing without revealing, shares as secrets, secrets as shares."""

import numpy as np
import pytest

import mpc
from mpc.errors import LocalError
from protocols.runs.simulating import simulate
from protocols.suite import suite_of

X = np.array([1.5, -2.0, 4.0])


def test_what_is_computed_stays_shared_and_is_not_computed_again():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        product = x * x / 2
        assert await mpc.compute(ctx, product, x > 0) is None
        ledger = ctx.session.ledger
        material, reveals = dict(ledger.material), list(ledger.reveals)
        found = await mpc.reveal(ctx, product.within(0, 100))
        return found, reveals, material == dict(ledger.material), ctx.depth

    found, reveals, same, depth = simulate(main, [X, None], check_costs=True).result
    np.testing.assert_allclose(found, X * X / 2, atol=2.0**-15)
    assert reveals == []
    assert same
    assert depth > 3


@pytest.mark.parametrize(("computed_first", "rounds"), [(False, 2), (True, 3)])
def test_a_computation_is_a_point_that_later_lines_come_after(computed_first, rounds):
    """One round tells the shape, one is the product's, one the opening's, which needs the product in no other way."""

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        if computed_first:
            await mpc.compute(ctx, x * x)
        await mpc.reveal(ctx, x + 1)

    assert simulate(main, [X, None]).report.rounds == rounds


def test_a_share_goes_to_a_protocol_and_comes_back():
    async def main(ctx, mine):
        suite = suite_of(ctx)
        x = await mpc.secret(ctx, 0, mine)
        whole = await mpc.secret(ctx, 1, np.array([1, 2, 3]) if ctx.me == 1 else None)
        total = (await mpc.share_of(ctx, x * 0.5)).sum()
        product = await suite.mul(ctx, await mpc.share_of(ctx, whole), await mpc.share_of(ctx, whole))
        positive = await mpc.share_of(ctx, x > 0)
        return await mpc.reveal(
            ctx,
            mpc.secret_from(ctx, total, kind="fixed", range=(-10, 10)) * 2,
            mpc.secret_from(ctx, product, range=(0, 100)) + 1,
            ~mpc.secret_from(ctx, suite.not_(ctx, positive), kind="bit"),
        )

    total, product, positive = simulate(main, [X, None, None], check_costs=True).result
    assert abs(total - 3.5) < 2.0**-13
    assert product.tolist() == [2, 5, 10]
    assert positive.tolist() == [True, False, True]


def test_the_range_of_a_share_is_what_its_caller_vouches_for():
    async def main(ctx, mine):
        share = await mpc.share_of(ctx, await mpc.secret(ctx, 0, mine))
        assert mpc.secret_from(ctx, share, kind="fixed").bounds == (-1024, 1024)
        x = mpc.secret_from(ctx, share, kind="fixed", range=(0, 2**30))
        return await mpc.reveal(ctx, x * x)

    with pytest.raises(LocalError, match="range-exceeded") as caught:
        simulate(main, [X, None])
    assert caught.value.line.startswith("test_bridge.py:")


@pytest.mark.parametrize("kind", ["bit", "int"])
def test_a_share_of_another_kind_is_refused(kind):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        share = await mpc.share_of(ctx, x > 0 if kind == "int" else x)
        mpc.secret_from(ctx, share, kind=kind)

    with pytest.raises(LocalError, match="bad-kind"):
        simulate(main, [X, None])


@pytest.mark.parametrize("function", [mpc.compute, mpc.share_of])
def test_what_is_no_secret_is_refused(function):
    async def main(ctx, mine):
        await function(ctx, 3.0)

    with pytest.raises(LocalError, match="not-secret"):
        simulate(main, [X, None])
