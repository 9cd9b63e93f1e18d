"""That a decryption, a product and a partial decryption are right; by who has the key, a factor, or a key's share.

Canetti, Gennaro, Goldfeder, Makriyannis, Peled, eprint 2021/060, Pi^mul and Pi^dec; Damgard, Jurik, PKC
2001, section 5, for N-th powers and for shares. Without a range: challenges of 128 bits are shorter than any factor of
a modulus whose two proofs hold, and so their differences have inverses modulo N.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from mpc.algebra.bigint import Modulus, RandomBytes, from_ints
from mpc.algebra.ring import Words
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.group import Group
from protocols.paillier.keys import PrivateKey
from protocols.paillier.plaintexts import checked
from protocols.proofs.encryption_cggmp21 import Encrypted, range_bits, require_s_one
from protocols.proofs.hidden_order import Relation, prove_relation
from protocols.proofs.hidden_rows import Number, OnePlus, Powers
from protocols.proofs.refusals import unfit
from protocols.proofs.strength import STANDARD, Strength
from protocols.proofs.transcript import Bytes, Setting
from protocols.proofs.whole_numbers import resized


def decrypts_to(ciphertexts: Ciphertexts, messages: Words, strength: Strength = STANDARD) -> Relation:
    """The statement: ciphertexts (any shape, not empty) hold `messages` (count, limbs), public numbers below N^s.

    C (1 + N)^-m is the N^s-th power of a unit, which a ciphertext of another number is not.
    """
    group = ciphertexts.group
    if (
        messages.shape != (ciphertexts.size, group.messages.limbs)
        or (group.messages.reduce(messages) != messages).any()
    ):
        raise unfit("one plaintext for each ciphertext", "give what was decrypted, in words")
    negative = group.messages.sub(np.zeros_like(messages), messages)
    about = (_numbers(ciphertexts).tobytes(), messages.tobytes())
    return Relation("decryption", (), [_power(group, ciphertexts, negative)], (group.units,), strength, about)


def prove_decryption(
    setting: Setting, key: PrivateKey, ciphertexts: Ciphertexts, messages: Words, source: RandomBytes = os.urandom
) -> Bytes:
    """A proof of `decrypts_to` by the key's owner. LocalError `wrong-witness` where a number is another one.

    rho is the N^s-th root of C modulo N, of which the message is no part.
    """
    rho = key.randomisers_of(ciphertexts)
    return prove_relation(setting, decrypts_to(ciphertexts, messages), (), (rho,), source)


def multiplied(
    factors: Ciphertexts, others: Ciphertexts, products: Ciphertexts, strength: Strength = STANDARD
) -> Relation:
    """The statement: products = others * x + fresh encryptions of zero, for the x that `factors` hold. One shape each.

    The prover knows x < N and rho_x of `factors` = X, and rho with C = Y^x rho^N. Witness: x; rho_x, rho.
    """
    group = require_s_one(factors.group)
    if not factors.shape == others.shape == products.shape or {group.fingerprint} != {
        others.group.fingerprint, products.group.fingerprint
    }:  # fmt: skip
        raise unfit("factors, others and products are of one key and one shape", "give three such arrays")
    x, y, c = (
        group.form.out_of(each.words.reshape(-1, group.ciphertexts.limbs)) for each in (factors, others, products)
    )
    rows = [
        Powers(group.ciphertexts, x, ((OnePlus(group.messages), 0),), 0),
        Powers(group.ciphertexts, c, ((Number(y), 0),), 1),
    ]
    return Relation("multiplication", (group.n.bit_length(),), rows, (group.messages, group.messages), strength)


def multiply_to_prove(others: Ciphertexts, x: Encrypted, source: RandomBytes = os.urandom) -> tuple[Ciphertexts, Words]:
    """others * x, elementwise, for a secret x that this party encrypted under the same key, and the secret rho of who
    computed it. LocalError `paillier-overflow`, `wrong-statement`."""
    group, count = require_s_one(others.group), others.size
    if others.shape != x.shape:
        raise unfit("factors and others are of one shape", "give two such arrays")
    scale = checked(others.scale.times(x.scale), group)
    rho, flat = group.messages.random_units(count, source), others.words.reshape(count, group.ciphertexts.limbs)
    power = group.form.power(flat, plain_numbers(group, x), bits=group.n.bit_length())
    hidden = group.form.into(group.ciphertexts.power_var(resized(rho, group.ciphertexts.limbs), group.n))
    words = group.form.mul(power, hidden).reshape(others.words.shape)
    return Ciphertexts(others.encryption, words, scale, fresh=True), rho


def prove_multiplied(
    setting: Setting,
    x: Encrypted,
    others: Ciphertexts,
    products: Ciphertexts,
    rho: Words,
    source: RandomBytes = os.urandom,
) -> Bytes:
    """A proof of `multiplied` by who computed the products by `multiply_to_prove`. LocalError `wrong-witness`."""
    relation, numbers = multiplied(x.ciphertexts, others, products), plain_numbers(others.group, x)
    return prove_relation(setting, relation, [numbers], [x.randomisers, rho], source)


def plain_numbers(group: Group, x: Encrypted) -> Words:
    """Plaintexts (count, limbs) below N: k less what no number is negative by."""
    shift = from_ints([1 << range_bits(x.scale) - 1], group.messages.limbs)
    return group.messages.sub(resized(x.numbers, group.messages.limbs), shift)


def same_exponent(
    modulus: Modulus, bases: Sequence[Words], images: Sequence[Words], bits: int, strength: Strength = STANDARD
) -> Relation:
    """The statement: bases[j]^x = images[j] modulo `modulus` for all j and one x of at most `bits` + epsilon bits.

    For partial decryptions: v^x = v_i for the public verification key of a share x, and c'^x = c_i for c' = c^4 delta.
    bases: (limbs,) or (count, limbs), images (count, limbs). What is proved is true up to elements of order 2, so that
    bases and images are to be squares, and the order of the squares must have no small factor: safe primes.
    """
    if len(bases) != len(images) or not bases:
        raise unfit("one image for each base", "give as many, at least one")
    rows = [Powers(modulus, image, ((Number(base), 0),)) for base, image in zip(bases, images, strict=True)]
    return Relation("same exponent", (bits,), rows, strength=strength)


def _numbers(ciphertexts: Ciphertexts) -> Words:
    """Plain numbers (count, limbs)."""
    group = ciphertexts.group
    return group.form.out_of(ciphertexts.words.reshape(-1, group.ciphertexts.limbs))


def _power(group: Group, ciphertexts: Ciphertexts, negative: Words) -> Powers:
    shift = group.powers_of_g(negative)
    words = group.form.mul(ciphertexts.words.reshape(-1, group.ciphertexts.limbs), shift)
    return Powers(group.ciphertexts, group.form.out_of(words), (), 0)
