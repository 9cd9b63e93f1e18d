"""Pi^fac: that a Paillier modulus has no small factor, to the owner of ring-Pedersen parameters.

Canetti, Gennaro, Goldfeder, Makriyannis, Peled, eprint 2021/060, with its letters. Pi^mod leaves two prime factors, one
of which may be small; a key with small factors lets its owner read others' numbers modulo each (BitForge,
CVE-2023-33241). p and q have one length here, so that their masks need not be longer by l besides epsilon, and what is
proved is closer to what is true; sigma - nu p is drawn rather than sigma, so that no number is negative.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from mpc.algebra.bigint import Modulus, RandomBytes, from_ints, limbs_for
from mpc.algebra.ring import Words
from mpc.errors import LocalError
from protocols.proofs.hidden_order import Relation, prove_relation, verify_relation
from protocols.proofs.hidden_rows import Number, Powers
from protocols.proofs.refusals import unfit
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersen
from protocols.proofs.strength import STANDARD, Strength
from protocols.proofs.transcript import Bytes, Proof, Setting
from protocols.proofs.whole_numbers import (
    Field,
    committed_length,
    committed_parts,
    plus_product,
    random_numbers,
    with_committed,
)


@dataclass(frozen=True, slots=True)
class NoSmallFactor:
    """The statement: N is a product of two numbers of at least `least_factor_bits` bits.

    `to`: parameters of the verifier, whose `PowerOf` the prover has verified. Where the masks are so long that nothing
    would be left to prove, LocalError `wrong-statement`.
    """

    modulus: Modulus
    to: RingPedersen
    strength: Strength = STANDARD

    def __post_init__(self) -> None:
        if self.least_factor_bits < self.strength.plaintext_bits:
            raise unfit("the modulus is too short for masks of this length", "take a key of 2048 bits or more")

    @property
    def factor_bits(self) -> int:
        """Of p and q."""
        return (self.modulus.bits + 1) // 2

    @property
    def least_factor_bits(self) -> int:
        """What is proved: a factor of N is no shorter, since the other one is at most `factor_bits` + epsilon long."""
        return self.modulus.bits - self.factor_bits - self.strength.epsilon

    @property
    def blinding_bits(self) -> int:
        """Of mu and nu."""
        return self.strength.plaintext_bits + self.to.modulus.bits

    @property
    def sigma_bits(self) -> int:
        """Of sigma - nu p, which hides nu p."""
        return self.blinding_bits + self.factor_bits + self.strength.epsilon

    @property
    def committed(self) -> list[Field]:
        """P and Q, and sigma, which is one bit longer."""
        return [Field.units(self.to.modulus, 2), Field(1, self.sigma_bits + 1)]

    @property
    def proof_bytes(self) -> int:
        """The length of every proof of this statement."""
        one = np.broadcast_to(from_ints([1], self.to.modulus.limbs), (2, self.to.modulus.limbs))
        return (
            committed_length(self.committed)
            + self.relation(one, from_ints([0], limbs_for(self.sigma_bits + 1))).proof_bytes
        )

    def relation(self, both: Words, sigma: Words) -> Relation:
        """P = s^p t^mu, Q = s^q t^nu and s^N t^sigma = Q^p t^(sigma - nu p)."""
        n_hat, s, t = self.to.modulus, Number(self.to.s), Number(self.to.t)
        n = from_ints([self.modulus.n], limbs_for(self.modulus.bits))
        left = self.to.commit(n, self.modulus.bits, sigma, self.sigma_bits + 1)
        rows = (
            Powers(n_hat, both[:1], ((s, 0), (t, 1))),
            Powers(n_hat, both[1:], ((s, 2), (t, 3))),
            Powers(n_hat, left, ((Number(both[1]), 0), (t, 4))),
        )
        bits = (self.factor_bits, self.blinding_bits, self.factor_bits, self.blinding_bits, self.sigma_bits)
        about = (n.tobytes(), sigma.tobytes())
        return Relation("no small factor", bits, rows, strength=self.strength, about=about)


def prove_no_small_factor(
    setting: Setting, statement: NoSmallFactor, p: int, q: int, source: RandomBytes = os.urandom
) -> Bytes:
    """A proof by who knows the secret factors p and q of N, of one length. LocalError `wrong-witness` if they aren't.

    `source` gives uniform bytes that serve for nothing else.
    """
    bits = statement.factor_bits
    if p * q != statement.modulus.n or max(p, q).bit_length() > bits:
        raise LocalError("wrong-witness", "these are no two factors of the modulus of one length", "give its factors")
    factors = from_ints([p, q], limbs_for(bits))
    blindings = random_numbers(2, statement.blinding_bits, source)
    rest = random_numbers(1, statement.sigma_bits, source)
    sigma = np.zeros((1, limbs_for(statement.sigma_bits + 1)), np.uint64)
    sigma[:, : rest.shape[1]] = rest
    sigma = plus_product(sigma, blindings[1:], factors[:1])
    both = statement.to.commit(factors, bits, blindings, statement.blinding_bits)
    numbers = [factors[:1], blindings[:1], factors[1:], blindings[1:], rest]
    proof = prove_relation(setting, statement.relation(both, sigma), numbers, source=source)
    return with_committed([both, sigma], proof)


def verify_no_small_factor(setting: Setting, statement: NoSmallFactor, proof: Proof) -> None:
    """Raise unless `proof`, any bytes whatever, proves the statement here. Errors as in `verify_relation`."""
    (both, sigma), rest = committed_parts(setting, proof, statement.committed, statement.proof_bytes)
    verify_relation(setting, statement.relation(both, sigma), rest)
