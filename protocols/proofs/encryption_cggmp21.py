"""Pi^enc and Pi^log*: that ciphertexts hold numbers which their prover knows, in a range, and committed to elsewhere.

Canetti, Gennaro, Goldfeder, Makriyannis, Peled, eprint 2021/060, with its letters: K = (1 + N)^k rho^N mod N^2, and S =
s^k t^mu mod N^ by the verifier's ring-Pedersen parameters. A number x of magnitude up to B stands as k = x + 2^b, b the
bits of B, so that no number is negative: everybody shifts K, and the commitment, by 2^b. Of ciphertexts modulo
N^(s + 1), K = (1 + N)^k rho^(N^s), the proof is the same (Damgard, Jurik, PKC 2001).
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from math import prod

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import RandomBytes, from_ints, limbs_for
from mpc.algebra.group import Points, Scalars, concatenate_points
from mpc.algebra.ring import Words
from protocols.homomorphic.encoding import encode
from protocols.homomorphic.scale import Scale
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.group import Group
from protocols.paillier.keys import PublicKey
from protocols.paillier.plaintexts import to_messages
from protocols.proofs.hidden_order import Relation, prove_relation, verify_relation
from protocols.proofs.hidden_rows import Multiples, Number, Powers, Row, one_plus
from protocols.proofs.pedersen import pedersen
from protocols.proofs.refusals import unfit
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersen
from protocols.proofs.strength import STANDARD, Strength
from protocols.proofs.transcript import Bytes, Proof, Setting
from protocols.proofs.whole_numbers import (
    Field,
    committed_length,
    committed_parts,
    random_numbers,
    resized,
    with_committed,
)


@dataclass(frozen=True, slots=True)
class Encrypted:
    """Ciphertexts of any shape, and the secrets of who made them: k (count, words) and rho (count, limbs)."""

    ciphertexts: Ciphertexts
    numbers: Words = field(repr=False)
    randomisers: Words = field(repr=False)

    @property
    def scale(self) -> Scale:
        return self.ciphertexts.scale

    @property
    def shape(self) -> tuple[int, ...]:
        return self.ciphertexts.shape


def encrypt_to_prove(
    key: PublicKey,
    values: npt.ArrayLike,
    *,
    fractional_bits: int | None = None,
    bound: float | None = None,
    source: RandomBytes = os.urandom,
) -> Encrypted:
    """As `key.encrypt`, by uniformly random units rho, which are kept: a proof about what is encrypted takes them.

    LocalError as `PublicKey.encrypt`.
    """
    group = key.group
    encoded = encode(values, fractional_bits=fractional_bits, bound=bound)
    count = prod(encoded.shape)
    messages = to_messages(encoded, group).reshape(count, group.messages.limbs)
    rho = group.units.random_units(count, source)
    power = group.ciphertexts.power_var(resized(rho, group.ciphertexts.limbs), group.n**group.s)
    words = group.form.mul(group.powers_of_g(messages), group.form.into(power))
    shaped = words.reshape(*encoded.shape, group.ciphertexts.limbs)
    ciphertexts = Ciphertexts(key.encryption, shaped, encoded.scale, fresh=True)
    return Encrypted(ciphertexts, raised(group, messages, range_bits(encoded.scale)), rho)


def raised(group: Group, messages: Words, bits: int) -> Words:
    """k = x + 2^(bits - 1), (count, words), of plaintexts x (count, limbs)."""
    more = group.messages.add(messages, from_ints([1 << bits - 1], group.messages.limbs))
    return resized(more, limbs_for(bits))


def range_bits(scale: Scale) -> int:
    """Bits of k: those of the bound, and one more."""
    return max(1, scale.bound.bit_length()) + 1


@dataclass(frozen=True, slots=True)
class InRange:
    """The statement: the prover knows what `ciphertexts` (any shape, not empty) hold, k of `range_bits` + epsilon bits.

    So numbers of the declared bound B are proved to be smaller than about 2^(bits of B + epsilon + 1) in magnitude, not
    than B: `proved_bound`. Their key must have been proved well formed. `to`: parameters of the verifier, whose
    `PowerOf` the prover has verified. `commitments` (the same shape), where given, are to the same numbers modulo the
    order of ristretto255, by `pedersen()`. A range too wide for the key, with epsilon, is LocalError `wrong-statement`.
    """

    ciphertexts: Ciphertexts
    to: RingPedersen
    commitments: Points | None = None
    strength: Strength = STANDARD

    def __post_init__(self) -> None:
        if 2 * self.proved_bound >= self.ciphertexts.group.messages.n:
            raise unfit("plaintexts of this key don't hold the widened range", "declare a closer bound")
        if self.commitments is not None and self.commitments.shape != self.ciphertexts.shape:
            raise unfit("one commitment for each ciphertext", "give commitments of the same shape")

    @property
    def bits(self) -> int:
        """Of k."""
        return range_bits(self.ciphertexts.scale)

    @property
    def proved_bound(self) -> int:
        """What whole numbers the ciphertexts hold are proved to be smaller than, in magnitude."""
        return (1 << self.bits + self.strength.epsilon) + (1 << self.bits - 1)

    @property
    def blinding_bits(self) -> int:
        """Of mu."""
        return self.strength.plaintext_bits + self.to.modulus.bits

    @property
    def committed(self) -> list[Field]:
        """S."""
        return [Field.units(self.to.modulus, self.ciphertexts.size)]

    @property
    def proof_bytes(self) -> int:
        """The length of every proof of this statement."""
        one = np.broadcast_to(from_ints([1], self.to.modulus.limbs), (self.ciphertexts.size, self.to.modulus.limbs))
        return committed_length(self.committed) + self.relation(one).proof_bytes

    def relation(self, s: Words) -> Relation:
        """K = (1 + N)^k rho^N, S = s^k t^mu, and C = k G + r H."""
        group, n_hat = self.ciphertexts.group, self.to.modulus
        rows: list[Row] = [
            Powers(group.ciphertexts, shifted(self.ciphertexts, self.bits), ((one_plus(group), 0),), 0),
            Powers(n_hat, s, ((Number(self.to.s), 0), (Number(self.to.t), 1))),
        ]
        bits = [self.bits, self.blinding_bits]
        if self.commitments is not None:
            rows.append(committed_row(self.commitments, self.bits, (0, 2)))
            bits.append(self.commitments.group.order.bits)
        return Relation("encryption in range", bits, rows, (group.units,), self.strength)


def prove_in_range(
    setting: Setting,
    statement: InRange,
    encrypted: Encrypted,
    blindings: Scalars | None = None,
    source: RandomBytes = os.urandom,
) -> Bytes:
    """A proof by who encrypted, and, where there are commitments, has the secret blindings that open them.

    `source` gives uniform bytes that serve for nothing else. LocalError `wrong-witness` where the secrets do not fit.
    """
    if (blindings is None) != (statement.commitments is None):
        raise unfit("commitments and blindings go together", "give both, or neither")
    k = encrypted.numbers
    if k.shape != (statement.ciphertexts.size, limbs_for(statement.bits)):
        raise unfit("these are the secrets of other ciphertexts", "give what `encrypt_to_prove` gave")
    mu = random_numbers(len(k), statement.blinding_bits, source)
    s = statement.to.commit(k, statement.bits, mu, statement.blinding_bits)
    numbers = [k, mu] if blindings is None else [k, mu, blindings.reshape(-1).words]
    proof = prove_relation(setting, statement.relation(s), numbers, [encrypted.randomisers], source)
    return with_committed([s], proof)


def verify_in_range(setting: Setting, statement: InRange, proof: Proof) -> None:
    """Raise unless `proof`, any bytes whatever, proves the statement in this setting. Errors as `verify_relation`."""
    (s,), rest = committed_parts(setting, proof, statement.committed, statement.proof_bytes)
    verify_relation(setting, statement.relation(s), rest)


def shifted(ciphertexts: Ciphertexts, bits: int) -> Words:
    """K (1 + N)^(2^(bits - 1)), plain numbers (count, limbs): ciphertexts of k."""
    group = ciphertexts.group
    shift = group.powers_of_g(from_ints([1 << bits - 1], group.messages.limbs))
    words = ciphertexts.words.reshape(-1, group.ciphertexts.limbs)
    return group.form.out_of(group.form.mul(words, shift))


def committed_row(commitments: Points, bits: int, columns: tuple[int, ...]) -> Multiples:
    """C = k G + r H for k = x + 2^(bits - 1), or C = k G: by the columns of k and, where there is one, of r."""
    order, bases = commitments.group.order, pedersen()
    shift = bases.g * Scalars.of(order, (1 << bits - 1) % order.n)
    both = concatenate_points([bases.g.reshape(1), bases.h.reshape(1)])
    return Multiples(commitments.reshape(-1) + shift, both[: len(columns)], columns)


def require_s_one(group: Group) -> Group:
    """LocalError `wrong-statement` for keys that these proofs are not for."""
    if group.s != 1:
        raise unfit(f"these proofs are for Paillier's own scheme, not s = {group.s}", "make a key with s = 1")
    return group
