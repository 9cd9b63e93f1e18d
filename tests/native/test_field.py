"""Prime fields in every implementation against Python's integers: each kind of modulus, tiny ones exhaustively."""

import itertools
from collections.abc import Callable, Iterator
from itertools import accumulate, repeat

import numpy as np
import pytest
from field_cases import (
    FAMILIES,
    FIELD64,
    FIELD128,
    GENERAL,
    KINDS,
    MERSENNE61,
    MODULI,
    TINY,
    Guarded,
    Modulus,
    modulus,
    p,
)
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import lib

SIZES = [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 127, 129, 1000]


@pytest.fixture(params=with_kernels_of_their_own(*FAMILIES), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def test_moduli_without_kernels_are_refused() -> None:
    constants = np.zeros(8, np.uint64)
    for value in (0, 1, 2**64, 2**64 + 13, FIELD128 - 2, FIELD128 + 2**64, 2**128 - 1):
        assert lib.parley_field_prepare(p(constants), value % 2**64, value >> 64) == 0


BINARY: dict[str, Callable[[int, int], int]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
}


def binary(m: Modulus, name: str, x: list[int], y: list[int], offset: int = 1) -> None:
    kernel, out = getattr(lib, f"parley_field_{name}"), m.guarded(len(x))
    kernel(p(out.out), p(m.array(x, offset)), p(m.array(y)), len(x), m.field)
    assert out.ints() == [BINARY[name](a, b) % m.p for a, b in zip(x, y, strict=True)]


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("value", MODULI)
def test_binary(value: int, name: str) -> None:
    m = modulus(value)
    for n in SIZES:
        binary(m, name, m.sample(n, 1), m.sample(n, 2), n % 3)


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("value", MODULI)
def test_every_pair_of_edge_values(value: int, name: str) -> None:
    m = modulus(value)
    x, y = zip(*itertools.product(m.edges(), repeat=2), strict=True)
    binary(m, name, list(x), list(y))


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("value", [*TINY, 6, 256])
def test_tiny_moduli_exhaustively(value: int, name: str) -> None:
    m = modulus(value)
    x, y = zip(*itertools.product(range(value), repeat=2), strict=True)
    binary(m, name, list(x), list(y))


@at_every("value", range(2, 60))
def test_every_product_of_small_moduli_prime_or_not(value: int) -> None:
    m = modulus(value)
    x, y = zip(*itertools.product(range(value), repeat=2), strict=True)
    binary(m, "mul", list(x), list(y))


@pytest.mark.parametrize("value", KINDS)
def test_random_products(value: int) -> None:
    m = modulus(value)
    binary(m, "mul", m.sample(3000, 3), m.sample(3000, 4))


@at_every("bits", range(2, 65))
def test_moduli_of_every_length(bits: int) -> None:
    for value in (2 ** (bits - 1), 2 ** (bits - 1) + 1, 2**bits - 1, 2**bits - 2 ** (bits // 2) - 1):
        if value >= 2:
            m = modulus(value)
            binary(m, "mul", m.sample(64, 5), m.sample(64, 6))


@pytest.mark.parametrize("value", MODULI)
def test_unary_and_scalar(value: int) -> None:
    m = modulus(value)
    for n in SIZES:
        x, c, y = m.sample(n, 1), m.sample(n, 2), m.sample(n, 3)
        out = m.guarded(n)
        lib.parley_field_neg(p(out.out), p(m.array(x)), n, m.field)
        assert out.ints() == [-v % m.p for v in x]
        lib.parley_field_mul_add(p(out.out), p(m.array(c)), p(m.array(x)), p(m.array(y)), n, m.field)
        assert out.ints() == [(u + v * w) % m.p for u, v, w in zip(c, x, y, strict=True)]
        for s in (0, m.p - 1, m.p // 3):
            lib.parley_field_scale(p(out.out), p(m.array(x)), p(m.array([s])), n, m.field)
            assert out.ints() == [v * s % m.p for v in x]


@pytest.mark.parametrize("value", [*MODULI, *TINY])
def test_any_words_are_reduced(value: int) -> None:
    m = modulus(value)
    top = 2 ** (64 * m.words)
    edges = [0, 1, m.p - 1, m.p, m.p + 1, top // m.p * m.p - 1, (top - 1) // m.p * m.p, top - 1, top // 2]
    for n in SIZES:
        x = [v * (top // m.p) % top for v in m.sample(n, 1)] + [v for v in edges if v < top]
        out = m.guarded(len(x))
        lib.parley_field_reduce(p(out.out), p(m.array(x)), len(x), m.field)
        assert out.ints() == [v % m.p for v in x]


@pytest.mark.parametrize("with_de", [False, True])
@pytest.mark.parametrize("value", MODULI)
def test_recombine(value: int, with_de: bool) -> None:
    m = modulus(value)
    for n in SIZES:
        c, d, b, e, a = (m.sample(n, i) for i in range(5))
        arrays = [m.array(v, i % 3) for i, v in enumerate((c, d, b, e, a))]
        expected = [
            (vc + vd * vb + ve * va + with_de * vd * ve) % m.p for vc, vd, vb, ve, va in zip(c, d, b, e, a, strict=True)
        ]
        out = m.guarded(n)
        lib.parley_field_recombine(p(out.out), *map(p, arrays), n, with_de, m.field)
        assert out.ints() == expected
        lib.parley_field_recombine(p(arrays[0]), *map(p, arrays), n, with_de, m.field)
        assert m.ints(arrays[0]) == expected


@pytest.mark.parametrize("with_de", [False, True])
@pytest.mark.parametrize("value", [2, 3, 5])
def test_recombine_exhaustively(value: int, with_de: bool) -> None:
    m = modulus(value)
    columns = [list(v) for v in zip(*itertools.product(range(value), repeat=5), strict=True)]
    out = m.guarded(value**5)
    lib.parley_field_recombine(p(out.out), *(p(m.array(v)) for v in columns), value**5, with_de, m.field)
    rows = zip(*columns, strict=True)
    assert out.ints() == [(c + d * b + e * a + with_de * d * e) % value for c, d, b, e, a in rows]


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("value", KINDS)
def test_output_may_be_an_input(value: int, name: str) -> None:
    m, kernel = modulus(value), getattr(lib, f"parley_field_{name}")
    for n in (1, 9, 65, 1000):
        x, y = m.sample(n, 1), m.sample(n, 2)
        expected = [BINARY[name](a, b) % m.p for a, b in zip(x, y, strict=True)]
        first, second, both = m.array(x), m.array(y), m.array(x)
        kernel(p(first), p(first), p(m.array(y)), n, m.field)
        kernel(p(second), p(m.array(x)), p(second), n, m.field)
        kernel(p(both), p(both), p(both), n, m.field)
        assert m.ints(first) == m.ints(second) == expected
        assert m.ints(both) == [BINARY[name](a, a) % m.p for a in x]


@pytest.mark.parametrize("value", [*MODULI, 2, 3, 251])
def test_powers(value: int) -> None:
    m = modulus(value)
    for n in (0, 1, 2, 9, 130):
        x, out = m.sample(n, 1), m.guarded(n)
        for e in (0, 1, 2, 3, 65537, 2**64, 2**127 + 12345, m.p - 1):
            lib.parley_field_power(p(out.out), p(m.array(x)), n, e % 2**64, e >> 64, m.field)
            assert out.ints() == [pow(v, e, m.p) for v in x]
    for n in (0, 1, 2, 3, 17, 100):
        for base in (0, 1, m.p - 1, m.p // 3):
            out = m.guarded(n)
            lib.parley_field_powers(p(out.out), p(m.array([base])), n, m.field)
            assert out.ints() == powers_of(base, n, m.p)


@pytest.mark.parametrize("value", [*KINDS, *GENERAL, *TINY])
def test_inverses_and_zeros(value: int) -> None:
    m = modulus(value)
    for n in (0, 1, 2, 9, 127, 128, 129, 300):
        x, out = m.sample(n, 1), m.guarded(n)
        lib.parley_field_inverse(p(out.out), p(m.array(x)), n, m.field)
        assert out.ints() == [pow(v, -1, m.p) if v else 0 for v in x]


def test_inverses_of_a_whole_tiny_field() -> None:
    m, out = modulus(251), Guarded(modulus(251), 251)
    lib.parley_field_inverse(p(out.out), p(m.array(list(range(251)))), 251, m.field)
    assert out.ints() == [0] + [pow(v, -1, 251) for v in range(1, 251)]


@pytest.mark.parametrize("value", [*MODULI, *TINY])
def test_count_of_wrong_elements(value: int) -> None:
    m = modulus(value)
    top = 2 ** (64 * m.words)
    wrong = [v for v in (m.p, m.p + 1, (m.p + top) // 2, top - 1, m.p | 1 << (64 * m.words - 1)) if m.p <= v < top]
    for n in (0, 1, 2, 3, 4, 5, 6, 7, 100):
        x = m.array(m.sample(n, 1) + wrong + m.edges() + wrong[:1] * n)
        assert lib.parley_field_count_wrong(p(x), len(x) // m.words, m.field) == len(wrong) + n * bool(wrong)


NTT_MODULI = {MERSENNE61: 37, FIELD64: 7, FIELD128: 7, 3 * 2**30 + 1: 5, 65537: 3, 17: 3}
"""Primes, each with a generator of its multiplicative group, or an element that is not a square."""


def root(value: int, n: int) -> int:
    """An element of order n, a power of two."""
    generator = next(g for g in range(2, 100) if pow(g, (value - 1) // 2, value) == value - 1)
    return pow(generator, (value - 1) // n, value)


def powers_of(w: int, n: int, modulus: int) -> list[int]:
    """The first n powers of w, by one product each."""
    return list(accumulate(repeat(w, n - 1), lambda power, w: power * w % modulus, initial=1 % modulus)) if n else []


def naive(m: Modulus, x: list[int], w: int) -> list[int]:
    powers = powers_of(w, len(x), m.p)
    return [sum(v * powers[j * k % len(x)] for j, v in enumerate(x)) % m.p for k in range(len(x))]


def transform(m: Modulus, x: list[int], w: int, batch: int, *, s: int = 1, in_place: bool = False) -> list[int]:
    """parley_field_ntt with the tables that it asks for."""
    n = len(x) // batch
    rows = 1 << (n.bit_length() // 2)
    columns, block = n // rows, lib.parley_field_ntt_block(m.field)
    width, bits = min(block, columns), rows.bit_length() - 1
    powers = powers_of(w, n, m.p)
    order = [int(f"{k:0{bits}b}"[::-1], 2) if bits else 0 for k in range(rows)]
    twiddles = [
        s * powers[(j + i) * k % n] % m.p for j in range(0, columns, width) for k in order for i in range(width)
    ]
    work, data, out = m.guarded(n + block * max(rows, columns)), m.array(x), m.guarded(len(x))
    target = data if in_place else out.out
    tables = [m.array(powers[::columns]), m.array(powers[::rows]), m.array(twiddles)]
    lib.parley_field_ntt(p(target), p(data), p(work.out), batch, rows, columns, *map(p, tables), m.field)
    work.ints()
    return m.ints(data) if in_place else out.ints()


def orders(value: int, limit: int) -> list[int]:
    return [1 << i for i in range(limit.bit_length()) if (value - 1) % (1 << i) == 0]


@pytest.mark.parametrize("value", NTT_MODULI)
def test_transforms_equal_the_definition(value: int) -> None:
    m = modulus(value)
    for n in orders(value, 64):
        x = m.sample(3 * n, n)
        w = root(value, n)
        expected = [v for i in range(3) for v in naive(m, x[i * n : i * n + n], w)]
        assert transform(m, x, w, 3) == expected
        assert transform(m, x, w, 3, in_place=True) == expected


@pytest.mark.parametrize("n", [128, 256, 2048, 8192])
@pytest.mark.parametrize("value", [FIELD64, FIELD128, 65537])
def test_long_transforms_at_random_points_and_back(value: int, n: int) -> None:
    m = modulus(value)
    x, w = m.sample(n, 1), root(value, n)
    result = transform(m, x, w, 1)
    for k in (0, 1, n // 2, n // 3, n - 1):
        point = pow(w, k, m.p)
        assert result[k] == sum(v * power for v, power in zip(x, powers_of(point, n, m.p), strict=True)) % m.p
    assert transform(m, result, pow(w, -1, m.p), 1, s=pow(n, -1, m.p)) == x


@pytest.mark.parametrize("value", NTT_MODULI)
def test_many_short_transforms(value: int) -> None:
    m, block = modulus(value), lib.parley_field_ntt_block(modulus(value).field)
    for n in orders(value, 32):
        w = root(value, n)
        roots = m.array(powers_of(w, n, m.p))
        for batch in (0, 1, 2, 7, 8, 9, 16, 37):
            x, out, work = m.sample(batch * n, 2), m.guarded(batch * n), m.guarded(block * n)
            expected = [v for i in range(batch) for v in naive(m, x[i * n : i * n + n], w)]
            data = m.array(x)
            lib.parley_field_ntt_short(p(out.out), p(data), p(work.out), batch, n, p(roots), m.field)
            work.ints()
            assert out.ints() == expected
            lib.parley_field_ntt_short(p(data), p(data), p(work.out), batch, n, p(roots), m.field)
            assert m.ints(data) == expected
