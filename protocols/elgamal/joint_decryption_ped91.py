"""A party's part of a decryption, the proof that it is right, and what enough parts give.

Pedersen, "A threshold cryptosystem without a trusted party", EUROCRYPT 1991, section 4: of a ciphertext (R, C) party j
computes D_j = s_j R; t + 1 of these give x R by Lagrange's weights, and C - x R = m G. D_j is right if it has to the
base R the logarithm that s_j G has to G: Chaum and Pedersen's proof, CRYPTO 1992. For many ciphertexts one proof, of
their sum with weights that are hashed from all of them (small exponents; Bellare, Garay, Rabin, EUROCRYPT 1998).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpc.algebra.group import Points, Scalars, concatenate_points, dot_var
from mpc.algebra.ring import Words
from protocols.elgamal.encryption import parted
from protocols.elgamal.key_shares import KeyShare
from protocols.elgamal.sharing_shamir79 import weights_at_zero
from protocols.proofs.linear import Linear, same_logarithm
from protocols.proofs.transcript import Setting

_WEIGHT_WORDS = 2
"""Of 128 bits: a wrong part is not noticed by a chance of 2^-128 for each hash."""


def part_of(share: KeyShare, ciphertexts: Words) -> Points:
    """D_j (m,) of ciphertexts (m, 2 point_words), in constant time."""
    return parted(share.public.group, ciphertexts)[0] * share.secret_scalar


def is_right(setting: Setting, image: Points, ciphertexts: Words, part: Points) -> Linear:
    """That all of a part (m,) are right, of the party whose share has this image; its witness is the share.

    The base G and its image stand in the sum, too, with a weight of their own, so that the base of the sum is neutral
    by chance only, whatever the ciphertexts are.
    """
    group = part.group
    g = Points(group, group.generator())
    first, second = parted(group, ciphertexts)
    transcript = setting.transcript()
    transcript.absorb("part of a decryption", g, image, first, second, part)
    words = transcript.words("weights", _WEIGHT_WORDS * (len(part) + 1)).reshape(-1, _WEIGHT_WORDS)
    weights = Scalars(group.order, group.order.reduce(words))
    base, sum_of_parts = (
        dot_var(concatenate_points([one.reshape(1), many]), weights, bits=min(64 * _WEIGHT_WORDS, group.order.bits))
        for one, many in ((g, first), (image, part))
    )
    return same_logarithm([g, base], [image, sum_of_parts])


def combined(parties: Sequence[int], parts: Sequence[Points], ciphertexts: Words) -> Points:
    """m G (m,) of the right parts of threshold + 1 parties."""
    group = parts[0].group
    side_by_side = Points(group, np.stack([part.words for part in parts], axis=-2))
    return parted(group, ciphertexts)[1] - dot_var(side_by_side, weights_at_zero(parties, group.order))
