"""Numbers that everybody may know, as factors of ciphertexts."""

from __future__ import annotations

import numpy.typing as npt

from protocols.homomorphic.encoded import Encoded
from protocols.homomorphic.encoding import exactly, rounded


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
    infinities and what is no real number, `wrong-number` for fractional bits that cannot be.
    """
    return Public(exactly(values) if fractional_bits is None else rounded(values, fractional_bits))
