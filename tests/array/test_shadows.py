"""A program on secrets beside itself in floating point."""

import numpy as np
import pytest

import mpc
from protocols.array.implementations import FUNCTIONS, UFUNCS
from protocols.runs.shadowing import shadow

X = np.random.default_rng(0).uniform(-3, 3, (4, 8))
W = np.random.default_rng(1).uniform(0.2, 3, 8)


def changed(x):
    """A program's own steps, the same on secrets and in the clear."""
    y = x[:, :3].copy()
    y[0] = 1.5
    y *= np.where(y > 0, 2, 3)
    return y


async def program(ctx, mine):
    x = await mpc.secret(ctx, 0, mine, range=(-8, 8))
    w = await mpc.secret(ctx, 1, mine, range=(0.1, 8))
    e = np.exp(x - x.max(axis=1)[:, None])
    y = changed(x)
    long = x
    for _ in range(20):
        long = (long * 0.9 + mpc.sigmoid(long)).within(-18, 18)
    positive = x > 0
    mid = await mpc.reveal(ctx, np.concatenate([w, w]).mean())
    return await mpc.reveal(
        ctx, e / e.sum(axis=1, keepdims=True), y, x @ w * mid, long, positive ^ (x > 1), mpc.inverse_sqrt(w).var()
    )


def exact():
    e = np.exp(X - X.max(axis=1)[:, None])
    y = changed(X)
    long = X
    for _ in range(20):
        long = long * 0.9 + 1 / (1 + np.exp(-long))
    return [
        W.mean(), e / e.sum(axis=1, keepdims=True), y, X @ W * W.mean(), long, (X > 0) ^ (X > 1), (1 / np.sqrt(W)).var()
    ]  # fmt: skip


@pytest.mark.parametrize("bits", [12, 16])
def test_each_revealed_value_stands_beside_what_numpy_makes_of_the_same_program(bits):
    compared = shadow(program, [X, W], fractional_bits=bits)
    assert [c.shape for c in compared] == [np.shape(v) for v in exact()]
    assert all(c.line.startswith("test_shadows.py") for c in compared)
    for found, right in zip(compared, exact(), strict=True):
        assert found.largest == pytest.approx(float(np.abs(right).max()), abs=0.02)
        assert found.off <= found.bound + 1e-9
        assert found.off < 200 * 2.0**-bits
    assert max(c.off for c in compared) > 2.0**-bits


def test_what_is_lost_is_seen_where_no_bound_is_of_use():
    async def sinking(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        for _ in range(30):
            x = (x * 0.3).within(-1024, 1024)
        for _ in range(30):
            x = (x / 0.3).within(-1024, 1024)
        return await mpc.reveal(ctx, x)

    (compared,) = shadow(sinking, [np.array(1.0), None])
    assert compared.largest == pytest.approx(1)
    assert compared.off > 0.5
    assert compared.bound == np.inf


def test_decisions_that_go_the_other_way_are_seen():
    async def near(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        return await mpc.reveal(ctx, x * 3 > 0.3)

    (compared,) = shadow(near, [np.array([0.1, 0.1 + 1e-9, 0.2]), None])
    assert compared.off in (0, 1)
    assert compared.shape == (3,)


def test_receivers_and_shares_from_protocols():
    async def parts(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        again = mpc.secret_from(ctx, await mpc.share_of(ctx, x), kind="fixed")
        return await mpc.reveal(ctx, x + 1, again + 1, to=1)

    known, unknown = shadow(parts, [np.array([0.5, 2.0]), None])
    assert (known.largest, known.off) == (3, 0)
    assert np.isnan(unknown.off)


def test_ordinary_runs_have_no_shadows():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine) + 1
        assert x.shadow is None
        return await mpc.reveal(ctx, x)

    assert mpc.simulate(main, [1.0, None]).result == 2


async def of_places_and_several(ctx, mine):
    x = await mpc.secret(ctx, 0, mine, range=(-8, 8))
    i = await mpc.secret(ctx, 0, np.array([2, 0]) if ctx.me == 0 else None, range=(0, 7))
    largest, places = mpc.topk(x, 2)
    counts = np.histogram(x, [-3, 0, 3])[0]
    shares = mpc.softmax(x), mpc.log_softmax(x), mpc.relu(x)
    return await mpc.reveal(ctx, x[i], *divmod(i, 2), largest, places, counts, mpc.unique_count(i), *shares)


def test_secret_places_and_functions_of_several_results_have_shadows():
    """A shadow that is unknown would be NaN, and ends no program."""
    compared = shadow(of_places_and_several, [X[0], None])
    assert len(compared) == 10
    assert all(found.off <= found.bound + 1e-9 for found in compared)


def test_pairs_places_and_functions_of_parleys_own_have_shadows():
    async def several(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 8))
        i = await mpc.secret(ctx, 1, mine, range=(0, 2))
        whole, rest = divmod(i, 2)
        chosen = x[i], np.take(x, i), np.choose(i, [5, 6, 7]), whole, rest
        own = mpc.softmax(x), mpc.log_softmax(x), mpc.relu(x - 4), np.histogram(x, [0, 2, 8])[0]
        return await mpc.reveal(ctx, *chosen, *own)

    x, i = np.array([1.5, 2.25, 7.0]), np.array([2, 0, 1])
    compared = shadow(several, [x, i])
    shares = np.exp(x) / np.exp(x).sum()
    right = x[i], x[i], i + 5, i // 2, i % 2, shares, np.log(shares), np.maximum(x - 4, 0), [1, 2]
    for found, exact in zip(compared, right, strict=True):
        assert found.largest == pytest.approx(np.abs(exact).max())
        assert found.off <= found.bound + 1e-9


JOINED = {
    "column_stack": lambda x, w: np.column_stack([x.T, np.ones(8)]),
    "dstack": lambda x, w: np.dstack([x, x]),
    "block": lambda x, w: np.block([[x], [w[None]]]),
    "split": lambda x, w: np.split(x, 2, axis=1)[1],
    "tile": lambda x, w: np.tile(w, 3),
    "roll": lambda x, w: np.roll(x, 1, axis=0),
    "triu": lambda x, w: np.triu(x),
    "swapaxes": lambda x, w: x.swapaxes(0, 1),
    "pad": lambda x, w: np.pad(w, 2),
    "meshgrid": lambda x, w: np.meshgrid(w, w)[1],
    "unstack": lambda x, w: x[1] + sum(np.array_split(w, 4)[0]),
}


@pytest.mark.parametrize("name", JOINED)
def test_what_moves_elements_moves_those_of_shadows(name):
    async def moving(ctx, mine):
        x, w = await mpc.secret(ctx, 0, mine, range=(-8, 8)), await mpc.secret(ctx, 1, mine, range=(0.1, 8))
        await mpc.reveal(ctx, JOINED[name](x, w))

    (found,) = shadow(moving, [X, W])
    assert found.largest == pytest.approx(float(np.abs(JOINED[name](X, W)).max()), abs=0.001)
    assert found.off <= found.bound


def test_every_function_has_shadows():
    unshadowed = {
        f.__name__
        for f, implementation in [*FUNCTIONS.items(), *UFUNCS.items()]
        if not hasattr(implementation, "__wrapped__")
    }
    assert not unshadowed
