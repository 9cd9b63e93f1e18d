"""Arrays of elements and scalars behave as a group of prime order does, over ristretto255 and over a tiny one."""

from __future__ import annotations

import hashlib
from itertools import product

import numpy as np
import pytest
import ristretto_reference as reference

from mpc.algebra.cores import using_cores
from mpc.algebra.group import Bases, Group, Points, Scalars, concatenate_points, concatenate_scalars, dot, dot_var
from mpc.algebra.ristretto import ORDER, RISTRETTO, generator
from mpc.errors import LocalError
from mpc.testing.tiny_group import TinyGroup

TINY = TinyGroup(11)
GROUPS = [pytest.param(RISTRETTO, id="ristretto255"), pytest.param(TINY, id="tiny")]


def base(group: Group) -> Points:
    return Points(group, group.generator())


@pytest.mark.parametrize("group", GROUPS)
def test_products_follow_the_scalars(group: Group) -> None:
    a, b = (Scalars.random(group.order, shape) for shape in ((3, 4), (4,)))
    x, y = base(group) * a, base(group) * b
    assert (x + y).equals(base(group) * (a + b)).all()
    assert (x - y).equals(base(group) * (a - b)).all()
    assert (-x).equals(base(group) * -a).all()
    assert (x * b).equals(base(group) * (a * b)).all()
    assert x.sum(0).equals(base(group) * a.sum(0)).all()
    assert x.sum(1).equals(base(group) * a.sum(1)).all()
    assert (x - x).is_neutral().all()
    assert not base(group).is_neutral()


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("shape", [(0,), (1,), (5,), (3, 7), (2, 0), (2, 2, 3)])
def test_sums_of_products(group: Group, shape: tuple[int, ...]) -> None:
    a, b = Scalars.random(group.order, shape), Scalars.random(group.order, shape)
    x = base(group) * a
    expected = base(group) * (a * b).sum(-1)
    assert dot(x, b).equals(expected).all()
    assert dot_var(x, b).equals(expected).all()
    assert dot(x, b).shape == shape[:-1]
    row = base(group) * Scalars.random(group.order, shape[-1:])
    if shape[-1]:
        assert Bases(row).dot(b).equals(dot(row, b)).all()


def test_long_sums_are_shared_by_cores() -> None:
    a, b = Scalars.random(ORDER, (600,)), Scalars.random(ORDER, (600,))
    x = generator() * a
    for cores in (1, 3):
        with using_cores(cores):
            assert dot_var(x, b).equals(generator() * (a * b).sum())
            assert dot(x, b).equals(generator() * (a * b).sum())


@pytest.mark.parametrize("group", GROUPS)
def test_encodings_come_back(group: Group) -> None:
    scalars = Scalars.random(group.order, (2, 3))
    x = base(group) * scalars
    back, valid = Points.from_bytes(group, x.to_bytes())
    assert valid.all()
    assert back.equals(x).all()
    read, below = Scalars.from_bytes(group.order, scalars.to_bytes())
    assert below.all()
    assert read.to_ints() == scalars.to_ints()


@pytest.mark.parametrize("excess", [0, 1, 2**200, 2**256 - 1 - ORDER.n])
def test_scalars_from_elsewhere_are_below_the_order(excess: int) -> None:
    for value, good in ((ORDER.n + excess, False), (ORDER.n - 1, True), (0, True)):
        read, below = Scalars.from_bytes(ORDER, np.frombuffer(value.to_bytes(32, "little"), np.uint8))
        assert (bool(below), read.to_ints()) == (good, [value if good else 0])


def test_ints_are_reduced() -> None:
    assert Scalars.of(ORDER, [[-1, ORDER.n], [1, 2**300]]).to_ints() == [ORDER.n - 1, 0, 1, 2**300 % ORDER.n]
    assert Scalars.of(ORDER, 7).shape == ()


@pytest.mark.parametrize("group", GROUPS)
def test_powers_and_inverses(group: Group) -> None:
    x = Scalars.of(group.order, 3)
    assert x.powers(9).to_ints() == [3**i % group.order.n for i in range(9)]
    assert x.powers(0).shape == (0,)
    assert (x.powers(5) * x.powers(5).inverse()).to_ints() == [1] * 5


@pytest.mark.parametrize("group", GROUPS)
def test_arrays_are_taken_apart_and_joined(group: Group) -> None:
    a = Scalars.of(group.order, [[1, 2, 3], [4, 5, 6]])
    assert a[1].to_ints() == [4, 5, 6]
    assert a[:, 1:].reshape(-1).to_ints() == [2, 3, 5, 6]
    x = base(group) * a
    assert x[0, 2].equals(base(group) * a[0, 2])
    assert concatenate_points([x, x[:1]]).equals(base(group) * concatenate_scalars([a, a[:1]])).all()
    assert Points.neutral(group, (2,)).is_neutral().tolist() == [True, True]


def test_nothing_is_shown() -> None:
    assert repr(Scalars.of(ORDER, [5, 6])) == "<Scalars of shape (2,)>"
    assert repr(generator()) == "<Points of ristretto255, shape ()>"
    with pytest.raises(TypeError):
        hash(generator())


def test_words_of_another_width_are_no_scalars() -> None:
    with pytest.raises(LocalError, match="wrong-shape"):
        Scalars(ORDER, np.zeros((2, 3), np.uint64))


def test_hashing_to_the_group_is_that_of_the_standard() -> None:
    data = hashlib.sha512(b"Ristretto is traditionally a short shot of espresso coffee").digest()
    point = Points(RISTRETTO, RISTRETTO.from_uniform(np.frombuffer(data, np.uint8)))
    assert point.to_bytes().tobytes() == reference.encode(reference.from_uniform(data))


def test_the_tiny_group_whole() -> None:
    """Every product of every element, against powers of integers."""
    scalars = Scalars.of(TINY.order, range(11))
    elements = base(TINY) * scalars
    assert sorted(int(x) for x in elements.words[:, 0]) == sorted({pow(x, 2, 23) for x in range(1, 23)})
    for a, b in product(range(11), repeat=2):
        assert (elements[a] * scalars[b]).equals(elements[a * b % 11])
        assert (elements[a] + elements[b]).equals(elements[(a + b) % 11])
    _, valid = Points.from_bytes(TINY, np.arange(30, dtype=np.uint64)[:, None].view(np.uint8))
    assert [i for i in range(30) if valid[i]] == sorted({pow(x, 2, 23) for x in range(1, 23)})


def test_empty_sums_have_the_shape_that_is_left() -> None:
    for axis in (0, 1, 2, -1, -2, -3):
        shape = np.zeros((2, 0, 3)).sum(axis).shape
        assert Points.neutral(RISTRETTO, (2, 0, 3)).sum(axis).shape == shape
        assert Scalars.of(ORDER, np.zeros((2, 0, 3), np.int64)).sum(axis).shape == shape


def test_what_is_no_array_of_elements_or_scalars() -> None:
    for attempt in (
        lambda: generator()[0],
        lambda: dot(generator(), Scalars.of(ORDER, 1)),
        lambda: Scalars.of(ORDER, 1)[0],
    ):
        with pytest.raises(LocalError, match="wrong-shape"):
            attempt()
    for value in (0.5, 2.0, "12", None, [1, 1.5], np.float64(1)):
        with pytest.raises(LocalError, match="wrong-number"):
            Scalars.of(ORDER, value)
    assert Scalars.of(ORDER, np.array([True, False])).to_ints() == [1, 0]


def test_equal_signs_do_not_compare_objects() -> None:
    x = Scalars.of(ORDER, [1])
    for compare in (lambda: x == x, lambda: x != x, lambda: generator() == generator(), lambda: generator() != 1):
        with pytest.raises(LocalError, match="secret-truth"):
            compare()
