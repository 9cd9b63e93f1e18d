"""Pi^mod: that N is a Paillier-Blum modulus, by who knows its factors.

N = p q for primes p = q = 3 mod 4, with gcd(N, phi(N)) = 1. Canetti, Gennaro, Goldfeder, Makriyannis, Peled, eprint
2021/060, with its letters; docs/protocols/paillier_proofs.md has why no other N passes. That both factors are large it
does not say: protocols/proofs/factors_cggmp21.py does.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from math import gcd

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import Modulus, RandomBytes, from_ints, jacobi_var, limbs_for, to_ints
from mpc.algebra.crt import CrtModulus
from mpc.algebra.montgomery_form import MontgomeryForm
from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError
from protocols.paillier.key_checks import has_small_factor, is_power
from protocols.paillier.matrices import powers_var
from protocols.paillier.prime_search import is_prime
from protocols.proofs.strength import STANDARD, Strength, require_secure
from protocols.proofs.transcript import Bytes, Proof, Setting, Transcript
from protocols.proofs.whole_numbers import Field, absorb_modulus, absorb_numbers, proof_length, proof_of, proof_parts

Bits = npt.NDArray[np.uint64]
_SPARE_WORDS = 2
_PRODUCTS = 8


@dataclass(frozen=True, slots=True)
class BlumModulus:
    """The statement. `modulus`: N, odd."""

    modulus: Modulus
    strength: Strength = STANDARD

    @property
    def fields(self) -> list[Field]:
        """w; x_i; z_i; a_i + 2 b_i."""
        m = self.strength.repetitions
        return [*(Field.units(self.modulus, count) for count in (1, m, m)), Field(m, 2)]

    @property
    def proof_bytes(self) -> int:
        """The length of every proof of this statement."""
        return proof_length(self.fields)

    def begun(self, setting: Setting) -> Transcript:
        """A transcript that has absorbed setting and statement."""
        require_secure(setting, self.strength)
        transcript = setting.transcript()
        transcript.absorb("Paillier-Blum modulus", self.strength.described())
        absorb_modulus(transcript, "N", self.modulus.n)
        return transcript

    def challenges(self, transcript: Transcript, w: Words) -> Words:
        """y_i, within 2^-128 of uniform below N: (m, limbs)."""
        absorb_numbers(transcript, "w", w)
        m, words = self.strength.repetitions, self.modulus.limbs + _SPARE_WORDS
        return self.modulus.reduce(transcript.words("y", m * words).reshape(m, words))

    def twisted(self, y: Words, w: Words, a: Bits, b: Bits) -> Words:
        """(-1)^a_i w^b_i y_i."""
        modulus = self.modulus
        y = np.where(b[:, None] == 1, modulus.mul(y, w), y)
        return np.where(a[:, None] == 1, modulus.sub(np.zeros_like(y), y), y)

    def holds(self, y: Words, w: Words, x: Words, z: Words, signs: Words) -> bool:
        """All equations of step 4, for units w, x_i, z_i."""
        modulus, columns = self.modulus, signs[:, 0]
        if jacobi_var(to_ints(w)[0], modulus.n) != -1:
            return False
        fourth = modulus.square(modulus.square(x))
        same = np.array_equal(fourth, self.twisted(y, w, columns & np.uint64(1), columns >> np.uint64(1)))
        return same and self._are_powers(y, z)

    def _are_powers(self, y: Words, z: Words) -> bool:
        """Whether z_i^N = y_i up to N-th powers, which is as good: by a few products with weights drawn here.

        A y_i that is no N-th power differs from every one in a factor group of prime order r, where r divides N. So r
        is above 2^17, and a product of weighed y_i is an N-th power with a probability of about 2^-17 at most; with
        eight of them it is below 2^-128. Where N has a smaller factor, all powers are computed.
        """
        modulus = self.modulus
        if has_small_factor(modulus.n):
            return np.array_equal(modulus.power_var(z, modulus.n), y)
        form, shape = MontgomeryForm(modulus), (_PRODUCTS, len(y), 1)
        weights = np.frombuffer(os.urandom(4 * _PRODUCTS * len(y)), np.uint32).astype(U64).reshape(shape)
        of_z, of_y = (form.out_of(powers_var(form, weights, form.into(x))) for x in (z, y))
        return np.array_equal(modulus.power_var(of_z, modulus.n), of_y)


def prove_modulus(setting: Setting, statement: BlumModulus, p: int, q: int, source: RandomBytes = os.urandom) -> Bytes:
    """A proof by who knows the secret factors p and q of N.

    `source` gives uniform bytes that serve for nothing else. LocalError `wrong-witness` where N is not p q, with p and
    q 3 mod 4 and N coprime to (p - 1)(q - 1), or where an equation fails, since p or q is no prime.
    """
    if p * q != statement.modulus.n or p % 4 != 3 or q % 4 != 3 or gcd(p * q, (p - 1) * (q - 1)) != 1:
        raise _not_blum()
    transcript = statement.begun(setting)
    header = setting.header(transcript)
    w = _non_residue(statement.modulus, source)
    y = statement.challenges(transcript, w)
    x, z, signs = _roots(statement, CrtModulus(p, q), y, w)
    if not statement.holds(y, w, x, z, signs):
        raise _not_blum()
    return proof_of(header, [w, x, z, signs])


def verify_modulus(setting: Setting, statement: BlumModulus, proof: Proof) -> None:
    """Raise unless `proof`, any bytes whatever, proves the statement in this setting, and N is neither even nor a prime
    or a power of one, for which the equations alone could hold.

    PeerError `proof-length`, `malformed-proof`, `proof-of-another-session` or `proof-of-another-statement`, Abort
    `proof-refused`; all name the prover.
    """
    transcript = statement.begun(setting)
    w, x, z, signs = proof_parts(setting, transcript, proof, statement.fields)
    n = statement.modulus.n
    if n % 2 == 0 or is_power(n) or is_prime(n):
        raise setting.prover.failed()
    if not statement.holds(statement.challenges(transcript, w), w, x, z, signs):
        raise setting.prover.failed()


def _non_residue(modulus: Modulus, source: RandomBytes) -> Words:
    """A random number (1, limbs) of Jacobi symbol -1; it is public."""
    while True:
        w = modulus.random_units(1, source)
        if jacobi_var(to_ints(w)[0], modulus.n) == -1:
            return w


def _roots(statement: BlumModulus, halves: CrtModulus, y: Words, w: Words) -> tuple[Words, Words, Words]:
    """Fourth roots x_i of the twisted y_i, N-th roots z_i of the y_i, and a_i + 2 b_i, one column of each number.

    Python's integers see p and q for the three exponents, as they do where a key is made.
    """
    primes = halves.p.n, halves.q.n
    bits = max(prime.bit_length() for prime in primes)

    def power(bases: Words, exponents: list[int]) -> Words:
        by_p, by_q = from_ints(exponents, limbs_for(bits))
        return halves.power(bases, by_p, by_q, bits=bits)

    symbols = halves.split(power(np.concatenate([y, w]), [(prime - 1) // 2 for prime in primes]))
    one = from_ints([1], halves.half_limbs)
    by_p, by_q = (np.any(symbol != one, axis=-1).astype(U64) for symbol in symbols)
    b = (by_p ^ by_q)[:-1]
    a = by_p[:-1] ^ (b & by_p[-1])
    x = power(statement.twisted(y, w, a, b), [((prime + 1) // 4) ** 2 % (prime - 1) for prime in primes])
    z = power(y, [pow(statement.modulus.n, -1, prime - 1) for prime in primes])
    return x, z, (a + 2 * b)[:, None]


def _not_blum() -> LocalError:
    return LocalError(
        "wrong-witness",
        "the modulus is no product of two primes that are 3 mod 4 and fit together, or these are not its factors",
        "make a key by `mpc.paillier.generate`",
    )
