"""Sums and sums of products in prime fields, in every implementation against Python's integers."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

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


@at_every("shape", [(1, 0, 3), (2, 3, 0), (1, 1, 1), (2, 3, 7), (1, 33, 8), (2, 31, 9), (1, 70, 17)])
@pytest.mark.parametrize("value", MODULI)
def test_dot_products_of_columns(value: int, shape: tuple[int, int, int]) -> None:
    m, (batch, rows, columns) = modulus(value), shape
    n = batch * rows * columns
    for x in (m.sample(n, 5), [m.p - 1] * n):
        y, out = m.sample(n, 6), m.guarded(batch * columns)
        lib.parley_field_column_dots(p(out.out), p(m.array(x)), p(m.array(y, 0)), batch, rows, columns, m.field)
        products = (np.array(x, object) * np.array(y, object)).reshape(shape)
        assert out.ints() == [int(v) % m.p for v in products.sum(axis=1, initial=0).ravel()]


@dataclass(frozen=True)
class Rows:
    """An array in rows, each with its weight and base."""

    modulus: Modulus
    columns: int
    x: list[int]
    w: list[int]
    r: list[int]

    def sums(self) -> list[int]:
        """Under weights times growing powers of the bases, then under weights, column by column."""
        under_powers, under_weights = [0] * self.columns, [0] * self.columns
        for place, element in enumerate(self.x):
            row, column = divmod(place, self.columns)
            under_powers[column] += self.w[row] * pow(self.r[row], column + 1, self.modulus.p) * element
            under_weights[column] += self.w[row] * element
        return [v % self.modulus.p for v in (*under_powers, *under_weights)]


def power_sums(m: Modulus, arrays: list[Rows]) -> list[int]:
    """Of several arrays of one shape in one call."""
    n, columns = len(arrays[0].x), arrays[0].columns
    out = m.guarded(2 * columns * len(arrays))
    x, w, r = (m.array([v for a in arrays for v in getattr(a, part)]) for part in "xwr")
    lib.parley_field_power_sums(p(out.out), p(x), len(arrays), n, columns, p(w), p(r), m.field)
    return out.ints()


def test_rows_without_columns_break_the_contract() -> None:
    m = modulus(KINDS[0])
    out, x = m.guarded(2), m.array([1, 2])
    with pytest.raises(native.BrokenContract, match="columns"):
        lib.parley_field_power_sums(p(out.out), p(x), 1, 2, 0, p(x), p(x), m.field)
    assert (out.whole == out.whole[0]).all()


@at_every("shape", [(0, 3), (1, 1), (5, 8), (8, 8), (9, 8), (64, 2), (67, 2), (33, 1), (100, 7), (140, 17)])
@pytest.mark.parametrize("value", MODULI)
def test_sums_under_powers(value: int, shape: tuple[int, int]) -> None:
    m, (n, columns) = modulus(value), shape
    rows = -(-n // columns)
    arrays = [Rows(m, columns, m.sample(n, i), m.sample(rows, i + 1), m.sample(rows, i + 2)) for i in (3, 6)]
    assert power_sums(m, arrays) == [v for a in arrays for v in a.sums()]


@pytest.mark.parametrize("value", [*KINDS, GENERAL[1]])
def test_the_largest_sums_under_powers_do_not_overflow(value: int) -> None:
    m = modulus(value)
    largest = Rows(m, 9, [m.p - 1] * (9 * 70), [m.p - 1] * 70, [m.p - 1] * 70)
    assert power_sums(m, [largest]) == largest.sums()


@pytest.mark.parametrize("value", [2, 3])
def test_sums_under_powers_of_tiny_fields_exhaustively(value: int) -> None:
    m = modulus(value)
    for values in itertools.product(range(value), repeat=5):
        rows = Rows(m, 2, list(values[:3]), list(values[1:3]), list(values[3:]))
        assert power_sums(m, [rows]) == rows.sums()
