"""Products by weights that one party has are those of numpy, in every suite, at the declared cost."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mpc
from mpc.algebra.ring import Z64, Ring
from mpc.algebra.wide_ring import Z128
from mpc.errors import LocalError
from protocols.known import known
from protocols.runs.by_reveal import ByReveal
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate
from protocols.shares import ArithmeticShare, BooleanShare
from protocols.weights.product import product
from protocols.weights.standing import masks, stand

TOP = 1 << 15


def integers(rng, shape):
    """Weights of 16 bits, the largest of either sign among them."""
    return rng.choice(np.array([-TOP, TOP - 1, -1, 0, 1, 77, -1234]), shape)


async def shared(ctx, owner, x):
    return await ctx.suite.input(ctx, owner, ctx.ring.reduce(x) if ctx.me == owner else None, x.shape)


async def computed(ctx, mine, *, owner, w, x, transposed=False, entered=0):
    """x @ W opened: W of `owner`, x put in by party `entered`."""
    held = await stand(ctx, "layer", owner, w if ctx.me == owner else None, w.shape)
    z = await product(ctx, await shared(ctx, entered, x), held, transposed)
    assert z.shape == (*x.shape[:-1], held.sides(transposed)[1])
    (opened,) = await ctx.suite.open(ctx, z)
    return masks(ctx), opened


def expected(x, w, transposed, ring=Z64):
    right = w.T if transposed else w
    return ring.reduce(np.matmul(x, ring.from_signed(np.ascontiguousarray(right.astype(np.int64)))))


@settings(max_examples=25, deadline=None)
@given(
    rows=st.sampled_from([(1,), (3,), (2, 3), (), (0,), (2, 1, 2)]),
    inputs=st.integers(0, 6), outputs=st.integers(0, 6),
    owner=st.integers(0, 1), entered=st.integers(0, 1), transposed=st.booleans(),
    ring=st.sampled_from([Z64, Ring(20), Ring(3)]), seed=st.integers(0, 2**32),
)  # fmt: skip
def test_masked_products_are_numpys(rows, inputs, outputs, owner, entered, transposed, ring, seed):
    rng = np.random.default_rng(seed)
    w = integers(rng, (outputs, inputs) if transposed else (inputs, outputs))
    x = ring.reduce(rng.integers(0, 2**64, (*rows, inputs), np.uint64))
    main = partial(computed, owner=owner, w=w, x=x, transposed=transposed, entered=entered)
    for masked, found in simulate(main, [None, None], ring=ring, check_costs=True).results:
        assert masked
        np.testing.assert_array_equal(found, expected(x, w, transposed, ring))


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize(
    ("suite", "n", "source"),
    [
        ("beaver", 3, "dealer"), ("beaver", 2, "ot"), ("ideal", 2, "dealer"), ("yao", 2, "dealer"),
        ("replicated3", 3, "dealer"),
    ],
)  # fmt: skip
def test_elsewhere_weights_are_shared(suite, n, source, transposed):
    rng = np.random.default_rng(5)
    w, x = integers(rng, (3, 2)), np.array([[1, 2], [2**63, 2**64 - 5]], np.uint64)
    x = x if transposed else np.concatenate([x, x[:, :1]], axis=1)
    main = partial(computed, owner=1, w=w, x=x, transposed=transposed)
    results = simulate(main, [None] * n, suite=suite, preprocessing=source).results
    assert not any(masked for masked, _ in results)
    np.testing.assert_array_equal(results[0][1], expected(x, w, transposed))


def test_so_they_are_in_a_ring_of_two_words():
    w, x = integers(np.random.default_rng(5), (3, 2)), np.arange(18, dtype=np.uint64).reshape(3, 3, 2)
    results = simulate(partial(of_two_words, w=w, x=x), [None, None], ring=128).results
    assert not any(masked for masked, _ in results)
    np.testing.assert_array_equal(results[0][1], Z128.matmul(x, Z128.from_signed(w)))


@pytest.mark.parametrize("suite", ["beaver", "ideal"])
def test_whether_weights_are_a_share_can_be_asked_of_them(suite):
    """By members, in whatever order: Python 3.11 reads those that are properties, masked weights' and shared ones'."""

    async def main(ctx, mine):
        held = await stand(ctx, "layer", 1, np.ones((3, 2), int) if ctx.me == 1 else None, (3, 2))
        assert not any(isinstance(held, sort) for sort in (ArithmeticShare, BooleanShare))
        members = [getattr(held, name, None) for name in (*dir(ArithmeticShare), *dir(BooleanShare), "ring")]
        return members[-1].bits

    assert simulate(main, [None, None], suite=suite).results == [64, 64]


async def of_two_words(ctx, mine, *, w, x):
    held = await stand(ctx, "layer", 1, w if ctx.me == 1 else None, w.shape)
    share = await ctx.suite.input(ctx, 0, x if ctx.me == 0 else None, x.shape[:-1])
    (opened,) = await ctx.suite.open(ctx, await product(ctx, share, held))
    return masks(ctx), opened


def test_one_mask_serves_many_products_side_by_side():
    """W and its transpose, of several rows, at once, made in one batch: as a transformer's layer has them."""
    rng = np.random.default_rng(2)
    w, x = integers(rng, (4, 5)), rng.integers(0, 2**64, (6, 4), np.uint64)
    y = rng.integers(0, 2**64, (3, 5), np.uint64)

    async def layer(ctx, x, y, held):
        return await mpc.together(
            ctx, (product, x, held), (product, y, held, True), (product, x[:2], held), (product, x[2:], held)
        )

    async def main(ctx, mine):
        held = await stand(ctx, "w", 0, w if ctx.me == 0 else None, w.shape)
        shares = await shared(ctx, 1, x), await shared(ctx, 0, y)
        before = ctx.depth
        results = await mpc.prepared(ctx, layer, *shares, held)
        return before, ctx.depth, await ctx.suite.open(ctx, *results)

    befores, afters, results = zip(*simulate(main, [None, None], check_costs=True).results, strict=True)
    assert max(afters) - max(befores) == 1
    for opened in results:
        for found, (left, transposed) in zip(opened, [(x, 0), (y, 1), (x[:2], 0), (x[2:], 0)], strict=True):
            np.testing.assert_array_equal(found, expected(left, w, transposed))


def test_a_plan_counts_what_a_run_sends():
    rng = np.random.default_rng(2)
    w, x = integers(rng, (4, 5)), rng.integers(0, 2**64, (6, 4), np.uint64)
    main = partial(computed, owner=0, w=w, x=x)
    planned, run = plan(main, [None, None]), simulate(main, [None, None])
    assert [kind.name for _, kind in planned.demand] == ["weight_product"]
    assert planned.report.bytes_sent == run.report.bytes_sent
    assert planned.report.rounds == run.report.rounds == 3
    assert planned.report.material == run.report.material


def test_large_weights_travel_in_blocks(monkeypatch):
    monkeypatch.setattr("protocols.preprocessing.expanding.BLOCK_WORDS", 8)
    rng = np.random.default_rng(2)
    w, x = integers(rng, (7, 5)), rng.integers(0, 2**64, (2, 7), np.uint64)
    main = partial(computed, owner=1, w=w, x=x)
    for _, found in simulate(main, [None, None], check_costs=True).results:
        np.testing.assert_array_equal(found, expected(x, w, False))


@pytest.mark.parametrize(
    ("code", "weights"),
    [
        ("wrong-shape", np.zeros((3, 2), np.int64)),
        ("weights-not-integers", np.full((2, 3), 0.5)),
        ("weights-not-integers", np.zeros((2, 3), bool)),
        ("weights-range", np.full((2, 3), TOP)),
        ("weights-range", np.full((2, 3), -TOP - 1)),
        ("weights-range", np.full((2, 3), 2**64 - 1, np.uint64)),
    ],
)
def test_weights_that_do_not_fit_are_refused_by_their_owner(code, weights):
    async def main(ctx, mine):
        await stand(ctx, "layer", 0, weights if ctx.me == 0 else None, (2, 3))

    with pytest.raises(LocalError, match=code) as caught:
        simulate(main, [None, None])
    assert "0.5" not in str(caught.value)


def test_names_shapes_and_owners_are_checked_before_anything_is_sent():
    async def twice(ctx, mine):
        w = np.ones((2, 2), np.int64) if ctx.me == 0 else None
        await stand(ctx, "layer", 0, w, (2, 2))
        await stand(ctx, "layer", 0, w, (2, 2))

    async def misfit(ctx, mine):
        held = await stand(ctx, "layer", 0, np.ones((2, 3), np.int64) if ctx.me == 0 else None, (2, 3))
        await product(ctx, await shared(ctx, 1, np.zeros((1, 3), np.uint64)), held)

    async def narrow(ctx, mine):
        held = await stand(ctx, "layer", 0, np.ones((3, 3), np.int64) if ctx.me == 0 else None, (3, 3))
        await product(ctx, (await shared(ctx, 1, np.zeros((1, 3), np.uint64))).modulo(9), held)

    async def nobody(ctx, mine):
        await stand(ctx, "layer", 2, None, (2, 2))

    async def cube(ctx, mine):
        await stand(ctx, "layer", 0, None, (2, 2, 2))

    cases = (twice, "weights-stand"), (misfit, "wrong-shape"), (nobody, "no-such-party"), (cube, "wrong-shape")
    for main, code in (*cases, (narrow, "wrong-parameter")):
        with pytest.raises(LocalError, match=code):
            simulate(main, [None, None])


def test_weights_of_another_session_are_refused():
    async def main(ctx, mine, before=None):
        own = np.ones((2, 2), int) if ctx.me == 0 else None
        held = before[ctx.me] if before else await stand(ctx, "w", 0, own, (2, 2))
        await product(ctx, await shared(ctx, 1, np.zeros((1, 2), np.uint64)), held)
        return held

    before = simulate(main, [None, None]).results
    with pytest.raises(LocalError, match="weights-elsewhere"):
        simulate(partial(main, before=before), [None, None])


def test_nothing_of_the_weights_shows_in_what_is_printed():
    async def main(ctx, mine):
        return await stand(ctx, "layer", 0, np.full((2, 2), 12345) if ctx.me == 0 else None, (2, 2), fraction=12)

    for held in simulate(main, [None, None]).results:
        assert repr(held) == "<weights 'layer', 2 x 2 of party 0, masked>"
        assert held.fraction == 12


@pytest.mark.parametrize("suite", ["beaver", "ideal"])
@pytest.mark.parametrize("knows", [0, 1])
def test_values_that_one_party_knows_need_not_be_put_in(suite, knows):
    rng = np.random.default_rng(2)
    w, x = integers(rng, (6, 3)), np.eye(2, 6, 3, dtype=np.uint64)

    async def main(ctx, mine):
        held = await stand(ctx, "w", 0, w if ctx.me == 0 else None, w.shape)
        z = await mpc.prepared(ctx, product, known(ctx, knows, x if ctx.me == knows else None, x.shape), held)
        return (await ctx.suite.open(ctx, z))[0]

    for found in simulate(main, [None, None], suite=suite, check_costs=True).results:
        np.testing.assert_array_equal(found, expected(x, w, False))


@pytest.mark.parametrize("source", ["ot", "dealer"])
def test_what_they_take_is_foreseen(source, monkeypatch):
    """Nothing is made on demand: a rehearsal numbers the calls of values that one party knows as the run does."""
    w, x = np.arange(6).reshape(3, 2), np.eye(2, 3, dtype=np.uint64)
    asked = []

    async def main(ctx, mine):
        held = await stand(ctx, "w", 0, w if ctx.me == 0 else None, w.shape)
        ctx.session.foresight = ctx.session.foresight or ByReveal(ctx.session)
        make = ctx.session.supply.make
        monkeypatch.setattr(ctx.session.supply, "make", lambda *entry: asked.append(entry) or make(*entry))
        z = await mpc.prepared(ctx, product, known(ctx, 1, x if ctx.me == 1 else None, x.shape), held)
        return (await ctx.suite.open(ctx, z))[0]

    for found in simulate(main, [None, None], preprocessing=source).results:
        np.testing.assert_array_equal(found, w.astype(np.uint64)[:2])
    assert not asked


def test_many_rows_are_multiplied_in_pieces_side_by_side(monkeypatch):
    monkeypatch.setattr("protocols.weights.product.MOST_WORDS", 9)
    rng = np.random.default_rng(2)
    w, x = integers(rng, (4, 5)), rng.integers(0, 2**64, (7, 4), np.uint64)
    main = partial(computed, owner=0, w=w, x=x)
    run = simulate(main, [None, None], check_costs=True)
    np.testing.assert_array_equal(run.results[0][1], expected(x, w, False))
    assert run.report.rounds == plan(main, [None, None]).report.rounds == 3
    assert [kind.rows for _, kind in plan(main, [None, None]).demand] == [2, 2, 2, 1]
