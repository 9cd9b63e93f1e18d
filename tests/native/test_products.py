"""Products from correlated labels: every implementation against the definition, written out on Python integers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from hypothesis import given
from hypothesis import strategies as st
from kernel_cases import with_kernels_of_their_own

import native
from native import BYTES, WORDS, ffi, lib

Words = npt.NDArray[np.uint64]
Shape = tuple[int, int, int]

M = 2**64
GUARD = 0xDEADBEEF
START = 0x0F1E2D3C4B5A69788796A5B4C3D2E1F0
START_WORDS = np.array([START % M, START >> 64], np.uint64)
FIRST = 2**33 - 5
DELTA = 0x8123456789ABCDEF_0F1E2D3C4B5A6979


@pytest.fixture(params=with_kernels_of_their_own("products", "ot", "bits"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def p(x: npt.NDArray[np.generic]) -> native.Pointer:
    return ffi.from_buffer(WORDS if x.dtype == np.uint64 else BYTES, x)


class Buffer:
    """Words between guards, not aligned to more than a word."""

    def __init__(self, words: int, content: Words | None = None) -> None:
        self.whole = np.full(words + 9, GUARD, np.uint64)
        self.words = self.whole[1 : words + 1]
        if content is not None:
            self.words[:] = content.reshape(-1)

    @property
    def pointer(self) -> native.Pointer:
        return p(self.words)

    @property
    def untouched(self) -> bool:
        return bool(self.whole[0] == GUARD and (self.whole[-8:] == GUARD).all())


def encrypted(blocks: Words, key: int) -> Words:
    cipher = Cipher(AES(key.to_bytes(16, "little")), ECB()).encryptor()
    return np.frombuffer(cipher.update(blocks.tobytes()), np.uint64).reshape(blocks.shape)


def key_of(first: int, row: int, block: int, blocks: int) -> int:
    """A row takes 2^s >= `blocks` hashes of a key's 256, so that 2^(8 - s) rows share it."""
    s = min(8, (blocks - 1).bit_length())
    return START ^ (first | ((row >> 8 - s) + (block >> 8 << 48)) << 64)


def pads(labels: Words, first: int, length: int) -> Words:
    """Block b of label i of a run: pi(pi(x) ^ t) ^ pi(x), t = first + i + 2^48 b, under the key of its place."""
    rows, blocks = len(labels), -(-length // 2)
    out = np.empty((rows, blocks, 2), np.uint64)
    places = np.array([[key_of(first, row, b, blocks) for b in range(blocks)] for row in range(rows)], object)
    for key in set(places.reshape(-1)):
        i, b = (axis.astype(np.uint64) for axis in np.nonzero((places == key).reshape(rows, blocks)))
        inner = encrypted(labels[i], key)
        tweaks = np.stack([np.uint64(first) + i + (b << np.uint64(48)), np.zeros_like(i)], axis=1)
        out[i, b] = encrypted(inner ^ tweaks, key) ^ inner
    return out.reshape(rows, 2 * blocks)[:, :length]


def drawn(shape: Sequence[int] | int, seed: int) -> Words:
    return np.random.default_rng(seed).integers(0, M, shape, dtype=np.uint64)


def packed(bits: Sequence[int]) -> Words:
    value = sum(bit << i for i, bit in enumerate(bits))
    return np.array([value >> 64 * i & M - 1 for i in range(-(-len(bits) // 64))], np.uint64)


def planes(values: Sequence[int], width: int) -> Words:
    return np.concatenate([packed([value >> i & 1 for value in values]) for i in range(width)])


class Case:
    """Groups of random labels, choices and words; what sender and receiver must make of them."""

    def __init__(self, shapes: Sequence[Shape], count: int, length: int, *, same_x: bool, turned: bool) -> None:
        self.shapes, self.count, self.length, self.same_x = shapes, count, length, same_x
        total, seed = len(shapes) * count, count * 1000 + length
        self.targets = 1 + max((shape[2] for shape in shapes), default=0)
        self.labels, self.x = drawn((total, 2), seed), drawn((1 if same_x else len(shapes), count, length), seed + 1)
        self.turns = [int(bit) & int(turned) for bit in drawn(total, seed + 2) >> np.uint64(63)]
        self.choices = [int(bit) for bit in drawn(total, seed + 3) >> np.uint64(63)]
        self.before = drawn((self.targets, count, length), seed + 4)
        self.delta = np.array([DELTA % M, DELTA >> 64], np.uint64)
        runs = [(FIRST + g * count, slice(g * count, (g + 1) * count)) for g in range(len(shapes))]
        none = np.empty((0, length), np.uint64)
        self.zero = np.concatenate([none, *(pads(self.labels[own], first, length) for first, own in runs)])
        self.one = np.concatenate([none, *(pads(self.labels[own] ^ self.delta, first, length) for first, own in runs)])

    def sent(self) -> tuple[Words, Words]:
        """The sender's corrections and shares, by definition."""
        shares, corrections = self.before.astype(object), []
        for g, (width, shift, target) in enumerate(self.shapes):
            values = []
            for r in range(self.count):
                own, other = self.zero[g * self.count + r], self.one[g * self.count + r]
                if self.turns[g * self.count + r]:
                    own, other = other, own
                for c in range(self.length):
                    x = int(self.x[0 if self.same_x else g, r, c])
                    values.append((x + int(own[c]) - int(other[c])) % 2**width)
                    shares[target, r, c] = (shares[target, r, c] - (int(own[c]) << shift)) % M
            corrections.append(planes(values, width))
        return np.concatenate([*corrections, np.zeros(0, np.uint64)]), shares.astype(np.uint64)

    def received(self, corrections: Words) -> Words:
        """The receiver's shares, by definition, of labels that are the sender's of zero."""
        shares, each, at = self.before.astype(object), -(-self.count * self.length // 64), 0
        for g, (width, shift, target) in enumerate(self.shapes):
            rows = [int.from_bytes(corrections[at + i * each : at + (i + 1) * each].tobytes(), "little")
                    for i in range(width)]  # fmt: skip
            at += width * each
            for r in range(self.count):
                for c in range(self.length):
                    word = sum((row >> (r * self.length + c) & 1) << i for i, row in enumerate(rows))
                    own = int(self.zero[g * self.count + r, c])
                    total = own + word * self.choices[g * self.count + r]
                    shares[target, r, c] = (shares[target, r, c] + (total << shift)) % M
        return shares.astype(np.uint64)

    @property
    def given(self) -> tuple[native.Pointer, ...]:
        return p(self.flat), len(self.shapes), self.count, self.length

    @property
    def flat(self) -> npt.NDArray[np.uint8]:
        return np.array(self.shapes, np.uint8).reshape(-1)

    def send(self, cuts: Sequence[int]) -> tuple[Words, Words]:
        """The same from the kernels, in parts."""
        each = -(-self.count * self.length // 64)
        corrections = Buffer(sum(shape[0] for shape in self.shapes) * each)
        shares, labels = Buffer(self.before.size, self.before), Buffer(self.labels.size, self.labels)
        turns = p(packed(self.turns)) if any(self.turns) else ffi.NULL
        for begin, end in pairwise(cuts):
            lib.parley_products_send(
                corrections.pointer, shares.pointer, labels.pointer, turns, p(self.delta), p(self.x),
                0 if self.same_x else self.count * self.length, p(START_WORDS), FIRST, *self.given, begin, end,
            )  # fmt: skip
        assert corrections.untouched
        assert shares.untouched
        return corrections.words, shares.words.reshape(self.before.shape)

    def receive(self, corrections: Words, cuts: Sequence[int]) -> Words:
        shares = Buffer(self.before.size, self.before)
        for begin, end in pairwise(cuts):
            lib.parley_products_receive(
                shares.pointer, p(self.labels), p(packed(self.choices)), p(corrections), p(START_WORDS), FIRST,
                *self.given, begin, end,
            )  # fmt: skip
        assert shares.untouched
        return shares.words.reshape(self.before.shape)


def compare(case: Case, cuts: Sequence[int]) -> None:
    corrections, shares = case.sent()
    found, found_shares = case.send(cuts)
    assert (found == corrections).all()
    assert (found_shares == shares).all()
    assert (case.receive(corrections, cuts) == case.received(corrections)).all()


GILBOA = [(8 - i, i, 0) for i in range(8)]
MIXED = [(64, 0, 0), (1, 63, 1), (17, 40, 0)]


@pytest.mark.parametrize("count", [1, 3, 63, 64, 65, 130, 511, 512])
def test_words(count: int) -> None:
    compare(Case(MIXED, count, 1, same_x=True, turned=True), (0, count))


@pytest.mark.parametrize("length", [2, 3, 4, 7, 8, 9, 15, 33, 65])
def test_rows(length: int) -> None:
    compare(Case(MIXED[1:], 5, length, same_x=False, turned=True), (0, 5))
    compare(Case(MIXED[2:], 67, length, same_x=False, turned=False), (0, 64, 67))


@pytest.mark.parametrize(("count", "length"), [(2049, 1), (700, 3), (3, 1000), (2, 2047), (2, 2051), (1, 4099)])
def test_more_than_a_tile(count: int, length: int) -> None:
    compare(Case([(3, 2, 0)], count, length, same_x=True, turned=True), (0, count))


def test_parts_of_all_choices() -> None:
    compare(Case(GILBOA, 200, 1, same_x=True, turned=True), (0, 64, 192, 200))


@pytest.mark.parametrize(("shapes", "count", "length"), [([], 3, 1), (MIXED, 0, 1), (MIXED, 3, 0)])
def test_nothing_to_do(shapes: Sequence[Shape], count: int, length: int) -> None:
    compare(Case(shapes, count, length, same_x=True, turned=False), (0, count))


@given(
    st.lists(st.tuples(st.integers(1, 32), st.integers(0, 32), st.integers(0, 2)), min_size=1, max_size=4),
    st.integers(1, 70), st.integers(1, 6), st.booleans(), st.booleans(),
)  # fmt: skip
def test_any_shapes(shapes: Sequence[Shape], count: int, length: int, same_x: bool, turned: bool) -> None:
    compare(Case(shapes, count, length, same_x=same_x, turned=turned), (0, count))


@pytest.mark.parametrize("shapes", [[(8, 0, 0)], [(3, 0, 0), (2, 1, 0), (1, 2, 0)]])
def test_both_ends_share_the_product(shapes: Sequence[Shape]) -> None:
    """For all choices of a few bits: labels of the receiver are the sender's, ^ delta where its choice is 1."""
    k, values = len(shapes), 1 << len(shapes)
    sender = Case(shapes, values, 1, same_x=True, turned=False)
    corrections, shares = sender.send((0, values))
    sender.choices = [a >> g & 1 for g in range(k) for a in range(values)]
    for i, choice in enumerate(sender.choices):
        if choice:
            sender.labels[i] ^= sender.delta
    total = shares + sender.receive(corrections, (0, values)) - 2 * sender.before
    bits = shapes[0][0] + shapes[0][1]
    for a in range(values):
        assert int(total[0, a, 0]) % 2**bits == a * int(sender.x[0, a, 0]) % 2**bits


@pytest.mark.parametrize("count", [0, 1, 64, 65, 2047, 2048, 2049, 2200])
@pytest.mark.parametrize("bits", [0, 1, 2, 64])
def test_planes_of_pads(count: int, bits: int) -> None:
    labels, step = drawn((count, 2), count), -(-count // 64) + 2
    offset = np.array([DELTA % M, DELTA >> 64], np.uint64)
    expected = [int(pad) for pad in pads(labels ^ offset, FIRST, 1)[:, 0]]
    out = Buffer(bits * step)
    out.words[:] = GUARD
    begin = count // 3 // 64 * 64
    for own in (slice(0, begin), slice(begin, count)):
        lib.parley_pad_planes(
            p(out.words[begin // 64 :] if own.start else out.words), step, p(labels[own]), p(offset), p(START_WORDS),
            FIRST, own.start, own.stop - own.start, bits,
        )  # fmt: skip
    assert out.untouched
    rows = out.words.reshape(bits, step)
    assert (rows[:, step - 2 :] == GUARD).all()
    assert (rows[:, : step - 2].reshape(-1) == planes(expected, bits)).all() if bits else True


@pytest.mark.parametrize("words", [1, 2, 3, 8, 33, 510, 513, 1030])
def test_parts_of_pads(words: int) -> None:
    """Any rows of a run, and of these any columns, are what they are among all."""
    count, none = 300 if words < 9 else 5, np.zeros(2, np.uint64)
    labels = drawn((count, 2), words)
    whole = pads(labels, FIRST, words)
    for row, column in ((0, 0), (1, 0), (count - 1, (words - 1) // 2 * 2), (count // 3, words // 4 * 2)):
        length, rows = words - column, count - row
        out = Buffer(rows * length)
        lib.parley_pads(out.pointer, p(labels[row:]), p(none), p(START_WORDS), FIRST, words, row, rows, column, length)
        assert out.untouched
        assert (out.words.reshape(rows, length) == whole[row:, column:]).all()


@cache
def served(blocks: int) -> int:
    """The most blocks of one key; the same whatever the kernels are."""
    keys = Counter(key_of(first, row, b, blocks) for first in (0, 600) for row in range(600) for b in range(blocks))
    return max(keys.values())


@pytest.mark.parametrize("blocks", [1, 2, 3, 64, 100, 256, 257, 1000])
def test_a_key_serves_256_blocks_at_most(blocks: int) -> None:
    assert served(blocks) == {3: 192, 100: 200}.get(blocks, 256)
