"""Modular arithmetic on many words: every implementation equals Python's integers, for one number and for any batch."""

import math
import random
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_cases import with_kernels_of_their_own

import native
from native import WORDS, ffi, lib

Words = npt.NDArray[np.uint64]

BITS = [2, 3, 52, 63, 64, 65, 128, 511, 512, 513, 1023, 1024, 1025, 2047, 2048, 3072, 4095, 4096, 6144, 8192]
GUARD = 0xDEADBEEF


@pytest.fixture(params=with_kernels_of_their_own("bignum"), autouse=True, scope="module")
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def p(x: Words) -> native.Pointer:
    return ffi.from_buffer(WORDS, x)


def words(values: Sequence[int], limbs: int) -> Words:
    """The numbers one after the other, one word past the alignment of a fresh array."""
    data = b"".join(value.to_bytes(8 * limbs, "little") for value in values)
    x = np.empty(len(values) * limbs + 1, np.uint64)[1:]
    x[:] = np.frombuffer(data, np.uint64)
    return x


def ints(x: Words, limbs: int) -> list[int]:
    return [int.from_bytes(number.tobytes(), "little") for number in x.reshape(-1, limbs)]


def row(n: int, limbs: int) -> Words:
    squares = [pow(2, 128 * limbs, n), pow(2, 104 * lib.parley_bignum_digits(limbs), n)]
    return np.concatenate([words([n, *squares], limbs), words([-pow(n, -1, 2**64) % 2**64], 1)])


class Guarded:
    """An output of `count` numbers and a workspace, each inside a larger array that must stay as it is around it."""

    def __init__(self, limbs: int, count: int) -> None:
        self.limbs = limbs
        self._sizes = limbs * count, lib.parley_bignum_workspace(limbs)
        self._arrays = [np.full(size + 17, GUARD, np.uint64) for size in self._sizes]
        self.out, self.space = (x[1 : size + 1] for x, size in zip(self._arrays, self._sizes, strict=True))

    def ints(self) -> list[int]:
        for x, size in zip(self._arrays, self._sizes, strict=True):
            assert x[0] == GUARD
            assert (x[size + 1 :] == GUARD).all()
        return ints(self.out, self.limbs)


def mul(x: Sequence[int], y: Sequence[int], moduli: Sequence[int], limbs: int) -> list[int]:
    """The kernel's products modulo one number, or modulo one for each."""
    guarded, step = Guarded(limbs, len(x)), 0 if len(moduli) == 1 else 3 * limbs + 1
    rows = np.concatenate([row(n, limbs) for n in moduli])
    lib.parley_bignum_mul(
        p(guarded.out), p(words(x, limbs)), p(words(y, limbs)), p(rows), step, limbs, len(x), p(guarded.space)
    )
    return guarded.ints()


def montgomery_mul(x: Sequence[int], y: Sequence[int], moduli: Sequence[int], limbs: int) -> list[int]:
    guarded, step = Guarded(limbs, len(x)), 0 if len(moduli) == 1 else 3 * limbs + 1
    rows = np.concatenate([row(n, limbs) for n in moduli])
    lib.parley_bignum_montgomery_mul(
        p(guarded.out), p(words(x, limbs)), p(words(y, limbs)), p(rows), step, limbs, len(x), p(guarded.space)
    )
    return guarded.ints()


def products_var(numbers: Sequence[int], chosen: Sequence[Sequence[int]], n: int, limbs: int) -> list[int]:
    """For each of `chosen` the product of the numbers that it names."""
    guarded = Guarded(limbs, len(chosen))
    starts = np.cumsum([0, *map(len, chosen)]).astype(np.uint64)
    indices = np.array([i for each in chosen for i in each], np.uint64)
    lib.parley_bignum_products_var(
        p(guarded.out), p(words(numbers, limbs)), len(numbers), p(indices), p(starts), p(row(n, limbs)), limbs,
        len(chosen), p(guarded.space),
    )  # fmt: skip
    return guarded.ints()


def power(bases: Sequence[int], exponents: Sequence[int], bits: int, moduli: Sequence[int], limbs: int) -> list[int]:
    guarded, step = Guarded(limbs, len(bases)), 0 if len(moduli) == 1 else 3 * limbs + 1
    rows = np.concatenate([row(n, limbs) for n in moduli])
    lib.parley_bignum_power(
        p(guarded.out), p(words(bases, limbs)), p(words(exponents, (bits + 63) // 64)), bits, p(rows), step, limbs,
        0, len(bases), p(guarded.space),
    )  # fmt: skip
    return guarded.ints()


def power_var(bases: Sequence[int], exponent: int, n: int, limbs: int) -> list[int]:
    guarded, bits = Guarded(limbs, len(bases)), exponent.bit_length()
    lib.parley_bignum_power_var(
        p(guarded.out), p(words(bases, limbs)), p(words([exponent], bits // 64 + 1)), bits, p(row(n, limbs)), 0, limbs,
        0, len(bases), p(guarded.space),
    )  # fmt: skip
    return guarded.ints()


def power_of_base(base: int, exponents: Sequence[int], bits: int, width: int, n: int, limbs: int) -> list[int]:
    guarded, rows = Guarded(limbs, len(exponents)), -(-bits // width)
    powers = [[pow(base, d << width * i, n) for d in range(2**width)] for i in range(rows)]
    table = np.concatenate([words(line, limbs).reshape(-1, limbs).T.ravel() for line in powers])
    digits = lib.parley_bignum_digits(limbs)
    corrections = words([pow(2, 64 * limbs * rows, n), pow(2, 52 * digits * rows, n)], limbs)
    lib.parley_bignum_power_of_base(
        p(guarded.out), p(table), p(corrections), width, p(words(exponents, (bits + 63) // 64)), bits,
        p(row(n, limbs)), limbs, len(exponents), p(guarded.space),
    )  # fmt: skip
    return guarded.ints()


def moduli_of(bits: int) -> list[int]:
    """Odd numbers of so many bits: near both ends of the range, and one from the middle."""
    middle = random.Random(bits).getrandbits(bits) | 1 | 1 << bits - 1
    return sorted({max(3, n) for n in (2 ** (bits - 1) + 1, middle, 2**bits - 1)})


def operands(n: int, limbs: int, count: int, seed: int = 0) -> list[int]:
    """Edge values, numbers above n among them where they fit, then random ones."""
    generator = random.Random(f"{n} {seed}")
    edges = [0, 1, n - 1, n, 2 ** (64 * limbs) - 1, n // 2, 2, n - 2, (n + 1) % 2 ** (64 * limbs)]
    generator.shuffle(edges)
    return [*edges, *(generator.getrandbits(64 * limbs) for _ in range(count))][:count]


@pytest.mark.parametrize("bits", BITS)
def test_products(bits: int) -> None:
    limbs = (bits + 63) // 64
    for n in moduli_of(bits):
        x, y = operands(n, limbs, 11, 1), operands(n, limbs, 11, 2)
        assert mul(x, y, [n], limbs) == [a * b % n for a, b in zip(x, y, strict=True)]


@pytest.mark.parametrize("bits", BITS)
def test_products_in_montgomery_form(bits: int) -> None:
    limbs = (bits + 63) // 64
    R = 2 ** (52 * lib.parley_bignum_digits(limbs))
    for n in moduli_of(bits):
        x, y = ([v % n for v in operands(n, limbs, 11, seed)] for seed in (1, 2))
        assert montgomery_mul(x, y, [n], limbs) == [a * b * pow(R, -1, n) % n for a, b in zip(x, y, strict=True)]
        assert montgomery_mul(x[:1], y[:1], [n], limbs) == [x[0] * y[0] * pow(R, -1, n) % n]


@pytest.mark.parametrize("limbs", [1, 5, 64])
def test_products_of_chosen_numbers(limbs: int) -> None:
    generator = random.Random(limbs)
    n = generator.getrandbits(64 * limbs) | 1
    R = 2 ** (52 * lib.parley_bignum_digits(limbs))
    values = [generator.randrange(n) for _ in range(7)]
    for lengths in ([], [0], [3], [0, 1, 2, 3, 4, 5, 6, 7, 0, 9, 1], [4] * 8):
        chosen = [[generator.randrange(7) for _ in range(length)] for length in lengths]
        expected = [math.prod(values[i] for i in each) * R % n for each in chosen]
        assert products_var([v * R % n for v in values], chosen, n, limbs) == expected


@pytest.mark.parametrize("bits", BITS)
def test_powers(bits: int) -> None:
    limbs = (bits + 63) // 64
    for n in moduli_of(bits):
        bases, exponents = operands(n, limbs, 9, 3), [0, 1, 2**70 - 1, 2**69, 5, 2**64, 2**64 - 1, 12345 << 50, 2]
        assert power(bases, exponents, 70, [n], limbs) == [pow(*be, n) for be in zip(bases, exponents, strict=True)]
        assert power(bases[:1], [2**70 - 3], 70, [n], limbs) == [pow(bases[0], 2**70 - 3, n)]


@pytest.mark.parametrize("count", range(18))
def test_every_batch(count: int) -> None:
    limbs, n = 5, 2**300 - 153
    x, y = operands(n, limbs, count, 4), operands(n, limbs, count, 5)
    exponents = [random.Random(i).getrandbits(130) for i in range(count)]
    assert mul(x, y, [n], limbs) == [a * b % n for a, b in zip(x, y, strict=True)]
    assert power(x, exponents, 130, [n], limbs) == [pow(*be, n) for be in zip(x, exponents, strict=True)]
    assert power_var(x, 2**77 + 5, n, limbs) == [pow(a, 2**77 + 5, n) for a in x]
    assert power_of_base(7, exponents, 130, 4, n, limbs) == [pow(7, e, n) for e in exponents]


@pytest.mark.parametrize("count", [1, 3, 8, 13])
@pytest.mark.parametrize("limbs", [1, 8, 9, 33])
def test_a_modulus_for_each_number(limbs: int, count: int) -> None:
    generator = random.Random(limbs)
    moduli = [max(3, generator.getrandbits(generator.randint(2, 64 * limbs)) | 1) for _ in range(count)]
    x, y = operands(moduli[0], limbs, count, 6), operands(moduli[0], limbs, count, 7)
    exponents = [generator.getrandbits(40) for _ in range(count)]
    assert mul(x, y, moduli, limbs) == [a * b % n for a, b, n in zip(x, y, moduli, strict=True)]
    R = 2 ** (52 * lib.parley_bignum_digits(limbs))
    below = [v % n for v, n in zip(x, moduli, strict=True)]
    assert montgomery_mul(below, below, moduli, limbs) == [
        a * a * pow(R, -1, n) % n for a, n in zip(below, moduli, strict=True)
    ]
    assert power(x, exponents, 40, moduli, limbs) == [pow(*abn) for abn in zip(x, exponents, moduli, strict=True)]


@pytest.mark.parametrize("n", [3, 5, 7, 9, 15, 21, 31, 255])
def test_every_product_and_power_of_a_tiny_modulus(n: int) -> None:
    pairs = [(a, b) for a in range(n) for b in range(n)]
    bases, others = [a for a, _ in pairs], [b for _, b in pairs]
    assert mul(bases, others, [n], 1) == [a * b % n for a, b in pairs]
    if n < 100:
        assert power(bases, others, 5, [n], 1) == [pow(a, b, n) for a, b in pairs]
        assert power(bases[:200], others[:200], 64, [n], 1) == [pow(a, b, n) for a, b in pairs[:200]]
    assert [power_var([2, n - 1], e, n, 1) for e in range(40)] == [[pow(2, e, n), pow(n - 1, e, n)] for e in range(40)]


@pytest.mark.parametrize("n", [3, 9, 255])
def test_every_sum_and_difference_of_a_tiny_modulus(n: int) -> None:
    pairs = [(a, b) for a in range(n) for b in range(n)]
    x, y, out = words([a for a, _ in pairs], 1), words([b for _, b in pairs], 1), np.empty(len(pairs), np.uint64)
    lib.parley_bignum_add(p(out), p(x), p(y), p(row(n, 1)), 0, 1, len(pairs))
    assert ints(out, 1) == [(a + b) % n for a, b in pairs]
    lib.parley_bignum_sub(p(out), p(x), p(y), p(row(n, 1)), 0, 1, len(pairs))
    assert ints(out, 1) == [(a - b) % n for a, b in pairs]


@pytest.mark.parametrize("bits", BITS)
def test_sums_and_differences(bits: int) -> None:
    limbs = (bits + 63) // 64
    for n in moduli_of(bits):
        x, y = ([v % n for v in operands(n, limbs, 9, seed)] for seed in (8, 9))
        guarded = Guarded(limbs, 9)
        lib.parley_bignum_add(p(guarded.out), p(words(x, limbs)), p(words(y, limbs)), p(row(n, limbs)), 0, limbs, 9)
        assert guarded.ints() == [(a + b) % n for a, b in zip(x, y, strict=True)]
        lib.parley_bignum_sub(p(guarded.out), p(words(x, limbs)), p(words(y, limbs)), p(row(n, limbs)), 0, limbs, 9)
        assert guarded.ints() == [(a - b) % n for a, b in zip(x, y, strict=True)]


def test_sums_of_numbers_with_a_modulus_each() -> None:
    moduli, x, y = [2**127 - 1, 3, 2**128 - 159], [2**127 - 2, 2, 2**128 - 160], [2**127 - 2, 1, 5]
    rows, guarded = np.concatenate([row(n, 2) for n in moduli]), Guarded(2, 3)
    lib.parley_bignum_add(p(guarded.out), p(words(x, 2)), p(words(y, 2)), p(rows), 7, 2, 3)
    assert guarded.ints() == [(a + b) % n for a, b, n in zip(x, y, moduli, strict=True)]
    lib.parley_bignum_sub(p(guarded.out), p(words(y, 2)), p(words(x, 2)), p(rows), 7, 2, 3)
    assert guarded.ints() == [(b - a) % n for a, b, n in zip(x, y, moduli, strict=True)]


@pytest.mark.parametrize("bits", [0, 1, 2, 3, 4, 5, 16, 17, 63, 64, 65, 127, 128, 129, 256, 257, 300])
@pytest.mark.parametrize("count", [1, 9])
def test_exponents_of_every_length(bits: int, count: int) -> None:
    limbs, n = 2, 2**127 - 1
    generator = random.Random(bits)
    bases = operands(n, limbs, count, 10)
    for exponents in ([0] * count, [2**bits - 1] * count, [generator.getrandbits(bits) for _ in range(count)]):
        expected = [pow(b, e, n) for b, e in zip(bases, exponents, strict=True)]
        assert power(bases, exponents, bits, [n], limbs) == expected
        assert power_var(bases, exponents[0], n, limbs) == [pow(b, exponents[0], n) for b in bases]


@pytest.mark.parametrize("count", [1, 8])
def test_bits_above_the_length_of_an_exponent_do_not_count(count: int) -> None:
    exponents = [2**64 - 1] * count
    assert power([3] * count, exponents, 61, [2**61 - 1], 1) == [pow(3, 2**61 - 1, 2**61 - 1)] * count
    assert power_of_base(3, exponents, 61, 3, 2**61 - 1, 1) == [pow(3, 2**61 - 1, 2**61 - 1)] * count


@pytest.mark.parametrize("width", range(3, 9))
@pytest.mark.parametrize("count", [1, 6, 9])
def test_powers_of_one_base(width: int, count: int) -> None:
    generator = random.Random(width)
    for n, limbs, bits in ((2**521 - 1, 9, 100), (2**64 - 59, 1, 64), (15, 1, 1), (2**512 - 569, 8, 3 * width)):
        exponents = [0, 2**bits - 1, *(generator.getrandbits(bits) for _ in range(count))][:count]
        base = generator.randrange(n)
        assert power_of_base(base, exponents, bits, width, n, limbs) == [pow(base, e, n) for e in exponents]


@pytest.mark.parametrize("count", [1, 8])
def test_results_may_replace_operands(count: int) -> None:
    limbs, n = 9, 2**521 - 1
    x, y = operands(n, limbs, count, 11), operands(n, limbs, count, 12)
    space, modulus = np.empty(lib.parley_bignum_workspace(limbs), np.uint64), row(n, limbs)
    products, powers = [a * b % n for a, b in zip(x, y, strict=True)], [pow(a, 11, n) for a in x]
    for out in (a := words(x, limbs), b := words(y, limbs)):
        a[:], b[:] = words(x, limbs), words(y, limbs)
        lib.parley_bignum_mul(p(out), p(a), p(b), p(modulus), 0, limbs, count, p(space))
        assert ints(out, limbs) == products
    a[:] = words(x, limbs)
    lib.parley_bignum_mul(p(a), p(a), p(a), p(modulus), 0, limbs, count, p(space))
    assert ints(a, limbs) == [v * v % n for v in x]
    a[:] = words(x, limbs)
    lib.parley_bignum_power(p(a), p(a), p(words([11] * count, 1)), 4, p(modulus), 0, limbs, 0, count, p(space))
    assert ints(a, limbs) == powers
    a[:] = words(x, limbs)
    lib.parley_bignum_power_var(p(a), p(a), p(words([11], 1)), 4, p(modulus), 0, limbs, 0, count, p(space))
    assert ints(a, limbs) == powers
    for sign, kernel in ((1, lib.parley_bignum_add), (-1, lib.parley_bignum_sub)):
        for out in (a, b):
            a[:], b[:] = words([v % n for v in x], limbs), words([v % n for v in y], limbs)
            kernel(p(out), p(a), p(b), p(modulus), 0, limbs, count)
            assert ints(out, limbs) == [(v + sign * w) % n for v, w in zip(x, y, strict=True)]


NUMBER = st.integers(0, 2**1100)


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 2**1000), bases=st.lists(NUMBER, min_size=1, max_size=9), exponent=st.integers(0, 2**90 - 1))
def test_any_modulus_any_base_any_exponent(n: int, bases: list[int], exponent: int) -> None:
    n = 2 * n + 1
    limbs = (n.bit_length() + 63) // 64
    bases = [b % 2 ** (64 * limbs) for b in bases]
    exponents = [(exponent + i) % 2**90 for i in range(len(bases))]
    assert mul(bases, bases[::-1], [n], limbs) == [a * b % n for a, b in zip(bases, bases[::-1], strict=True)]
    assert power(bases, exponents, 90, [n], limbs) == [pow(*be, n) for be in zip(bases, exponents, strict=True)]
    assert power_var(bases, exponent, n, limbs) == [pow(b, exponent, n) for b in bases]


@pytest.mark.parametrize("ones", [52, 104, 8 * 52, 500, 1000])
def test_carries_through_runs_of_ones(ones: int) -> None:
    """Digits of all ones pass a carry on: products near multiples of R and of powers of two are full of them."""
    bits = 1024
    n, limbs = 2**bits - 105, 16
    x = [2**ones - 1, 2**bits - 2**ones, n - 2**ones, 2**ones + 1, (1 << bits) // 3, n >> 1, n - 1, 2 ** (bits - 1)]
    y = [2 ** (bits - ones), n - 1, 2**ones, n - 2**ones, 3, 2, n - 1, 2]
    assert mul(x, y, [n], limbs) == [a * b % n for a, b in zip(x, y, strict=True)]
    assert [mul([a], [b], [n], limbs)[0] for a, b in zip(x, y, strict=True)] == [
        a * b % n for a, b in zip(x, y, strict=True)
    ]


def pi(bits: int) -> int:
    """floor(2^bits * pi), by Machin's formula."""

    def arctangent_of_inverse(x: int) -> int:
        term, total, odd = (1 << bits + 32) // x, 0, 1
        while term:
            total += term // odd if odd % 4 == 1 else -(term // odd)
            term //= x * x
            odd += 2
        return total

    return 4 * (4 * arctangent_of_inverse(5) - arctangent_of_inverse(239)) >> 32


def test_the_2048_bit_group_of_rfc_3526() -> None:
    """Section 3: a safe prime whose generator 2 is a square; its hexadecimal digits begin as printed there."""
    n = 2**2048 - 2**1984 - 1 + 2**64 * (pi(1918) + 124476)
    assert f"{n:X}".startswith("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74")
    assert f"{n:X}".endswith("DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF")
    bases = [2, 3, n - 2, 5]
    for count in (1, 8):
        order = power((bases * 2)[:count], [n // 2] * count, 2047, [n], 32)
        assert order == [1 if i % 4 == 0 else pow((bases * 2)[i], n // 2, n) for i in range(count)]
        assert set(power((bases * 2)[:count], [n - 1] * count, 2048, [n], 32)) == {1}
    assert power_var(bases, n - 1, n, 32) == [1] * 4


def test_fermat_example_of_eip_198() -> None:
    n = 2**256 - 2**32 - 977
    for count in (1, 8):
        assert power([3] * count, [n - 1] * count, 256, [n], 4) == [1] * count
