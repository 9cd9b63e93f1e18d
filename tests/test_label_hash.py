"""The wrappers of the label kernels: shapes, layouts and what they refuse; the kernels are tested in tests/native."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from Crypto.Cipher import AES
from hypothesis import given
from hypothesis import strategies as st

from mpc.algebra.ring import Words
from mpc.errors import LocalError
from mpc.label_hash import (
    FIXED_KEY,
    TREE_KEYS,
    evaluate_ands,
    evaluate_jointly,
    garble_ands,
    garble_jointly,
    half_tree_level,
    hash_ccr,
    hash_cr,
    hash_rekeyed,
    hash_tccr,
    tree_level,
)
from mpc.prg import Seed

PRG = Seed(bytes(32)).prg("labels")
START, DELTA = PRG.words(2), PRG.words(2) | np.array([1, 0], np.uint64)


def one(x: Words) -> int:
    return int.from_bytes(x.tobytes(), "little")


def pi(x: int, key: bytes = FIXED_KEY) -> int:
    return int.from_bytes(AES.new(key, AES.MODE_ECB).encrypt(x.to_bytes(16, "little")), "little")


def sigma(x: int) -> int:
    return (((x >> 64) ^ x) % 2**64 << 64) | (x >> 64)


def test_public_keys_are_digits_of_pi_and_e() -> None:
    pi_digits = "14159265358979323846264338327950288419716939937510"
    e_digits = "71828182845904523536028747135266249775724709369995"
    for key, digits in zip(TREE_KEYS, (pi_digits, e_digits), strict=True):
        assert int.from_bytes(key, "big") == int(digits) * 2**128 // 10**50
    assert TREE_KEYS[0] == FIXED_KEY


def test_hashes_of_one_label_are_the_formulas() -> None:
    x = PRG.words(2)
    v = one(x)
    assert one(hash_cr(x)) == pi(v) ^ v
    assert one(hash_ccr(x)) == pi(sigma(v)) ^ sigma(v)
    assert one(hash_tccr(x, 77)) == pi(pi(v) ^ 77) ^ pi(v)
    assert one(hash_cr(x, bytes(16))) == pi(v, bytes(16)) ^ v
    key = (one(START) ^ 5).to_bytes(16, "little")
    assert one(hash_rekeyed(x[None], START, 5)) == pi(sigma(v), key) ^ sigma(v)


@pytest.mark.parametrize("shape", [(2,), (0, 2), (5, 2), (3, 4, 2)])
def test_any_leading_shape(shape: tuple[int, ...]) -> None:
    x = PRG.words(shape)
    flat = x.reshape(-1, 2)
    for got, of_flat in (
        (hash_cr(x), hash_cr(flat)),
        (hash_ccr(x), hash_ccr(flat)),
        (hash_tccr(x, 9), hash_tccr(flat, 9)),
    ):
        assert got.shape == shape
        assert (got.reshape(-1, 2) == of_flat).all()
    for level in (tree_level, half_tree_level):
        children = level(x)
        assert children.shape == (*shape[:-1], 2, 2)
        assert (children.reshape(-1, 2, 2) == level(flat)).all()


def test_labels_of_one_row_share_a_key() -> None:
    x = PRG.words((6, 3, 2))
    whole = hash_rekeyed(x, START, 100)
    assert all((whole[:, j] == hash_rekeyed(x[:, j], START, 100)).all() for j in range(3))
    assert (hash_rekeyed(x.reshape(6, 3, 1, 2), START, 100) == whole.reshape(6, 3, 1, 2)).all()


def test_tweaks_continue() -> None:
    x = PRG.words((10, 2))
    assert (hash_tccr(x, 4)[3:] == hash_tccr(x[3:], 7)).all()
    assert (hash_rekeyed(x, START, 4)[3:] == hash_rekeyed(x[3:], START, 7)).all()


def test_trees() -> None:
    seeds = PRG.words((9, 2))
    children = tree_level(seeds)
    assert all((children[:, b] == hash_ccr(seeds, TREE_KEYS[b])).all() for b in (0, 1))
    level = seeds
    for _ in range(4):
        level = half_tree_level(level).reshape(-1, 2)
        assert (np.bitwise_xor.reduce(level) == np.bitwise_xor.reduce(seeds)).all()
    assert len({label.tobytes() for label in level}) == 9 * 2**4


def test_arrays_that_are_not_contiguous_or_not_aligned() -> None:
    x = PRG.words((8, 2))
    strided, reversed_ = x[::2], x[::-1]
    assert (hash_ccr(strided) == hash_ccr(x)[::2]).all()
    assert (hash_cr(reversed_) == hash_cr(x)[::-1]).all()
    raw = np.empty(x.nbytes + 1, np.uint8)[1:].view(np.uint64).reshape(8, 2)
    raw[:] = x
    assert not raw.flags.aligned
    assert (hash_ccr(raw) == hash_ccr(x)).all()
    c0, tables = garble_ands(x[::2], reversed_[::2], DELTA, START, 0)
    assert (evaluate_ands(x[::2], reversed_[::2], tables, START, 0) == c0).all()


@given(inputs=st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40), first=st.integers(0, 2**63 - 40))
def test_garbled_products(inputs: list[tuple[bool, bool]], first: int) -> None:
    n = len(inputs)
    prg = Seed(hashlib.sha256(repr(inputs).encode()).digest()).prg("wires")
    a0, b0, start = prg.words((n, 2)), prg.words((n, 2)), prg.words(2)
    x, y = (np.array([pair[i] for pair in inputs], np.uint64).reshape(n, 1) for i in (0, 1))
    c0, tables = garble_ands(a0, b0, DELTA, start, first)
    c = evaluate_ands(a0 ^ x * DELTA, b0 ^ y * DELTA, tables, start, first)
    assert (c == c0 ^ (x & y) * DELTA).all()


def test_joint_gates_are_half_gates_of_even_labels() -> None:
    """Without colours: what is added to nothing is a table of half-gates."""
    even = np.array([2**64 - 2, 2**64 - 1], np.uint64)
    a, b = PRG.words((9, 2)) & even, PRG.words((9, 2)) & even
    left, right, third = (np.zeros((9, 2), np.uint64) for _ in range(3))
    garble_jointly((left, right, third), a, b, DELTA, START, 7)
    c0, tables = garble_ands(a, b, DELTA, START, 7)
    assert (third == c0).all()
    assert (np.stack([left, right ^ a], axis=1) == tables).all()
    c = np.zeros((9, 2), np.uint64)
    evaluate_jointly(c, a, b, START, 7)
    assert (c == c0).all()


def test_what_garbling_refuses() -> None:
    a, b = PRG.words((4, 2)), PRG.words((4, 2))
    c0, tables = garble_ands(a, b, DELTA, START, 0)
    with pytest.raises(LocalError, match="wrong-offset"):
        garble_ands(a, b, DELTA ^ np.array([1, 0], np.uint64), START, 0)
    for first in (-1, 2**63 - 3, 2**64):
        with pytest.raises(LocalError, match="wrong-counter"):
            garble_ands(a, b, DELTA, START, first)
        with pytest.raises(LocalError, match="wrong-counter"):
            evaluate_ands(a, b, tables, START, first)
    assert garble_ands(a, b, DELTA, START, 2**63 - 4)[0].shape == c0.shape
    for wrong in (
        lambda: garble_ands(a, b[:3], DELTA, START, 0),
        lambda: garble_ands(a.reshape(2, 2, 2), b, DELTA, START, 0),
        lambda: garble_ands(a, b, a, START, 0),
        lambda: garble_ands(a, b, DELTA, a, 0),
        lambda: evaluate_ands(a, b[:3], tables, START, 0),
        lambda: evaluate_ands(a, b, tables[:3], START, 0),
        lambda: evaluate_ands(a, b, tables.reshape(8, 2), START, 0),
        lambda: garble_jointly((a.copy(), b.copy(), a[:3].copy()), a, b, DELTA, START, 0),
        lambda: garble_jointly((a.copy(), b.copy(), a.copy()), a, b[:3], DELTA, START, 0),
        lambda: evaluate_jointly(a.copy()[::-1], a, b, START, 0),
        lambda: evaluate_jointly(a.copy(), a, b[:3], START, 0),
        lambda: hash_cr(PRG.words(3)),
        lambda: hash_cr(PRG.words(())),
        lambda: hash_rekeyed(PRG.words(2), START, 0),
    ):
        with pytest.raises(LocalError, match="wrong-labels"):
            wrong()
    with pytest.raises(LocalError, match="wrong-dtype"):
        hash_cr(np.zeros((3, 2)))  # type: ignore[arg-type]


@pytest.mark.parametrize("first", [-1, 2**64 - 2, 2**64])
def test_tweaks_out_of_range_are_refused(first: int) -> None:
    x = PRG.words((3, 2))
    for call in (lambda: hash_tccr(x, first), lambda: hash_rekeyed(x, START, first)):
        with pytest.raises(LocalError, match="wrong-counter"):
            call()


@pytest.mark.parametrize("key", [b"", bytes(15), bytes(32), bytearray(16)])
def test_keys_of_another_length_are_refused(key: bytes) -> None:
    with pytest.raises(LocalError, match="wrong-seed"):
        hash_cr(PRG.words(2), key)
    with pytest.raises(LocalError, match="wrong-seed"):
        tree_level(PRG.words(2), (FIXED_KEY, key))
