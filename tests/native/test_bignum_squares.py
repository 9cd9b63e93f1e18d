"""Powers modulo squares: every implementation equals Python's integers, at the ends of every range."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_cases import with_kernels_of_their_own

import native
from native import WORDS, ffi, lib

Words = npt.NDArray[np.uint64]

GUARD = 0xDEADBEEF
BITS = [2, 52, 63, 64, 65, 512, 513, 1024, 1025, 4095, 4096]


@pytest.fixture(params=with_kernels_of_their_own("bignum"), autouse=True, scope="module")
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def p(x: Words) -> native.Pointer:
    return ffi.from_buffer(WORDS, x)


def words(values: Sequence[int], limbs: int) -> Words:
    return np.frombuffer(b"".join(v.to_bytes(8 * limbs, "little") for v in values), np.uint64).copy()


def ints(x: Words, limbs: int) -> list[int]:
    return [int.from_bytes(number.tobytes(), "little") for number in x.reshape(-1, limbs)]


def pair(x: int, r: int, root: int) -> Words:
    """The a, b < r with x = a - b r mod r^2."""
    a, b = x % r, -(x // r) % r
    assert (a - b * r - x) % r**2 == 0
    return words([a, b], root)


def row(r: int, root: int) -> Words:
    n, limbs, digits = r * r, 2 * root, lib.parley_bignum_digits
    squares = [pow(2, 128 * limbs, n), pow(2, 104 * digits(limbs), n)]
    cubes = [pair(pow(2, 3 * bits, n), r, root) for bits in (64 * root, 52 * digits(root))]
    inverse = [words([-pow(v, -1, 2**64) % 2**64], 1) for v in (n, r)]
    return np.concatenate([words([n, *squares], limbs), inverse[0], words([r], root), inverse[1], *cubes])


@contextmanager
def workspace(root: int) -> Iterator[Words]:
    """What an entry may write to, with words behind it that must stay as they are."""
    size = lib.parley_bignum_workspace(2 * root)
    whole = np.full(size + 17, GUARD, np.uint64)
    yield whole[:size]
    assert (whole[size:] == GUARD).all()


def power(bases: Sequence[int], exponents: Sequence[int], bits: int, roots: Sequence[int], root: int) -> list[int]:
    out, rows = words([0] * len(bases), 2 * root), np.stack([row(r, root) for r in roots])
    with workspace(root) as space:
        lib.parley_bignum_power(
            p(out), p(words(bases, 2 * root)), p(words(exponents, (bits + 63) // 64)), bits, p(rows),
            rows.shape[1] if len(roots) > 1 else 0, 2 * root, root, len(bases), p(space),
        )  # fmt: skip
    return ints(out, 2 * root)


def power_var(bases: Sequence[int], exponent: int, r: int, root: int) -> list[int]:
    out, bits = words(bases, 2 * root), exponent.bit_length()
    with workspace(root) as space:
        lib.parley_bignum_power_var(
            p(out), p(out), p(words([exponent], bits // 64 + 1)), bits, p(row(r, root)), 0, 2 * root, root, len(bases),
            p(space),
        )  # fmt: skip
    return ints(out, 2 * root)


def roots_of(bits: int) -> list[int]:
    """Odd numbers of so many bits: both ends of the range, and one from the middle."""
    middle = random.Random(bits).getrandbits(bits) | 1 | 1 << bits - 1
    return sorted({max(3, r) for r in (2 ** (bits - 1) + 1, middle, 2**bits - 1)})


def operands(r: int, root: int) -> list[int]:
    """Units and multiples of r, numbers above r^2 up to the largest there is room for, runs of ones."""
    n, most, middle = r * r, 2 ** (128 * root), random.Random(r).randrange(r * r)
    edges = [0, 1, r - 1, r, r + 1, n - 1, n - r, n, n + r, most - 1, most - 2 ** (64 * root), 2 ** (64 * root) - 1]
    return [*(v % most for v in edges), middle]


@pytest.mark.parametrize("bits", BITS)
def test_powers_of_any_number(bits: int) -> None:
    root = (bits + 63) // 64
    for r in roots_of(bits):
        bases = operands(r, root)
        exponents = [random.Random(i).getrandbits(7) for i in range(len(bases) - 3)] + [0, 1, 127]
        assert power(bases, exponents, 7, [r], root) == [pow(*be, r * r) for be in zip(bases, exponents, strict=True)]
        assert power_var(bases, 2**65 + 5, r, root) == [pow(b, 2**65 + 5, r * r) for b in bases]


@pytest.mark.parametrize("root", [1, 3, 8, 9])
def test_a_second_half_that_is_a_one_above_zeros(root: int) -> None:
    """Where 1 is taken off (a1 b2 + a2 b1 + m) / R = R, it is borrowed from the word above all others."""
    radix = 2 ** (64 * root)
    r = radix // 10 * 9 | 1
    firsts = [random.Random(i).randrange(r) for i in range(64)]
    bases = [(a - (radix - 1) % r * r) * pow(radix, -1, r * r) % r**2 for a in firsts]
    assert power(bases, [1] * len(bases), 1, [r], root) == bases


@pytest.mark.parametrize("r", [3, 5, 7, 9, 15])
def test_every_power_of_a_tiny_square(r: int) -> None:
    pairs = [(a, e) for a in range(r * r) for e in range(r)]
    got = power([a for a, _ in pairs], [e for _, e in pairs], 4, [r], 1)
    assert got == [pow(a, e, r * r) for a, e in pairs]


@pytest.mark.parametrize("count", [1, 3, 8, 13])
@pytest.mark.parametrize("root", [1, 8, 9, 17])
def test_a_modulus_for_each_number(root: int, count: int) -> None:
    generator = random.Random(root)
    roots = [max(3, generator.getrandbits(generator.randint(2, 64 * root)) | 1) for _ in range(count)]
    bases = [generator.getrandbits(128 * root) for _ in roots]
    exponents = [generator.getrandbits(40) for _ in roots]
    expected = [pow(b, e, r * r) for b, e, r in zip(bases, exponents, roots, strict=True)]
    assert power(bases, exponents, 40, roots, root) == expected


@settings(max_examples=40, deadline=None)
@given(r=st.integers(1, 2**600), bases=st.lists(st.integers(0, 2**1300), min_size=1, max_size=9), e=st.integers(0, 999))
def test_any_root_any_base_any_exponent(r: int, bases: list[int], e: int) -> None:
    r = 2 * r + 1
    root = (r.bit_length() + 63) // 64
    bases = [b % 2 ** (128 * root) for b in bases]
    assert power(bases, [e] * len(bases), 10, [r], root) == [pow(b, e, r * r) for b in bases]
    assert power_var(bases, e, r, root) == [pow(b, e, r * r) for b in bases]
