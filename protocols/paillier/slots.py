"""Where numbers lie in a plaintext: side by side in slots of one width, in words that depend on shapes alone."""

from __future__ import annotations

import numpy as np

from mpc.algebra.bigint import limbs_for
from mpc.algebra.ring import U64, Words

SPARE_BITS = 2
"""So many bits of a plaintext no slot takes: all slots together stay below half of any modulus of that length."""


def placed(numbers: Words, width: int, limbs: int) -> Words:
    """Plaintexts (..., limbs), the sums of number i times 2^(width i), of numbers (..., slots, words) below 2^width."""
    slots, words = numbers.shape[-2:]
    out = np.zeros((*numbers.shape[:-2], limbs + 1), U64)
    for slot in range(slots):
        word, shift = divmod(slot * width, 64)
        for part in range(words):
            bits = numbers[..., slot, part]
            out[..., word + part] |= bits << np.uint64(shift)
            if shift and word + part + 1 < out.shape[-1]:
                out[..., word + part + 1] |= bits >> np.uint64(64 - shift)
    return out[..., :-1]


def fields_of(plaintexts: Words, width: int, slots: int) -> Words:
    """The numbers (..., slots, words) below 2^width of which plaintexts (..., limbs) are such sums."""
    return np.stack([bits_at(plaintexts, slot * width, width) for slot in range(slots)], axis=-2)


def bits_at(numbers: Words, start: int, width: int) -> Words:
    """Bits start to start + width of numbers (..., limbs), as numbers of so many bits; above them are zeros."""
    words, (word, shift) = limbs_for(width), divmod(start, 64)
    padded = np.zeros((*numbers.shape[:-1], max(word + words + 1, numbers.shape[-1])), U64)
    padded[..., : numbers.shape[-1]] = numbers
    out: Words = np.right_shift(padded[..., word : word + words], np.uint64(shift))
    if shift:
        out |= padded[..., word + 1 : word + words + 1] << np.uint64(64 - shift)
    if width % 64:
        out[..., -1] &= np.uint64((1 << width % 64) - 1)
    return out
