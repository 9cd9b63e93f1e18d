"""Arrays of ElGamal's ciphertexts, of one key, one scale and any shape."""

from __future__ import annotations

import numpy as np

from mpc.algebra.group import Group, Points, Scalars
from mpc.algebra.ring import Words, contiguous
from protocols.elgamal.encryption import Encryption, parted
from protocols.elgamal.plaintexts import checked
from protocols.elgamal.refusals import REFUSALS
from protocols.elgamal.scaling import products, scaled
from protocols.homomorphic.encoded import Encoded, modulo
from protocols.homomorphic.encrypted_array import EncryptedArray, of_system
from protocols.homomorphic.scale import Scale


class Ciphertexts(EncryptedArray[Encryption]):
    """Encrypted numbers of any shape, as `EncryptedArray` says. A bound that could not be decrypted is refused before
    anything is computed: `elgamal-overflow`."""

    __slots__ = ()
    refusals = REFUSALS

    @property
    def group(self) -> Group:
        return self.encryption.group

    @property
    def parts(self) -> tuple[Points, Points]:
        """r G and m G + r Y, each of the array's shape; as they are, so not for whoever must not compare."""
        return parted(self.group, self.words)

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


def ciphertexts_of(array: Ciphertexts) -> Ciphertexts:
    """An array of ElGamal's ciphertexts. LocalError `no-ciphertexts` for anything else."""
    return of_system(array, Ciphertexts, "ElGamal's")
