"""What two parties prove when they share a key: their factors, and that what they tell of a share is of these.

Fouque, Poupard, Stern, "Sharing decryption in the context of voting or lotteries", Financial Cryptography 2000, section
4, where d = beta m for m = phi(N) / 4; docs/protocols/joint_keys_two_parties.md has the argument. Party 0 encrypts w_0
and the parts of beta_0 as C under its own key (`encrypts`). Party 1 answers D = C_w^-beta_1 C_beta^-w_1 (1 + N')^y,
part by part. Party i's addend of d is then d_i = beta_i (A - w_i) +- z, of z = D's plaintext at party 0, and y at party
1; and V_i = v^(2 s_i) for its share s_i of d. `has_addend` is all of that for one party: z, beta_i and w_i are what its
commitments stand for, and its pi is their product.

Instances of protocols/proofs/hidden_order.py: zero-knowledge, and sound under the strong RSA assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.bigint import RandomBytes, from_ints, to_ints
from mpc.algebra.ring import Words
from protocols.joint_keys.addend_lengths_fps00 import AddendLengths
from protocols.joint_keys.certified_flop18 import blinding_bits
from protocols.joint_keys.key import base_of
from protocols.joint_keys.polynomials_shoup00 import delta
from protocols.paillier.group import Group
from protocols.proofs.hidden_order import Relation
from protocols.proofs.hidden_rows import Number, OnePlus, Powers, Row
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersen
from protocols.proofs.whole_numbers import Field, random_numbers, resized

PARTIES = 2


@dataclass(frozen=True, slots=True)
class Factors:
    """What the verifier has of a prover's w and beta: S = s^w t^mu (1, limbs), as was certified with N, and T (parts,
    limbs) likewise of the parts of beta, by parameters `to` of the verifier. `place`: the prover's index."""

    lengths: AddendLengths
    place: int
    to: RingPedersen
    s_w: Words
    t_beta: Words

    @property
    def committed(self) -> list[Field]:
        """T."""
        return [Field.units(self.to.modulus, self.lengths.parts)]

    @property
    def blinding_bits(self) -> int:
        """Of those of all commitments but S, whose mu is a sum of two."""
        return blinding_bits(self.to)

    def row(self, image: Words, number: int, blinding: int) -> Row:
        """image = s^number t^blinding, by columns."""
        return Powers(self.to.modulus, image, ((Number(self.to.s), number), (Number(self.to.t), blinding)))


@dataclass(frozen=True, slots=True)
class FactorSecrets:
    """w and mu (1, words); the parts of beta, and nu, their blindings, (parts, words)."""

    w: Words = field(repr=False)
    mu: Words = field(repr=False)
    beta: Words = field(repr=False)
    nu: Words = field(repr=False)


def draw_factors(
    lengths: AddendLengths, place: int, to: RingPedersen, s_w: Words, opening: tuple[Words, Words], source: RandomBytes
) -> tuple[Factors, FactorSecrets]:
    """A new beta with its commitments, beside S and what opens it."""
    beta = random_numbers(lengths.parts, lengths.part_bits, source)
    nu = random_numbers(lengths.parts, blinding_bits(to), source)
    t_beta = to.commit(beta, lengths.part_bits, nu, blinding_bits(to))
    w, mu = opening
    return Factors(lengths, place, to, s_w, t_beta), FactorSecrets(w[None], mu[None], beta, nu)


def encrypts(group: Group, asked: Words, by: Factors) -> Relation:
    """C = (1 + N')^x rho^N', S or T = s^x t^mu, for w and all parts of beta.

    `asked`: C (1 + parts, limbs), plain numbers. Columns: w, beta, and the blindings.
    """
    lengths, count = by.lengths, len(asked)
    commitments = np.concatenate([by.s_w, by.t_beta])
    rows: list[Row] = []
    for j in range(count):
        rows.append(Powers(group.ciphertexts, asked[j : j + 1], ((OnePlus(group.messages), j),), j))
        rows.append(by.row(commitments[j : j + 1], j, count + j))
    bits = [lengths.w_bits, *[lengths.part_bits] * lengths.parts]
    blindings = [by.blinding_bits + 1, *[by.blinding_bits] * lengths.parts]
    return Relation("factors of an exponent", (*bits, *blindings), rows, [group.messages] * count)


@dataclass(frozen=True, slots=True)
class Answered:
    """C (1 + parts, limbs) and D (parts, limbs), plain numbers, under party 0's key, of `group`."""

    group: Group
    asked: Words
    answers: Words


@dataclass(frozen=True, slots=True)
class Told:
    """Commitments of a prover to z (parts, limbs) and to pi = beta w (1, limbs), and V = v^(2 s_i) (1, limbs)."""

    z: Words
    pi: Words
    v: Words


def answers(group: Group, asked: Words, secrets: FactorSecrets, y: Words, rho: Words, lengths: AddendLengths) -> Words:
    """D (parts, limbs), plain numbers, for secret masks y (parts, words) and randomisers rho (parts, limbs)."""
    form = group.form
    inverse = form.inverse(form.into(asked))
    by_beta = form.power(np.broadcast_to(inverse[0], inverse[1:].shape), secrets.beta, bits=lengths.part_bits)
    by_w = form.power(inverse[1:], np.broadcast_to(secrets.w, (len(y), secrets.w.shape[1])), bits=lengths.w_bits)
    shifted = group.messages.add(resized(y, group.messages.limbs), from_ints([lengths.shift], group.messages.limbs))
    hidden = group.ciphertexts.power_var(resized(rho, group.ciphertexts.limbs), group.n)
    return form.out_of(form.product(np.stack([by_beta, by_w, group.powers_of_g(shifted), form.into(hidden)])))


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the secret numbers of `has_addend` stand, for so many parts."""

    parts: int

    w, pi, mu, tau, sigma = range(5)

    def beta(self, j: int) -> int:
        """A part of it."""
        return 5 + j

    def z(self, j: int) -> int:
        """A part of it."""
        return 5 + self.parts + j

    def nu(self, j: int) -> int:
        """Of T."""
        return 5 + 2 * self.parts + j

    def eta(self, j: int) -> int:
        """Of the commitment to a part of z."""
        return 5 + 3 * self.parts + j

    def bits(self, by: Factors) -> list[int]:
        """Of all columns."""
        lengths, blinding = by.lengths, by.blinding_bits
        single = [lengths.w_bits, pi_bits(lengths), blinding + 1, tau_bits(by), blinding]
        parts = [lengths.part_bits, lengths.term_bits(by.place), blinding, blinding]
        return [*single, *(bits for bits in parts for _ in range(self.parts))]


def pi_bits(lengths: AddendLengths) -> int:
    """Of pi = beta w."""
    return lengths.beta_bits + lengths.w_bits


def tau_bits(by: Factors) -> int:
    """Of tau = beta mu + sigma, the blinding of the commitment to pi."""
    return by.blinding_bits + by.lengths.beta_bits + 2


def has_addend(key: Group, a: int, product: Answered, told: Told, by: Factors) -> Relation:
    """All that a party proves of its share of a key, of `key`, N and s; a: A, public."""
    parts, at = by.lengths.parts, Columns(by.lengths.parts)
    rows = [*_committed_rows(told, by, at), _share_row(key, a, told.v, by, at)]
    rows += _decrypted_rows(product, at) if by.place == 0 else _answered_rows(product, by, at)
    return Relation("addend of an exponent", at.bits(by), rows, [product.group.messages] * parts)


def _committed_rows(told: Told, by: Factors, at: Columns) -> Iterator[Row]:
    """S, T, the commitments to z, and that to pi, which is S^beta t^sigma too."""
    yield by.row(by.s_w, at.w, at.mu)
    for j in range(at.parts):
        yield by.row(by.t_beta[j : j + 1], at.beta(j), at.nu(j))
        yield by.row(told.z[j : j + 1], at.z(j), at.eta(j))
    yield by.row(told.pi, at.pi, at.tau)
    powers = [
        (Number(by.to.modulus.power_var(by.s_w, 1 << j * by.lengths.part_bits)[0]), at.beta(j)) for j in range(at.parts)
    ]
    yield Powers(by.to.modulus, told.pi, (*powers, (Number(by.to.t), at.sigma)))


def _share_row(key: Group, a: int, v: Words, by: Factors, at: Columns) -> Row:
    """V h^-k = (h^A)^beta (h^-1)^pi h^z for h = v^2, or V h^-k = (h^-A)^beta h^pi h^z for h = v^4; k: `constant`."""
    form, lengths = key.form, by.lengths
    h = form.power_var(form.into(base_of(key)[None]), delta(PARTIES) * (1 + by.place))
    inverse = form.inverse(h)
    up, down = (inverse, h) if by.place else (h, inverse)
    up_a = form.power_var(up, a)
    powers = [(_number(key, down, 1), at.pi)]
    for j in range(at.parts):
        weight = 1 << j * lengths.part_bits
        powers += [(_number(key, up_a, weight), at.beta(j)), (_number(key, h, weight), at.z(j))]
    image = form.mul(form.into(v), form.power_var(inverse, constant(lengths, by.place)))
    return Powers(key.ciphertexts, form.out_of(image), powers)


def _number(key: Group, base: Words, weight: int) -> Number:
    return Number(key.form.out_of(key.form.power_var(base, weight))[0])


def constant(lengths: AddendLengths, place: int) -> int:
    """k, what is public of a share, but for a factor: R, at party 0 less what was added to the answers."""
    return lengths.reach - (0 if place else lengths.joined([lengths.shift] * lengths.parts))


def share_of(lengths: AddendLengths, place: int, a: int, secrets: FactorSecrets, z: Words) -> int:
    """s_0 = R + d_0, or s_1 = 2 (R - d_1), secret: points of a polynomial of degree 1 whose value at 0 is 2 d."""
    beta, (w,) = lengths.joined(to_ints(secrets.beta)), to_ints(secrets.w)
    known, product, term = constant(lengths, place), beta * (a - w), lengths.joined(to_ints(z))
    return 2 * (known - product + term) if place else known + product + term


def _decrypted_rows(product: Answered, at: Columns) -> Iterator[Row]:
    """D = (1 + N')^z rho^N'."""
    group = product.group
    for j in range(at.parts):
        yield Powers(group.ciphertexts, product.answers[j : j + 1], ((OnePlus(group.messages), at.z(j)),), j)


def _answered_rows(product: Answered, by: Factors, at: Columns) -> Iterator[Row]:
    """D (1 + N')^-shift = (C_w^-1)^beta (C_beta^-1)^w (1 + N')^z rho^N'."""
    group, form = product.group, product.group.form
    shift = group.powers_of_g(from_ints([-by.lengths.shift % group.n], group.messages.limbs))
    images = form.out_of(form.mul(form.into(product.answers), shift))
    inverse = form.out_of(form.inverse(form.into(product.asked)))
    for j in range(at.parts):
        powers = ((Number(inverse[0]), at.beta(j)), (Number(inverse[1 + j]), at.w), (OnePlus(group.messages), at.z(j)))
        yield Powers(group.ciphertexts, images[j : j + 1], powers, j)
