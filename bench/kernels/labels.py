"""Hashes of labels, levels of seed trees and garbled gates, in arrays that the second-level cache holds.

Of each way of garbling: gates side by side, and all ANDs and XORs of AES-128 for 32 instances, without a network.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from mpc.algebra.ring import U64, Words, pointer
from mpc.garbling import Gates
from mpc.label_hash import FIXED_KEY
from native import BYTES, Pointer, ffi, lib
from protocols.circuits.library import aes
from protocols.garbled.program import program_of

LABELS = 1 << 12
INSTANCES = 32
NUMBERS = ffi.typeof("int32_t[]")


def workloads() -> list[KernelWorkload]:
    """A limit counts the blocks that are encrypted; where each key serves one block, as many as its two would."""
    x, y, start, delta = (random_words((n, 2), i) for i, n in enumerate((LABELS, LABELS, 1, 1)))
    delta |= np.uint64(1)
    out, pairs, tables, more = np.empty_like(x), *(np.empty((LABELS, 2, 2), U64) for _ in range(3))
    po, px, py, ps, pd, pp, pt = (pointer(array) for array in (out, x, y, start, delta, pairs, tables))
    keys, n = _round_keys(), LABELS
    lib.parley_garble_ands(pt, po, px, py, pd, ps, 0, n)
    left, right, third = (pointer(random_words((LABELS, 2), seed)) for seed in (5, 6, 7))
    joint = left, right, third, px, py, pd, ps
    sliced, dice = _sliced(more, LABELS), ffi.from_buffer(BYTES, random_words(LABELS // 8, 4))
    lib.parley_garble_three_halves(*sliced, po, px, py, pd, ps, dice, 0, n)

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
        rekeyed("garble_jointly", "gates", n, 4, partial(lib.parley_garble_jointly, *joint, 0, n)),
        rekeyed("evaluate_jointly", "gates", n, 4, partial(lib.parley_evaluate_jointly, po, px, py, ps, 0, n)),
        rekeyed(
            "garble_three_halves", "gates", n, 6,
            partial(lib.parley_garble_three_halves, *sliced, po, px, py, pd, ps, dice, 0, n),
        ),
        rekeyed(
            "evaluate_three_halves", "gates", n, 6,
            partial(lib.parley_evaluate_three_halves, po, px, py, *sliced, ps, 0, n),
        ),
        *_whole_circuits(pd, ps),
    ]  # fmt: skip


def _whole_circuits(delta: Pointer, start: Pointer) -> list[KernelWorkload]:
    """AES-128, garbled and evaluated in memory; each piece's tables take the place of the one before."""
    circuit = aes()
    program = program_of(circuit, INSTANCES)
    most = max(gates.ands for gates in program.runs) * INSTANCES
    slots, work, tables = (
        random_words((program.slots, INSTANCES, 2)),
        np.empty((most, 2, 2), U64),
        np.empty(4 * most, U64),
    )
    place, scratch, blocks, sliced = pointer(slots), pointer(work), pointer(tables), _sliced(tables, most)
    dice = ffi.from_buffer(BYTES, random_words(most // 8 + 1, 1))
    of_parts = [(*_numbers(gates), len(gates.groups)) for gates in program.runs]

    def half_gates_garble() -> None:
        for part in of_parts:
            lib.parley_garble_circuit(blocks, place, scratch, *part, delta, start, 0, INSTANCES)

    def half_gates_evaluate() -> None:
        for part in of_parts:
            lib.parley_evaluate_circuit(place, scratch, blocks, *part, start, 0, INSTANCES)

    def three_halves_garble() -> None:
        for part in of_parts:
            lib.parley_garble_three_halves_circuit(*sliced, place, scratch, *part, delta, start, dice, 0, INSTANCES)

    def three_halves_evaluate() -> None:
        for part in of_parts:
            lib.parley_evaluate_three_halves_circuit(place, scratch, *sliced, *part, start, 0, INSTANCES)

    ways = [
        ("half_gates_aes_garble", 4, half_gates_garble), ("half_gates_aes_evaluate", 4, half_gates_evaluate),
        ("three_halves_aes_garble", 6, three_halves_garble), ("three_halves_aes_evaluate", 6, three_halves_evaluate),
    ]  # fmt: skip
    count = circuit.ands * INSTANCES
    return [KernelWorkload(f"labels.{name}", "gates", count, run, "aes_rekey", blocks) for name, blocks, run in ways]


def _numbers(gates: Gates) -> tuple[Pointer, Pointer]:
    return ffi.from_buffer(NUMBERS, gates.gates), ffi.from_buffer(NUMBERS, gates.groups)


def _sliced(tables: Words, gates: int) -> tuple[Pointer, Pointer, Pointer]:
    """Room for pairs, third words and control bits of so many gates."""
    pairs, thirds, controls = np.split(tables.reshape(-1)[: 3 * gates + gates // 8 + 1], [2 * gates, 3 * gates])
    return pointer(pairs), pointer(thirds), ffi.from_buffer(BYTES, controls)


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
