"""Arithmetic in Z_2^128: every implementation equals Python's integers, for any alignment, layout and carry."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from kernel_arrays import EDGES, Words, guarded, p, sample, untouched
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import ffi, lib

M = 2**128
STREAMING = 1 << 20
"""Outputs of this many elements and more go past the caches."""
SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 129, 1000]


@pytest.fixture(params=with_kernels_of_their_own("wide"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def elements(n: int, seed: int, *, offset: int = 1) -> Words:
    """n elements, as 2n words with edge values among both the lower and the upper ones."""
    return sample(2 * n, seed, offset=offset)


def ints(x: Words) -> list[int]:
    return [int(low) | int(high) << 64 for low, high in x.reshape(-1, 2)]


def words(values: list[int]) -> Words:
    return np.array([[v % 2**64, v >> 64] for v in values], np.uint64).reshape(-1)


BINARY: dict[str, Callable[[int, int], int]] = {
    "add": lambda x, y: (x + y) % M,
    "sub": lambda x, y: (x - y) % M,
    "mul": lambda x, y: x * y % M,
}


@at_every("n", SIZES)
@pytest.mark.parametrize("name", BINARY)
def test_binary(name: str, n: int) -> None:
    kernel, x, y = getattr(lib, f"parley_wide_{name}"), elements(n, 1), elements(n, 2, offset=2)
    expected = [BINARY[name](a, b) for a, b in zip(ints(x), ints(y), strict=True)]
    out, whole = guarded(2 * n)
    kernel(p(out), p(x), p(y), n)
    assert ints(out) == expected
    assert untouched(whole)
    first, second = x.copy(), y.copy()
    kernel(p(first), p(first), p(y), n)
    kernel(p(second), p(x), p(second), n)
    assert ints(first) == ints(second) == expected


@pytest.mark.parametrize("name", BINARY)
def test_every_pair_of_edge_values(name: str) -> None:
    edges = [low | high << 64 for low in EDGES for high in EDGES]
    x, y = words([a for a in edges for _ in edges]), words([b for _ in edges for b in edges])
    out = np.empty_like(x)
    getattr(lib, f"parley_wide_{name}")(p(out), p(x), p(y), len(out) // 2)
    assert ints(out) == [BINARY[name](a, b) for a in edges for b in edges]


@at_every("n", SIZES)
def test_unary(n: int) -> None:
    x, factor, plus, mask = elements(n, 3), elements(1, 4), elements(1, 5), words([2**100 - 2**11 + 1])
    (f,), (a,), (m,) = ints(factor), ints(plus), ints(mask)
    out, whole = guarded(2 * n)
    lib.parley_wide_neg(p(out), p(x), n)
    assert ints(out) == [-v % M for v in ints(x)]
    lib.parley_wide_affine(p(out), p(x), p(factor), p(plus), n)
    assert ints(out) == [(v * f + a) % M for v in ints(x)]
    lib.parley_wide_offset(p(out), p(x), p(plus), p(mask), n)
    assert ints(out) == [(v + a) % M & m for v in ints(x)]
    assert untouched(whole)
    lib.parley_wide_offset(p(x), p(x), p(plus), p(mask), n)
    assert (x == out).all()


@at_every("n", SIZES)
@pytest.mark.parametrize("with_de", [False, True])
def test_recombine(n: int, with_de: bool) -> None:
    c, d, b, e, a = (elements(n, i, offset=i % 3) for i in range(5))
    expected = [
        (vc + vd * vb + ve * va + with_de * vd * ve) % M
        for vc, vd, vb, ve, va in zip(ints(c), ints(d), ints(b), ints(e), ints(a), strict=True)
    ]
    out, whole = guarded(2 * n)
    lib.parley_wide_recombine(p(out), p(c), p(d), p(b), p(e), p(a), n, with_de)
    assert ints(out) == expected
    assert untouched(whole)
    lib.parley_wide_recombine(p(c), p(c), p(d), p(b), p(e), p(a), n, with_de)
    assert ints(c) == expected


@pytest.mark.parametrize("s", [0, 1, 13, 63, 64, 65, 100, 127])
def test_shifts(s: int) -> None:
    for n in SIZES[:13]:
        x, plus = elements(n, 4), words([2**126 + 2**64 - 5])
        out, whole = guarded(2 * n)
        lib.parley_wide_shift_right(p(out), p(x), p(plus), s, n)
        assert ints(out) == [(v + 2**126 + 2**64 - 5) % M >> s for v in ints(x)]
        lib.parley_wide_shift_left(p(out), p(x), s, n)
        assert ints(out) == [(v << s) % M for v in ints(x)]
        assert untouched(whole)


@pytest.mark.parametrize("offset", [0, 1, 6])
def test_outputs_that_go_past_the_caches(offset: int) -> None:
    n = STREAMING + 5
    x, y = elements(n, 1, offset=3), elements(n, 2)
    low, high = x[::2] + y[::2], x[1::2] + y[1::2]
    high += low < x[::2]
    whole = np.full(2 * n + 20, 0xDEADBEEF, np.uint64)
    out = whole[1 + offset : 1 + offset + 2 * n]
    lib.parley_wide_add(p(out), p(x), p(y), n)
    assert (out[::2] == low).all()
    assert (out[1::2] == high).all()
    lib.parley_wide_sub(p(out), p(out), p(y), n)
    assert (out == x).all()
    assert (whole[: 1 + offset] == 0xDEADBEEF).all()
    assert (whole[1 + offset + 2 * n :] == 0xDEADBEEF).all()


@pytest.mark.parametrize(
    "shape", [(1, 0, 1), (2, 0, 3), (0, 2, 2), (1, 1, 1), (3, 7, 1), (2, 5, 4), (1, 9, 7), (3, 40, 9)]
)
def test_sum(shape: tuple[int, int, int]) -> None:
    outer, count, inner = shape
    x = elements(outer * count * inner, 5)
    out, whole = guarded(2 * outer * inner)
    lib.parley_wide_sum(p(out), p(x), *shape)
    values = np.array(ints(x), object).reshape(shape)
    assert ints(out) == [int(v) % M for v in values.sum(axis=1).ravel()]
    assert untouched(whole)


SHAPES = [
    (0, 3, 2), (3, 0, 5), (2, 3, 0), (1, 1, 1), (1, 9, 1), (1, 7, 5), (5, 13, 1), (13, 2, 4), (3, 5, 7),
    (8, 8, 8), (9, 9, 9), (4, 5, 8), (14, 5, 5), (15, 6, 6),
    (7, 127, 9), (8, 128, 4), (2, 129, 16), (33, 3, 17), (32, 257, 5), (70, 5, 30), (2, 300, 3), (3, 1, 12),
]  # fmt: skip


@at_every("shape", SHAPES)
@pytest.mark.parametrize("layout", ["rows", "columns", "steps"])
def test_matmul(shape: tuple[int, int, int], layout: str) -> None:
    rows, inner, columns = shape
    x = laid_out(elements(rows * inner, 6).reshape(rows, inner, 2), layout)
    y = laid_out(elements(inner * columns, 7).reshape(inner, columns, 2), layout)
    out, whole = guarded(2 * rows * columns)
    product(out, x[np.newaxis], y[np.newaxis])
    assert ints(out) == exact_product(x, y)
    assert untouched(whole)


def test_matmul_of_largest_limbs() -> None:
    x, y = np.full((9, 400, 2), 2**64 - 1, np.uint64), np.full((400, 11, 2), 2**64 - 1, np.uint64)
    out = np.empty(2 * 9 * 11, np.uint64)
    product(out, x[np.newaxis], y[np.newaxis])
    assert ints(out) == [400] * 99


def test_matmul_of_edge_values_in_stacks() -> None:
    generator = np.random.default_rng(3)
    x, y = generator.choice(np.array(EDGES, np.uint64), (3, 5, 6, 2)), elements(6 * 9, 8).reshape(1, 6, 9, 2)
    out = np.empty((3, 5 * 9 * 2), np.uint64)
    product(out, x, y)
    for i in range(3):
        assert ints(out[i]) == exact_product(x[i], y[0])


def laid_out(matrix: Words, layout: str) -> Words:
    """The same matrix row by row, column by column, or with steps both ways."""
    if layout == "rows":
        return matrix
    if layout == "columns":
        return np.ascontiguousarray(matrix.swapaxes(0, 1)).swapaxes(0, 1)
    view = np.full((matrix.shape[0] * 2 + 1, matrix.shape[1] * 3, 2), 0xBAD, np.uint64)[1::2, ::3]
    view[:] = matrix
    return view


def exact_product(x: Words, y: Words) -> list[int]:
    (rows, inner, _), columns = x.shape, y.shape[1]
    a = np.array(ints(np.ascontiguousarray(x)), object).reshape(rows, inner)
    b = np.array(ints(np.ascontiguousarray(y)), object).reshape(inner, columns)
    return [int(v) % M for v in (a @ b).ravel()] if inner else [0] * rows * columns


def product(out: Words, x: Words, y: Words) -> None:
    """out = x @ y for stacks of matrices of any layout."""
    arguments: list[object] = [p(out)]
    for operand in (x, y):
        steps = [s // 8 for s in operand.strides]
        arguments += [ffi.cast("uint64_t *", operand.ctypes.data), steps[0] if len(operand) > 1 else 0, *steps[1:3]]
    lib.parley_wide_matmul(*arguments, max(len(x), len(y)), *x.shape[1:3], y.shape[2])
