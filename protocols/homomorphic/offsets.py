"""Signed numbers as positive ones, by an offset: words that hold no sign, for exponents and for slots."""

from __future__ import annotations

import numpy as np

from mpc.algebra.bigint import from_ints, limbs_for
from mpc.algebra.ring import U64, Words
from protocols.homomorphic.encoded import Encoded, widened


def raised(numbers: Encoded, bits: int) -> Words:
    """numbers + 2^bits, (*shape, words) of bits + 1 bits, for magnitudes below 2^bits; in constant time."""
    words = limbs_for(bits + 1)
    sizes = numbers.magnitudes[..., :words]
    sizes = widened(sizes, words)
    signed = _plus(sizes ^ numbers.negative[..., None], numbers.negative & np.uint64(1))
    out, carry = signed, np.zeros(signed.shape[:-1], U64)
    for word, part in enumerate(from_ints([1 << bits], words)[0]):
        partial = signed[..., word] + part
        total = partial + carry
        carry = (partial < part).astype(U64) | (total < carry).astype(U64)
        out[..., word] = total
    return out


def _plus(x: Words, bit: Words) -> Words:
    """x + a bit, modulo 2^(64 words)."""
    out, carry = np.empty_like(x), bit
    for word in range(x.shape[-1]):
        out[..., word] = x[..., word] + carry
        carry = carry & (out[..., word] == 0).astype(U64)
    return out
