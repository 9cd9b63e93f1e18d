"""Choosing by secret places and between bits agrees with numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from programs import agrees, revealed

from mpc.errors import LocalError
from mpc.testing import fixed_arrays, party_counts

reals = st.integers(1, 9).flatmap(lambda size: fixed_arrays(-2, 2, 16, size))
matrices = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda shape: hnp.arrays(np.int64, shape, elements=st.integers(-3, 6))
)


@given(n=party_counts(), x=matrices, data=st.data())
def test_elements_at_secret_places(n, x, data):
    axis = data.draw(st.sampled_from([0, 1, -1]))
    count = x.shape[axis]
    index = data.draw(hnp.arrays(np.int64, st.sampled_from([(), (3,), (2, 2)]), elements=st.integers(0, count - 1)))
    agrees(lambda a, i: np.take(a, i, axis), x, index, n=n, ranges=[(-3, 6), (0, count - 1)])


@given(x=reals, data=st.data())
def test_indexing_by_a_secret(x, data):
    index = data.draw(st.integers(0, len(x) - 1))
    agrees(lambda a, i: (a[i], a.take(i)), x, index, ranges=[(-2, 2), (0, len(x) - 1)])


@given(index=hnp.arrays(np.int64, (2, 3), elements=st.integers(0, 2)))
def test_choosing_between_arrays(index):
    choices = [np.array([1, 2, 3]), np.full((2, 3), 7), np.array(-2)]
    bounds = [(0, 2)]
    agrees(lambda i: np.choose(i, choices), index, ranges=bounds)
    agrees(lambda i, c: np.choose(i, [c, 5, choices[0]]), index, choices[1], ranges=[*bounds, (-9, 9)])
    agrees(lambda c: np.choose(index, [c, 5, choices[0]]), choices[1])
    agrees(lambda i: i.choose([0.5, 1.5, -0.5]), index, ranges=bounds)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (3, 1)])
def test_elements_of_each_row_at_secret_places_of_its_own(shape, axis):
    count = shape[axis]
    x = np.arange(6).reshape(2, 3)[: shape[0], : shape[1]].repeat(3, 0)[: shape[0]] - 2
    of_each, of_all = list(shape), [1, 1]
    of_each[axis] = of_all[axis] = 2
    index, shared = (np.arange(np.prod(sides)).reshape(sides) % count for sides in (of_each, of_all))
    ranges = [(-3, 6), None, (0, count - 1), (0, count - 1)]

    def taken(x, b, i, one):
        take = np.take_along_axis
        secret = take(x, i, axis), take(x, one, axis), take(b, i, axis)
        return (*secret, take(public, i, axis), take(public + 0.5, i, axis), take(public > 1, i, axis))

    public = x
    agrees(taken, x, x > 0, index, shared, ranges=ranges)


def test_one_column_in_the_order_of_another():
    x, keys = np.array([[1.5, 2.5, -1.0], [0.5, 0.25, 4.0]]), np.array([[3, 1, 2], [0, 5, -1]])
    agrees(lambda a, k: np.take_along_axis(a, np.argsort(k, axis=1), axis=1), x, keys)
    agrees(lambda a, i: np.take_along_axis(a, i, None), x, np.array([5, 0]), ranges=[None, (0, 5)])
    with pytest.raises(LocalError, match="shape-mismatch"):
        revealed(lambda a, i: np.take_along_axis(a, i[0], 1), x, keys, ranges=[None, (-1, 5)])


WRONG_PLACES = {
    "beyond the end": lambda x: x[np.sum(x[:1])],
    "a real": lambda x: x[x[0] * 0.5],
    "a condition": lambda x: x[x > 0],
    "beyond the end of a row": lambda x: np.take_along_axis(x, x, 0),
    "one of two": lambda x: x.reshape(1, 2)[0, x[0]],
}


@pytest.mark.parametrize("use", WRONG_PLACES.values(), ids=WRONG_PLACES.keys())
def test_places_that_may_lie_outside_are_refused(use):
    with pytest.raises(LocalError, match="secret-index") as caught:
        revealed(use, np.array([1, 2]))
    assert caught.value.remedy


@given(data=st.data())
def test_bits_at_secret_places_stay_bits(data):
    bits = data.draw(hnp.arrays(np.bool_, st.sampled_from([(1, 2), (2, 3), (3, 1)])))
    axis = data.draw(st.sampled_from([0, 1]))
    count = bits.shape[axis]
    index = data.draw(hnp.arrays(np.int64, st.sampled_from([(), (3,), (2, 2)]), elements=st.integers(0, count - 1)))
    bounds = [(0, 1), (0, count - 1)]
    agrees(lambda b, i: np.take(b, i, axis), bits, index, ranges=bounds)
    which = data.draw(hnp.arrays(np.int64, bits.shape, elements=st.integers(0, 1)))
    agrees(lambda b, i: np.choose(i, [b, ~b]), bits, which, ranges=[(0, 1)] * 2)
    agrees(lambda i: np.choose(i, [bits, True]), which, ranges=[(0, 1)])
    agrees(lambda b: np.choose(which, [b, False]), bits)


def test_what_a_condition_takes_comes_first_by_its_order():
    mask = np.array([False, True, True, False, True])
    agrees(lambda x, m: x[np.argsort(~m, kind="stable")[:3]], np.arange(5) * 7, mask)


def test_where_of_two_bit_arrays_is_of_bits():
    a, b, c = np.array([1, 1, 0, 0], bool), np.array([1, 0, 1, 0], bool), np.array([0, 1, 1, 0], bool)
    agrees(np.where, a, b, c)
    agrees(lambda x, y: (np.where(x, y, True), np.where(x, c, y), np.where(x, b, c), np.where(c, x, y)), a, b)
