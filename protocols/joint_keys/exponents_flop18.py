"""That powers of many bases modulo N have the one exponent that was committed to; the order of the group may be any.

Frederiksen, Lindell, Osheter, Pinkas, CRYPTO 2018, section 3.3, whose challenges are single bits, too: if N is bad, the
prover may know elements of small order modulo it, and what a long challenge lets pass is right only up to these. Each
base has a challenge of its own.

A bad N fails the test at every other base at least, where true powers are told, and what else is told fails at every
other challenge: with m bases it passes with a probability of (3/4)^m. Bases and challenges are tossed: a prover that
computed both by hashing could choose bases first, at which few tests fail, and then answers, in some 2^70 steps.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.bigint import Modulus, RandomBytes, limbs_for
from mpc.algebra.powers_of_base import PowersOfBase
from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError
from mpc.prg import Prg
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersen
from protocols.proofs.strength import STANDARD
from protocols.proofs.whole_numbers import Field, masked, random_numbers

BASES = 193
"""(3/4)^193 is below 2^-80: nothing is hashed, so that a prover has one try, and is found out where it fails."""


@dataclass(frozen=True, slots=True)
class OneExponent:
    """The statement: images (m, limbs) = bases (m, limbs)^w modulo N, for the w that `commitment` (limbs,) = s^w t^mu
    binds its prover to, by parameters `to` of the verifier. bits, blinding_bits: of w and of mu."""

    modulus: Modulus
    bases: Words
    commitment: Words
    to: RingPedersen
    bits: int
    blinding_bits: int

    @property
    def mask_bits(self) -> tuple[int, int]:
        """Of r and rho, which mask w and mu."""
        return self.bits + STANDARD.epsilon, self.blinding_bits + STANDARD.epsilon

    @property
    def first_fields(self) -> list[Field]:
        """The images u_k; A_k = g_k^r_k, B_k = s^r_k t^rho_k."""
        m = len(self.bases)
        return [Field.units(modulus, m) for modulus in (self.modulus, self.modulus, self.to.modulus)]

    @property
    def response_fields(self) -> list[Field]:
        """z_k = r_k + e_k w, zeta_k = rho_k + e_k mu."""
        return [Field(len(self.bases), bits) for bits in self.mask_bits]

    def mapped(self, z: Words, zeta: Words) -> list[Words]:
        """g_k^z_k modulo N, and s^z_k t^zeta_k."""
        of_z, of_zeta = self.mask_bits
        hat = self.to.modulus
        s, t = (PowersOfBase(hat, base, bits) for base, bits in ((self.to.s, of_z), (self.to.t, of_zeta)))
        return [self.modulus.power(self.bases, z, bits=of_z), hat.mul(s.power(z), t.power(zeta))]

    def holds(self, firsts: Sequence[Words], e: Words, responses: Sequence[Words]) -> bool:
        """Whether these are A_k u_k^e_k and B_k S^e_k for all k and challenges e, bits (m,)."""
        images, a, b = firsts
        by_row = ((self.modulus, a, images), (self.to.modulus, b, self.commitment))
        wanted = [np.where(e[:, None] == 1, modulus.mul(first, image), first) for modulus, first, image in by_row]
        return all(np.array_equal(x, y) for x, y in zip(self.mapped(*responses), wanted, strict=True))


@dataclass(frozen=True, slots=True)
class Proving:
    """A prover between its first messages, `firsts`, and its responses."""

    firsts: list[Words]
    masks: list[Words] = field(repr=False)
    secrets: tuple[Words, Words] = field(repr=False)

    def responses(self, e: Words) -> list[Words]:
        """For challenges e, bits (m,); for one toss alone: those to two challenges show the secrets. The masks are gone
        then, and a second call is LocalError `material-spent`."""
        masks, chosen = self.masks.copy(), e[:, None] == 1
        self.masks.clear()
        if not masks:
            raise LocalError("material-spent", "the masks of a proof have answered a challenge", "begin another proof")
        both = zip(masks, self.secrets, strict=True)
        return [np.where(chosen, masked(mask, 1, np.broadcast_to(x, (len(mask), len(x)))), mask) for mask, x in both]


def begin(statement: OneExponent, w: Words, mu: Words, source: RandomBytes = os.urandom) -> Proving:
    """By who knows w and mu (words,), secret. `source` gives uniform bytes that serve for nothing else."""
    masks = [random_numbers(len(statement.bases), bits, source) for bits in statement.mask_bits]
    images = statement.modulus.power(statement.bases, w, bits=statement.bits)
    return Proving([images, *statement.mapped(*masks)], masks, (w, mu))


def challenges(coins: Prg, m: int) -> Words:
    """e_k, bits (m,)."""
    return np.unpackbits(coins.words((limbs_for(m),)).view(np.uint8), bitorder="little")[:m].astype(U64)
