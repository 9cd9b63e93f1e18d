"""Sorted arrays and what is read off them agree with numpy, ties included."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from programs import agrees, revealed, revealing

import mpc
from mpc.errors import LocalError
from mpc.testing import fixed_arrays, party_counts
from protocols.array import sorting
from protocols.array.sorting import network
from protocols.runs.simulating import simulate

sides = st.tuples(st.integers(1, 3), st.integers(1, 19))
with_ties = sides.flatmap(lambda shape: hnp.arrays(np.int64, shape, elements=st.integers(-3, 3)))
reals = sides.flatmap(lambda shape: fixed_arrays(-2, 2, 16, shape))
truths = sides.flatmap(lambda shape: hnp.arrays(np.bool_, shape))


@pytest.mark.parametrize("count", [*range(12), 16, 31, 33])
def test_the_network_sorts_every_row_of_bits(count):
    """By the zero-one principle it then sorts anything: all rows of few bits, thresholds and random ones of many."""
    if count <= 11:
        rows = (np.arange(1 << count)[:, None] >> np.arange(count)) & 1
    else:
        rows = np.random.default_rng(count).integers(0, 2, (4096, count))
    for layer in network(count):
        low, high = rows[:, layer.low], rows[:, layer.high]
        rows = np.concatenate([np.minimum(low, high), np.maximum(low, high), rows[:, layer.idle]], 1)[:, layer.back]
    assert np.all(np.diff(rows, axis=1) >= 0)


@pytest.mark.slow
@settings(max_examples=6)
@given(n=party_counts(), x=with_ties)
def test_sorting_of_whole_numbers(n, x):
    agrees(lambda a: (np.sort(a), np.sort(a, axis=None), np.sort(a, axis=0)), x, n=n)


@settings(max_examples=6)
@given(x=with_ties)
def test_sorting_of_places_is_stable(x):
    agrees(lambda a: np.argsort(a, axis=1, kind="stable"), x)
    agrees(lambda a: a.argsort(kind="stable") if a.ndim == 1 else np.argsort(a, axis=0, kind="stable"), x)


@pytest.mark.slow
@settings(max_examples=6)
@given(x=reals)
def test_sorting_of_reals(x):
    agrees(lambda a: (np.sort(a), np.partition(a, 0)[..., :1]), x)


@pytest.mark.parametrize("shuffled", [True, False])
@pytest.mark.parametrize("shape", [(30,), (3, 2, 9)])
def test_both_ways_to_sort_agree_with_numpy(monkeypatch, shuffled, shape):
    monkeypatch.setattr(sorting, "shuffles", lambda rows: shuffled)
    x = np.random.default_rng(5).integers(-4, 4, shape)
    agrees(lambda a: (np.sort(a), np.argsort(a, axis=0, kind="stable"), np.sort(a * 0.5, axis=None)), x)


@pytest.mark.parametrize("supplier", ["ot", pytest.param("silent", marks=pytest.mark.slow)])
def test_sorting_without_a_dealer(supplier):
    x = np.random.default_rng(6).integers(-4, 4, 20)

    async def main(ctx, mine):
        a = await mpc.secret(ctx, 0, mine)
        return await mpc.reveal(ctx, np.sort(a), np.argsort(a))

    values, places = simulate(main, [x, None], preprocessing=supplier, check_costs=True).result
    np.testing.assert_array_equal(values, np.sort(x))
    np.testing.assert_array_equal(places, np.argsort(x, kind="stable"))


@pytest.mark.parametrize(("lo", "hi"), [(0, 1), (-3, 4), (7, 7), (-200, 55)])
def test_numbers_of_few_bits_are_sorted_without_comparisons(lo, hi):
    x = np.random.default_rng(7).integers(lo, hi, (2, 600), endpoint=True)

    def program(a):
        return np.sort(a), np.argsort(a, axis=1), np.sort(a * 0.5, axis=0)

    run = revealing(program, x, ranges=[(lo, hi)])
    values, places, _ = run.result
    np.testing.assert_array_equal(values, np.sort(x))
    np.testing.assert_array_equal(places, np.argsort(x, axis=1, kind="stable"))
    assert run.report.material["share_translation"] > 2 * x.size


@given(x=truths)
def test_sorting_of_bits_counts_them(x):
    agrees(np.sort, x)


def test_elements_as_wide_as_the_ring_are_told_apart_by_two_comparisons():
    x = np.array([2**60, -(2**60), 2**60, 0, -(2**60)])
    agrees(lambda a: (np.argsort(a, kind="stable"), np.sort(a)), x, ranges=[(-(2**60), 2**60)])


def test_sorting_in_place():
    def program(x):
        y = x.copy()
        x.sort(kind="stable")
        y.partition(1)
        return x, y

    sorted_, partitioned = revealed(program, np.array([3, 1, 2]))
    assert sorted_.tolist() == [1, 2, 3]
    assert partitioned[1] == 2


@given(x=hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6)))
def test_quantiles_of_bits_are_one_comparison(x):
    def whole(a):
        each = [np.quantile(a, [0.0, 0.3, 1.0], axis=1, method=way) for way in ("lower", "higher", "nearest")]
        return (*each, np.quantile(a, 0.4, method="lower", keepdims=True), np.median(a), np.median(a, axis=0))

    agrees(whole, x, units=1)


def quantiles(a):
    return (
        np.median(a), np.median(a, axis=1), np.median(a, axis=0, keepdims=True), np.quantile(a, [0.1, 0.9], axis=1),
        np.percentile(a, 30), np.quantile(a, 0.25, axis=(0, 1), keepdims=True),
        np.quantile(a, 0.4, method="midpoint"),
    )  # fmt: skip


@pytest.mark.slow
@settings(max_examples=6)
@given(x=with_ties)
def test_quantiles_of_whole_numbers(x):
    agrees(quantiles, x, units=2)
    agrees(lambda a: tuple(np.quantile(a, 0.4, method=way) for way in ("lower", "higher", "nearest")), x)


@pytest.mark.slow
@settings(max_examples=6)
@given(x=reals)
def test_quantiles_of_reals(x):
    agrees(quantiles, x, units=3)


@given(x=hnp.arrays(np.int64, st.integers(1, 12), elements=st.integers(-3, 3)), k=st.integers(0, 12))
@settings(max_examples=8)
def test_the_largest_k_and_how_many_differ(x, k):
    k = min(k, len(x))
    values, at = revealed(lambda a: mpc.topk(a, k), x)
    order = np.argsort(-x, kind="stable")[:k]
    np.testing.assert_array_equal(values, x[order])
    np.testing.assert_array_equal(at, order)
    assert revealed(mpc.unique_count, x) == len(np.unique(x))


REFUSED = {
    "more than there are": (lambda x: mpc.topk(x, 4)[0], "bad-count"),
    "a part above one": (lambda x: np.quantile(x, 1.5), "bad-quantile"),
    "an unknown method": (lambda x: np.quantile(x, 0.5, method="weibull"), "unsupported-operation"),
    "a quantile of nothing": (lambda x: np.median(x[:0]), "empty-mean"),
}


@pytest.mark.parametrize(("use", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals(use, code):
    with pytest.raises(LocalError) as caught:
        revealed(use, np.array([1.0, 2.0, 3.0]))
    assert caught.value.code == code
