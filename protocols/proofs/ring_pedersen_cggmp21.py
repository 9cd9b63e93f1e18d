"""Ring-Pedersen parameters, and Pi^prm: that their owner made them so that commitments under them hide.

A commitment to a whole number x is s^x t^mu mod N, for a modulus N = p q of safe primes, t a random square and s =
t^lambda. Who commits doesn't know the order of the group: two openings of one commitment would give it (strong RSA), so
the owner of N can hold others to their commitments. It must be shown that s is a power of t, or s^x could betray x.
Fujisaki, Okamoto, CRYPTO 1997; Canetti, Gennaro, Goldfeder, Makriyannis, Peled, eprint 2021/060.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import NoReturn, Self

import numpy as np

from mpc.algebra.bigint import Modulus, RandomBytes, from_ints, limbs_for, to_ints
from mpc.algebra.crt import CrtModulus
from mpc.algebra.powers_of_base import PowersOfBase
from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError
from protocols.paillier.keys import PrivateKey
from protocols.proofs.refusals import Prover, unfit
from protocols.proofs.strength import STANDARD, Strength, require_secure
from protocols.proofs.transcript import Bytes, Proof, Setting, Transcript
from protocols.proofs.whole_numbers import (
    Field,
    absorb_modulus,
    absorb_numbers,
    are_units,
    masked,
    proof_length,
    proof_of,
    proof_parts,
    random_numbers,
)


@dataclass(frozen=True, slots=True)
class RingPedersen:
    """Public: a modulus N, and s and t (limbs,), units other than 1 and -1."""

    modulus: Modulus
    s: Words
    t: Words

    def __post_init__(self) -> None:
        if self.modulus.n % 2 == 0 or not self.well_formed:
            raise unfit(
                "s and t must be units modulo N, and neither 1 nor -1", "make them by `RingPedersenKey.generate`"
            )

    @property
    def well_formed(self) -> bool:
        """Whether s and t are units other than 1 and -1."""
        both, n = np.stack([self.s, self.t]), self.modulus.n
        return are_units(self.modulus, both) and not {1, n - 1} & set(to_ints(both))

    def commit(self, values: Words, value_bits: int, blindings: Words, blinding_bits: int) -> Words:
        """s^x t^mu (count, limbs) for secret values and blindings (count, words) of these lengths."""
        power = self.modulus.power
        return self.modulus.mul(power(self.s, values, bits=value_bits), power(self.t, blindings, bits=blinding_bits))

    def absorb(self, transcript: Transcript) -> None:
        """All three numbers."""
        absorb_modulus(transcript, "ring-Pedersen", self.modulus.n)
        absorb_numbers(transcript, "s and t", self.s, self.t)

    def to_words(self) -> Words:
        """N, s and t (3, limbs) for another party."""
        return np.concatenate([from_ints([self.modulus.n], self.modulus.limbs), np.stack([self.s, self.t])])

    def __repr__(self) -> str:
        return f"RingPedersen(N of {self.modulus.bits} bits)"


class RingPedersenKey:
    """`public` parameters with the factors of N and lambda. Shows nothing of them; cannot be pickled."""

    __slots__ = ("_halves", "_logarithm", "public")

    def __init__(self, p: int, q: int, source: RandomBytes = os.urandom) -> None:
        """New t and s for the primes p and q, which the caller made: safe ones, of one length."""
        self._halves = CrtModulus(p, q)
        modulus = self._halves.n
        self._logarithm = random_numbers(1, modulus.bits, source)[0]
        t = modulus.square(modulus.random_units(1, source))
        s = self._halves.power(t, self._logarithm, self._logarithm, bits=modulus.bits)
        self.public = RingPedersen(modulus, s[0], t[0])

    @classmethod
    def generate(cls, bits: int = 2048, source: RandomBytes = os.urandom) -> Self:
        """New parameters of 2048, 3072 or 4096 bits, of safe primes of their own; some tenths of a second and more."""
        return cls(*PrivateKey.generate(bits, safe=True, source=source).secret_factors, source)

    def prove(self, setting: Setting, strength: Strength = STANDARD, source: RandomBytes = os.urandom) -> Bytes:
        """A proof of `PowerOf` for these parameters; `source` gives uniform bytes that serve for nothing else."""
        statement = PowerOf(self.public, strength)
        transcript = statement.begun(setting)
        header = setting.header(transcript)
        a = random_numbers(strength.repetitions, statement.mask_bits, source)
        t = np.broadcast_to(self.public.t, (len(a), self.public.modulus.limbs))
        commitments = self._halves.power(t, a, a, bits=statement.mask_bits)
        e = statement.challenges(transcript, commitments)
        z = np.where(e[:, None], masked(a, 1, np.broadcast_to(self._logarithm, (len(a), len(self._logarithm)))), a)
        return proof_of(header, [commitments, z])

    def __repr__(self) -> str:
        return f"RingPedersenKey({self.public!r}, ...)"

    def __reduce__(self) -> NoReturn:
        raise LocalError("secret-key", "a private key cannot be pickled", "make another one where it is needed")


@dataclass(frozen=True, slots=True)
class PowerOf:
    """The statement that s is a power of t modulo N: m repetitions of Schnorr's protocol with challenges of one bit.

    With longer challenges an s of which only a square is a power of t would pass for one in two of them. The paper's
    prover reduces its responses modulo phi(N); here they are whole numbers, masked by epsilon more bits than they have.
    """

    parameters: RingPedersen
    strength: Strength = STANDARD

    @property
    def mask_bits(self) -> int:
        """Of the nonces a_i."""
        return self.parameters.modulus.bits + self.strength.epsilon

    @property
    def fields(self) -> list[Field]:
        """A_i; z_i."""
        m = self.strength.repetitions
        return [Field.units(self.parameters.modulus, m), Field(m, self.mask_bits)]

    @property
    def proof_bytes(self) -> int:
        """The length of every proof of this statement."""
        return proof_length(self.fields)

    def begun(self, setting: Setting) -> Transcript:
        """A transcript that has absorbed setting and statement."""
        require_secure(setting, self.strength)
        transcript = setting.transcript()
        transcript.absorb("ring-Pedersen parameters", self.strength.described())
        self.parameters.absorb(transcript)
        return transcript

    def challenges(self, transcript: Transcript, commitments: Words) -> Words:
        """e_i, bits (m,)."""
        absorb_numbers(transcript, "A", commitments)
        m = self.strength.repetitions
        words = transcript.words("e", limbs_for(m))
        return np.unpackbits(words.view(np.uint8), bitorder="little")[:m].astype(U64)

    def holds(self, commitments: Words, e: Words, z: Words) -> bool:
        """t^z_i = A_i s^e_i for all i."""
        modulus = self.parameters.modulus
        powers = PowersOfBase(modulus, self.parameters.t, self.mask_bits).power(z)
        wanted = np.where(e[:, None] == 1, modulus.mul(commitments, self.parameters.s), commitments)
        return np.array_equal(powers, wanted)


def verify_ring_pedersen(setting: Setting, statement: PowerOf, proof: Proof) -> None:
    """Raise unless `proof`, any bytes whatever, proves the statement in this setting.

    PeerError `proof-length`, `malformed-proof`, `proof-of-another-session` or `proof-of-another-statement`, Abort
    `proof-refused`; all name the prover.
    """
    transcript = statement.begun(setting)
    commitments, z = proof_parts(setting, transcript, proof, statement.fields)
    if not statement.holds(commitments, statement.challenges(transcript, commitments), z):
        raise setting.prover.failed()


def parameters_from(prover: Prover, words: Words) -> RingPedersen:
    """Parameters (3, limbs) that a party sent. PeerError `bad-ring-pedersen`; what is proved of them is yet to come."""
    n, s, t = words
    number = to_ints(n)[0]
    try:
        if number.bit_length() != 64 * len(n):
            raise unfit("of another length", "")
        return RingPedersen(Modulus(number), s.copy(), t.copy())
    except LocalError:
        raise prover.refused(
            "bad-ring-pedersen",
            "sent ring-Pedersen parameters that are none: an even or short modulus, s or t no unit, or 1 or -1",
            "the same version everywhere; else that party is not to be trusted",
        ) from None
