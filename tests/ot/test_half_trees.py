"""Leaves in tiles: what is done to them on the way is what it would be step by step, whatever the tiles and cores."""

import numpy as np
import pytest

from mpc.algebra.binary_field import GF2_128
from mpc.algebra.cores import using_cores
from protocols.ot import half_trees
from protocols.ot.half_trees import Sparse, TreeKeys, add_sparse, grow, hashed_encode, regrow, round_keys

TREES, DEPTH = 13, 4
KEYS, MATRIX = TreeKeys(np.array([3, 2**64 - 1], np.uint64), 10**6), round_keys(bytes(16))
GENERATOR = np.random.default_rng(3)
ROOTS = GENERATOR.integers(0, 2**64, (TREES, 2), dtype=np.uint64)
DELTA = np.array([2**63 + 1, 5], np.uint64)
TABLE = GENERATOR.integers(0, 2**64, (1 << 6, 2), dtype=np.uint64)
CHALLENGE = GENERATOR.integers(0, 2**64, 2, dtype=np.uint64)
PATHS = GENERATOR.integers(0, 1 << DEPTH, TREES).astype(np.uint64)
SPARSE = Sparse(TABLE, MATRIX, 10**9)


@pytest.fixture(params=[(1, 1), (1 << 4, 1), (1 << 5, 2), (1 << 6, 3), (1 << 15, 2)], autouse=True)
def tiles(request, monkeypatch):
    """Tiles of less than a tree, of one, two, four and of all; one core or more."""
    size, cores = request.param
    monkeypatch.setattr(half_trees, "_TILE_LABELS", size)
    monkeypatch.setattr(half_trees, "_FEWEST_LABELS", 1)
    with using_cores(cores):
        yield


def empty():
    return np.empty((TREES, 1 << DEPTH, 2), np.uint64)


def grown():
    leaves = empty()
    return leaves, grow(leaves, ROOTS, DELTA, KEYS)


def encoded(leaves):
    out = leaves.copy()
    add_sparse(out.reshape(-1, 2), SPARSE)
    return out


def known(sums):
    """The side that the path does not take; the right sums are the left ones and delta."""
    levels = np.arange(DEPTH, dtype=np.uint64)[::-1]
    right = ~(PATHS[:, None] >> levels) & np.uint64(1)
    return sums ^ (right[..., None] * DELTA)


def test_growing_with_sparse_sums():
    leaves, sums = grown()
    made = empty()
    assert (grow(made, ROOTS, DELTA, KEYS, SPARSE) == sums).all()
    assert (made == encoded(leaves)).all()


def test_hashing_while_encoding():
    leaves, _ = grown()
    made = leaves.copy()
    assert (hashed_encode(made, CHALLENGE, SPARSE) == GF2_128.evaluate(leaves, CHALLENGE)).all()
    assert (made == encoded(leaves)).all()


@pytest.mark.parametrize("challenge", [None, CHALLENGE])
@pytest.mark.parametrize("sparse", [None, SPARSE])
def test_regrowing_with_all_that_follows(sparse, challenge):
    leaves, sums = grown()
    leaves[np.arange(TREES), PATHS.astype(np.intp)] ^= DELTA
    made = empty()
    total = regrow(made, PATHS, known(sums), KEYS, sparse, challenge)
    assert (made == (leaves if sparse is None else encoded(leaves))).all()
    assert (total == (0 if challenge is None else GF2_128.evaluate(leaves, challenge))).all()


def test_a_matrix_goes_on_where_it_stood():
    whole, parted = np.zeros((100, 2), np.uint64), np.zeros((100, 2), np.uint64)
    add_sparse(whole, SPARSE)
    add_sparse(parted[:37], SPARSE)
    add_sparse(parted[37:], SPARSE.after(37))
    assert (whole == parted).all()


def test_no_secret_is_shown():
    assert "table" not in repr(SPARSE)
    assert "keys" not in repr(SPARSE)
