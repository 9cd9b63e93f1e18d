"""What is proved of the product that is kept: three relations between ciphertexts and commitments to shares.

A party's x of p and of q stand in S_p and S_q, by the verifier's ring-Pedersen parameters, in all of them. The asker
proves that its ciphertexts C_p and C_q hold the shares that these stand for (`encrypts`), and that N = D + p q modulo
its key (`multiplies`); the answerer, that D was made of its own two shares (`answers`). All are instances of
protocols/proofs/hidden_order.py, zero-knowledge, and sound under the strong RSA assumption, for numbers that may be
epsilon bits longer than they are said to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.bigint import RandomBytes, from_ints, limbs_for
from mpc.algebra.ring import Words
from protocols.joint_keys.lengths_flop18 import Lengths
from protocols.joint_keys.products_flop18 import as_ciphertexts
from protocols.paillier.group import Group
from protocols.paillier.keys import PrivateKey
from protocols.proofs.hidden_order import Relation, prove_relation, verify_relation
from protocols.proofs.hidden_rows import Number, Powers, Row
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersen
from protocols.proofs.strength import STANDARD
from protocols.proofs.transcript import Bytes, Setting
from protocols.proofs.whole_numbers import (
    Field,
    committed_length,
    committed_parts,
    plus_product,
    random_numbers,
    resized,
    with_committed,
)


def blinding_bits(to: RingPedersen) -> int:
    """Of mu."""
    return STANDARD.plaintext_bits + to.modulus.bits


@dataclass(frozen=True, slots=True)
class Committed:
    """A prover's S_p and S_q, (2, limbs), by parameters `to`; `prover`: its index."""

    lengths: Lengths
    prover: int
    commitments: Words
    to: RingPedersen

    @property
    def blinding_bits(self) -> int:
        """Of mu."""
        return blinding_bits(self.to)

    @property
    def to_sum(self) -> Words:
        """S = S_p S_q (1, limbs), a commitment to w, the sum of both x."""
        return self.to.modulus.product(self.commitments)[None]

    def row(self, places: slice, x: int, mu: int) -> Row:
        """S = s^x t^mu."""
        bases = ((Number(self.to.s), x), (Number(self.to.t), mu))
        return Powers(self.to.modulus, self.commitments[places], bases)


@dataclass(frozen=True, slots=True)
class Asked:
    """`asked` C_p and C_q (2, limbs), and the answer D (limbs,), in the form of `group`, the asker's."""

    group: Group
    asked: Words
    answer: Words


@dataclass(frozen=True, slots=True)
class Secrets:
    """x of p and of q (2, words), and mu (2, words) of their commitments."""

    x: Words = field(repr=False)
    mu: Words = field(repr=False)


def commit(lengths: Lengths, me: int, x: Words, to: RingPedersen, source: RandomBytes) -> tuple[Committed, Secrets]:
    """S_p and S_q of secret x (2, words)."""
    mu = random_numbers(2, blinding_bits(to), source)
    commitments = to.commit(x, lengths.share_bits, mu, blinding_bits(to))
    return Committed(lengths, me, commitments, to), Secrets(x, mu)


def encrypts(group: Group, asked: Words, by: Committed) -> Relation:
    """C (1 + N)^-c = ((1 + N)^4)^x rho^N, and S = s^x t^mu, for p and for q."""
    form, lengths = group.form, by.lengths
    image = form.mul(asked, _power_of_g(group, -lengths.constant_of(by.prover)))
    four = form.out_of(_power_of_g(group, 4))
    rows = (Powers(group.ciphertexts, form.out_of(image), ((Number(four), 0),), 0), by.row(slice(2), 0, 1))
    return Relation("shares encrypted", (lengths.share_bits, by.blinding_bits), rows, (group.messages,))


def multiplies(product: Asked, n: int, by: Committed) -> Relation:
    """(1 + N)^n D^-1 C_p^-c = (C_p^4)^x rho^N for the x of q that S_q holds: what D lacks of n is p q."""
    form, c = product.group.form, by.lengths.constant_of(by.prover)
    known = form.mul(product.answer, form.power_var(product.asked[0], c))
    image = form.mul(_power_of_g(product.group, n), form.inverse(known))
    four = form.out_of(form.power_var(product.asked[0], 4))
    rows = (
        Powers(product.group.ciphertexts, form.out_of(image)[None], ((Number(four), 0),), 0),
        by.row(slice(1, 2), 0, 1),
    )
    return Relation("product of shares", (by.lengths.share_bits, by.blinding_bits), rows, (product.group.messages,))


def answers(product: Asked, s_y: Words, by: Committed) -> Relation:
    """D C_p^-c C_q^-c (1 + N)^-c^2 = (C_q^4 (1 + N)^4c)^x_p (C_p^4 (1 + N)^4c)^x_q ((1 + N)^16)^y rho^N.

    y = x_p x_q, since S_y = s^y t^mu_y = S_p^x_q t^mu_z. Columns: x_p, x_q, y, mu_p, mu_q, mu_y, mu_z.
    """
    group, form, c = product.group, product.group.form, by.lengths.constant_of(by.prover)
    known = form.product(np.stack([*form.power_var(product.asked, c), _power_of_g(group, c * c)]))
    image = form.out_of(form.mul(product.answer, form.inverse(known)))[None]
    bases = form.out_of(form.mul(form.power_var(product.asked, 4), _power_of_g(group, 4 * c)))
    sixteen = form.out_of(_power_of_g(group, 16))
    n_hat, s, t = by.to.modulus, Number(by.to.s), Number(by.to.t)
    rows = (
        Powers(group.ciphertexts, image, ((Number(bases[1]), 0), (Number(bases[0]), 1), (Number(sixteen), 2)), 0),
        by.row(slice(1), 0, 3),
        by.row(slice(1, 2), 1, 4),
        Powers(n_hat, s_y, ((s, 2), (t, 5))),
        Powers(n_hat, s_y, ((Number(by.commitments[0]), 1), (t, 6))),
    )
    share, mu = by.lengths.share_bits, by.blinding_bits
    bits = (share, share, 2 * share, mu, mu, mu + share + 1, mu)
    return Relation("answer of shares", bits, rows, (group.messages,))


def prove_encrypts(
    setting: Setting, key: PrivateKey, asked: Words, by: Committed, secrets: Secrets, source: RandomBytes
) -> Bytes:
    """By the asker."""
    relation = encrypts(key.public.group, asked, by)
    rho = _randomisers(key, key.public.group.form.into(_image(relation)))
    return prove_relation(setting, relation, (secrets.x, secrets.mu), (rho,), source)


def prove_multiplies(
    setting: Setting, key: PrivateKey, product: Asked, n: int, by: Committed, secrets: Secrets, source: RandomBytes
) -> Bytes:
    """By the asker."""
    relation = multiplies(product, n, by)
    form = product.group.form
    power = form.power(form.power_var(product.asked[:1], 4), secrets.x[1:], bits=by.lengths.share_bits)
    rho = _randomisers(key, form.mul(form.into(_image(relation)), form.inverse(power)))
    return prove_relation(setting, relation, (secrets.x[1:], secrets.mu[1:]), (rho,), source)


def prove_answers(
    setting: Setting, product: Asked, by: Committed, secrets: Secrets, rho: Words, source: RandomBytes
) -> Bytes:
    """By the answerer, with the randomiser rho (1, limbs) of D; S_y goes before the proof."""
    share, to = by.lengths.share_bits, by.to
    y = plus_product(np.zeros((1, limbs_for(2 * share + 1)), np.uint64), secrets.x[:1], secrets.x[1:])
    mu_z = random_numbers(1, by.blinding_bits, source)
    of_y = by.blinding_bits + share + 1
    mu_y = plus_product(resized(mu_z, limbs_for(of_y + 1)), secrets.mu[:1], secrets.x[1:])
    y, mu_y = resized(y, limbs_for(2 * share)), resized(mu_y, limbs_for(of_y))
    s_y = to.commit(y, 2 * share, mu_y, of_y)
    numbers = (secrets.x[:1], secrets.x[1:], y, secrets.mu[:1], secrets.mu[1:], mu_y, mu_z)
    return with_committed([s_y], prove_relation(setting, answers(product, s_y, by), numbers, (rho,), source))


def verify_answers(setting: Setting, product: Asked, by: Committed, proof: Bytes) -> None:
    """Raise unless `proof`, any bytes whatever, proves `answers` in this setting. Errors as `verify_relation`."""
    (s_y,), rest = committed_parts(setting, proof, _before_answers(by), answers_bytes(product, by))
    verify_relation(setting, answers(product, s_y, by), rest)


def answers_bytes(product: Asked, by: Committed) -> int:
    """The length of every proof of `answers`."""
    one = from_ints([1], by.to.modulus.limbs)
    return committed_length(_before_answers(by)) + answers(product, one, by).proof_bytes


def _before_answers(by: Committed) -> Sequence[Field]:
    return [Field.units(by.to.modulus, 1)]


def _power_of_g(group: Group, exponent: int) -> Words:
    """(1 + N)^exponent in the form, for a public number of any sign."""
    power: Words = group.powers_of_g(from_ints([exponent % group.messages.n], group.messages.limbs))[0]
    return power


def _randomisers(key: PrivateKey, ciphertexts: Words) -> Words:
    """Of ciphertexts (count, limbs) in the form, whatever they hold."""
    return key.randomisers_of(as_ciphertexts(key.public, ciphertexts))


def _image(relation: Relation) -> Words:
    """Of the ciphertexts' row, which is the first."""
    return relation.rows[0].image
