"""Arrays of ElGamal's ciphertexts, of one key, one scale and any shape."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NoReturn

import numpy as np

from mpc.algebra.bigint import RandomBytes
from mpc.algebra.group import Group, Points, Scalars
from mpc.algebra.ring import Words, contiguous
from mpc.errors import LocalError
from protocols.elgamal.encryption import Encryption, parted
from protocols.elgamal.plaintexts import checked
from protocols.elgamal.scaling import products, scaled
from protocols.homomorphic.encoding import Encoded, Scale, modulo
from protocols.homomorphic.encrypted_array import EncryptedArray


class Ciphertexts(EncryptedArray):
    """Encrypted numbers of any shape, as `EncryptedArray` says. A bound that could not be decrypted is refused before
    anything is computed: `elgamal-overflow`."""

    __slots__ = ("encryption",)

    def __init__(self, encryption: Encryption, words: Words, scale: Scale, *, fresh: bool) -> None:
        """words: (*shape, 2 point_words). `fresh`: they were encrypted or rerandomised here, for this."""
        self.encryption = encryption
        super().__init__(words, scale, fresh=fresh)

    @property
    def group(self) -> Group:
        return self.encryption.group

    @property
    def fingerprint(self) -> bytes:
        return self.encryption.fingerprint

    @property
    def parts(self) -> tuple[Points, Points]:
        """r G and m G + r Y, each of the array's shape; as they are, so not for whoever must not compare."""
        return parted(self.group, self.words)

    def rerandomised(self, source: RandomBytes = os.urandom) -> Ciphertexts:
        """Other ciphertexts of the same numbers, which show nothing of how they were computed."""
        return Ciphertexts(self.encryption, self.encryption.rerandomise(self.words, source), self.scale, fresh=True)

    def _like(self, words: Words, scale: Scale) -> Ciphertexts:
        return Ciphertexts(self.encryption, words, scale, fresh=False)

    def _checked(self, scale: Scale) -> Scale:
        return checked(scale, self.group)

    def _added(self, x: Words, y: Words) -> Words:
        shape = np.broadcast_shapes(x.shape, y.shape)
        return (self._elements(np.broadcast_to(x, shape)) + self._elements(np.broadcast_to(y, shape))).words.reshape(
            shape
        )

    def _negated(self) -> Words:
        return (-self._elements(self.words)).words.reshape(self.words.shape)

    def _total(self, words: Words) -> Words:
        return self._elements(words).sum(0).words.reshape(words.shape[1:])

    def _times(self, factors: Encoded, *, known: bool) -> Words:
        return scaled(self.group, self.words, factors)

    def _products(self, matrix: Encoded, columns: Words, *, known: bool) -> Words:
        return products(self.group, matrix, columns, public=known)

    def _shifted(self, plain: Encoded, scale: Scale, *, negative: bool) -> Ciphertexts:
        order = self.group.order
        messages = Scalars(order, modulo(plain, order))
        messages = messages * Scalars.of(order, 1 << scale.fractional_bits - plain.scale.fractional_bits)
        return self._like(self.encryption.plus(self.words, -messages if negative else messages), scale)

    def _elements(self, words: Words) -> Points:
        """All elements of ciphertexts, with an axis of two."""
        return Points(self.group, contiguous(words).reshape(*words.shape[:-1], 2, self.group.point_words))

    def _refuse_other_key(self) -> NoReturn:
        raise LocalError(
            "elgamal-other-key",
            "ciphertexts of two keys do not compute together",
            "have one party encrypt again under the other's key",
        )

    def _refuse_product(self) -> NoReturn:
        raise LocalError(
            "elgamal-product",
            "two ciphertexts cannot be multiplied: this cryptosystem adds",
            "multiply by numbers, or share the values and multiply the shares",
        )

    def __repr__(self) -> str:
        return f"Ciphertexts(shape {self.shape}, {self.fractional_bits} fractional bits, key {self.encryption.name})"


def concatenate(arrays: Sequence[Ciphertexts], axis: int = 0) -> Ciphertexts:
    """Arrays of one key behind each other along an axis, with the finest of their scales and the largest bound."""
    return arrays[0]._behind(list(arrays[1:]), axis)
