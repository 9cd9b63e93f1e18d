"""Counting, and asking where values belong, agree with numpy."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from programs import UNIT, agrees, revealed

from mpc.errors import LocalError
from mpc.testing import fixed_arrays, party_counts

vectors = st.integers(1, 9).flatmap(lambda size: hnp.arrays(np.int64, size, elements=st.integers(-3, 6)))
reals = st.integers(1, 9).flatmap(lambda size: fixed_arrays(-2, 2, 16, size))
matrices = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda shape: hnp.arrays(np.int64, shape, elements=st.integers(-3, 6))
)


@given(n=party_counts(), x=matrices)
def test_counting(n, x):
    agrees(lambda a: (np.count_nonzero(a), np.count_nonzero(a, axis=0), np.count_nonzero(a > 1, axis=1)), x, n=n)
    agrees(lambda a: np.count_nonzero(a, axis=1, keepdims=True), x, n=n)


@given(x=matrices, others=vectors)
def test_membership(x, others):
    agrees(lambda a: (np.isin(a, others), np.isin(a, others, invert=True), np.isin(a, [])), x)
    agrees(lambda a, b: np.isin(a, b), x, others)
    agrees(lambda b: np.isin(x, b), others)


@given(x=reals, edges=st.lists(st.sampled_from([-1.5, -1.0, 0.0, 0.25, 2.0]), min_size=2, unique=True))
def test_bins(x, edges):
    rising = sorted(edges)
    agrees(lambda a: (np.digitize(a, rising), np.digitize(a, rising, right=True), np.digitize(a, rising[::-1])), x)
    agrees(lambda a: np.histogram(a, rising)[0], x)
    agrees(lambda a: np.histogram(a, 4, (-2, 2))[0], x)
    agrees(lambda a: np.searchsorted(rising, a, side="right"), x)


@given(x=reals, values=vectors)
def test_places_in_a_sorted_secret(x, values):
    x = np.sort(x)
    agrees(lambda a, v: (np.searchsorted(a, v), a.searchsorted(values, side="right")), x, values)


def test_a_histogram_with_its_edges_and_weights():
    x, weights = np.array([0.5, 1.0, 2.0, 2.5]), np.array([1.0, 2.0, 4.0, 8.0])

    def program(a, w):
        counts, edges = np.histogram(a, [0, 1, 2], weights=w)
        return counts * edges[1]

    np.testing.assert_allclose(revealed(program, x, weights), [1.0, 6.0])


@given(x=hnp.arrays(np.int64, 7, elements=st.integers(0, 4)))
def test_how_often_each_number_stands(x):
    agrees(lambda a: np.bincount(a, minlength=6), x, ranges=[(0, 5)])
    agrees(lambda a: np.bincount(a, np.arange(7), minlength=5), x, ranges=[(0, 4)])


@pytest.mark.slow
@given(x=matrices, data=st.data())
def test_equality_of_whole_arrays(x, data):
    y = data.draw(st.sampled_from([x, x + (np.arange(x.size).reshape(x.shape) == 0), x[:1]]))
    agrees(lambda a, b: (np.array_equal(a, a), np.array_equiv(a, b), np.allclose(a, b)), x, y)
    agrees(lambda a: (np.array_equal(a, x), np.array_equiv(a, x[0]), np.isclose(a, x)), x)
    if x.shape == y.shape:
        agrees(np.array_equal, x, y)


def test_arrays_of_different_shapes_are_publicly_unequal():
    def program(a):
        assert np.array_equal(a, np.zeros(3)) is np.False_
        assert np.array_equiv(a, np.zeros(3)) is np.False_
        return a

    revealed(program, np.zeros(2))


@settings(max_examples=6)
@given(x=reals)
def test_closeness(x):
    assume((np.abs(0.375 - 0.25 * np.abs(x + 0.5)) > 4 * UNIT).all())  # two units of the last place are allowed besides
    agrees(lambda a: np.isclose(a, x + 0.25, rtol=0, atol=0.5), x)
    agrees(lambda a, b: (np.isclose(a, b, rtol=0.25, atol=0.125), np.allclose(a, b)), x, x + 0.5)


@pytest.mark.parametrize("kind", [float, int])
def test_bins_without_an_end(kind):
    x, inf = np.array([-3, 18, 40, 65, 100]).astype(kind), np.inf
    edges = [-inf, 18, 65, inf]
    agrees(lambda a: (np.digitize(a, edges), np.searchsorted(np.array(edges), a), np.histogram(a, edges)[0]), x)
    agrees(lambda a: (a < inf, a <= -inf, a > -inf, a == inf, a != np.array([inf, 18, 40, -inf, 0])), x)
    for nothing in (np.nan, [np.nan, inf], None, "inf"):
        with pytest.raises(LocalError):
            revealed(lambda a, nothing=nothing: a < nothing, x)


REFUSED = {
    "a histogram between the extremes": (lambda x: np.histogram(x, 5)[0], "bad-bins"),
    "edges in no order": (lambda x: np.digitize(x, [1, 3, 2]), "bad-bins"),
    "counts of any numbers": (lambda x: np.bincount(x), "bad-bins"),
    "two dimensions": (lambda x: np.bincount(x.reshape(1, 2), minlength=3), "shape-mismatch"),
}


@pytest.mark.parametrize(("use", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals(use, code):
    with pytest.raises(LocalError) as caught:
        revealed(use, np.array([1, 2]))
    assert caught.value.code == code
