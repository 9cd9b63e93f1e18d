"""Arrays of Paillier's ciphertexts, of one key, one scale and any shape."""

from __future__ import annotations

import numpy as np

from mpc.algebra.bigint import from_ints, to_ints
from mpc.algebra.ring import Words
from protocols.homomorphic.encoded import Encoded
from protocols.homomorphic.encrypted_array import EncryptedArray
from protocols.homomorphic.scale import Scale
from protocols.paillier.encryption import Encryption
from protocols.paillier.group import Group
from protocols.paillier.matrices import product, product_var
from protocols.paillier.plaintexts import checked, to_messages
from protocols.paillier.refusals import REFUSALS
from protocols.paillier.scaling import scaled, scaled_var


class Ciphertexts(EncryptedArray[Encryption]):
    """Encrypted numbers of any shape, as `EncryptedArray` says. A bound that a plaintext cannot hold is refused before
    anything is computed: `paillier-overflow`."""

    __slots__ = ()
    refusals = REFUSALS

    @property
    def group(self) -> Group:
        return self.encryption.group

    def integers(self) -> list[int]:
        """The ciphertexts as integers below N^(s+1), in C order; as they are, so not for whoever must not compare."""
        return to_ints(self.group.form.out_of(self.words))

    def plus_messages(self, messages: Words, scale: Scale, *, negative: bool = False) -> Ciphertexts:
        """With plaintexts (*shape, messages.limbs) added, or taken off, and the scale that this gives."""
        group = self.group
        if negative:
            messages = group.messages.sub(np.zeros_like(messages), messages)
        return self._like(group.form.mul(self.words, group.powers_of_g(messages)), scale)

    def _checked(self, scale: Scale) -> Scale:
        return checked(scale, self.group)

    def _added(self, x: Words, y: Words) -> Words:
        return self.group.form.square(x) if x is y else self.group.form.mul(x, y)

    def _negated(self) -> Words:
        return self.group.form.inverse(self.words)

    def _total(self, words: Words) -> Words:
        return self.group.form.product(words)

    def _times(self, factors: Encoded, *, known: bool) -> Words:
        return (scaled_var if known else scaled)(self.group, self.words, factors)

    def _products(self, matrix: Encoded, columns: Words, *, known: bool) -> Words:
        multiply = product_var if known else product
        parts = [multiply(self.group, matrix, columns[:, i]) for i in range(columns.shape[1])]
        return np.stack(parts, axis=1) if parts else columns[:0].reshape(matrix.shape[0], 0, columns.shape[-1])

    def _shifted(self, plain: Encoded, scale: Scale, *, negative: bool) -> Ciphertexts:
        messages = to_messages(plain, self.group)
        if shift := scale.fractional_bits - plain.scale.fractional_bits:
            factor = from_ints([1 << shift], self.group.messages.limbs)[0]
            messages = self.group.messages.mul(messages, factor)
        return self.plus_messages(messages, scale, negative=negative)

    def _with(self, other: Ciphertexts) -> Ciphertexts:
        """The same, rerandomised by the longer exponents of the two: who chose them may rely on them."""
        if self.encryption.randomisers.bits >= other.encryption.randomisers.bits:
            return self
        return Ciphertexts(other.encryption, self.words, self.scale, fresh=False)
