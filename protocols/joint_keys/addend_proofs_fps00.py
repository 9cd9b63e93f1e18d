"""The three messages by which two parties share a key, as they are made, read and verified; none is sent here.

Party 0: C and T, and that its factors are those (`prove_factors`). Party 1: D and T, and what `prove_addend` tells of
its share. Party 0: the latter of its own. Whatever comes from a peer is read strictly, and nothing secret is done with
it before its proof holds. docs/protocols/joint_keys_two_parties.md has the argument.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.bigint import RandomBytes, from_ints, limbs_for
from mpc.algebra.ring import Words
from protocols.joint_keys.addend_lengths_fps00 import AddendLengths
from protocols.joint_keys.addends_fps00 import (
    PARTIES,
    Answered,
    Factors,
    FactorSecrets,
    Told,
    answers,
    encrypts,
    has_addend,
    pi_bits,
    share_of,
    tau_bits,
)
from protocols.joint_keys.biprimality_flop18 import public_exponent
from protocols.joint_keys.certified_flop18 import Committed
from protocols.joint_keys.key import verification_of
from protocols.joint_keys.polynomials_shoup00 import delta
from protocols.paillier.group import Group
from protocols.proofs.hidden_order import prove_relation, verify_relation
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


@dataclass(frozen=True, slots=True)
class Sharing:
    """What both know: the group of the new `key`, N and s; the `asker`'s, party 0's own; and what party 0 and party 1
    committed to of their shares of N's factors."""

    lengths: AddendLengths
    key: Group
    asker: Group
    committed: tuple[Committed, Committed]

    @property
    def a(self) -> int:
        """A, of which both parties' w lack (p - 1) (q - 1) / 4."""
        return public_exponent(self.lengths.of_factors, self.key.n)

    def factors(self, place: int, t_beta: Words | None = None) -> Factors:
        """Of a party; without T, for lengths alone."""
        by = self.committed[place]
        t_beta = _ones(by.to.modulus.limbs, self.lengths.parts) if t_beta is None else t_beta
        return Factors(self.lengths, place, by.to, by.to_sum, t_beta)

    @property
    def asked_field(self) -> Field:
        """C."""
        return Field.units(self.asker.ciphertexts, 1 + self.lengths.parts)

    @property
    def answered_field(self) -> Field:
        """D."""
        return Field.units(self.asker.ciphertexts, self.lengths.parts)

    def told_fields(self, place: int) -> list[Field]:
        """Of `Told`."""
        n_hat = self.committed[place].to.modulus
        return [Field.units(n_hat, self.lengths.parts), Field.units(n_hat, 1), Field.units(self.key.ciphertexts, 1)]


@dataclass(frozen=True, slots=True)
class Addend:
    """z (parts, words) of a party, secret, and the secret randomisers (parts, limbs) of D that go with it."""

    z: Words = field(repr=False)
    rho: Words = field(repr=False)


@dataclass(frozen=True, slots=True)
class Shared:
    """A share, secret, V (1, limbs) of it, and the message that proves it."""

    share: int = field(repr=False)
    v: Words
    message: Bytes


def prove_factors(
    setting: Setting, sharing: Sharing, by: Factors, secrets: FactorSecrets, source: RandomBytes
) -> tuple[Words, Bytes]:
    """C (1 + parts, limbs), and party 0's first message."""
    group = sharing.asker
    numbers = [secrets.w, *_each(secrets.beta)]
    rho = group.messages.random_units(len(numbers), source)
    plain = group.powers_of_g(np.concatenate([resized(x, group.messages.limbs) for x in numbers]))
    hidden = group.ciphertexts.power_var(resized(rho, group.ciphertexts.limbs), group.n)
    asked = group.form.out_of(group.form.mul(plain, group.form.into(hidden)))
    blindings = [secrets.mu, *_each(secrets.nu)]
    proof = prove_relation(setting, encrypts(group, asked, by), [*numbers, *blindings], _each(rho), source)
    return asked, with_committed([asked, by.t_beta], proof)


def verify_factors(setting: Setting, sharing: Sharing, sent: Bytes) -> tuple[Words, Factors]:
    """C and party 0's factors of any bytes whatever. Errors as `verify_relation`."""
    fields = [sharing.asked_field, *sharing.factors(0).committed]
    (asked, t_beta), proof = committed_parts(setting, sent, fields, factors_bytes(sharing))
    by = sharing.factors(0, t_beta)
    verify_relation(setting, encrypts(sharing.asker, asked, by), proof)
    return asked, by


def answered(sharing: Sharing, asked: Words, secrets: FactorSecrets, addend: Addend) -> Answered:
    """Party 1's D."""
    made = answers(sharing.asker, asked, secrets, addend.z, addend.rho, sharing.lengths)
    return Answered(sharing.asker, asked, made)


def prove_addend(
    setting: Setting,
    sharing: Sharing,
    product: Answered,
    by: Factors,
    secrets: FactorSecrets,
    addend: Addend,
    source: RandomBytes,
) -> Shared:
    """A party's share, with the message that tells V; at party 1, `prove_answer` puts D and T before it."""
    lengths, to, z_bits = sharing.lengths, by.to, sharing.lengths.term_bits(by.place)
    eta = random_numbers(lengths.parts, by.blinding_bits, source)
    z = to.commit(addend.z, z_bits, eta, by.blinding_bits)
    pi, tau, sigma = _product_opening(by, secrets, source)
    of_pi = to.commit(pi, pi_bits(lengths), tau, tau_bits(by))
    share = share_of(lengths, by.place, sharing.a, secrets, addend.z)
    words = from_ints([share], limbs_for(lengths.share_bits))
    told = Told(z, of_pi, verification_of(sharing.key, delta(PARTIES), words, lengths.share_bits))
    columns = [secrets.w, pi, secrets.mu, tau, sigma]
    columns += [*_each(secrets.beta), *_each(addend.z), *_each(secrets.nu), *_each(eta)]
    relation = has_addend(sharing.key, sharing.a, product, told, by)
    proof = prove_relation(setting, relation, columns, _each(addend.rho), source)
    return Shared(share, told.v, with_committed([told.z, told.pi, told.v], proof))


def answer_message(product: Answered, by: Factors, shared: Shared) -> Bytes:
    """Party 1's message."""
    return with_committed([product.answers, by.t_beta], shared.message)


def verify_answer(setting: Setting, sharing: Sharing, asked: Words, sent: Bytes) -> tuple[Answered, Words]:
    """D and V of party 1's message, any bytes whatever. Errors as `verify_relation`."""
    fields = [sharing.answered_field, *sharing.factors(1).committed]
    (made, t_beta), told = committed_parts(setting, sent, fields, answer_bytes(sharing))
    product = Answered(sharing.asker, asked, made)
    return product, verify_addend(setting, sharing, product, sharing.factors(1, t_beta), told)


def verify_addend(setting: Setting, sharing: Sharing, product: Answered, by: Factors, sent: Bytes) -> Words:
    """V (1, limbs) of a party, of any bytes whatever. Errors as `verify_relation`."""
    told, proof = committed_parts(setting, sent, sharing.told_fields(by.place), addend_bytes(sharing, by.place))
    verify_relation(setting, has_addend(sharing.key, sharing.a, product, Told(*told), by), proof)
    return told[-1]


def factors_bytes(sharing: Sharing) -> int:
    """The length of party 0's first message."""
    by = sharing.factors(0)
    ones = _ones(sharing.asker.ciphertexts.limbs, 1 + sharing.lengths.parts)
    before = committed_length([sharing.asked_field, *by.committed])
    return before + encrypts(sharing.asker, ones, by).proof_bytes


def answer_bytes(sharing: Sharing) -> int:
    """Of party 1's."""
    fields = [sharing.answered_field, *sharing.factors(1).committed]
    return committed_length(fields) + addend_bytes(sharing, 1)


def addend_bytes(sharing: Sharing, place: int) -> int:
    """Of what `prove_addend` tells."""
    by, fields = sharing.factors(place), sharing.told_fields(place)
    ones = _ones(sharing.asker.ciphertexts.limbs, 1 + sharing.lengths.parts)
    told = Told(*(_ones(each.limbs, each.count) for each in fields))
    blank = has_addend(sharing.key, sharing.a, Answered(sharing.asker, ones, ones[1:]), told, by)
    return committed_length(fields) + blank.proof_bytes


def message_words(sharing: Sharing) -> int:
    """Of all three messages."""
    return (factors_bytes(sharing) + answer_bytes(sharing) + addend_bytes(sharing, 0)) // 8


def _product_opening(by: Factors, secrets: FactorSecrets, source: RandomBytes) -> tuple[Words, Words, Words]:
    """pi = beta w, tau = beta mu + sigma, and sigma, so that s^pi t^tau = S^beta t^sigma; (1, words) each."""
    lengths = by.lengths
    sigma = random_numbers(1, by.blinding_bits, source)
    pi = np.zeros((1, limbs_for(pi_bits(lengths) + 1)), np.uint64)
    tau = resized(sigma, limbs_for(tau_bits(by) + 1))
    for j, part in enumerate(_each(secrets.beta)):
        weight = from_ints([1 << j * lengths.part_bits], limbs_for(j * lengths.part_bits + 1))
        beta = plus_product(np.zeros((1, limbs_for(lengths.beta_bits + 1)), np.uint64), part, weight)
        pi, tau = plus_product(pi, beta, secrets.w), plus_product(tau, beta, secrets.mu)
    return resized(pi, limbs_for(pi_bits(lengths))), resized(tau, limbs_for(tau_bits(by))), sigma


def _each(numbers: Words) -> list[Words]:
    """The rows of numbers (count, words), each (1, words)."""
    return [numbers[j : j + 1] for j in range(len(numbers))]


def _ones(limbs: int, count: int) -> Words:
    return np.broadcast_to(from_ints([1], limbs), (count, limbs))
