"""What can be proved of ciphertexts by whoever made them: that it knows what is in them, and what was committed to.

A ciphertext is linear in its randomness r and its message m, (r G, m G + r Y), and so is a commitment, m G + s H: both
are statements of `protocols.proofs.linear`, for `mpc.proofs.prove` and `prove_to_all`. Malicious provers are caught; a
verifier learns that the statement holds. What a range proof says of the commitment then holds of the ciphertext.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import RandomBytes
from mpc.algebra.group import Points, Scalars
from protocols.arguments import instance_of
from protocols.elgamal.ciphertexts import Ciphertexts, ciphertexts_of
from protocols.elgamal.keys import PublicKey
from protocols.elgamal.plaintexts import FRACTIONAL_BITS, to_scalars
from protocols.homomorphic.encoding import encode
from protocols.proofs.linear import Linear
from protocols.proofs.pedersen import Pedersen, opening_witness
from protocols.proofs.refusals import require_one_shape


@dataclass(frozen=True, slots=True)
class Encrypted:
    """Ciphertexts with the secret messages and randomness in them, for proofs; they may leave as they are, once."""

    ciphertexts: Ciphertexts
    messages: Scalars = field(repr=False)
    randomness: Scalars = field(repr=False)

    def witness(self, blindings: Scalars | None = None) -> Scalars:
        """Of `known_plaintexts`; with the blindings of commitments to `messages` that of `same_as_committed`."""
        secrets = [self.randomness, self.messages, *([] if blindings is None else [blindings])]
        return opening_witness(*secrets)


def encrypt_to_prove(
    key: PublicKey,
    values: npt.ArrayLike,
    *,
    fractional_bits: int | None = None,
    bound: float | None = None,
    source: RandomBytes = os.urandom,
) -> Encrypted:
    """As `PublicKey.encrypt`, with what a proof takes."""
    instance_of(key, "key", PublicKey, "a public key of ElGamal's")
    encoded = encode(values, fractional_bits=fractional_bits, bound=bound, reals=FRACTIONAL_BITS)
    messages = to_scalars(encoded, key.group)
    r = Scalars.random(key.group.order, messages.shape, source)
    words = key.encryption.encrypted(messages, r)
    return Encrypted(Ciphertexts(key.encryption, words, encoded.scale, fresh=True), messages, r)


def known_plaintexts(ciphertexts: Ciphertexts) -> Linear:
    """That the prover knows message and randomness of each ciphertext: who has copied one, or computed it of others',
    has no witness."""
    return _linear(ciphertexts_of(ciphertexts), [])


def same_as_committed(ciphertexts: Ciphertexts, commitments: Points, pedersen: Pedersen) -> Linear:
    """That, place by place, ciphertexts hold what commitments of the same shape are to, and the prover knows it."""
    instance_of(commitments, "commitments", Points, "elements, as `pedersen().commit` gives them")
    instance_of(pedersen, "pedersen", Pedersen, "what `mpc.proofs.pedersen` gives")
    require_one_shape([ciphertexts_of(ciphertexts).shape, commitments.shape])
    return _linear(ciphertexts, [commitments], pedersen.h)


def _linear(ciphertexts: Ciphertexts, commitments: list[Points], *h: Points) -> Linear:
    """Rows R = r G, C = r Y + m G, and P = m G + s H of commitments; scalars r, m, s."""
    key = ciphertexts.encryption.key
    g = Points(key.group, key.group.generator())
    rows = [[g, g, *h], [key, g, *h], *[[g, g, *h]] * len(h)]
    there = np.array([[True, False, False], [True, True, False], [False, True, True]])[: len(rows), : 2 + len(h)]
    bases = Points(key.group, np.stack([np.stack([base.words for base in row]) for row in rows]))
    images = np.stack([image.words for image in (*ciphertexts.parts, *commitments)], axis=-2)
    return Linear(bases, Points(key.group, images), there)
