"""Ring arithmetic on words: every implementation equals Python's integers, aligned or not, in place, streaming."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from kernel_arrays import EDGES, SIZES, M, guarded, ints, p, sample, untouched
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import lib

STREAMING = 1 << 21
"""Outputs of this many words and more go past the caches."""


@pytest.fixture(params=with_kernels_of_their_own("ring"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


BINARY: dict[str, Callable[[int, int], int]] = {
    "add": lambda x, y: (x + y) % M,
    "sub": lambda x, y: (x - y) % M,
    "mul": lambda x, y: x * y % M,
}


@at_every("n", SIZES)
@pytest.mark.parametrize("name", BINARY)
def test_binary(name: str, n: int) -> None:
    kernel, x, y = getattr(lib, f"parley_{name}"), sample(n, 1), sample(n, 2)
    expected = [BINARY[name](a, b) for a, b in zip(ints(x), ints(y), strict=True)]
    out, whole = guarded(n)
    kernel(p(out), p(x), p(y), n)
    assert ints(out) == expected
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


@at_every("n", SIZES)
def test_unary(n: int) -> None:
    x, factor, plus, mask = sample(n, 3), sample(1, 4), sample(1, 5), 2**63 - 2**11 + 1
    out, whole = guarded(n)
    lib.parley_neg(p(out), p(x), n)
    assert ints(out) == [-v % M for v in ints(x)]
    lib.parley_affine(p(out), p(x), p(factor), p(plus), n)
    assert ints(out) == [(v * int(factor[0]) + int(plus[0])) % M for v in ints(x)]
    lib.parley_offset(p(out), p(x), p(plus), mask, n)
    assert ints(out) == [(v + int(plus[0])) % M & mask for v in ints(x)]
    assert untouched(whole)
    lib.parley_offset(p(x), p(x), p(plus), mask, n)
    assert (x == out).all()


@at_every("n", SIZES)
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


@at_every("n", SIZES)
def test_masked_product(n: int) -> None:
    operands = [sample(n, i, offset=i % 3) for i in range(6)]
    expected = [
        (x0 * (y0 + y1) + x1 * y0 + after - before) % M
        for x0, x1, y0, y1, before, after in zip(*map(ints, operands), strict=True)
    ]
    out, whole = guarded(n)
    lib.parley_masked_product(p(out), *map(p, operands), n)
    assert ints(out) == expected
    assert untouched(whole)
    for i in range(6):
        copies = [x.copy() for x in operands]
        lib.parley_masked_product(p(copies[i]), *map(p, copies), n)
        assert ints(copies[i]) == expected


@at_every("n", SIZES)
@at_every("s", [0, 1, 13, 31, 32, 63])
def test_shifts(n: int, s: int) -> None:
    x, plus = sample(n, 4), 2**62 + 5
    out, whole = guarded(n)
    lib.parley_shift_right(p(out), p(x), plus, s, n)
    assert ints(out) == [(v + plus) % M >> s for v in ints(x)]
    lib.parley_shift_left(p(out), p(x), s, n)
    assert ints(out) == [(v << s) % M for v in ints(x)]
    assert untouched(whole)


@pytest.mark.parametrize("offset", [0, 1, 7])
def test_outputs_that_go_past_the_caches(offset: int) -> None:
    n = STREAMING + 13
    x, y, one = sample(n, 1, offset=3), sample(n, 2, offset=1), sample(1, 3)
    whole = np.full(n + 20, 0xDEADBEEF, np.uint64)
    out = whole[1 + offset : 1 + offset + n]
    calls: list[tuple[Callable[[], None], Callable[[], np.ndarray]]] = [
        (lambda: lib.parley_add(p(out), p(x), p(y), n), lambda: x + y),
        (lambda: lib.parley_neg(p(out), p(x), n), lambda: 0 - x),
        (lambda: lib.parley_shift_right(p(out), p(x), 5, 9, n), lambda: (x + np.uint64(5)) >> np.uint64(9)),
        (lambda: lib.parley_affine(p(out), p(x), p(one), p(one), n), lambda: x * one + one),
        (lambda: lib.parley_recombine(p(out), p(x), p(y), p(y), p(x), p(y), n, 1), lambda: x + y * y + x * y + x * y),
    ]
    for call, expected in calls:
        call()
        assert (out == expected()).all()
        assert (whole[: 1 + offset] == 0xDEADBEEF).all()
        assert (whole[1 + offset + n :] == 0xDEADBEEF).all()


SUMS = [
    (1, 0, 1), (3, 0, 5), (0, 3, 1), (2, 3, 0), (1, 1, 1), (1, 7, 1), (1, 8, 1), (5, 9, 1), (3, 31, 1), (4, 32, 1),
    (2, 65, 1), (1, 4095, 1), (1, 4096, 1), (2, 4099, 1), (1, 5000, 1), (1, 1, 9), (1, 2, 3), (3, 7, 2), (2, 8, 8),
    (2, 9, 17), (1, 17, 33), (4, 3, 64), (1, 9, 2047), (1, 8, 2049), (1, 3, 4100), (1, 65536, 32), (1, 65544, 33),
    (1, 4200, 511),
]  # fmt: skip


@at_every("shape", SUMS)
def test_sum(shape: tuple[int, int, int]) -> None:
    outer, count, inner = shape
    x = sample(outer * count * inner, 5)
    out, whole = guarded(outer * inner)
    lib.parley_sum(p(out), p(x), outer, count, inner)
    assert (out.reshape(outer, inner) == x.reshape(shape).sum(axis=1, dtype=np.uint64)).all()
    assert untouched(whole)


def test_sum_of_edge_values_against_integers() -> None:
    x = np.array(EDGES * 7, np.uint64).reshape(9, 7)
    rows, columns = np.empty(9, np.uint64), np.empty(7, np.uint64)
    lib.parley_sum(p(rows), p(x), 9, 7, 1)
    lib.parley_sum(p(columns), p(x), 1, 9, 7)
    assert ints(rows) == [sum(ints(row)) % M for row in x]
    assert ints(columns) == [sum(ints(column)) % M for column in x.T]
