"""Packed bits: every implementation equals Python's integers, around every lane count, misaligned and in place."""

from collections.abc import Callable, Iterator
from itertools import accumulate

import numpy as np
import pytest
from kernel_arrays import EDGES, SIZES, M, guarded, ints, p, sample, untouched
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import lib


@pytest.fixture(params=with_kernels_of_their_own("bits"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


BINARY: dict[str, Callable[[int, int], int]] = {
    "and": lambda x, y: x & y,
    "xor": lambda x, y: x ^ y,
    "or": lambda x, y: x | y,
    "and_not": lambda x, y: x & (M - 1 - y),
    "same": lambda x, y: M - 1 - (x ^ y),
}
WHAT = {name: getattr(lib, f"PARLEY_{name.upper()}") for name in BINARY}
PREFIX = {name: BINARY[name] for name in ("xor", "or", "and")}


@at_every("n", SIZES)
@pytest.mark.parametrize("name", BINARY)
def test_binary(name: str, n: int) -> None:
    kernel, x, y = getattr(lib, f"parley_bit_{name}"), sample(n, 1), sample(n, 2)
    expected = [BINARY[name](a, b) for a, b in zip(ints(x), ints(y), strict=True)]
    out, whole = guarded(n)
    kernel(p(out), p(x), p(y), n)
    assert ints(out) == expected
    assert untouched(whole)
    kernel(p(x), p(x), p(y), n)
    assert ints(x) == expected


@pytest.mark.parametrize("name", BINARY)
def test_every_pair_of_edge_values(name: str) -> None:
    x = np.repeat(np.array(EDGES, np.uint64), len(EDGES))
    y = np.tile(np.array(EDGES, np.uint64), len(EDGES))
    expected = [BINARY[name](a, b) for a, b in zip(ints(x), ints(y), strict=True)]
    getattr(lib, f"parley_bit_{name}")(p(y), p(x), p(y), x.size)
    assert ints(y) == expected


@at_every("n", SIZES)
def test_not(n: int) -> None:
    x = sample(n, 3)
    out, whole = guarded(n)
    lib.parley_bit_not(p(out), p(x), n)
    assert ints(out) == [M - 1 - v for v in ints(x)]
    assert untouched(whole)


def recombined(c: int, d: int, b: int, e: int, a: int, with_de: bool) -> int:
    return c ^ d & b ^ e & a ^ (d & e if with_de else 0)


@at_every("n", SIZES)
@pytest.mark.parametrize("with_de", [False, True])
def test_recombine(n: int, with_de: bool) -> None:
    arrays = [sample(n, i, offset=i % 3) for i in range(5)]
    expected = [recombined(*values, with_de) for values in zip(*map(ints, arrays), strict=True)]
    out, whole = guarded(n)
    lib.parley_bit_recombine(p(out), *map(p, arrays), n, with_de)
    assert ints(out) == expected
    assert untouched(whole)
    for i in range(5):
        copies = [x.copy() for x in arrays]
        lib.parley_bit_recombine(p(copies[i]), *map(p, copies), n, with_de)
        assert ints(copies[i]) == expected


def test_recombine_truth_table() -> None:
    rows = [[M - 1 if number >> i & 1 else 0 for number in range(32)] for i in range(5)]
    for with_de in (False, True):
        out = np.empty(32, np.uint64)
        lib.parley_bit_recombine(p(out), *(p(np.array(row, np.uint64)) for row in rows), 32, with_de)
        assert ints(out) == [recombined(*values, with_de) for values in zip(*rows, strict=True)]


def masked(x0: int, x1: int, y0: int, y1: int, before: int, after: int) -> int:
    return x0 & (y0 ^ y1) ^ x1 & y0 ^ after ^ before


@at_every("n", SIZES)
def test_masked_product(n: int) -> None:
    arrays = [sample(n, i, offset=i % 3) for i in range(6)]
    expected = [masked(*values) for values in zip(*map(ints, arrays), strict=True)]
    out, whole = guarded(n)
    lib.parley_bit_masked_product(p(out), *map(p, arrays), n)
    assert ints(out) == expected
    assert untouched(whole)


def test_masked_product_truth_table() -> None:
    rows = [[M - 1 if number >> i & 1 else 0 for number in range(64)] for i in range(6)]
    out = np.empty(64, np.uint64)
    lib.parley_bit_masked_product(p(out), *(p(np.array(row, np.uint64)) for row in rows), 64)
    assert ints(out) == [masked(*values) for values in zip(*rows, strict=True)]


def lanes(rows: np.ndarray) -> np.ndarray:
    """Packed rows (.., n) as (.., 64 n) of 0 and 1."""
    bits = rows[..., None] >> np.arange(64, dtype=np.uint64) & np.uint64(1)
    return bits.reshape(*rows.shape[:-1], -1).astype(int)


def numbers(places: np.ndarray) -> np.ndarray:
    """In each lane the number whose bits, lowest first, the places are."""
    total: np.ndarray = (lanes(places) << np.arange(len(places))[:, None]).sum(0)
    return total


@at_every("n", [0, 1, 3, 7, 8, 9, 17])
@pytest.mark.parametrize("depth", range(1, 9))
@pytest.mark.parametrize("first", [0, 1])
def test_one_hot(depth: int, first: int, n: int) -> None:
    places, rows = sample(depth * n, depth).reshape(depth, n), (1 << depth) - first
    out, whole = guarded(rows * n)
    lib.parley_bit_one_hot(p(out), p(places), depth, first, n)
    np.testing.assert_array_equal(lanes(out.reshape(rows, n)), np.arange(first, 1 << depth)[:, None] == numbers(places))
    assert untouched(whole)


@at_every("n", [0, 1, 3, 7, 8, 9, 17])
@pytest.mark.parametrize("depth", range(1, 9))
@pytest.mark.parametrize("from_below", [0, 1])
def test_tables_are_compared_with_places(depth: int, from_below: int, n: int) -> None:
    """A one-hot table in two summands, the rows of all arrays apart from one another."""
    step, rows = n + 2, 2 * depth if from_below else 2
    u, w = (sample(depth * n, seed).reshape(depth, n) for seed in (1, 2))
    table, summand = sample((1 << depth) * step, 3).reshape(-1, step)[1:], np.zeros(((1 << depth) - 1, step), np.uint64)
    lib.parley_bit_one_hot(p(hot := np.empty(((1 << depth) - 1, n), np.uint64)), p(w), depth, 1, n)
    summand[:, :n] = table[:, :n] ^ hot
    found = np.zeros((rows, n), np.uint64)
    for of, whole in ((table, 0), (summand, 1)):
        out = np.full((rows, n + 3), 0xDEADBEEF, np.uint64)
        lib.parley_bit_compare(p(out), n + 3, p(of), step, p(u), depth, whole, from_below, n)
        assert (out[:, n:] == 0xDEADBEEF).all()
        found ^= out[:, :n]
    for row, bits in enumerate(range(1, depth + 1) if from_below else [depth]):
        a, b = numbers(u[:bits]), numbers(w[:bits])
        np.testing.assert_array_equal(lanes(found[2 * row : 2 * row + 2]), [a < b, a == b])


def prefixes(name: str, word: int) -> int:
    bits = [word >> i & 1 for i in range(64)]
    return sum(bit << i for i, bit in enumerate(accumulate(bits, PREFIX[name])))


@at_every("n", [0, 1, 3, 7, 8, 9, 33, 65])
@pytest.mark.parametrize("name", PREFIX)
def test_prefixes_inside_words(name: str, n: int) -> None:
    x = sample(n, 4)
    out, whole = guarded(n)
    kernel = getattr(lib, f"parley_bit_prefix_{name}")
    kernel(p(out), p(x), n)
    assert ints(out) == [prefixes(name, v) for v in ints(x)]
    assert untouched(whole)
    kernel(p(x), p(x), n)
    assert (x == out).all()


@pytest.mark.parametrize("name", PREFIX)
def test_prefixes_of_all_small_words_and_their_complements(name: str) -> None:
    x = np.concatenate([np.arange(1024, dtype=np.uint64), ~np.arange(1024, dtype=np.uint64)])
    out = np.empty_like(x)
    getattr(lib, f"parley_bit_prefix_{name}")(p(out), p(x), x.size)
    assert ints(out) == [prefixes(name, v) for v in ints(x)]


ROWS = [(1, 1, 1), (2, 3, 5), (3, 1, 64), (1, 7, 33), (2, 2, 0), (0, 3, 4), (2, 0, 4)]


@at_every("shape", ROWS)
@pytest.mark.parametrize("name", BINARY)
def test_rows_of_any_steps(name: str, shape: tuple[int, int, int]) -> None:
    groups, rows, n = shape
    out, whole = guarded(groups * rows * n)
    for x_steps, y_steps in (((rows * n, n), (0, 0)), ((0, n + 3), (2 * n + 1, 0)), ((0, 0), (rows * n, n))):
        spans = [groups * group + rows * row + n for group, row in (x_steps, y_steps)]
        x, y = sample(spans[0], 5), sample(spans[1], 6)
        lib.parley_bit_rows(WHAT[name], p(out), p(x), *x_steps, p(y), *y_steps, groups, rows, n)
        expected = [
            BINARY[name](int(x[g * x_steps[0] + r * x_steps[1] + i]), int(y[g * y_steps[0] + r * y_steps[1] + i]))
            for g in range(groups) for r in range(rows) for i in range(n)
        ]  # fmt: skip
        assert ints(out) == expected
    assert untouched(whole)


def test_rows_in_place() -> None:
    x, y = sample(60, 7), sample(12, 8)
    expected = (x.reshape(5, 12) ^ y).ravel()
    lib.parley_bit_rows(lib.PARLEY_XOR, p(x), p(x), 60, 12, p(y), 0, 0, 1, 5, 12)
    assert (x == expected).all()


@pytest.mark.parametrize(("rows", "n"), [(0, 3), (1, 1), (2, 9), (3, 100), (2, 0)])
@pytest.mark.parametrize("with_de", [False, True])
def test_recombine_rows(rows: int, n: int, with_de: bool) -> None:
    for left, right in ((0, n), (n, 0), (0, 0), (n, n), (n + 2, n)):
        c = sample(rows * n, 1)
        d, a = sample(rows * left + n, 2), sample(rows * left + n, 3)
        b, e = sample(rows * right + n, 4), sample(rows * right + n, 5)
        steps = (n, left, right, right, left)
        expected = [
            recombined(*(int(v[r * s + i]) for v, s in zip((c, d, b, e, a), steps, strict=True)), with_de)
            for r in range(rows) for i in range(n)
        ]  # fmt: skip
        out, whole = guarded(rows * n)
        lib.parley_bit_recombine_rows(p(out), p(c), p(d), p(b), p(e), p(a), left, right, rows, n, with_de)
        assert ints(out) == expected
        assert untouched(whole)
        lib.parley_bit_recombine_rows(p(c), p(c), p(d), p(b), p(e), p(a), left, right, rows, n, with_de)
        assert ints(c) == expected


@pytest.mark.parametrize(("rows", "n"), [(0, 3), (1, 5), (2, 513), (7, 33), (64, 2), (3, 1100)])
@pytest.mark.parametrize("name", PREFIX)
@pytest.mark.parametrize("from_last", [False, True])
def test_prefixes_along_rows(name: str, rows: int, n: int, from_last: bool) -> None:
    ufunc = {"xor": np.bitwise_xor, "or": np.bitwise_or, "and": np.bitwise_and}[name]
    x = sample(rows * n, 9).reshape(rows, n)
    expected = ufunc.accumulate(x[::-1], axis=0)[::-1] if from_last else ufunc.accumulate(x, axis=0)
    out, whole = guarded(rows * n)
    lib.parley_bit_prefix_rows(WHAT[name], p(out), p(x), rows, n, from_last)
    assert (out.reshape(rows, n) == expected).all()
    assert untouched(whole)
    lib.parley_bit_prefix_rows(WHAT[name], p(x), p(x), rows, n, from_last)
    assert (x == expected).all()


@at_every("n", SIZES)
def test_popcount(n: int) -> None:
    x = sample(n, 9)
    assert lib.parley_popcount(p(x), n) == sum(v.bit_count() for v in ints(x))


@at_every("n", SIZES)
def test_pack_and_unpack(n: int) -> None:
    bits = np.random.default_rng(n).integers(0, 256, n + 1, dtype=np.uint8)[1:]
    out, whole = guarded((n + 63) // 64)
    lib.parley_pack(p(out), p(bits), n)
    packed = sum(int(v & 1) << i for i, v in enumerate(bits))
    assert ints(out) == [packed >> 64 * i & M - 1 for i in range(len(out))]
    assert untouched(whole)
    back = np.full(n + 70, 7, np.uint8)
    lib.parley_unpack(p(back), p(out), n)
    assert (back[:n] == bits & 1).all()
    assert (back[n:] == 7).all()


@at_every("n", SIZES)
def test_unpack_ignores_padding(n: int) -> None:
    ones, out = np.full((n + 63) // 64, M - 1, np.uint64), np.full(n + 1, 7, np.uint8)
    lib.parley_unpack(p(out), p(ones), n)
    assert out.tolist() == [1] * n + [7]


@at_every("n", SIZES)
@at_every("bits", [0, 1, 5, 8, 33, 64])
def test_planes_and_back(n: int, bits: int) -> None:
    x, width = sample(n, 10), (n + 63) // 64
    out, whole = guarded(bits * width)
    lib.parley_planes(p(out), p(x), n, bits)
    rows = ints(out)
    for i in range(bits):
        row = sum(v << 64 * w for w, v in enumerate(rows[i * width : (i + 1) * width]))
        assert row == sum((v >> i & 1) << e for e, v in enumerate(ints(x)))
    assert untouched(whole)
    back, whole = guarded(n)
    lib.parley_from_planes(p(back), p(out), n, bits)
    assert ints(back) == [v % 2**bits for v in ints(x)]
    assert untouched(whole)


@pytest.mark.parametrize("n", [1, 63, 65, 1000])
def test_from_planes_ignores_padding(n: int) -> None:
    rows, out = np.full((3, (n + 63) // 64), M - 1, np.uint64), np.empty(n, np.uint64)
    lib.parley_from_planes(p(out), p(rows), n, 3)
    assert ints(out) == [7] * n


@pytest.mark.parametrize("count", [511, 512, 513, 2047, 2048, 2049, 4096 + 640])
@pytest.mark.parametrize("bits", [1, 40, 64])
def test_planes_across_tiles(count: int, bits: int) -> None:
    x, width = sample(count, 11), (count + 63) // 64
    out, whole = guarded(bits * width)
    lib.parley_planes(p(out), p(x), count, bits)
    each = np.unpackbits(x.view(np.uint8).reshape(count, 8), axis=1, bitorder="little")[:, :bits]
    expected = np.zeros((bits, 64 * width), np.uint8)
    expected[:, :count] = each.T
    assert (np.unpackbits(out.view(np.uint8), bitorder="little").reshape(bits, -1) == expected).all()
    assert untouched(whole)
    back, whole = guarded(count)
    lib.parley_from_planes(p(back), p(out), count, bits)
    assert (back == x & np.uint64(2**bits - 1)).all()
    assert untouched(whole)


def transposed(x: np.ndarray, columns: int) -> np.ndarray:
    """The same by numpy, an array of the bits."""
    rows = len(x)
    bits = np.unpackbits(x[:, : (columns + 7) // 8], axis=1, bitorder="little")[:, :columns]
    return np.packbits(bits.T, axis=1, bitorder="little").reshape(columns, (rows + 7) // 8)


MATRICES = [
    (0, 5), (5, 0), (1, 1), (1, 9), (9, 1), (7, 64), (64, 7), (8, 8), (64, 64), (63, 65), (65, 63), (128, 128),
    (40, 1000), (1000, 40), (128, 511), (128, 512), (128, 513), (512, 128), (511, 128), (513, 128), (129, 1025),
    (256, 2049), (2049, 256), (192, 4160), (4160, 192), (600, 600), (128, 4104), (4104, 128),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "columns"), MATRICES)
@pytest.mark.parametrize("gap", [0, 3])
def test_transpose(rows: int, columns: int, gap: int) -> None:
    x_step, out_step = (columns + 7) // 8 + gap, (rows + 7) // 8 + gap
    x = (
        np.random.default_rng([rows, columns])
        .integers(0, 256, rows * x_step + 1, dtype=np.uint8)[1:]
        .reshape(rows, x_step)
    )
    whole = np.full(columns * out_step + 9, 0xAB, np.uint8)
    out = whole[1 : columns * out_step + 1].reshape(columns, out_step)
    lib.parley_bit_transpose(p(out), out_step, p(x), x_step, rows, columns)
    assert (out[:, : (rows + 7) // 8] == transposed(x, columns)).all()
    assert (out[:, (rows + 7) // 8 :] == 0xAB).all()
    assert (whole[-8:] == 0xAB).all()
    assert whole[0] == 0xAB


def test_every_single_bit_of_a_small_matrix() -> None:
    rows, columns = 12, 20
    for r in range(rows):
        for c in range(columns):
            x, out = np.zeros((rows, 3), np.uint8), np.full((columns, 2), 255, np.uint8)
            x[r, c // 8] = 1 << c % 8
            lib.parley_bit_transpose(p(out), 2, p(x), 3, rows, columns)
            assert out.sum() == 1 << r % 8
            assert out[c, r // 8] == 1 << r % 8
