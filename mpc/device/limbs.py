"""Numbers of 64-bit limbs as the limbs of 27 bits, neighbours together, that the device multiplies; and back.

Shifts and indices depend on lengths alone: the numbers may be secret.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.algebra.accelerator import Words

LIMB_BITS = 27
BLOCK = 8
MOST_LIMBS = 504
"""More limbs would overflow a column of a product."""

Limbs = npt.NDArray[np.uint32]


def limbs_for(words: int) -> int:
    """Limbs for numbers of so many words, with the two spare bits that Montgomery products without subtraction need."""
    needed = -(-(64 * words + 2) // LIMB_BITS)
    return -(-needed // BLOCK) * BLOCK


def split(numbers: Words, limbs: int, bits: int = LIMB_BITS) -> Limbs:
    """(count, words) as (limbs, count), of `bits` bits each."""
    count, words = numbers.shape
    padded = np.zeros((words + 2, count), np.uint64)
    padded[:words] = numbers.T
    first = np.minimum(bits * np.arange(limbs) // 64, words)
    shift = (np.uint64(bits) * np.arange(limbs, dtype=np.uint64) % np.uint64(64))[:, None]
    above = np.where(shift, padded[first + 1] << (np.uint64(64) - shift) % np.uint64(64), np.uint64(0))
    parts: Words = (padded[first] >> shift | above) & np.uint64(2**bits - 1)
    return parts.astype(np.uint32)


def join(parts: Limbs, words: int) -> Words:
    """(limbs, count) as (count, words); what does not fit must be 0."""
    out = np.zeros((words + 2, parts.shape[1]), np.uint64)
    for i, limb in enumerate(parts.astype(np.uint64)):
        word, shift = divmod(LIMB_BITS * i, 64)
        if word < words:
            out[word] |= limb << np.uint64(shift)
            out[word + 1] |= limb >> np.uint64(64 - shift) if shift else np.uint64(0)
    return np.ascontiguousarray(out[:words].T)
