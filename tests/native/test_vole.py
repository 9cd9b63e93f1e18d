"""Kernels of linear evaluations modulo 2^61 - 1: every implementation against Python's integers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import BYTES, WORDS, BrokenContract, Pointer, ffi, lib

Words = npt.NDArray[np.uint64]

P = 2**61 - 1
EDGES = [0, 1, 2, 2**32 - 1, 2**32, 2**60, P - 2**32, P - 2, P - 1]
START, FIRST = np.array([2**64 - 6, 5], np.uint64), 7
ROUND_KEYS = np.random.default_rng(1).integers(0, 256, 176, np.uint8)


@pytest.fixture(params=with_kernels_of_their_own("vole", "labels", "aes"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def p(x: npt.NDArray[np.generic]) -> Pointer:
    return ffi.from_buffer(WORDS if x.dtype == np.uint64 else BYTES, x)


def elements(seed: int, *shape: int) -> Words:
    """Random ones, and those at edges at random places."""
    rng = np.random.default_rng([seed, *shape])
    x = rng.integers(0, P, shape, np.uint64)
    edges = rng.choice(np.array(EDGES, np.uint64), shape)
    return np.where(rng.integers(0, 2, shape) == 1, edges, x)


def hashed(labels: Words, tree: int) -> list[int]:
    """What the labels of a tree stand for."""
    keys, key, out = np.empty(176, np.uint8), START ^ np.array([tree, 0], np.uint64), np.empty_like(labels)
    lib.parley_aes_expand_key(p(keys), ffi.from_buffer(BYTES, key))
    lib.parley_hash_ccr(p(out), p(labels), p(keys), len(labels))
    return [(int(low) | int(high) << 64) % P for low, high in out]


def labels_of(trees: int, depth: int) -> Words:
    return np.random.default_rng([trees, depth]).integers(0, 2**64, (trees, 1 << depth, 2), np.uint64)


@pytest.mark.parametrize(("depth", "trees"), [(0, 3), (1, 2), (3, 5), (6, 1)])
def test_leaves_are_hashes_of_labels(depth: int, trees: int) -> None:
    labels = labels_of(trees, depth)
    out, totals = np.empty((trees, 1 << depth), np.uint64), np.empty(trees, np.uint64)
    lib.parley_vole_leaves(p(out), p(totals), p(labels.copy()), p(START), FIRST, depth, trees)
    for i in range(trees):
        expected = hashed(labels[i], FIRST + i)
        assert out[i].tolist() == expected
        assert int(totals[i]) == sum(expected) % P


@pytest.mark.parametrize(("depth", "trees"), [(0, 1), (2, 3), (5, 2)])
def test_the_missing_leaf_is_the_value_less_all_others(depth: int, trees: int) -> None:
    """At every place; its own label counts for nothing."""
    labels, values = labels_of(trees, depth), elements(2, trees, 2)
    for missing in range(1 << depth):
        paths = np.array([(missing + i) % (1 << depth) for i in range(trees)], np.uint64)
        out = np.empty((trees, 1 << depth, 2), np.uint64)
        lib.parley_vole_punctured(p(out), p(labels.copy()), p(paths), p(values), p(START), FIRST, depth, trees)
        for i in range(trees):
            known, at = hashed(labels[i], FIRST + i), int(paths[i])
            others = sum(known) - known[at]
            expected = [[0, leaf] for leaf in known]
            expected[at] = [int(values[i, 0]), (int(values[i, 1]) - others) % P]
            assert out[i].tolist() == expected


@at_every("n", [0, 1, 3, 8, 9, 64, 65, 130])
@pytest.mark.parametrize("words", [1, 2])
@pytest.mark.parametrize("log_size", [0, 1, 7])
def test_sparse_sums(n: int, words: int, log_size: int) -> None:
    table, before, first = elements(3, 1 << log_size, words), elements(4, n, words), 2**40 + 1
    out, stream = before.copy(), np.empty(4 * n, np.uint64)
    lib.parley_vole_add_sparse(p(out), p(table), words, log_size, p(ROUND_KEYS), first, n)
    lib.parley_aes_ctr(ffi.from_buffer(BYTES, stream), p(ROUND_KEYS), 0, 2 * first, 0, 32 * n)
    for i, picks in enumerate(stream.reshape(n, 4)):
        fields = [int(word) >> 21 * part & 2**21 - 1 for word in picks for part in range(3)]
        rows = table[[field % 2**log_size for field in fields[:10]]].astype(object)
        assert out[i].tolist() == ((before[i] + rows.sum(axis=0)) % P).tolist()


@pytest.mark.parametrize("words", [1, 2])
def test_the_largest_sums_do_not_overflow(words: int) -> None:
    table, out = np.full((1 << 4, words), P - 1, np.uint64), np.full((100, words), P - 1, np.uint64)
    lib.parley_vole_add_sparse(p(out), p(table), words, 4, p(ROUND_KEYS), 0, 100)
    assert (out == np.uint64(11 * (P - 1) % P)).all()


@at_every("n", [0, 1, 3, 4, 5, 8, 33, 500])
def test_products_as_the_prover_has_them(n: int) -> None:
    x, m_x, y, m_y, pairs = elements(5, n), elements(6, n), elements(7, n), elements(8, n), elements(9, n, 2)
    out = np.empty((5, n), np.uint64)
    lib.parley_vole_prove(*(p(row) for row in out), p(x), p(m_x), p(y), p(m_y), p(pairs), n)
    a, b, c, d, r = (v.astype(object) for v in (x, m_x, y, m_y, pairs))
    expected = [a * c % P, r[:, 1], (a * c - r[:, 0]) % P, b * d % P, (r[:, 1] - a * d - c * b) % P]
    assert out.tolist() == [row.tolist() for row in expected]


@at_every("n", [0, 1, 3, 4, 5, 8, 33, 500])
def test_products_as_the_verifier_has_them(n: int) -> None:
    x, y, z, delta = elements(5, n), elements(6, n), elements(7, n), elements(8, 1)
    out = np.empty(n, np.uint64)
    lib.parley_vole_verify(p(out), p(x), p(y), p(z), p(delta), n)
    a, b, c = (v.astype(object) for v in (x, y, z))
    assert out.tolist() == ((a * b + c * int(delta[0])) % P).tolist()


def test_what_the_contracts_exclude_is_refused() -> None:
    x = np.zeros(64, np.uint64)
    refused = [
        lambda: lib.parley_vole_add_sparse(p(x), p(x[32:]), 3, 1, p(ROUND_KEYS), 0, 1),
        lambda: lib.parley_vole_add_sparse(p(x), p(x[8:]), 1, 22, p(ROUND_KEYS), 0, 1),
        lambda: lib.parley_vole_add_sparse(p(x), p(x[3:]), 1, 2, p(ROUND_KEYS), 0, 4),
        lambda: lib.parley_vole_leaves(p(x), p(x[40:]), p(x[7:]), p(START), 0, 3, 1),
        lambda: lib.parley_vole_punctured(p(x), p(x[8:]), p(x[60:]), p(x[50:]), p(START), 0, 3, 1),
        lambda: lib.parley_vole_prove(*(p(x[at:]) for at in (0, 4, 8, 12, 15, 20, 24, 28, 32, 36)), 4),
        lambda: lib.parley_vole_prove(*(p(x[at:]) for at in (0, 4, 8, 12, 16, 20, 24, 28, 32, 13)), 4),
        lambda: lib.parley_vole_verify(p(x), p(x[3:]), p(x[20:]), p(x[30:]), p(x[40:]), 4),
    ]
    for call in refused:
        with pytest.raises(BrokenContract):
            call()
