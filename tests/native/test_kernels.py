"""Every implementation equals Python's integers, at sizes around every lane count, aligned or not, and in place."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from kernel_arrays import EDGES, SIZES, M, guarded, ints, p, sample, untouched

import native
from native import lib


@pytest.fixture(params=native.implementations(), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def test_the_last_implementation_is_the_reference() -> None:
    assert native.implementations()[-1] == "portable"


def test_selection_is_undone_and_checked(implementation: str) -> None:
    assert native.selected() == implementation
    with native.using("portable"):
        assert native.selected() == "portable"
    assert native.selected() == implementation
    with pytest.raises(ValueError, match="not in tuple"), native.using("abacus"):
        pass


BINARY: dict[str, Callable[[int, int], int]] = {
    "add": lambda x, y: (x + y) % M,
    "sub": lambda x, y: (x - y) % M,
    "mul": lambda x, y: x * y % M,
}
UNARY: dict[str, Callable[[int], int]] = {"neg": lambda x: -x % M}


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("name", BINARY)
def test_binary(name: str, n: int) -> None:
    kernel, x, y = getattr(lib, f"parley_{name}"), sample(n, 1), sample(n, 2)
    expected = [BINARY[name](a, b) for a, b in zip(ints(x), ints(y), strict=True)]
    out, whole = guarded(n)
    kernel(p(out), p(x), p(y), n)
    assert ints(out) == expected
    assert untouched(whole)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("name", UNARY)
def test_unary(name: str, n: int) -> None:
    x = sample(n, 3)
    out, whole = guarded(n)
    getattr(lib, f"parley_{name}")(p(out), p(x), n)
    assert ints(out) == [UNARY[name](a) for a in ints(x)]
    assert untouched(whole)


@pytest.mark.parametrize("name", BINARY)
def test_every_pair_of_edge_values(name: str) -> None:
    x = np.repeat(np.array(EDGES, np.uint64), len(EDGES))
    y = np.tile(np.array(EDGES, np.uint64), len(EDGES))
    out = np.empty_like(x)
    getattr(lib, f"parley_{name}")(p(out), p(x), p(y), x.size)
    assert ints(out) == [BINARY[name](a, b) for a, b in zip(ints(x), ints(y), strict=True)]


@pytest.mark.parametrize("n", [1, 9, 65, 1000])
@pytest.mark.parametrize("name", BINARY)
def test_output_may_be_an_input(name: str, n: int) -> None:
    kernel = getattr(lib, f"parley_{name}")
    x, y = sample(n, 1), sample(n, 2)
    expected = [BINARY[name](a, b) for a, b in zip(ints(x), ints(y), strict=True)]
    first, second = x.copy(), y.copy()
    kernel(p(first), p(first), p(y), n)
    kernel(p(second), p(x), p(second), n)
    assert ints(first) == ints(second) == expected


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("with_de", [False, True])
def test_recombine(n: int, with_de: bool) -> None:
    c, d, b, e, a = (sample(n, i, offset=i % 3) for i in range(5))
    expected = [
        (vc + vd * vb + ve * va + with_de * vd * ve) % M
        for vc, vd, vb, ve, va in zip(ints(c), ints(d), ints(b), ints(e), ints(a), strict=True)
    ]
    out, whole = guarded(n)
    lib.parley_recombine(p(out), p(c), p(d), p(b), p(e), p(a), n, with_de)
    assert ints(out) == expected
    assert untouched(whole)
    lib.parley_recombine(p(c), p(c), p(d), p(b), p(e), p(a), n, with_de)
    assert ints(c) == expected


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("s", [0, 1, 13, 31, 32, 63])
def test_shifts(n: int, s: int) -> None:
    x, plus = sample(n, 4), 2**62 + 5
    out, whole = guarded(n)
    lib.parley_shift_right(p(out), p(x), plus, s, n)
    assert ints(out) == [(v + plus) % M >> s for v in ints(x)]
    lib.parley_shift_left(p(out), p(x), s, n)
    assert ints(out) == [(v << s) % M for v in ints(x)]
    assert untouched(whole)


SHAPES = [
    (0, 3, 2), (3, 0, 2), (2, 3, 0), (1, 1, 1), (1, 9, 1), (1, 7, 5), (1, 33, 130), (5, 130, 1), (13, 17, 1), (2, 2, 2),
    (3, 5, 7), (4, 4, 4), (7, 300, 9), (8, 8, 8), (9, 9, 9), (8, 257, 16), (16, 16, 16), (17, 13, 17), (12, 513, 24),
    (31, 2, 33), (65, 64, 63), (2, 9, 65), (6, 5, 129),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_matmul(shape: tuple[int, int, int]) -> None:
    rows, inner, columns = shape
    x, y = sample(rows * inner, 5), sample(inner * columns, 6)
    out, whole = guarded(rows * columns)
    lib.parley_matmul(p(out), p(x), p(y), 1, 0, 0, rows, inner, columns)
    expected = x.astype(object).reshape(rows, inner) @ y.astype(object).reshape(inner, columns)
    assert ints(out) == [int(v) % M for v in expected.ravel()]
    assert untouched(whole)


@pytest.mark.parametrize("shape", [(600, 70, 40), (40, 700, 70), (3, 1000, 300), (1, 900, 1100), (1100, 900, 1)])
def test_matmul_across_its_blocks(shape: tuple[int, int, int]) -> None:
    rows, inner, columns = shape
    x, y = sample(rows * inner, 5).reshape(rows, inner), sample(inner * columns, 6).reshape(inner, columns)
    out = np.empty((rows, columns), np.uint64)
    lib.parley_matmul(p(out), p(x), p(y), 1, 0, 0, rows, inner, columns)
    assert (out == x @ y).all()


def test_matmul_batch_with_a_shared_operand() -> None:
    x, y = sample(4 * 3 * 5, 7).reshape(4, 3, 5), sample(5 * 2, 8).reshape(5, 2)
    out = np.empty((4, 3, 2), np.uint64)
    lib.parley_matmul(p(out), p(x), p(y), 4, 15, 0, 3, 5, 2)
    assert (out == x @ y).all()
