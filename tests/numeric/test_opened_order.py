"""Sorting by opened comparisons: right whatever the order, by a fixed schedule, and what is opened is uniform."""

from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pytest
import trio

import mpc
from protocols.beaver import SUITE as BEAVER
from protocols.numeric import gaps, opened_order
from protocols.numeric.gaps import pairs_in_gaps
from protocols.numeric.opened_order import PARTS, PARTS_WITHOUT_MATERIAL, comparisons, front, level_of, parts_of
from protocols.replicated3 import SUITE as REPLICATED3
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate


def places(keys, level=opened_order.LEVEL, parts=PARTS):
    """The ascending places of rows of keys, and how many levels of comparisons, and comparisons, that took."""
    rows, count = keys.shape
    flat, sizes = keys.reshape(-1), []

    async def compare(left, right):
        sizes.append(np.broadcast(left, right).size)
        return flat[left] < flat[right]

    starts = np.arange(rows)[:, None] * count
    found = trio.run(opened_order._ascending, compare, starts + np.arange(count), level, parts) - starts
    return found, (len(sizes), sum(sizes))


def shuffled(rows, count):
    random = np.random.default_rng(count)
    return np.stack([random.permutation(count) for _ in range(rows)])


@pytest.mark.parametrize("level", [1, 8192], ids=["searching", "in pairs"])
@pytest.mark.parametrize("parts", [PARTS, PARTS_WITHOUT_MATERIAL, (8,)], ids=str)
@pytest.mark.parametrize("count", range(1, 7))
def test_every_order_of_few_elements(count, parts, level):
    every = np.array(list(permutations(range(count))))
    for keys in (every, *(every[:, None] if count < 6 else ())):
        found, _ = places(keys, level, parts)
        np.testing.assert_array_equal(found, np.argsort(keys, axis=1))


@pytest.mark.parametrize("parts", [PARTS, PARTS_WITHOUT_MATERIAL], ids=str)
@pytest.mark.parametrize(("rows", "count"), [(1, 100), (1, 1000), (3, 300), (100, 70), (500, 9), (1, 6000)])
def test_many_elements_by_the_comparisons_that_were_counted(rows, count, parts):
    keys = shuffled(rows, count)
    found, taken = places(keys, parts=parts)
    np.testing.assert_array_equal(found, np.argsort(keys, axis=1))
    assert taken == comparisons(rows, count, opened_order.LEVEL, parts)


def test_wider_searches_save_levels():
    assert front(1, 1000, opened_order.LEVEL) == (255, 4)
    assert front(1, 1000, opened_order.LEVEL, PARTS_WITHOUT_MATERIAL) == (255, 16)
    assert comparisons(1, 1000, opened_order.LEVEL)[0] == 6
    assert comparisons(1, 1000, opened_order.LEVEL, PARTS_WITHOUT_MATERIAL)[0] == 4


@pytest.mark.parametrize("dealt", [False, True])
def test_who_would_make_material_does_not_matter_where_none_is_taken(dealt):
    def session(factory):
        return SimpleNamespace(supply=SimpleNamespace(dealt=dealt), factory=factory)

    assert level_of(session(REPLICATED3)) == opened_order.LEVEL
    assert parts_of(session(REPLICATED3)) == PARTS_WITHOUT_MATERIAL
    assert level_of(session(BEAVER)) == (opened_order.LEVEL if dealt else opened_order.LEVEL_MADE)
    assert parts_of(session(BEAVER)) == PARTS


@pytest.mark.parametrize("count", [1000, 3000])
def test_more_pairs_than_were_expected_take_more_passes(count):
    """An order that chance makes with a probability far below 2^-40: ascending, so that all pairs are of one gap."""
    keys = np.arange(count)[None]
    found, (levels, taken) = places(keys, level=1)
    np.testing.assert_array_equal(found, keys)
    planned_levels, planned = comparisons(1, count, 1)
    assert levels > planned_levels
    assert taken > planned


@pytest.mark.parametrize("count", [5, 64, 700])
def test_answers_that_contradict_each_other_still_give_an_order(count):
    """What a party opens wrongly makes the result wrong, and nothing else."""
    random = np.random.default_rng(count)

    async def compare(left, right):
        return random.integers(0, 2, np.broadcast_shapes(left.shape, right.shape)).astype(bool)

    at = np.arange(3 * count).reshape(3, count)
    for level in (1, 8192):
        found = trio.run(opened_order._ascending, compare, at, level, PARTS)
        np.testing.assert_array_equal(np.sort(found, axis=1), at)


@pytest.mark.parametrize(("rows", "pivots", "later"), [(1, 1, 4), (1, 2, 5), (2, 1, 3)])
def test_a_bound_of_pairs_holds_for_every_order_of_few(rows, pivots, later):
    """With a chance so large that it is exceeded at times, it is exceeded no more often than that."""
    sizes = [k for k in np.ndindex(*(later + 1,) * (pivots + 1)) if sum(k) == later]
    pairs = [sum(k * (k - 1) // 2 for k in each) for each in sizes]
    for _ in range(rows - 1):
        pairs = [a + b for a in pairs for b in pairs]
    for chance_bits in (1, 2, 3):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(gaps, "_CHANCE_BITS", chance_bits)
            with gaps.localcontext(gaps.Context(prec=30)):
                bound = gaps._bound(rows, pivots + 1, later)
        assert np.mean(np.array(pairs) > bound) <= 2 * 2.0**-chance_bits


def test_a_bound_of_pairs_is_above_the_mean_and_not_far():
    for rows, pivots, later in [(1, 255, 745), (1, 1023, 8977), (10, 63, 200)]:
        bound, mean = pairs_in_gaps(rows, pivots, later), rows * later * (later - 1) / (pivots + 2)
        assert mean < bound < 8 * mean
        assert bound % 64 == 0
    assert pairs_in_gaps(1, 3, 2) == 64
    assert pairs_in_gaps(1, 3, 0) == 0


def test_what_is_opened_is_uniform_whatever_is_sorted(monkeypatch):
    """All outcomes of the comparisons of three elements, equal, ascending and descending ones."""
    seen = []
    original = opened_order.sorted_places

    async def noting(ctx, keys):
        found = await original(ctx, keys)
        if ctx.me == 0:
            seen.append(found)
        return found

    monkeypatch.setattr("protocols.array.shuffled.sorted_places", noting)

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        return await mpc.reveal(ctx, np.sort(x))

    for row in ([5, 5, 5], [1, 2, 3], [3, 2, 1]):
        simulate(main, [np.tile(np.array(row), (3000, 1)), None])
        counts = np.unique(seen.pop() @ np.array([9, 3, 1]), return_counts=True)[1]
        assert len(counts) == 6
        assert ((counts - 500) ** 2 / 500).sum() < 70  # beyond by chance once in 9 * 10^12


@pytest.mark.parametrize("bounds", [(-100, 100), (-(2**60), 2**60)], ids=["one key", "two keys"])
def test_a_plan_counts_what_a_run_takes(bounds):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=bounds)
        return await mpc.reveal(ctx, np.sort(x))

    data = np.random.default_rng(1).integers(-100, 100, 700)
    run, planned = simulate(main, [data, None], check_costs=True), plan(main, [data, None])
    np.testing.assert_array_equal(run.result, np.sort(data))
    assert planned.report.material == run.report.material
    assert planned.report.rounds == run.report.rounds
    assert planned.report.bytes_sent == run.report.bytes_sent
