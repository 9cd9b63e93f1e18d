"""What Paillier's plaintexts hold: signed numbers modulo N^s.

A negative number stands as N^s less its magnitude. A bound that passes N^s / 2 is refused before anything is computed,
so nothing wraps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import to_ints
from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError
from protocols.homomorphic.encoded import Encoded, all_ones, chosen, modulo
from protocols.homomorphic.encoding import MOST_FRACTIONAL_BITS, numbers_of
from protocols.homomorphic.scale import Scale
from protocols.paillier.group import Group
from protocols.paillier.refusals import REFUSALS

_WORD = 2**63


def checked(scale: Scale, group: Group) -> Scale:
    """A scale that plaintexts of the group hold; else LocalError `paillier-overflow`."""
    if 2 * scale.bound >= group.messages.n or scale.fractional_bits > MOST_FRACTIONAL_BITS:
        raise LocalError(
            "paillier-overflow",
            f"a result may take {scale.bound.bit_length()} bits and a sign, {scale.fractional_bits} of them a "
            f"fraction; plaintexts of this key have {group.messages.bits}",
            "declare closer bounds where values are encrypted (`bound=`), use fewer fractional bits, decrypt in "
            "between, or make a key with a larger s",
        )
    return scale


def to_messages(encoded: Encoded, group: Group) -> Words:
    """Plaintexts (*shape, messages.limbs), in a time that depends on the shape alone."""
    checked(encoded.scale, group)
    return modulo(encoded, group.messages)


def from_messages(messages: Words, scale: Scale, group: Group) -> npt.NDArray[Any]:
    """The numbers that plaintexts (*shape, limbs) stand for: float64 where there are fractional bits, else whole ones.

    Whole numbers are int64 where all of them fit, else Python's. A magnitude above the bound raises LocalError
    `paillier-beyond-bound`; a number too large for a float `out-of-range`.
    """
    magnitudes, negative = _signed(messages, scale, group)
    shape = negative.shape
    if not magnitudes[..., 1:].any() and (magnitudes[..., 0] < _WORD).all():
        sizes = magnitudes[..., 0].astype(np.int64)
        wholes = np.where(negative != 0, -sizes, sizes)
        return np.ldexp(wholes.astype(np.float64), -scale.fractional_bits) if scale.fractional_bits else wholes
    signs = np.where(negative != 0, -1, 1).ravel().tolist()
    return numbers_of([sign * size for sign, size in zip(signs, to_ints(magnitudes), strict=True)], shape, scale)


def _signed(messages: Words, scale: Scale, group: Group) -> tuple[Words, Words]:
    """Magnitudes (*shape, scale.words) and masks of the negative ones."""
    words, modulus = scale.words, group.messages
    opposite = modulus.sub(np.zeros_like(messages), messages)
    if words == modulus.limbs:
        upper = np.array([2 * m > modulus.n for m in to_ints(messages)], np.bool_).reshape(messages.shape[:-1])
        negative = all_ones(upper)
    else:
        negative = all_ones(np.bitwise_or.reduce(messages[..., words:], axis=-1) != 0)
    magnitudes = chosen(negative, opposite, messages)
    largest = scale.bound.to_bytes(8 * modulus.limbs, "little")
    over = _above(magnitudes, np.frombuffer(largest, U64))
    if over.any():
        raise REFUSALS.of_a_number_beyond()
    return magnitudes[..., :words], negative


def _above(x: Words, limit: Words) -> npt.NDArray[np.bool_]:
    """Whether numbers are above one number of as many words."""
    above = np.zeros(x.shape[:-1], np.bool_)
    for word in range(x.shape[-1]):
        above = np.where(x[..., word] == limit[word], above, x[..., word] > limit[word])
    return above
