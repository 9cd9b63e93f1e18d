"""Folded streams and SoftSpokenOT's batches: every implementation against the definition, written out in Python."""

from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from kernel_cases import with_kernels_of_their_own

import native
from native import BYTES, WORDS, ffi, lib

Words = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]

GUARD = 0xDEADBEEF
MODULUS = 1 << 128 | 0x87


@pytest.fixture(params=with_kernels_of_their_own("ot", "labels", "bits", "binary_field"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def p(x: npt.NDArray[np.generic]) -> native.Pointer:
    return ffi.from_buffer(WORDS if x.dtype == np.uint64 else BYTES, x)


def parts(k: int) -> list[int]:
    return [min(k, 128 - at) for at in range(0, 128, k)]


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


class Streams:
    """Keys of all parts, and what they stream, block by block as integers."""

    def __init__(self, k: int, first: int, blocks: int) -> None:
        self.k, self.first, self.blocks = k, first, blocks
        count = sum(1 << width for width in parts(k))
        keys = np.random.default_rng(k).integers(0, 256, (count, 16), dtype=np.uint8)
        self.round_keys = np.empty(176 * count + 1, np.uint8)[1:]
        stream = np.empty((count, 16 * blocks), np.uint8)
        for i in range(count):
            own = self.round_keys[176 * i : 176 * i + 176]
            lib.parley_aes_expand_key(p(own), p(keys[i]))
            lib.parley_aes_ctr(p(stream[i]), p(own), 0, first, 0, 16 * blocks)
        self.rows = [int.from_bytes(row.tobytes(), "little") for row in stream]

    def without_first_keys(self) -> Bytes:
        """The round keys with other bytes at place 0 of every part."""
        keys, at = self.round_keys.copy(), 0
        for width in parts(self.k):
            keys[176 * at : 176 * at + 176] ^= 0x5A
            at += 1 << width
        return keys

    def folded(self) -> tuple[list[int], list[int]]:
        """u of each part, and the 128 rows v: the sums of x r_x."""
        u, v, at = [], [], 0
        for width in parts(self.k):
            own = self.rows[at : at + (1 << width)]
            u.append(xor(own))
            v += [xor([r for x, r in enumerate(own) if x >> j & 1]) for j in range(width)]
            at += 1 << width
        return u, v


@cache
def streams_of(k: int, first: int, blocks: int) -> Streams:
    """Streams made once, by the quickest implementation: AES has its own tests."""
    with native.using(native.implementations()[0]):
        return Streams(k, first, blocks)


def xor(values: list[int]) -> int:
    total = 0
    for value in values:
        total ^= value
    return total


def as_int(words: Words) -> int:
    return int.from_bytes(words.tobytes(), "little")


def labels_of(rows: list[int], count: int) -> list[int]:
    """Label i holds bit i of each row: the rows as a matrix of bits, turned."""
    packed = [np.frombuffer((row % (1 << count)).to_bytes(count // 8, "little"), np.uint8) for row in rows]
    turned = np.packbits(np.unpackbits(np.stack(packed), axis=1, bitorder="little").T, axis=1, bitorder="little")
    return [int.from_bytes(label.tobytes(), "little") for label in turned]


def times(a: int, b: int) -> int:
    product = 0
    for i in range(128):
        product ^= (a << i) * (b >> i & 1)
    for i in range(254, 127, -1):
        product ^= (MODULUS << i - 128) * (product >> i & 1)
    return product


def summed(row: int, powers: list[int]) -> int:
    return xor([times(row >> 128 * i & 2**128 - 1, power) for i, power in enumerate(powers)])


def received(streams: Streams) -> tuple[Words, int, list[int]]:
    """Labels, choices and corrections of a receiver's batch, with guards checked."""
    blocks, n = streams.blocks, len(parts(streams.k))
    labels, choices, step = Buffer(256 * blocks), Buffer(2 * blocks), 2 * blocks + 3
    corrections = Buffer((n - 1) * step)
    corrections.words[:] = GUARD
    lib.parley_softspoken_receive(
        labels.pointer, choices.pointer, corrections.pointer, step, p(streams.round_keys), streams.k, streams.first,
        blocks,
    )  # fmt: skip
    assert labels.untouched
    assert choices.untouched
    assert corrections.untouched
    rows = corrections.words.reshape(n - 1, step)
    assert (rows[:, 2 * blocks :] == GUARD).all()
    return labels.words.reshape(-1, 2), as_int(choices.words), [as_int(row[: 2 * blocks]) for row in rows]


CASES = [(1, 3), (2, 1), (3, 2), (4, 1), (4, 31), (4, 32), (4, 33), (5, 2), (6, 1), (7, 1), (8, 1)]


@pytest.mark.parametrize(("k", "blocks"), CASES)
def test_a_receiver_s_batch(k: int, blocks: int) -> None:
    streams = streams_of(k, 2**32 - 1, blocks)
    u, v = streams.folded()
    labels, choices, corrections = received(streams)
    assert choices == u[0]
    assert corrections == [u[0] ^ other for other in u[1:]]
    assert [as_int(label) for label in labels] == labels_of(v, 128 * blocks)


@pytest.mark.parametrize(("k", "blocks"), [(1, 2), (3, 1), (4, 33), (7, 1)])
def test_a_receiver_s_batch_in_two_steps_with_its_sums(k: int, blocks: int) -> None:
    streams = streams_of(k, 5, blocks)
    n = len(parts(k))
    rows = Buffer(lib.parley_softspoken_rows_size(blocks))
    choices, corrections = Buffer(2 * blocks), Buffer((n - 1) * 2 * blocks)
    lib.parley_softspoken_rows(
        rows.pointer, choices.pointer, corrections.pointer, 2 * blocks, p(streams.round_keys), k, 5, blocks
    )
    generator = np.random.default_rng(blocks)
    powers = generator.integers(0, 2**64, (blocks, 2), dtype=np.uint64)
    before = generator.integers(0, 2**64, (128, 2), dtype=np.uint64)
    labels, sums = Buffer(256 * blocks), Buffer(256, before)
    lib.parley_softspoken_labels(labels.pointer, sums.pointer, rows.pointer, p(powers), blocks)
    assert rows.untouched
    assert labels.untouched
    assert sums.untouched
    whole, expected_choices, expected_corrections = received(streams)
    assert (labels.words.reshape(-1, 2) == whole).all()
    assert as_int(choices.words) == expected_choices
    assert [as_int(row) for row in corrections.words.reshape(n - 1, -1)] == expected_corrections
    factors = [as_int(power) for power in powers]
    for r, row in enumerate(streams.folded()[1]):
        assert as_int(sums.words[2 * r : 2 * r + 2]) == as_int(before[r]) ^ summed(row, factors)


SOME_DELTA = 0x0123456789ABCDEF0F1E2D3C4B5A6978
SENDER_CASES = [
    (4, 1, 0), (4, 1, 2**128 - 1), (1, 2, SOME_DELTA), (3, 1, SOME_DELTA), (4, 33, SOME_DELTA), (6, 1, SOME_DELTA),
    (8, 1, SOME_DELTA),
]  # fmt: skip


@pytest.mark.parametrize(("k", "blocks", "delta"), SENDER_CASES)
def test_a_sender_s_batch(k: int, blocks: int, delta: int) -> None:
    """Whatever the corrections are; the keys at place 0 do not count."""
    streams, n = streams_of(k, 7, blocks), len(parts(k))
    generator = np.random.default_rng(k)
    corrections = generator.integers(0, 2**64, (n - 1, 2 * blocks + 1), dtype=np.uint64)
    powers = generator.integers(0, 2**64, (blocks, 2), dtype=np.uint64)
    offset = np.array([delta % 2**64, delta >> 64], np.uint64)
    _, rows = streams.folded()
    for bit in range(128):
        part = bit // k
        if part and delta >> bit & 1:
            rows[bit] ^= as_int(corrections[part - 1, : 2 * blocks])
    plain, labels, sums = Buffer(256 * blocks), Buffer(256 * blocks), Buffer(256, np.zeros(256, np.uint64))
    for keys, out, given in (
        (streams.round_keys, plain, ffi.NULL),
        (streams.without_first_keys(), labels, p(powers)),
    ):
        lib.parley_softspoken_send(
            out.pointer, sums.pointer, p(corrections), 2 * blocks + 1, p(offset), p(keys), k, 7, given, blocks
        )
        assert out.untouched
        assert sums.untouched
        assert [as_int(label) for label in out.words.reshape(-1, 2)] == labels_of(rows, 128 * blocks)
    factors = [as_int(power) for power in powers]
    assert [as_int(s) for s in sums.words.reshape(-1, 2)] == [summed(row, factors) for row in rows]


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_sender_and_receiver_agree_for_every_offset_of_a_part(k: int) -> None:
    """Key x ^ delta_i at place x: the sender's labels are the receiver's, plus delta where the choice is 1."""
    blocks = 1
    streams = streams_of(k, 0, blocks)
    whole, choices, corrections = received(streams)
    given = np.array([[c % 2**64, c >> 64] for c in corrections], np.uint64)
    for value in range(1 << k):
        delta = sum((value & (1 << width) - 1) << i * k for i, width in enumerate(parts(k)))
        moved, at = np.empty_like(streams.round_keys), 0
        for width in parts(k):
            for x in range(1 << width):
                here, there = at + x, at + (x ^ value & (1 << width) - 1)
                moved[176 * here : 176 * here + 176] = streams.round_keys[176 * there : 176 * there + 176]
            at += 1 << width
        labels = np.empty((128, 2), np.uint64)
        offset = np.array([delta % 2**64, delta >> 64], np.uint64)
        lib.parley_softspoken_send(p(labels), ffi.NULL, p(given), 2, p(offset), p(moved), k, 0, ffi.NULL, blocks)
        for i in range(128):
            assert as_int(labels[i]) == as_int(whole[i]) ^ delta * (choices >> i & 1)


def test_nothing_to_do() -> None:
    streams, none = streams_of(4, 0, 0), np.zeros(0, np.uint64)
    lib.parley_softspoken_receive(p(none), p(none), p(none), 0, p(streams.round_keys), 4, 0, 0)
    lib.parley_softspoken_rows(p(none), p(none), p(none), 0, p(streams.round_keys), 4, 0, 0)
    assert lib.parley_softspoken_rows_size(0) == 0


ROUND_KEYS = np.empty(176, np.uint8)
lib.parley_aes_expand_key(p(ROUND_KEYS), p(np.arange(16, dtype=np.uint8)))


def encrypted(block: int, key: int) -> int:
    """AES of a label: its bytes, read as a counter."""
    content, out, round_keys = block.to_bytes(16, "little"), np.empty(16, np.uint8), np.empty(176, np.uint8)
    lib.parley_aes_expand_key(p(round_keys), ffi.from_buffer(BYTES, key.to_bytes(16, "little")))
    high, low = int.from_bytes(content[:8], "big"), int.from_bytes(content[8:], "big")
    lib.parley_aes_ctr(p(out), p(round_keys), high, low, 0, 16)
    return int.from_bytes(out.tobytes(), "little")


def hashed(x: int, key: int) -> int:
    low, high = x & 2**64 - 1, x >> 64
    sigma = high | (high ^ low) << 64
    return encrypted(sigma, key) ^ sigma


def levels_of(left: int, delta: int, depth: int, key: int) -> list[list[int]]:
    """All levels of a correlated tree but the root, by definition."""
    levels = [[left, left ^ delta]]
    for _ in range(depth - 1):
        levels.append([child for x in levels[-1] for child in (hashed(x, key), x ^ hashed(x, key))])
    return levels


def label(value: int) -> list[int]:
    return [value & 2**64 - 1, value >> 64]


DELTA = 0x8123456789ABCDEF_0F1E2D3C4B5A6979
START, FIRST_TREE = 2**127 + 2**63 + 6, 7


@pytest.mark.parametrize(("depth", "trees"), [(1, 3), (2, 1), (3, 2), (6, 2)])
def test_correlated_trees(depth: int, trees: int) -> None:
    """Whole, and punctured at every leaf."""
    generator = np.random.default_rng(depth)
    roots = generator.integers(0, 2**64, (trees, 2), dtype=np.uint64)
    delta, start = np.array(label(DELTA), np.uint64), np.array(label(START), np.uint64)
    leaves, sums, scratch = Buffer(trees * 2 << depth), Buffer(2 * trees * depth), Buffer(1 << depth)
    lib.parley_half_trees_grow(
        leaves.pointer, sums.pointer, scratch.pointer, p(roots), p(delta), p(start), FIRST_TREE, depth, trees
    )
    levels = [levels_of(as_int(root), DELTA, depth, START ^ FIRST_TREE + i) for i, root in enumerate(roots)]
    whole = leaves.words.reshape(trees, -1, 2)
    told = sums.words.reshape(trees, depth, 2)
    for tree in range(trees):
        assert [as_int(leaf) for leaf in whole[tree]] == [leaf & ~1 for leaf in levels[tree][-1]]
        assert [as_int(s) for s in told[tree]] == [xor(nodes[::2]) for nodes in levels[tree]]
        assert {xor(nodes) for nodes in levels[tree]} == {DELTA}
    for missing in range(1 << depth):
        paths = np.array([(missing ^ tree) % (1 << depth) for tree in range(trees)], np.uint64)
        known = told.copy()
        for tree in range(trees):
            for level in range(depth):
                if not int(paths[tree]) >> depth - 1 - level & 1:
                    known[tree, level] ^= delta
        got = Buffer(trees * 2 << depth)
        lib.parley_half_trees_regrow(
            got.pointer, scratch.pointer, p(paths), p(known), p(start), FIRST_TREE, depth, trees
        )
        expected = whole.copy()
        for tree in range(trees):
            expected[tree, int(paths[tree])] ^= delta
        assert (got.words.reshape(trees, -1, 2) == expected).all()
        assert got.untouched
    assert leaves.untouched
    assert sums.untouched
    assert scratch.untouched


@pytest.mark.parametrize("n", [0, 1, 3, 63, 64, 65, 130])
@pytest.mark.parametrize("log_size", [0, 1, 7])
def test_sparse_sums(n: int, log_size: int) -> None:
    generator = np.random.default_rng([n, log_size])
    table = generator.integers(0, 2**64, (1 << log_size, 2), dtype=np.uint64)
    before = generator.integers(0, 2**64, (n, 2), dtype=np.uint64)
    out, first = Buffer(2 * n, before), 2**40 + 1
    lib.parley_add_sparse(out.pointer, p(table), log_size, p(ROUND_KEYS), first, n)
    stream = np.empty(4 * n, np.uint64)
    lib.parley_aes_ctr(ffi.from_buffer(BYTES, stream), p(ROUND_KEYS), 0, 2 * first, 0, 32 * n)
    for i, picks in enumerate(stream.reshape(n, 4)):
        fields = [int(word) >> 21 * part & 2**21 - 1 for word in picks for part in range(3)]
        rows = [as_int(table[field % 2**log_size]) for field in fields[:10]]
        assert as_int(out.words[2 * i : 2 * i + 2]) == as_int(before[i]) ^ xor(rows)
    assert out.untouched


def test_sparse_sums_reach_the_last_row_of_a_large_table() -> None:
    table = np.zeros((1 << 21, 2), np.uint64)
    table[1 << 20 :, 0] = 1
    out = np.zeros((2000, 2), np.uint64)
    lib.parley_add_sparse(p(out), p(table), 21, p(ROUND_KEYS), 0, len(out))
    assert 800 < int(out[:, 0].sum()) < 1200
    assert set(out[:, 0].tolist()) == {0, 1}


@pytest.mark.parametrize("n", [0, 1, 63, 64, 65, 200])
def test_lowest_bits(n: int) -> None:
    labels = np.random.default_rng(n).integers(0, 2**64, (n, 2), dtype=np.uint64)
    out = Buffer((n + 63) // 64)
    lib.parley_lowest_bits(out.pointer, p(labels), n)
    assert as_int(out.words) == sum((int(low) & 1) << i for i, (low, _) in enumerate(labels))
    assert out.untouched
