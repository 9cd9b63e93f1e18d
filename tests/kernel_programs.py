"""Programs of gates on labels, as the kernels that walk through circuits take them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from native import BYTES, WORDS, Pointer, ffi, lib

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int32]
SLOTS = 11
_TYPES = {np.dtype(np.uint64): WORDS, np.dtype(np.uint8): BYTES, np.dtype(np.int32): ffi.typeof("int32_t[]")}


def p(x: npt.NDArray[np.generic]) -> Pointer:
    """What a kernel takes."""
    return ffi.from_buffer(_TYPES[x.dtype], x)


def labels(*shape: int, seed: int = 0) -> Words:
    """Random ones."""
    return np.random.default_rng(seed).integers(0, 2**64, (*shape, 2), np.uint64)


def random_program(seed: int, groups: int = 12) -> tuple[Numbers, Numbers]:
    """Groups of 0 to 4 gates on random slots; results of a group may fall on slots that it reads."""
    rng = np.random.default_rng(seed)
    counts = np.stack([rng.integers(0, 5, groups), rng.integers(0, 2, groups)], axis=1).astype(np.int32)
    gates = []
    for count, are_ands in counts.tolist():
        results = rng.permutation(SLOTS)[:count]
        operands = 2 * rng.integers(0, SLOTS, (count, 2)) + are_ands * rng.integers(0, 2, (count, 2))
        gates.append(np.concatenate([operands, results[:, None]], axis=1))
    return np.concatenate(gates).astype(np.int32), counts


def ands_of(groups: Numbers) -> int:
    """How many there are in one instance."""
    return int(groups[groups[:, 1] == 1, 0].sum())


def spread(slots: Words, results: Words, gates: Numbers, groups: Numbers, offset: Words) -> tuple[Words, Words]:
    """The kernel's operands of all ANDs; slots go on in place."""
    left, right = np.empty_like(results), np.empty_like(results)
    given = p(results), p(gates), p(groups), len(groups), p(offset), slots.shape[1]
    lib.parley_spread_labels(p(left), p(right), p(slots), *given)
    return left, right
