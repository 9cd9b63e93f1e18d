"""A secret changed in place: the handle stands for another node; aliases see it, earlier slices and copies don't."""

import operator

import numpy as np
import pytest
from programs import UNIT, revealed

import mpc
from mpc.errors import LocalError
from protocols.runs.shadowing import shadow

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


def _clipped(x, y):
    x[x > 2] = 0.0


def _of_other_values(x, y):
    x[x < 0] = -y


def _rows(x, y):
    x[x[:, 0] > 0.75] = [1, 2, 3]


def _rows_of_another(x, y):
    x[y[:, 1] > 0] = y


def _columns(x, y):
    x[:, x[0] < 2] = 7


def _columns_by_dots(x, y):
    x[..., x[0] < 2] = [[1], [2]]


def _one_column(x, y):
    x[x[:, 2] > 0, 1] = y[:, 1]


def _of_a_slice(x, y):
    x[::-1, x[0] > 0] = -1


def _all_or_nothing(x, y):
    x[y[0, 0] > 0] = [4, 5, 6]


def _one_in_a_list(x, y):
    x[y > 0] = [9]


def _put(x, y):
    np.putmask(x, x > y, [1, 2])


def _put_public(x, y):
    np.putmask(x, np.array([[True, False, True]] * 2), y)


def _place(x, y):
    np.place(x, y > 0, 5)


def _place_public(x, y):
    np.place(x, np.array([[True, False, True]] * 2), [1, 2, 3])


def _copied(x, y):
    np.copyto(x, y)
    np.copyto(x, 1, where=y > 1)
    np.copyto(x, y[0], where=np.array([True, True, False]))


WRITTEN = [
    _clipped, _of_other_values, _rows, _rows_of_another, _columns, _columns_by_dots, _one_column, _of_a_slice,
    _all_or_nothing, _one_in_a_list, _put, _put_public, _place, _place_public, _copied,
]  # fmt: skip
Y = np.array([[2.0, -1.0, 0.5], [-3.0, 4.0, 1.5]])


def _everywhere(change):
    """What numpy makes of it, with a value for every place where it would count those of the condition."""
    expected = {
        _of_other_values: np.where(X < 0, -Y, X),
        _rows_of_another: np.where(Y[:, 1:2] > 0, Y, X),
        _one_column: np.stack([X[:, 0], np.where(X[:, 2] > 0, Y[:, 1], X[:, 1]), X[:, 2]], 1),
    }
    if change not in expected:
        expected[change] = X.copy()
        change(expected[change], Y)
    return expected[change]


@pytest.mark.parametrize("change", WRITTEN, ids=operator.attrgetter("__name__"))
def test_values_are_written_where_a_secret_condition_holds(change):
    def program(x, y):
        same, copy = x, x.copy()
        change(x, y)
        return x, same, copy

    changed, same, copy = revealed(program, X, Y)
    np.testing.assert_allclose(changed, _everywhere(change), atol=4 * UNIT)
    np.testing.assert_array_equal(same, changed)
    np.testing.assert_array_equal(copy, X)


def test_bits_and_whole_numbers_are_written_where_a_condition_holds():
    def program(bits, whole):
        bits[whole > 1] = True
        whole[bits] = whole * 2
        whole[whole == 2] = True
        return bits, whole

    bits, whole = revealed(program, np.array([False, True, False]), np.array([1, 1, 3]))
    assert bits.tolist() == [False, True, True]
    assert whole.tolist() == [1, 1, 6]
    assert whole.dtype == np.int64


def test_what_is_written_by_a_condition_has_a_shadow():
    async def main(ctx, mine):
        x, y = await mpc.secret(ctx, 0, mine), await mpc.secret(ctx, 0, mine)
        x[y < 0] = y / 2
        np.putmask(x, x > 2, 2)
        x[:, y[0] > 0] = 1
        return await mpc.reveal(ctx, x)

    (compared,) = shadow(main, [X, None])
    assert compared.off <= compared.bound < 0.001


REFUSED = {
    "shape": (lambda x: operator.iadd(x, np.zeros((2, 2, 3))), "shape-mismatch"),
    "value of another shape": (lambda x: operator.setitem(x, 0, np.zeros(2)), "shape-mismatch"),
    "no such place": (lambda x: operator.setitem(x, 5, 0), "shape-mismatch"),
    "a secret place": (lambda x: operator.setitem(x, (x[0, 0] * 0).astype(int), 0), "secret-index"),
    "a condition beside a list": (lambda x: operator.setitem(x, (x[:, 0] > 0, [0, 1]), 0), "secret-index"),
    "two conditions": (lambda x: operator.setitem(x, (x[:, 0] > 0, x[0] > 0), 0), "secret-index"),
    "a condition of another shape": (lambda x: operator.setitem(x, x[0] > 0, 0), "shape-mismatch"),
    "a condition of one axis of length 1": (lambda x: operator.setitem(x, x[:, :1] > 0, 0), "shape-mismatch"),
    "a condition of too many axes": (lambda x: operator.setitem(x, x[None] > 0, 0), "shape-mismatch"),
    "as many values as it may hold": (lambda x: operator.setitem(x, x > 0, [1, 2, 3]), "shape-mismatch"),
    "values of another shape": (lambda x: operator.setitem(x, x[:, 0] > 0, [1, 2]), "shape-mismatch"),
    "several values beside a place": (lambda x: operator.setitem(x, (0, slice(None), x[0] > 0), 0), "shape-mismatch"),
    "a mask of another shape": (lambda x: np.putmask(x, x[0] > 0, 0), "shape-mismatch"),
    "several values in order": (lambda x: np.place(x, x > 0, [1, 2]), "unsupported-operation"),
    "where a condition holds, into a public array": (
        lambda x: np.copyto(np.zeros((2, 3)), 1, where=x > 0),
        "unsupported-operation",
    ),
    "a fraction among whole numbers": (lambda x: operator.setitem(x.astype(int), x > 0, 0.5), "kind-change"),
    "a number among bits where one holds": (lambda x: operator.setitem(x > 0, x > 0, 1), "kind-change"),
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
