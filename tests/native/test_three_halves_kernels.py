"""Three-halves gates in every implementation, against the rows of the scheme in Python with other people's AES."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import product

import numpy as np
import numpy.typing as npt
import pytest
from Crypto.Cipher import AES
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import BYTES, WORDS, BrokenContract, Pointer, ffi, lib

Words = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]
Half = tuple[int, int]

SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 47]
START = 0xFEDCBA9876543210_0123456789ABCDEF
DELTA = 0x8000000000000001_8000000000000003
TRANSCRIPT = "f57117b309f78831c2aadcbb7b84dad9"
"""The beginning of the SHA-256 of what 100 gates give, from labels and dice that numpy has drawn."""
OFFSETS = [1, 2**128 - 1, 2**127 + 1, 2**64 - 1, 0xA5A5A5A5A5A5A5A5_5A5A5A5A5A5A5A5B]
GUARD = 0xA7


@pytest.fixture(params=with_kernels_of_their_own("labels"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def p(x: npt.NDArray[np.generic]) -> Pointer:
    kinds = {np.dtype(np.uint64): WORDS, np.dtype(np.int32): ffi.typeof("int32_t[]")}
    return ffi.from_buffer(kinds.get(x.dtype, BYTES), x)


def labels(n: int, seed: int) -> Words:
    return np.random.default_rng([n, seed]).integers(0, 2**64, (n, 2), np.uint64)


def words(*values: int) -> Words:
    return np.array([[v % 2**64, v >> 64] for v in values], np.uint64)


def ints(x: Words) -> list[int]:
    return [int(low) + (int(high) << 64) for low, high in x.reshape(-1, 2)]


class Tables:
    """Room for the tables of n gates, with bytes after each part that must stay as they are."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.parts = [np.full(size * n + 64, GUARD, np.uint8) for size in (16, 8, 1)]

    @property
    def pointers(self) -> tuple[Pointer, Pointer, Pointer]:
        return p(self.pairs), p(self.thirds), p(self.controls)

    @property
    def pairs(self) -> Words:
        return self.parts[0][: 16 * self.n].view(np.uint64)

    @property
    def thirds(self) -> Words:
        return self.parts[1][: 8 * self.n].view(np.uint64)

    @property
    def controls(self) -> Bytes:
        return self.parts[2][: self.n]

    def whole(self) -> bool:
        return all((part[-64:] == GUARD).all() for part in self.parts)


def garbled(a0: Words, b0: Words, delta: int, dice: Bytes, first: int = 3) -> tuple[Tables, Words]:
    n = len(a0)
    tables, c0 = Tables(n), np.empty((n, 2), np.uint64)
    ins = p(a0), p(b0), p(words(delta)), p(words(START)), p(dice)
    lib.parley_garble_three_halves(*tables.pointers, p(c0), *ins, first, n)
    assert tables.whole()
    return tables, c0


def evaluated(a: Words, b: Words, tables: Tables, first: int = 3) -> Words:
    c = np.empty((len(a) + 1, 2), np.uint64)
    c[-1] = GUARD
    lib.parley_evaluate_three_halves(p(c), p(a), p(b), *tables.pointers, p(words(START)), first, len(a))
    assert (c[-1] == GUARD).all()
    return c[:-1]


def halves(x: int) -> Half:
    return x % 2**64, x >> 64


def w(x: Half) -> Half:
    """The product by w: (x, y) is x + w y."""
    return x[1], x[0] ^ x[1]


def total(*xs: Half) -> Half:
    left = right = 0
    for x in xs:
        left, right = left ^ x[0], right ^ x[1]
    return left, right


def times(s: Half, x: Half) -> Half:
    return total(x if s[0] else (0, 0), w(x) if s[1] else (0, 0))


def sliced_hash(x: int, gate: int, which: int) -> tuple[int, int]:
    """64 bits and one more of pi(sigma(x)) ^ sigma(x), with the sigma of each word's halves."""
    y = 0
    for place in (0, 64):
        low, high = (x >> place) % 2**32, (x >> place + 32) % 2**32
        y |= (high | (high ^ low) << 32) << place
    key = (START ^ (3 * gate + which)).to_bytes(16, "little")
    h = int.from_bytes(AES.new(key, AES.MODE_ECB).encrypt(y.to_bytes(16, "little")), "little") ^ y
    return h % 2**64, h >> 64 & 1


COLOURS = list(product((0, 1), repeat=2))


def rows_of(a0: int, b0: int, delta: int, byte: int, gate: int) -> tuple[int, Half, int, int]:
    """c0, the table's pair, third word and control bits, each from sums of whole rows of the scheme."""
    c, s, D = (a0 & 1, b0 & 1), (byte & 1, byte >> 1 & 1), halves(delta)
    A, B = a0 ^ c[0] * delta, b0 ^ c[1] * delta
    hash_a, hash_b = ([sliced_hash(x ^ i * delta, gate, k) for i in (0, 1)] for k, x in enumerate((A, B)))
    hash_sum = [sliced_hash(A ^ B ^ i * delta, gate, 2) for i in (0, 1)]
    known: dict[Half, Half] = {}
    control: dict[Half, Half] = {}
    for i, j in COLOURS:
        e = (j, i ^ j)
        of_row = total(s, times(e, c))
        a, b = halves(A ^ i * delta), halves(B ^ j * delta)
        is_true = (i ^ c[0]) & (j ^ c[1])
        hashes = [(h_a ^ h_s, h_b ^ h_s) for h_a, h_b, h_s in zip(hash_a[i], hash_b[j], hash_sum[i ^ j], strict=True)]
        by_dice = times(of_row, total(w(w(a)), b))
        known[i, j] = total(hashes[0], by_dice, times(e, total(a, b)), D if is_true else (0, 0))
        control[i, j] = total(hashes[1], of_row)
    pair = total(known[0, 0], known[1, 1])
    third = known[0, 0][0] ^ known[0, 1][0]
    assert third == known[0, 0][1] ^ known[1, 0][1], "both halves of the rows say the same"
    z = *control[0, 0], *total(control[0, 0], control[1, 1]), control[0, 0][0] ^ control[0, 1][0]
    assert z[4] == control[0, 0][1] ^ control[1, 0][1]
    left, right = known[0, 0]
    return left | right << 64, pair, third, sum(bit << place for place, bit in enumerate(z))


@pytest.mark.parametrize("first", [0, 2**30 - 3, 2**62 - 60])
@at_every("n", SIZES)
def test_gates_are_the_rows_of_the_scheme(n: int, first: int) -> None:
    a0, b0 = labels(n, 1), labels(n, 2)
    dice = np.random.default_rng(n).integers(0, 256, n, np.uint8)
    tables, c0 = garbled(a0, b0, DELTA, dice, first)
    gates = zip(ints(a0), ints(b0), dice.tolist(), range(first, first + n), strict=True)
    expected = [rows_of(a, b, DELTA, byte, gate) for a, b, byte, gate in gates]
    assert ints(c0) == [row[0] for row in expected]
    assert ints(tables.pairs) == [row[1][0] | row[1][1] << 64 for row in expected]
    assert tables.thirds.tolist() == [row[2] for row in expected]
    assert tables.controls.tolist() == [row[3] for row in expected]


@pytest.mark.parametrize("delta", OFFSETS)
def test_all_colours_dice_and_inputs(delta: int) -> None:
    """Every choice of the colours of the labels of zero, of the dice and of the inputs, in all places of a batch."""
    cases = np.array(list(product((0, 1), repeat=6)) * 2, np.uint64)
    n = len(cases)
    a0, b0 = (labels(n, seed) & ~np.array([1, 0], np.uint64) for seed in (1, 2))
    a0[:, 0] |= cases[:, 0]
    b0[:, 0] |= cases[:, 1]
    dice = (cases[:, 2] + 2 * cases[:, 3]).astype(np.uint8)
    tables, c0 = garbled(a0, b0, delta, dice)
    x, y, d = cases[:, 4:5], cases[:, 5:6], words(delta)
    np.testing.assert_array_equal(evaluated(a0 ^ d * x, b0 ^ d * y, tables), c0 ^ d * (x & y))


@at_every("n", SIZES)
def test_every_evaluation_gives_the_label_of_the_product(n: int) -> None:
    a0, b0, d = labels(n, 1), labels(n, 2), words(DELTA)
    tables, c0 = garbled(a0, b0, DELTA, np.arange(n, dtype=np.uint8))
    for x, y in COLOURS:
        c = evaluated(a0 ^ d * np.uint64(x), b0 ^ d * np.uint64(y), tables)
        np.testing.assert_array_equal(c, c0 ^ d * np.uint64(x & y))


def test_the_transcript_of_fixed_labels_stays_what_it_is() -> None:
    tables, c0 = garbled(labels(100, 1), labels(100, 2), DELTA, np.arange(100, dtype=np.uint8))
    seen = sha256(b"".join(part.tobytes() for part in (c0, tables.pairs, tables.thirds, tables.controls)))
    assert seen.hexdigest()[:32] == TRANSCRIPT


@pytest.mark.parametrize("n", [1, 5, 16, 33])
def test_the_result_may_take_the_place_of_an_operand(n: int) -> None:
    a0, b0, dice = labels(n, 1), labels(n, 2), np.arange(n, dtype=np.uint8)
    tables, c0 = garbled(a0, b0, DELTA, dice)
    for place in (0, 1):
        operands = [a0.copy(), b0.copy()]
        ins = p(operands[0]), p(operands[1]), p(words(DELTA)), p(words(START)), p(dice)
        lib.parley_garble_three_halves(*Tables(n).pointers, p(operands[place]), *ins, 3, n)
        np.testing.assert_array_equal(operands[place], c0)
        operands = [a0.copy(), b0.copy()]
        ins_of_evaluator = p(operands[0]), p(operands[1]), *tables.pointers, p(words(START))
        lib.parley_evaluate_three_halves(p(operands[place]), *ins_of_evaluator, 3, n)
        np.testing.assert_array_equal(operands[place], c0)


@pytest.mark.parametrize("instances", [1, 3, 8, 13])
def test_circuits_go_on_as_single_gates_do(instances: int) -> None:
    """Two ANDs side by side of which the first writes what both read, an XOR, an AND of a negated operand."""
    gates = np.array([[0, 2, 0], [0, 3, 1], [0, 2, 2], [5, 0, 2]], np.int32)
    groups = np.array([[2, 1], [1, 0], [1, 1]], np.int32)
    n, d = 3 * instances, words(DELTA)
    zeros = labels(3 * instances, 1).reshape(3, instances, 2)
    dice = np.arange(n, dtype=np.uint8)
    tables, slots, work = Tables(n), zeros.copy(), np.empty((4 * instances, 2), np.uint64)
    lib.parley_garble_three_halves_circuit(
        *tables.pointers, p(slots), p(work), p(gates), p(groups), 3, p(d), p(words(START)), p(dice), 3, instances
    )  # fmt: skip
    assert tables.whole()
    operands = np.concatenate([zeros[0], zeros[0]]), np.concatenate([zeros[1], zeros[1] ^ d])
    before, side_by_side = garbled(*operands, DELTA, dice[: 2 * instances])
    np.testing.assert_array_equal(slots[:2].reshape(-1, 2), side_by_side)
    np.testing.assert_array_equal(tables.thirds[: 2 * instances], before.thirds)
    values = np.random.default_rng(instances).integers(0, 2, (3, instances)).astype(np.uint64)
    held = zeros ^ (np.uint64(0) - values)[..., None] & d
    lib.parley_evaluate_three_halves_circuit(
        p(held), p(work), *tables.pointers, p(gates), p(groups), 3, p(words(START)), 3, instances
    )  # fmt: skip
    x, y = values[0] & values[1], values[0] & (values[1] ^ np.uint64(1))
    after = np.stack([x, y, (x ^ y ^ np.uint64(1)) & x])
    np.testing.assert_array_equal(held, slots ^ (np.uint64(0) - after)[..., None] & d)


def test_numbers_beyond_62_bits_and_overlaps_are_refused() -> None:
    a0, dice, tables = labels(2, 1), np.zeros(2, np.uint8), Tables(2)
    ins = p(a0), p(a0), p(words(DELTA)), p(words(START)), p(dice)
    with pytest.raises(BrokenContract, match="have_three_tweaks"):
        lib.parley_garble_three_halves(*tables.pointers, p(a0.copy()), *ins, 2**62 - 1, 2)
    with pytest.raises(BrokenContract, match="apart"):
        lib.parley_garble_three_halves(p(a0), *tables.pointers[1:], p(a0.copy()), *ins, 0, 2)
    with pytest.raises(BrokenContract, match="apart"):
        lib.parley_garble_three_halves(*tables.pointers[:2], p(dice), p(a0.copy()), *ins, 0, 2)
