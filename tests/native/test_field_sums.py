"""Sums and sums of products in prime fields, in every implementation against Python's integers."""

from collections.abc import Iterator

import numpy as np
import pytest
from field_cases import FAMILIES, GENERAL, KINDS, MODULI, Modulus, modulus, p
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import lib


@pytest.fixture(params=with_kernels_of_their_own(*FAMILIES), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


@pytest.mark.parametrize("value", MODULI)
def test_sums_of_rows(value: int) -> None:
    m = modulus(value)
    for rows, n in [(0, 5), (3, 0), (1, 1), (2, 7), (3, 8), (2, 9), (1, 1000), (2, 4099)]:
        for x in (m.sample(rows * n, 1), [m.p - 1] * (rows * n)):
            out = m.guarded(rows)
            lib.parley_field_sum(p(out.out), p(m.array(x)), rows, n, m.field)
            assert out.ints() == [sum(x[i * n : i * n + n]) % m.p for i in range(rows)]


SHAPES = [
    (0, 3, 2), (3, 0, 2), (2, 3, 0), (1, 1, 1), (1, 9, 1), (1, 7, 5), (1, 33, 70), (5, 130, 1), (9, 17, 1), (2, 2, 2),
    (3, 5, 7), (4, 4, 4), (7, 30, 9), (8, 8, 8), (9, 9, 9), (5, 2, 40), (16, 16, 16), (17, 13, 17), (6, 257, 24),
    (1, 1, 33),
]  # fmt: skip


def product(m: Modulus, x: list[int], y: list[int], shape: tuple[int, int, int]) -> list[int]:
    rows, inner, columns = shape
    left = np.array(x, object).reshape(rows, inner)
    exact = left @ np.array(y, object).reshape(inner, columns) if inner else np.zeros((rows, columns), object)
    return [int(v) % m.p for v in exact.ravel()]


@at_every("shape", SHAPES)
@pytest.mark.parametrize("value", MODULI)
def test_matmul(value: int, shape: tuple[int, int, int]) -> None:
    m, (rows, inner, columns) = modulus(value), shape
    x, y = m.sample(rows * inner, 5), m.sample(inner * columns, 6)
    out = m.guarded(rows * columns)
    lib.parley_field_matmul(p(out.out), p(m.array(x)), p(m.array(y, 0)), 1, 0, 0, rows, inner, columns, m.field)
    assert out.ints() == product(m, x, y, shape)


@pytest.mark.parametrize("shape", [(1, 5000, 1), (2, 3000, 2), (9, 1025, 18), (2, 5, 700), (20, 300, 40)])
@pytest.mark.parametrize("value", [*KINDS, GENERAL[1], 3])
def test_sums_of_the_largest_products_do_not_overflow(value: int, shape: tuple[int, int, int]) -> None:
    m, (rows, inner, columns) = modulus(value), shape
    x, y = m.array([m.p - 1] * (rows * inner)), m.array([m.p - 1] * (inner * columns))
    out = m.guarded(rows * columns)
    lib.parley_field_matmul(p(out.out), p(x), p(y), 1, 0, 0, rows, inner, columns, m.field)
    assert out.ints() == [inner % m.p] * (rows * columns)


@pytest.mark.parametrize("value", KINDS)
def test_matmul_batch_with_a_shared_operand(value: int) -> None:
    m = modulus(value)
    x, y, out = m.sample(4 * 15, 7), m.sample(10, 8), m.guarded(4 * 6)
    lib.parley_field_matmul(p(out.out), p(m.array(x)), p(m.array(y)), 4, 15, 0, 3, 5, 2, m.field)
    assert out.ints() == [v for i in range(4) for v in product(m, x[15 * i : 15 * i + 15], y, (3, 5, 2))]


@at_every("shape", [(1, 1), (7, 16), (8, 17), (9, 3), (17, 9), (3, 511), (2, 512), (2, 513)])
@pytest.mark.parametrize("value", KINDS)
def test_rows_times_one_column(value: int, shape: tuple[int, int]) -> None:
    m, (rows, inner) = modulus(value), shape
    for x in (m.sample(rows * inner, 5), [m.p - 1] * (rows * inner)):
        y, out = m.sample(inner, 6), m.guarded(rows)
        lib.parley_field_matmul(p(out.out), p(m.array(x)), p(m.array(y, 0)), 1, 0, 0, rows, inner, 1, m.field)
        assert out.ints() == product(m, x, y, (rows, inner, 1))
