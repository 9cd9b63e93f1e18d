"""Products by weights and by streams: every implementation equals Python's integers, for every way through memory."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from kernel_arrays import EDGES, M, Words, guarded, ints, p, sample, untouched
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import ffi, lib

Weights = npt.NDArray[np.int16]

KEY = bytes(range(16, 32))
EDGE_WEIGHTS = [0, 1, -1, 2, 127, -128, 255, 256, 2**14, 2**15 - 1, -(2**15)]


@pytest.fixture(params=with_kernels_of_their_own("weights", "matmul", "aes"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


SHAPES = [
    (0, 3, 2), (3, 0, 2), (2, 3, 0), (1, 1, 1), (1, 9, 1), (1, 7, 5), (1, 8, 8), (1, 33, 130), (5, 130, 1), (2, 2, 2),
    (3, 5, 7), (4, 4, 4), (7, 300, 9), (8, 8, 16), (9, 9, 17), (15, 12, 15), (16, 16, 16), (17, 13, 31), (33, 31, 33),
    (4, 2, 65), (6, 5, 259), (1, 5, 2049), (2, 1030, 6), (3, 1025, 3), (20, 3, 258), (5, 1, 21),
]  # fmt: skip
"""Around the lines that are read together, registers, blocks of rows, segments and chunks."""


def weights_of(rows: int, columns: int, seed: int, gap: int) -> Weights:
    """A matrix within one whose rows are `gap` elements longer, odd places of memory and edge values among it."""
    generator = np.random.default_rng([rows, columns, seed])
    whole = generator.integers(-(2**15), 2**15, 1 + rows * (columns + gap), np.int16)
    edges = generator.integers(0, len(whole), len(whole) // 4)
    whole[edges] = generator.choice(np.array(EDGE_WEIGHTS, np.int16), len(edges))
    return whole[1:].reshape(rows, columns + gap)[:, :columns]


def at(x: npt.NDArray[np.generic]) -> native.Pointer:
    return ffi.cast("int16_t *" if x.dtype == np.int16 else "uint64_t *", x.ctypes.data)


def expected(x: Words, w: npt.NDArray[np.generic]) -> list[int]:
    return [int(v) % M for v in (x.astype(object) @ w.astype(object)).ravel()]


def laid_out(x: Words, layout: str) -> Words:
    """The same rows without gaps, column by column, or with steps both ways."""
    if layout == "rows":
        return x
    if layout == "columns":
        return np.ascontiguousarray(x.T).T
    view = np.full((2 * len(x), 3 * x.shape[1]), 0xBAD, np.uint64)[::2, ::3]
    view[:] = x
    return view


def put(call: Callable[..., None], out_gap: int, x: Words, columns: int, *matrix: object) -> Words:
    """What an entry writes for x and a matrix, which must be the rows of `out` and nothing between or around them."""
    rows, step = len(x), columns + out_gap
    out, whole = guarded(rows * step)
    out[:] = 7
    steps = [stride // 8 for stride in x.strides]
    call(at(out), step, at(x), *steps, *matrix, rows, x.shape[1], columns)
    assert untouched(whole)
    lines = out.reshape(rows, step)
    assert (lines[:, columns:] == 7).all()
    return np.ascontiguousarray(lines[:, :columns])


@pytest.mark.parametrize("gaps", [(0, 0), (3, 1)])
@pytest.mark.parametrize("layout", ["rows", "columns", "steps"])
@at_every("shape", SHAPES)
def test_products(shape: tuple[int, int, int], layout: str, gaps: tuple[int, int]) -> None:
    rows, inner, columns = shape
    x = laid_out(sample(rows * inner, 5).reshape(rows, inner), layout)
    for entry, w in (
        (lib.parley_weights_product, weights_of(inner, columns, 1, gaps[0])),
        (lib.parley_weights_transposed, weights_of(columns, inner, 2, gaps[0])),
    ):
        found = put(entry, gaps[1], x, columns, at(w), w.strides[0] // 2)
        matrix = w if entry == lib.parley_weights_product else w.T
        assert (found == x @ matrix.astype(np.uint64)).all()


@pytest.mark.parametrize("shape", [(3, 5, 4), (9, 8, 17), (2, 70, 3), (20, 9, 20)])
def test_edges_against_integers(shape: tuple[int, int, int]) -> None:
    rows, inner, columns = shape
    generator = np.random.default_rng(rows)
    x = generator.choice(np.array(EDGES, np.uint64), (rows, inner))
    w = generator.choice(np.array(EDGE_WEIGHTS, np.int16), (inner, columns))
    turned = np.ascontiguousarray(w.T)
    assert ints(put(lib.parley_weights_product, 0, x, columns, at(w), columns).ravel()) == expected(x, w)
    assert ints(put(lib.parley_weights_transposed, 0, x, columns, at(turned), inner).ravel()) == expected(x, w)


@at_every("edge", EDGES)
@at_every("weight", EDGE_WEIGHTS)
def test_every_edge_by_every_edge_summed(edge: int, weight: int) -> None:
    """All sums at their extremes: a thousand times the same product."""
    inner = 1027
    x, w = np.full((2, inner), edge, np.uint64), np.full(inner, weight, np.int16)
    for entry, columns in ((lib.parley_weights_product, 1), (lib.parley_weights_transposed, inner)):
        assert ints(put(entry, 0, x, 1, at(w), columns).ravel()) == [edge * weight * inner % M] * 2


@cache
def stream(words: int) -> Words:
    """The first words of the key's stream from block 3 on, from another library."""
    encryptor = Cipher(AES(KEY), CTR((3).to_bytes(16, "big"))).encryptor()
    return np.frombuffer(encryptor.update(bytes(8 * words)), np.uint64)


STREAMED = [
    (0, 3, 2), (3, 0, 2), (2, 3, 0), (1, 1, 1), (1, 9, 1), (2, 7, 5), (3, 33, 130), (17, 5, 67), (1, 40, 257),
    (2, 300, 9), (20, 140, 66), (1, 1026, 9), (1, 2, 600), (70, 2, 65), (18, 1, 1),
]  # fmt: skip


@pytest.mark.parametrize("gap", [0, 1, 2])
@at_every("shape", STREAMED)
def test_products_by_a_stream(shape: tuple[int, int, int], gap: int) -> None:
    """A matrix whose lines follow each other in the stream, or which is some columns of a longer one."""
    rows, inner, columns = shape
    x, key = sample(rows * inner, 5).reshape(rows, inner), p(np.frombuffer(KEY, np.uint8))
    for entry, lines, length in (
        (lib.parley_weights_by_stream, inner, columns),
        (lib.parley_weights_by_stream_transposed, columns, inner),
    ):
        for first in (0, 5):
            step = length + gap
            words = stream(first + lines * step + 1)[first : first + lines * step]
            matrix = words.reshape(lines, step)[:, :length]
            found = put(entry, gap, x, columns, key, 3, first, step)
            assert (found == x @ (matrix if entry == lib.parley_weights_by_stream else matrix.T)).all()


@at_every("n", [0, 1, 2, 3, 63, 64, 65, 4095, 4096, 4097, 9001])
def test_masked_weights(n: int) -> None:
    w, key = weights_of(1, n, 3, 0).ravel(), p(np.frombuffer(KEY, np.uint8))
    for first in (0, 1):
        out, whole = guarded(n)
        lib.parley_weights_masked(at(out), at(w), key, 3, first, n)
        assert ints(out) == [(int(a) - int(b)) % M for a, b in zip(w, stream(first + n + 1)[first:], strict=False)]
        assert untouched(whole)


def test_blocks_up_to_the_last_counter_and_no_further() -> None:
    key, out, w = p(np.frombuffer(KEY, np.uint8)), np.zeros(4, np.uint64), np.zeros(4, np.int16)
    lib.parley_weights_masked(p(out), at(w), key, M - 2, 0, 4)
    with pytest.raises(native.BrokenContract, match="counted"):
        lib.parley_weights_masked(p(out), at(w), key, M - 2, 1, 4)
