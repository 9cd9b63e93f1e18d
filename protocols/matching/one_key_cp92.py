"""That all of a peer's evaluations are by one key, of which it has told the image K = k G.

Chaum and Pedersen, CRYPTO 1992, of one sum of all elements with weights that are hashed from all of them, as the
verifiable mode of RFC 9497 has it (section 2.2.1). Without it, whoever holds the key could answer some questions with
another one, and learn from what becomes of them which were about its identifiers.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.bigint import RandomBytes
from mpc.algebra.group import Bytes, Points, Scalars, concatenate_points, dot_var
from mpc.algebra.ristretto import ORDER, generator
from protocols.proofs import proof as sigma
from protocols.proofs.linear import Linear, same_logarithm
from protocols.proofs.transcript import Setting, Transcript

_WEIGHT_WORDS = 2
"""Of 128 bits: a wrong evaluation is not noticed by a chance of 2^-128 for each hash."""

PROOF_BYTES = sigma.proof_bytes(same_logarithm([generator(), generator()], [generator(), generator()]))


def prove_one_key(
    setting: Setting, key: Scalars, image: Points, asked: tuple[Points, Bytes], answers: Bytes, source: RandomBytes
) -> Bytes:
    """The proof (PROOF_BYTES,) that `answers`, encodings of k times what was asked, are by the key () of `image`."""
    base = _weighed(generator(), asked[0], _weights(setting, image, asked[1], answers))
    return sigma.prove(setting, _statement(base, image, base * key), key.reshape(1), source)


def verify_one_key(
    setting: Setting, image: Points, asked: tuple[Points, Bytes], answers: tuple[Points, Bytes], proof: Bytes
) -> None:
    """Raise unless the proof holds: PeerError or Abort as `protocols.proofs.proof.verify`."""
    weights = _weights(setting, image, asked[1], answers[1])
    base, total = _weighed(generator(), asked[0], weights), _weighed(image, answers[0], weights)
    sigma.verify(setting, _statement(base, image, total), proof)


def _statement(base: Points, image: Points, total: Points) -> Linear:
    return same_logarithm([generator(), base], [image, total])


def _weights(setting: Setting, image: Points, asked: Bytes, answers: Bytes) -> Scalars:
    """One for the generator and its image, so that the base is neutral by chance only; one for each element."""
    transcript: Transcript = setting.transcript()
    transcript.absorb("evaluations by one key", image, len(asked), asked.tobytes(), answers.tobytes())
    words = transcript.words("weights", _WEIGHT_WORDS * (len(asked) + 1)).reshape(-1, _WEIGHT_WORDS)
    long = np.zeros((len(words), ORDER.limbs), np.uint64)
    long[:, :_WEIGHT_WORDS] = words
    return Scalars(ORDER, long)


def _weighed(first: Points, others: Points, weights: Scalars) -> Points:
    return dot_var(concatenate_points([first.reshape(1), others]), weights, bits=64 * _WEIGHT_WORDS)
