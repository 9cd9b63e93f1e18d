"""The largest and smallest and their places agree with numpy, ties included, in few rounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from programs import agrees, revealed, revealing

from mpc.errors import LocalError
from mpc.testing import fixed_arrays, party_counts

sides = st.tuples(st.integers(1, 3), st.integers(1, 19))
with_ties = sides.flatmap(lambda shape: hnp.arrays(np.int64, shape, elements=st.integers(-3, 3)))
reals = sides.flatmap(lambda shape: fixed_arrays(-2, 2, 16, shape))
truths = sides.flatmap(lambda shape: hnp.arrays(np.bool_, shape))


def extremes(x):
    return (
        x.max(), np.min(x, axis=(0, 1)), np.amax(x, axis=0), x.min(axis=1, keepdims=True), np.max(x, keepdims=True),
    )  # fmt: skip


def places(x):
    return np.argmax(x), x.argmin(), np.argmax(x, axis=0), x.argmin(axis=1), np.argmin(x, axis=1, keepdims=True)


@pytest.mark.slow
@given(n=party_counts(), x=with_ties)
def test_extremes_of_whole_numbers(n, x):
    agrees(extremes, x, n=n)
    agrees(lambda a: (np.ptp(a), np.ptp(a, axis=1)), x, n=n)


@given(x=reals)
def test_extremes_of_reals(x):
    agrees(extremes, x)


@given(x=truths)
def test_extremes_of_bits_are_bits(x):
    agrees(extremes, x)
    agrees(lambda a: (np.minimum(a, a[:1]), np.maximum(a, True), np.abs(a)), x)


@given(x=with_ties)
def test_places_are_those_of_the_first(x):
    agrees(places, x)


@given(x=truths)
def test_places_among_bits(x):
    agrees(lambda a: (np.argmax(a), a.argmin(axis=1)), x)


@pytest.mark.parametrize("count", [1000, 300, 100])
def test_a_thousand_take_at_most_forty_rounds(count):
    x = np.random.default_rng(count).permutation(count)
    base = revealing(lambda a: a[0], x).report.rounds
    for extreme in (np.max, np.argmax):
        simulation = revealing(extreme, x, check_costs=False)
        assert simulation.result == extreme(x)
        assert simulation.report.rounds - base <= 40


def test_many_rows_take_narrow_groups_and_are_right():
    x = np.random.default_rng(0).integers(-99, 99, (600, 12))
    agrees(lambda a: (a.max(axis=1), a.argmax(axis=1)), x, check_costs=False)


NOTHING = {
    np.max: "zero-size array to reduction operation maximum which has no identity",
    np.min: "zero-size array to reduction operation minimum which has no identity",
    np.maximum.reduce: "zero-size array to reduction operation maximum which has no identity",
    np.argmax: "attempt to get argmax of an empty sequence",
    np.argmin: "attempt to get argmin of an empty sequence",
}


@pytest.mark.parametrize("x", [np.array([1.0, 2.0]), np.array([True, False])], ids=["reals", "bits"])
@pytest.mark.parametrize("extreme", NOTHING)
def test_of_nothing_it_is_refused_in_the_words_of_numpy(extreme, x):
    with pytest.raises(ValueError, match=r"zero-size|empty") as of_numpy:
        extreme(x[:0])
    with pytest.raises(LocalError) as refused:
        revealed(lambda a: extreme(a[:0]), x)
    assert refused.value.code == "empty-extreme"
    assert refused.value.cause == str(of_numpy.value) == NOTHING[extreme]


@pytest.mark.parametrize(
    ("use", "code"), [(lambda x: np.argmax(x[:0]), "empty-extreme"), (lambda x: x.argmax((0,)), "bad-axis")]
)
def test_refusals_of_places(use, code):
    with pytest.raises(LocalError, match=code):
        revealed(use, np.array([1.0, 2.0, 3.0]))


MANY = {
    "few": np.random.default_rng(1).integers(-3, 3, (4, 6)),
    "rows": np.random.default_rng(2).integers(-9, 9, (40, 33)),
    "many": np.random.default_rng(3).integers(-99, 99, 700),
    "equal": np.zeros(50, np.int64),
}


@pytest.mark.parametrize("fewest", [5, 10**6], ids=["shuffled", "not shuffled"])
@pytest.mark.parametrize("x", MANY.values(), ids=MANY.keys())
def test_the_first_of_the_best_by_either_way(monkeypatch, x, fewest):
    monkeypatch.setattr("protocols.array.extremes.FEWEST_SHUFFLED", fewest)
    agrees(lambda a: (np.argmax(a, -1), np.argmin(a, -1), np.max(a, -1), np.min(a, -1)), x)


def test_the_largest_of_numbers_as_wide_as_the_ring():
    x = np.array([2**60, -(2**60), 5, 2**60, 7, -(2**60)])
    agrees(lambda a: (np.argmax(a), np.argmin(a), np.max(a), np.min(a)), x, ranges=[(-(2**60), 2**60)])


@pytest.mark.parametrize(("count", "rounds"), [(5, 4), (100, 6), (1000, 8)])
def test_rounds_of_the_largest(count, rounds):
    one_to_put_in, one_to_reveal = 1, 1
    run = revealing(np.max, np.arange(count))
    assert run.report.rounds == one_to_put_in + rounds + one_to_reveal
