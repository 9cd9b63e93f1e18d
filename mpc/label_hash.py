"""Correlation-robust hashes of labels, seed trees and half-gates made of them; local, constant time.

A label is 128 bits: two words, lower first, so that an array of labels has the shape (..., 2). sigma(x) is
(upper ^ lower, upper) as (upper, lower): the linear orthomorphism of Guo, Katz, Wang, Yu, "Efficient and Secure
Multiparty Computation from Fixed-Key Block Ciphers", IEEE S&P 2020, eprint 2019/074, whose are the hashes under a fixed
key. Which hash is for what stands in docs/algorithms/label_hash.md. Where the processor has no AES instructions all
this is slow.

Labels that are not arrays of uint64 raise LocalError `wrong-dtype`, those of another shape `wrong-labels`; numbers of
gates and tweaks out of range `wrong-counter`.
"""

from __future__ import annotations

from math import prod

import numpy as np

from mpc.algebra.ring import U64, Words, as_words, contiguous, pointer
from mpc.errors import LocalError
from native import BYTES, Pointer, ffi, lib

FIXED_KEY = bytes.fromhex("243f6a8885a308d313198a2e03707344")
"""The fractional part of pi, its first 128 bits: a public key that nobody can have chosen for a purpose."""
TREE_KEYS = (FIXED_KEY, bytes.fromhex("b7e151628aed2a6abf7158809cf4f3c7"))
"""The second: the fractional part of e, as 128 bits."""


def hash_cr(x: Words, key: bytes = FIXED_KEY) -> Words:
    """pi(x) ^ x with pi = AES-128 under `key`, 16 public bytes: correlation robust."""
    x = _labels(x)
    out = np.empty_like(x)
    lib.parley_hash_cr(pointer(out), pointer(x), _round_keys(key), x.size // 2)
    return out


def hash_ccr(x: Words, key: bytes = FIXED_KEY) -> Words:
    """pi(sigma(x)) ^ sigma(x): circular correlation robust."""
    x = _labels(x)
    out = np.empty_like(x)
    lib.parley_hash_ccr(pointer(out), pointer(x), _round_keys(key), x.size // 2)
    return out


def hash_tccr(x: Words, first: int, key: bytes = FIXED_KEY) -> Words:
    """pi(pi(x) ^ i) ^ pi(x), i = first for the first label and one more for each: tweakable circular."""
    x = _labels(x)
    _check_counters(first, x.size // 2, 2**64)
    out = np.empty_like(x)
    lib.parley_hash_tccr(pointer(out), pointer(x), _round_keys(key), first, x.size // 2)
    return out


def hash_rekeyed(x: Words, start: Words, first: int) -> Words:
    """pi_i(sigma(x_i)) ^ sigma(x_i), pi_i = AES-128 under the key start ^ i, i = first + index in the first axis.

    x: (n, ..., 2) labels, of which those with the same first index share a key; start: (2,), one for each execution,
    unpredictable before it. Guo, Katz, Wang, Weng, Yu, "Better Concrete Security for Half-Gates Garbling (in the
    Multi-instance Setting)", CRYPTO 2020, eprint 2019/1168: tweaks are used once, by two labels at most.
    """
    x = _labels(x)
    if x.ndim < 2:
        raise _wrong_labels(x, "(n, ..., 2)")
    n = len(x)
    _check_counters(first, n, 2**64)
    out = np.empty_like(x)
    lib.parley_hash_rekeyed(pointer(out), pointer(x), pointer(_label(start)), first, n, prod(x.shape[1:-1]))
    return out


def tree_level(seeds: Words, keys: tuple[bytes, bytes] = TREE_KEYS) -> Words:
    """The two children (..., 2, 2) of each of the seeds (..., 2): hash_ccr of the seed under each of the keys."""
    seeds = _labels(seeds)
    out = np.empty((*seeds.shape[:-1], 2, 2), U64)
    round_keys = ffi.from_buffer(BYTES, b"".join(_expanded(key) for key in keys))
    lib.parley_tree_level(pointer(out), pointer(seeds), round_keys, seeds.size // 2)
    return out


def half_tree_level(seeds: Words, key: bytes = FIXED_KEY) -> Words:
    """The children hash_ccr(x) and x ^ hash_ccr(x) of each seed x: half the work of tree_level.

    Children sum to their parent, so that all levels have the same sum: this is what the protocols of Guo, Yang, Wang,
    Zhang, Xie, Liu, Zhao, "Half-Tree: Halving the Cost of Tree Expansion in COT and DPF", EUROCRYPT 2023, eprint
    2022/1431, want. For the same reason the seeds of a level are no independent random bits: hash them first.
    """
    seeds = _labels(seeds)
    out = np.empty((*seeds.shape[:-1], 2, 2), U64)
    lib.parley_half_tree_level(pointer(out), pointer(seeds), _round_keys(key), seeds.size // 2)
    return out


def garble_ands(a0: Words, b0: Words, delta: Words, start: Words, first: int) -> tuple[Words, Words]:
    """Half-gates for n AND gates: (c0, tables) of shapes (n, 2) and (n, 2, 2) from the labels of zero a0, b0 (n, 2).

    delta (2,) is the garbler's secret offset, odd, the same for all wires; a label's colour is its lowest bit. Gates
    are numbered first, first + 1, ... below 2^63, each once for one `start`; gate g hashes with the tweaks 2 g and
    2 g + 1. Zahur, Rosulek, Evans, "Two Halves Make a Whole", EUROCRYPT 2015, figure 2, with hash_rekeyed. An even
    delta raises LocalError `wrong-offset`.
    """
    a0, b0, delta = _gate_labels(a0, first), _gate_labels(b0, first), _label(delta)
    if a0.shape != b0.shape:
        raise _wrong_labels(b0, str(a0.shape))
    if not delta[0] & np.uint64(1):
        raise LocalError("wrong-offset", "the offset delta is even", "set its lowest bit: colours need it")
    c0, tables = np.empty_like(a0), np.empty((len(a0), 2, 2), U64)
    lib.parley_garble_ands(
        pointer(tables),
        pointer(c0),
        pointer(a0),
        pointer(b0),
        pointer(delta),
        pointer(_label(start)),
        first,
        len(a0),
    )
    return c0, tables


def evaluate_ands(a: Words, b: Words, tables: Words, start: Words, first: int) -> Words:
    """The labels (n, 2) of the products from one label a, b (n, 2) of each operand and the tables of garble_ands."""
    a, b, tables = _gate_labels(a, first), _gate_labels(b, first), _labels(tables)
    if a.shape != b.shape:
        raise _wrong_labels(b, str(a.shape))
    if tables.shape != (len(a), 2, 2):
        raise _wrong_labels(tables, str((len(a), 2, 2)))
    c = np.empty_like(a)
    lib.parley_evaluate_ands(pointer(c), pointer(a), pointer(b), pointer(tables), pointer(_label(start)), first, len(a))
    return c


def garble_jointly(
    shares: tuple[Words, Words, Words], a0: Words, b0: Words, delta: Words, start: Words, first: int
) -> None:
    """Add to a garbler's shares (n, 2) what half-gates of several garblers add, as docs/protocols/bmr.md has them.

    H(a0) ^ H(a0 ^ delta) to the first, H'(b0) ^ H'(b0 ^ delta) to the second, H(a0) ^ H'(b0) to the third; a0, b0:
    (n, 2) labels of zero. H and H' hash with the tweaks 2 g and 2 g + 1, for gates g = first, first + 1, ...
    """
    a0, b0 = _gate_labels(a0, first), _gate_labels(b0, first)
    for x in shares:
        _check_like(x, a0)
    if b0.shape != a0.shape:
        raise _wrong_labels(b0, str(a0.shape))
    left, right, third = map(pointer, shares)
    operands, keys = (pointer(a0), pointer(b0)), (pointer(_label(delta)), pointer(_label(start)))
    lib.parley_garble_jointly(left, right, third, *operands, *keys, first, len(a0))


def evaluate_jointly(c: Words, a: Words, b: Words, start: Words, first: int) -> None:
    """Add H(a) ^ H'(b) to c, from one label a, b (n, 2) of each operand: the evaluator's part of `garble_jointly`."""
    a, b = _gate_labels(a, first), _gate_labels(b, first)
    _check_like(c, a)
    if b.shape != a.shape:
        raise _wrong_labels(b, str(a.shape))
    lib.parley_evaluate_jointly(pointer(c), pointer(a), pointer(b), pointer(_label(start)), first, len(a))


def _check_like(x: Words, a: Words) -> None:
    if x.shape != a.shape or x.dtype != U64 or not (x.flags.c_contiguous and x.flags.writeable):
        raise _wrong_labels(x, f"{a.shape}, contiguous and writeable")


def _labels(x: Words) -> Words:
    x = contiguous(as_words(x))
    if not x.ndim or x.shape[-1] != 2:
        raise _wrong_labels(x, "(..., 2)")
    return x


def _label(x: Words) -> Words:
    x = _labels(x)
    if x.shape != (2,):
        raise _wrong_labels(x, "(2,)")
    return x


def _gate_labels(x: Words, first: int) -> Words:
    x = _labels(x)
    if x.ndim != 2:
        raise _wrong_labels(x, "(n, 2)")
    _check_counters(first, len(x), 2**63)
    return x


def _check_counters(first: int, count: int, limit: int) -> None:
    if not 0 <= first <= limit - count:
        raise LocalError("wrong-counter", f"{count} tweaks from {first} on are not all below {limit}", "begin at 0")


def _wrong_labels(x: Words, expected: str) -> LocalError:
    return LocalError("wrong-labels", f"expected labels of shape {expected}, got {x.shape}", "two words are one label")


def _expanded(key: bytes) -> bytes:
    if not isinstance(key, bytes) or len(key) != 16:
        raise LocalError("wrong-seed", "the key of a label hash is 16 bytes", "leave it out: it is public")
    out = bytearray(176)
    lib.parley_aes_expand_key(ffi.from_buffer(BYTES, out), ffi.from_buffer(BYTES, key))
    return bytes(out)


def _round_keys(key: bytes) -> Pointer:
    return ffi.from_buffer(BYTES, _expanded(key))
