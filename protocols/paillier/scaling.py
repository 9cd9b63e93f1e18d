"""Ciphertexts to the powers of numbers: products of what they hold.

Secret exponents are raised in constant time, with the bits of their bound, and their signs choose between a ciphertext
and its inverse by a mask. Public ones (`public`) may take a time that depends on them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.algebra.ring import Words
from protocols.paillier.encoding import Encoded, exactly, rounded
from protocols.paillier.group import Group


class Public:
    """Numbers that everybody may know, as factors: products by them take a time that depends on them."""

    __slots__ = ("encoded",)
    __array_ufunc__ = None

    def __init__(self, encoded: Encoded) -> None:
        self.encoded = encoded

    @property
    def shape(self) -> tuple[int, ...]:
        return self.encoded.shape

    @property
    def T(self) -> Public:
        """Its transpose."""
        return Public(self.encoded.T)

    def __repr__(self) -> str:
        return f"Public(shape {self.shape}, {self.encoded.scale.fractional_bits} fractional bits)"


def public(values: npt.ArrayLike, *, fractional_bits: int | None = None) -> Public:
    """Numbers of any shape as public factors of ciphertexts: exactly, or with so many fractional bits.

    Their largest magnitude counts in the bound of what is computed with them. LocalError `not-a-number` for NaN,
    infinities and what is no real number.
    """
    return Public(exactly(values) if fractional_bits is None else rounded(values, fractional_bits))


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
