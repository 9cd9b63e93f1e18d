"""That powers of many bases modulo N have the one exponent that was committed to; the order of the group may be any.

Frederiksen, Lindell, Osheter, Pinkas, CRYPTO 2018, section 3.3, whose challenges are single bits, too: if N is bad, the
prover may know elements of small order modulo it, and what a long challenge lets pass is right only up to these. Each
base has a challenge of its own. A bad N fails the test at every other base at least, where its true powers are told, and
what else is told fails at every other challenge: with m bases it passes with a probability of (3/4)^m.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from mpc.algebra.bigint import Modulus, RandomBytes, limbs_for
from mpc.algebra.powers_of_base import PowersOfBase
from mpc.algebra.ring import U64, Words
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersen
from protocols.proofs.strength import STANDARD, Strength, require_secure
from protocols.proofs.transcript import Bytes, Setting, Transcript
from protocols.proofs.whole_numbers import (
    Field,
    absorb_modulus,
    absorb_numbers,
    masked,
    proof_length,
    proof_of,
    proof_parts,
    random_numbers,
)

BASES = 309
"""(3/4)^309 is below 2^-128: a prover that hashes may try many first messages."""


@dataclass(frozen=True, slots=True)
class OneExponent:
    """The statement: images (m, limbs) = bases (m, limbs)^w modulo N, for the w that `commitment` (limbs,) = s^w t^mu
    binds its prover to.

    `to`: parameters of the verifier. bits, blinding_bits: of w and of mu. `strength`: epsilon is the masks'.
    """

    modulus: Modulus
    bases: Words
    images: Words
    commitment: Words
    to: RingPedersen
    bits: int
    blinding_bits: int
    strength: Strength = STANDARD

    @property
    def mask_bits(self) -> tuple[int, int]:
        """Of r and rho, which mask w and mu."""
        return self.bits + self.strength.epsilon, self.blinding_bits + self.strength.epsilon

    @property
    def fields(self) -> list[Field]:
        """A_k = g_k^r_k, B_k = s^r_k t^rho_k; z_k = r_k + e_k w, zeta_k = rho_k + e_k mu."""
        m = len(self.bases)
        firsts = [Field.units(self.modulus, m), Field.units(self.to.modulus, m)]
        return [*firsts, *(Field(m, bits) for bits in self.mask_bits)]

    @property
    def proof_bytes(self) -> int:
        """The length of every proof of this statement."""
        return proof_length(self.fields)

    def begun(self, setting: Setting) -> Transcript:
        """A transcript that has absorbed setting and statement."""
        require_secure(setting, self.strength)
        transcript = setting.transcript()
        transcript.absorb("one exponent", self.bits, self.blinding_bits, self.strength.described())
        absorb_modulus(transcript, "modulus", self.modulus.n)
        self.to.absorb(transcript)
        absorb_numbers(transcript, "statement", self.bases, self.images, self.commitment)
        return transcript

    def challenges(self, transcript: Transcript, firsts: list[Words]) -> Words:
        """e_k, bits (m,)."""
        absorb_numbers(transcript, "first messages", *firsts)
        m = len(self.bases)
        words = transcript.words("e", limbs_for(m))
        return np.unpackbits(words.view(np.uint8), bitorder="little")[:m].astype(U64)

    def mapped(self, z: Words, zeta: Words) -> list[Words]:
        """g_k^z_k modulo N, and s^z_k t^zeta_k."""
        of_z, of_zeta = self.mask_bits
        hat = self.to.modulus
        s, t = (PowersOfBase(hat, base, bits) for base, bits in ((self.to.s, of_z), (self.to.t, of_zeta)))
        return [self.modulus.power(self.bases, z, bits=of_z), hat.mul(s.power(z), t.power(zeta))]

    def holds(self, firsts: list[Words], e: Words, z: Words, zeta: Words) -> bool:
        """Whether these are A_k u_k^e_k and B_k S^e_k for all k."""
        chosen = e[:, None] == 1
        targets = zip((self.modulus, self.to.modulus), firsts, (self.images, self.commitment), strict=True)
        wanted = [np.where(chosen, modulus.mul(first, image), first) for modulus, first, image in targets]
        return all(np.array_equal(x, y) for x, y in zip(self.mapped(z, zeta), wanted, strict=True))


def prove_one_exponent(
    setting: Setting, statement: OneExponent, w: Words, mu: Words, source: RandomBytes = os.urandom
) -> Bytes:
    """A proof by who knows w and mu (words,), secret. `source` gives uniform bytes that serve for nothing else."""
    transcript, m = statement.begun(setting), len(statement.bases)
    header = setting.header(transcript)
    masks = [random_numbers(m, bits, source) for bits in statement.mask_bits]
    firsts = statement.mapped(*masks)
    e = statement.challenges(transcript, firsts)[:, None]
    answers = [np.where(e == 1, masked(mask, 1, secret), mask) for mask, secret in zip(masks, (w, mu), strict=True)]
    return proof_of(header, [*firsts, *answers])


def verify_one_exponent(setting: Setting, statement: OneExponent, proof: Bytes) -> None:
    """Raise unless `proof`, any bytes whatever, proves the statement in this setting.

    PeerError `proof-length`, `malformed-proof`, `proof-of-another-session` or `proof-of-another-statement`, Abort
    `proof-refused`; all name the prover.
    """
    transcript = statement.begun(setting)
    a, b, z, zeta = proof_parts(setting, transcript, proof, statement.fields)
    if not statement.holds([a, b], statement.challenges(transcript, [a, b]), z, zeta):
        raise setting.prover.failed()
