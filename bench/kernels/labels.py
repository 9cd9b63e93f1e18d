"""Hashes of labels, levels of seed trees and half-gates, in arrays that the second-level cache holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from mpc.algebra.ring import U64, Words, pointer
from mpc.label_hash import FIXED_KEY
from native import BYTES, Pointer, ffi, lib

LABELS = 1 << 12


def workloads() -> list[KernelWorkload]:
    """A limit counts the blocks that are encrypted; where each key serves one block, as many as its two would."""
    x, y, start, delta = (random_words((n, 2), i) for i, n in enumerate((LABELS, LABELS, 1, 1)))
    delta |= np.uint64(1)
    out, pairs, tables = np.empty_like(x), np.empty((LABELS, 2, 2), U64), np.empty((LABELS, 2, 2), U64)
    po, px, py, ps, pd, pp, pt = (pointer(array) for array in (out, x, y, start, delta, pairs, tables))
    keys, n = _round_keys(), LABELS
    lib.parley_garble_ands(pt, po, px, py, pd, ps, 0, n)

    def hashes(name: str, blocks: int, run: Callable[[], object]) -> KernelWorkload:
        return KernelWorkload(f"labels.{name}", "labels", LABELS, run, "aes", blocks, _peers(x) if blocks == 1 else {})

    def rekeyed(name: str, unit: str, count: int, blocks: int, run: Callable[[], object]) -> KernelWorkload:
        return KernelWorkload(f"labels.{name}", unit, count, run, "aes_rekey", blocks)

    return [
        hashes("hash_cr", 1, partial(lib.parley_hash_cr, po, px, keys, n)),
        hashes("hash_ccr", 1, partial(lib.parley_hash_ccr, po, px, keys, n)),
        hashes("hash_tccr", 2, partial(lib.parley_hash_tccr, po, px, keys, 0, n)),
        hashes("tree_level", 2, partial(lib.parley_tree_level, pp, px, keys, n)),
        hashes("half_tree_level", 1, partial(lib.parley_half_tree_level, pp, px, keys, n)),
        rekeyed("hash_rekeyed", "labels", n, 2, partial(lib.parley_hash_rekeyed, po, px, ps, 0, n, 1)),
        rekeyed("hash_rekeyed_pairs", "labels", n, 1, partial(lib.parley_hash_rekeyed, po, px, ps, 0, n // 2, 2)),
        rekeyed("garble_ands", "gates", n, 4, partial(lib.parley_garble_ands, pt, po, px, py, pd, ps, 0, n)),
        rekeyed("evaluate_ands", "gates", n, 4, partial(lib.parley_evaluate_ands, po, px, py, pt, ps, 0, n)),
    ]


def _round_keys() -> Pointer:
    """Those of two keys; the second is of a tree's right children."""
    keys = bytearray(2 * 176)
    for i in range(2):
        place = ffi.from_buffer(BYTES, memoryview(keys)[176 * i :])
        lib.parley_aes_expand_key(place, ffi.from_buffer(BYTES, FIXED_KEY))
    return ffi.from_buffer(BYTES, keys)


def _peers(x: Words) -> dict[str, Callable[[], object]]:
    """What a Python user has for one fixed key: the blocks in one call of a library, the sum in numpy's."""
    try:
        from Crypto.Cipher import AES
    except ImportError:
        return {}
    cipher, blocks = AES.new(FIXED_KEY, AES.MODE_ECB), x.tobytes()
    return {"pycryptodome": lambda: np.frombuffer(cipher.encrypt(blocks), U64) ^ x.ravel()}
