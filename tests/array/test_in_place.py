"""A secret changed in place: the handle stands for another node; aliases see it, earlier slices and copies don't."""

import operator

import numpy as np
import pytest
from programs import UNIT, revealed

from mpc.errors import LocalError

X = np.array([[1.0, -2.0, 3.0], [0.5, 0.25, -4.0]])


def _add(x):
    x += 1


def _subtract_itself(x):
    x -= x


def _scale(x):
    x *= 0.5


def _square(x):
    x *= x


def _divide(x):
    x /= 4


def _element(x):
    x[0, 1] = 7


def _row(x):
    x[1] = [1.5, 2.5, 3.5]


def _column_from_itself(x):
    x[:, 0] = x[:, 1] * 2


def _fancy(x):
    x[[0, 1], [2, 0]] = 0.25


def _masked(x):
    x[np.array([[True, False, True], [False, False, True]])] = -1


def _augmented(x):
    x[1] += 10


def _everything(x):
    x[...] = 2


CHANGES = [
    _add, _subtract_itself, _scale, _square, _divide, _element, _row, _column_from_itself, _fancy, _masked, _augmented,
    _everything,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=operator.attrgetter("__name__"))
def test_a_change_in_place_is_that_of_numpy_for_all_who_hold_the_array(change):
    def program(x):
        same, slice_before, copy = x, x[0], np.copy(x)
        change(x)
        return x, same, slice_before, copy

    expected = X.copy()
    change(expected)
    changed, same, slice_before, copy = revealed(program, X, n=3)
    np.testing.assert_allclose(changed, expected, atol=8 * UNIT)
    np.testing.assert_array_equal(same, changed)
    np.testing.assert_array_equal(slice_before, X[0])
    np.testing.assert_array_equal(copy, X)


def test_bits_and_whole_numbers_are_changed_in_place():
    def program(bits, whole):
        bits &= np.array([True, False, True])
        bits[1] = True
        bits[2] = whole[0] > 5
        whole *= 3
        whole[-1] = whole[0] - 1
        whole[1] = bits[0]
        return bits, whole

    bits, whole = revealed(program, np.array([True, True, True]), np.array([1, 2, 3]))
    assert bits.tolist() == [True, True, False]
    assert whole.tolist() == [3, 1, 2]


@pytest.mark.parametrize(
    "unchanged", [lambda x: +x, lambda x: x**1, lambda x: np.clip(x, None, None), lambda x: x.copy(), np.copy]
)
def test_what_gives_the_same_value_gives_an_array_of_its_own(unchanged):
    def program(x):
        y = unchanged(x)
        y += 1
        return x, y

    x, y = revealed(program, X)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, X + 1)


def test_into_another_secret_with_out():
    def program(x, y):
        np.add(x, 1, out=y)
        return y

    np.testing.assert_array_equal(revealed(program, X, np.zeros_like(X)), X + 1)


REFUSED = {
    "shape": (lambda x: operator.iadd(x, np.zeros((2, 2, 3))), "shape-mismatch"),
    "value of another shape": (lambda x: operator.setitem(x, 0, np.zeros(2)), "shape-mismatch"),
    "no such place": (lambda x: operator.setitem(x, 5, 0), "shape-mismatch"),
    "a secret place": (lambda x: operator.setitem(x, x > 0, 0), "secret-index"),
    "whole numbers divided": (lambda x: operator.itruediv(x > 0, 2), "kind-change"),
    "bits added to": (lambda x: operator.iadd(x > 0, 1), "kind-change"),
    "a number among bits": (lambda x: operator.setitem(x > 0, 0, 1), "kind-change"),
    "into a public array": (lambda x: np.add(x, 1, out=np.zeros((2, 3))), "unsupported-operation"),
}


@pytest.mark.parametrize(("change", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_numpy_refuses_is_refused(change, code):
    with pytest.raises(LocalError) as caught:
        revealed(change, X)
    assert caught.value.code == code
    assert caught.value.line.startswith("test_in_place.py:")


def test_a_fraction_among_whole_numbers_is_refused():
    with pytest.raises(LocalError, match="kind-change"):
        revealed(lambda x: operator.setitem(x, 0, 1.5), np.array([1, 2]))
