"""Numbers that stay in Montgomery form: every operation is that of Python's integers, whatever the kernels."""

import math
import random

import numpy as np
import pytest
from kernel_cases import with_kernels_of_their_own

import native
from mpc.algebra.bigint import Modulus, from_ints, to_ints
from mpc.algebra.montgomery_form import MontgomeryForm
from mpc.algebra.powers_of_base import PowersOfBase
from mpc.errors import LocalError

N = 2**521 - 1
MODULUS = Modulus(N)
FORM = MontgomeryForm(MODULUS)


@pytest.fixture(params=with_kernels_of_their_own("bignum"), autouse=True, scope="module")
def implementation(request):
    with native.using(request.param):
        yield request.param


def some(count: int, seed: int) -> list[int]:
    return [0, 1, N - 1, *(random.Random(seed + i).randrange(N) for i in range(count))][:count]


def test_into_the_form_and_back() -> None:
    x = some(19, 1)
    form = FORM.into(from_ints(x, 9))
    assert to_ints(FORM.out_of(form)) == x
    assert to_ints(FORM.out_of(FORM.one)) == [1]
    assert np.array_equal(FORM.constant(x), form)
    assert np.array_equal(FORM.constant([-1]), FORM.constant([N - 1]))


def test_products_and_powers() -> None:
    x, y = some(12, 2), some(12, 40)
    a, b = FORM.constant(x), FORM.constant(y)
    assert to_ints(FORM.out_of(FORM.mul(a, b))) == [v * w % N for v, w in zip(x, y, strict=True)]
    assert to_ints(FORM.out_of(FORM.mul(a.reshape(3, 4, 9), b[0]))) == [v * y[0] % N for v in x]
    assert to_ints(FORM.out_of(FORM.product(a[2:]))) == [math.prod(x[2:]) % N]
    assert np.array_equal(FORM.product(a[:0]), FORM.one)
    for exponent in (0, 1, 2, 37, 2**90 + 5):
        assert to_ints(FORM.out_of(FORM.power_var(a, exponent))) == [pow(v, exponent, N) for v in x]
    exponents = from_ints([3**i for i in range(12)], 1)
    assert to_ints(FORM.out_of(FORM.power(a, exponents, bits=64))) == [pow(v, 3**i, N) for i, v in enumerate(x)]
    assert to_ints(FORM.out_of(FORM.inverse(a[1:]))) == [pow(v, -1, N) for v in x[1:]]


def test_products_of_chosen_numbers() -> None:
    x = some(9, 3)
    chosen = [[], [2, 2, 5], [8], [0, 1, 2, 3, 4, 5, 6, 7, 8], *([[4, 6]] * 7)]
    starts = np.cumsum([0, *map(len, chosen)]).astype(np.uint64)
    products = FORM.products_var(FORM.constant(x), np.array([i for each in chosen for i in each], np.uint64), starts)
    assert to_ints(FORM.out_of(products)) == [math.prod(x[i] for i in each) % N for each in chosen]


def test_powers_of_one_base_come_in_the_form() -> None:
    table = PowersOfBase(MODULUS, from_ints([7], 9)[0], 100, montgomery=True)
    powers = table.power(from_ints([0, 1, 2**99 + 5], 2))
    assert to_ints(FORM.out_of(powers)) == [pow(7, e, N) for e in (0, 1, 2**99 + 5)]


def test_what_does_not_fit() -> None:
    with pytest.raises(LocalError, match="wrong-shape"):
        FORM.mul(FORM.one, np.zeros(8, np.uint64))
    with pytest.raises(LocalError, match="wrong-shape"):
        FORM.products_var(np.zeros((3, 8), np.uint64), np.zeros(1, np.uint64), np.zeros(1, np.uint64))
    with pytest.raises(LocalError, match="wrong-shape"):
        FORM.products_var(np.zeros((3, 9), np.uint64), np.zeros(1, np.uint64), np.array([0, 2], np.uint64))
