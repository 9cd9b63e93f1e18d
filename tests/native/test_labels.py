"""Label hashes, trees and half-gates in every implementation, against a slow Python version with other people's AES."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import numpy.typing as npt
import pytest
from Crypto.Cipher import AES
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import BYTES, WORDS, ffi, lib

Words = npt.NDArray[np.uint64]

SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 40, 63, 64, 65, 129]
KEY = bytes(range(7, 23))
OTHER_KEY = bytes(range(100, 116))
START = 0xFEDCBA9876543210_0123456789ABCDEF
DELTA = 0x8000000000000001_8000000000000003
GUARD = 0xDEADBEEF
M = 2**128 - 1


@pytest.fixture(params=with_kernels_of_their_own("labels"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def p(x: npt.NDArray[np.generic]) -> native.Pointer:
    return ffi.from_buffer(WORDS if x.dtype == np.uint64 else BYTES, x)


def labels(*shape: int, seed: int = 0, offset: int = 1) -> Words:
    """Labels with extreme ones among them, `offset` words past the alignment of a fresh array."""
    n = int(np.prod(shape))
    generator = np.random.default_rng([n, seed])
    x = np.empty(2 * n + offset, np.uint64)[offset:]
    x[:] = generator.integers(0, 2**64, 2 * n, dtype=np.uint64)
    for place, value in zip(generator.permutation(n)[:3], [0, 2**64 - 1, 1], strict=False):
        x[2 * place : 2 * place + 2] = value
    return x.reshape(*shape, 2)


def guarded(*shape: int) -> tuple[Words, Words]:
    """An output array inside a larger one whose other words must stay as they are."""
    words = 2 * int(np.prod(shape))
    whole = np.full(words + 9, GUARD, np.uint64)
    return whole[1 : words + 1].reshape(*shape, 2), whole


def untouched(whole: Words) -> bool:
    return bool(whole[0] == GUARD and (whole[-8:] == GUARD).all())


def ints(x: Words) -> list[int]:
    return [int(low) + (int(high) << 64) for low, high in x.reshape(-1, 2)]


def words(*values: int) -> Words:
    return np.array([[v % 2**64, v >> 64] for v in values], np.uint64)


def round_keys(*keys: bytes) -> npt.NDArray[np.uint8]:
    out = np.empty((len(keys), 176), np.uint8)
    for row, key in zip(out, keys, strict=True):
        lib.parley_aes_expand_key(p(row), ffi.from_buffer(BYTES, key))
    return out


def aes(key: bytes, x: int) -> int:
    return int.from_bytes(AES.new(key, AES.MODE_ECB).encrypt(x.to_bytes(16, "little")), "little")


def sigma(x: int) -> int:
    left, right = x >> 64, x % 2**64
    return ((right ^ left) << 64) | left


def cr(x: int, key: bytes = KEY) -> int:
    return aes(key, x) ^ x


def ccr(x: int, key: bytes = KEY) -> int:
    return cr(sigma(x), key)


def tccr(x: int, i: int) -> int:
    return aes(KEY, aes(KEY, x) ^ i) ^ aes(KEY, x)


def rekeyed(x: int, i: int, start: int = START) -> int:
    return ccr(x, (start ^ i).to_bytes(16, "little"))


def garble(a0: int, b0: int, delta: int, start: int, gate: int) -> tuple[int, int, int]:
    """GbAnd of Zahur, Rosulek, Evans (EUROCRYPT 2015), figure 2, with colour bits as Python's own ifs."""
    j, j_prime = 2 * gate, 2 * gate + 1
    p_a, p_b = a0 & 1, b0 & 1
    t_g = rekeyed(a0, j, start) ^ rekeyed(a0 ^ delta, j, start) ^ (delta if p_b else 0)
    w_g = rekeyed(a0, j, start) ^ (t_g if p_a else 0)
    t_e = rekeyed(b0, j_prime, start) ^ rekeyed(b0 ^ delta, j_prime, start) ^ a0
    w_e = rekeyed(b0, j_prime, start) ^ (t_e ^ a0 if p_b else 0)
    return t_g, t_e, w_g ^ w_e


FIXED: dict[str, tuple[Callable[..., None], Callable[[int], int]]] = {
    "hash_cr": (lib.parley_hash_cr, cr),
    "hash_ccr": (lib.parley_hash_ccr, ccr),
}


@at_every("n", SIZES)
@pytest.mark.parametrize("name", FIXED)
def test_fixed_key_hashes(name: str, n: int) -> None:
    kernel, expected = FIXED[name]
    x = labels(n)
    out, whole = guarded(n)
    kernel(p(out), p(x), p(round_keys(KEY)), n)
    assert ints(out) == [expected(v) for v in ints(x)]
    assert untouched(whole)
    kernel(p(x), p(x), p(round_keys(KEY)), n)
    assert (x == out).all()


@pytest.mark.parametrize("first", [0, 5, 2**32 - 2, 2**64 - 3])
@at_every("n", SIZES)
def test_tweaked_hash(n: int, first: int) -> None:
    x = labels(n)
    out, whole = guarded(n)
    lib.parley_hash_tccr(p(out), p(x), p(round_keys(KEY)), first, n)
    assert ints(out) == [tccr(v, (first + i) % 2**64) for i, v in enumerate(ints(x))]
    assert untouched(whole)
    lib.parley_hash_tccr(p(x), p(x), p(round_keys(KEY)), first, n)
    assert (x == out).all()


@pytest.mark.parametrize("first", [0, 2**32 - 5])
@at_every("each", [0, 1, 2, 3, 33])
@at_every("n", SIZES)
def test_rekeyed_hash(n: int, each: int, first: int) -> None:
    if n * each > 600:
        n = 17
    x = labels(n, each)
    out, whole = guarded(n, each)
    lib.parley_hash_rekeyed(p(out), p(x), p(words(START)), first, n, each)
    assert ints(out) == [rekeyed(v, first + i // each) for i, v in enumerate(ints(x))]
    assert untouched(whole)
    lib.parley_hash_rekeyed(p(x), p(x), p(words(START)), first, n, each)
    assert (x == out).all()


def test_the_last_tweaks_of_all() -> None:
    x = labels(20)
    out, _ = guarded(20)
    lib.parley_hash_rekeyed(p(out), p(x), p(words(START)), 2**64 - 20, 20, 1)
    assert ints(out) == [rekeyed(v, 2**64 - 20 + i) for i, v in enumerate(ints(x))]


@at_every("n", SIZES)
def test_tree_levels(n: int) -> None:
    x, keys = labels(n), round_keys(KEY, OTHER_KEY)
    out, whole = guarded(n, 2)
    lib.parley_tree_level(p(out), p(x), p(keys), n)
    assert ints(out) == [child for v in ints(x) for child in (ccr(v, KEY), ccr(v, OTHER_KEY))]
    lib.parley_half_tree_level(p(out), p(x), p(keys), n)
    assert ints(out) == [child for v in ints(x) for child in (ccr(v), ccr(v) ^ v)]
    assert untouched(whole)


@pytest.mark.parametrize("first", [0, 2**31 - 3, 2**63 - 200])
@at_every("n", SIZES)
def test_half_gates_equal_the_figure(n: int, first: int) -> None:
    a0, b0 = labels(n, seed=1), labels(n, seed=2, offset=2)
    delta, start = words(DELTA), words(START)
    tables, whole_tables = guarded(n, 2)
    c0, whole = guarded(n)
    lib.parley_garble_ands(p(tables), p(c0), p(a0), p(b0), p(delta), p(start), first, n)
    expected = [garble(a, b, DELTA, START, first + i) for i, (a, b) in enumerate(zip(ints(a0), ints(b0), strict=True))]
    assert ints(tables) == [row for t_g, t_e, _ in expected for row in (t_g, t_e)]
    assert ints(c0) == [c for _, _, c in expected]
    assert untouched(whole)
    assert untouched(whole_tables)


@at_every("n", SIZES)
def test_every_evaluation_gives_the_label_of_the_product(n: int) -> None:
    a0, b0 = labels(n, seed=1), labels(n, seed=2)
    delta, start = words(DELTA), words(START)
    tables, c0 = np.empty((n, 2, 2), np.uint64), np.empty((n, 2), np.uint64)
    lib.parley_garble_ands(p(tables), p(c0), p(a0), p(b0), p(delta), p(start), 3, n)
    for x, y in product((0, 1), repeat=2):
        a, b = a0 ^ delta * np.uint64(x), b0 ^ delta * np.uint64(y)
        c, whole = guarded(n)
        lib.parley_evaluate_ands(p(c), p(a), p(b), p(tables), p(start), 3, n)
        assert (c == c0 ^ delta * np.uint64(x & y)).all()
        assert untouched(whole)


@pytest.mark.parametrize("first", [0, 2**63 - 200])
@at_every("n", SIZES)
def test_joint_gates_add_hashes_to_shares(n: int, first: int) -> None:
    a0, b0 = labels(n, seed=1), labels(n, seed=2, offset=2)
    delta, start = words(DELTA), words(START)
    rows = [guarded(n) for _ in range(4)]
    before = [labels(n, seed=3 + i) for i in range(4)]
    for (row, _), given in zip(rows, before, strict=True):
        row[...] = given
    (left, _), (right, _), (third, _), (c, _) = rows
    lib.parley_garble_jointly(p(left), p(right), p(third), p(a0), p(b0), p(delta), p(start), first, n)
    lib.parley_evaluate_jointly(p(c), p(a0), p(b0), p(start), first, n)
    for i, (a, b) in enumerate(zip(ints(a0), ints(b0), strict=True)):
        j, k = 2 * (first + i), 2 * (first + i) + 1
        h_a, h_b = rekeyed(a, j), rekeyed(b, k)
        added = [h_a ^ rekeyed(a ^ DELTA, j), h_b ^ rekeyed(b ^ DELTA, k), h_a ^ h_b, h_a ^ h_b]
        assert [ints(row[i]) for row, _ in rows] == [[ints(g[i])[0] ^ x] for g, x in zip(before, added, strict=True)]
    assert all(untouched(whole) for _, whole in rows)


@pytest.mark.parametrize("delta", [1, M, 2**127 + 1, 2**64 - 1, 0xA5A5A5A5A5A5A5A5_5A5A5A5A5A5A5A5B])
def test_all_colours_and_inputs_of_one_gate(delta: int) -> None:
    """Every choice of the two colour bits and of the two inputs, in all places of a batch, for several offsets."""
    generator = np.random.default_rng(delta % 1000)
    colours = list(product((0, 1), repeat=4)) * 3
    n = len(colours)
    a0, b0 = (words(*(int(v) for v in generator.integers(0, 2**63, n))) << np.uint64(1) for _ in range(2))
    a0[:, 0] |= np.array([c[0] for c in colours], np.uint64)
    b0[:, 0] |= np.array([c[1] for c in colours], np.uint64)
    d, start = words(delta), words(START)
    tables, c0, c = np.empty((n, 2, 2), np.uint64), np.empty((n, 2), np.uint64), np.empty((n, 2), np.uint64)
    lib.parley_garble_ands(p(tables), p(c0), p(a0), p(b0), p(d), p(start), 0, n)
    x, y = (np.array([c[i] for c in colours], np.uint64)[:, None] for i in (2, 3))
    lib.parley_evaluate_ands(p(c), p(a0 ^ d * x), p(b0 ^ d * y), p(tables), p(start), 0, n)
    assert (c == c0 ^ d * (x & y)).all()


@pytest.mark.parametrize("n", [1, 7, 8, 9, 33])
def test_the_result_may_take_the_place_of_an_operand(n: int) -> None:
    a0, b0, delta, start = labels(n, seed=1), labels(n, seed=2), words(DELTA), words(START)
    tables, c0 = np.empty((n, 2, 2), np.uint64), np.empty((n, 2), np.uint64)
    lib.parley_garble_ands(p(tables), p(c0), p(a0), p(b0), p(delta), p(start), 0, n)
    again = np.empty_like(tables)
    for place in (0, 1):
        operands = [a0.copy(), b0.copy()]
        lib.parley_garble_ands(p(again), p(operands[place]), p(operands[0]), p(operands[1]), p(delta), p(start), 0, n)
        assert (operands[place] == c0).all()
        assert (again == tables).all()
        operands = [a0.copy(), b0.copy()]
        lib.parley_evaluate_ands(p(operands[place]), p(operands[0]), p(operands[1]), p(tables), p(start), 0, n)
        assert (operands[place] == c0).all()


@pytest.mark.parametrize("apart", [0, 3])
@pytest.mark.parametrize("rows", [0, 1, 3])
@at_every("n", SIZES)
def test_labels_are_shifted_where_bits_are_one(rows: int, apart: int, n: int) -> None:
    delta = words(DELTA)
    given = labels(max(rows, 1), n + apart, seed=1)
    bits = np.random.default_rng(n).integers(0, 2, (max(rows, 1), n + 2 * apart), np.uint8)
    out, whole = guarded(rows, n)
    lib.parley_shift_labels(p(out), p(given), n + apart, p(bits), n + 2 * apart, p(delta), rows, n)
    chosen = bits[:rows, :n, None].astype(np.uint64)
    assert (out == given[:rows, :n] ^ delta * chosen).all()
    assert untouched(whole)
