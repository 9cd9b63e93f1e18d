"""Ciphertexts to the powers of numbers: products of what they hold.

Secret exponents are raised in constant time, with the bits of their bound, and their signs choose between a ciphertext
and its inverse by a mask. Public ones (`public`) may take a time that depends on them.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.ring import Words
from protocols.homomorphic.encoded import Encoded
from protocols.paillier.group import Group


def scaled(group: Group, ciphertexts: Words, factors: Encoded) -> Words:
    """The form of ciphertexts^factors, elementwise, for secret factors: shapes broadcast."""
    form = group.form
    shape = np.broadcast_shapes(ciphertexts.shape[:-1], factors.shape)
    bases = np.broadcast_to(ciphertexts, (*shape, group.ciphertexts.limbs))
    if factors.signed:
        opposite = np.broadcast_to(form.inverse(ciphertexts), bases.shape)
        mask = np.broadcast_to(factors.negative, shape)[..., None]
        bases = bases ^ ((bases ^ opposite) & mask)
    return form.power(bases, factors.magnitudes, bits=factors.bits)


def scaled_var(group: Group, ciphertexts: Words, factors: Encoded) -> Words:
    """The same for public factors."""
    form = group.form
    if not factors.shape:
        exponent = int.from_bytes(factors.magnitudes.tobytes(), "little")
        power = form.power_var(ciphertexts, exponent)
        return form.inverse(power) if factors.negative else power
    shape = np.broadcast_shapes(ciphertexts.shape[:-1], factors.shape)
    bases = np.broadcast_to(ciphertexts, (*shape, group.ciphertexts.limbs))
    powers = form.power(bases, factors.magnitudes, bits=factors.bits)
    negative = np.broadcast_to(factors.negative != 0, shape)
    powers[negative] = form.inverse(powers[negative])
    return powers
