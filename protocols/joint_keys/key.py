"""Keys of which every party has a share: what all of them know of one, and what one party alone knows.

Damgård and Jurik, "A generalisation, a simplification and some applications of Paillier's probabilistic public-key
system", PKC 2001, section 4.1. Any threshold + 1 of the n parties decrypt; `threshold` of them learn nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

import numpy as np

from mpc.algebra.bigint import from_ints, limbs_for
from mpc.algebra.ring import Words
from mpc.domain_hash import DomainHash
from mpc.errors import LocalError
from protocols.arguments import whole_number
from protocols.homomorphic.refusals import unpicklable
from protocols.joint_keys.polynomials_shoup00 import delta
from protocols.paillier.group import Group
from protocols.paillier.keys import PublicKey

MOST_PARTIES = 32
"""Exponents are as much longer as Delta = n! is."""

HELD_BY_BASE = 2
"""What v holds, so that v to all shares tells whether they decrypt."""

_FINGERPRINT_BYTES = 32
_SPARE_BYTES = 16


@dataclass(frozen=True, slots=True)
class AdditiveShare:
    """What one party has of a modulus that the parties made together: `n`, N, known to all, and `phi`, secret, whole
    numbers which add up to phi(N) over all parties.

    `safe`: whether every party is convinced that (p - 1) / 2 and (q - 1) / 2 are prime.
    """

    n: int
    phi: int
    safe: bool = False

    def __repr__(self) -> str:
        return f"AdditiveShare(N of {self.n.bit_length()} bits, ...)"

    def __reduce__(self) -> NoReturn:
        raise unpicklable("a share of a key", "`mpc.joint_keys.save`")


@dataclass(frozen=True)
class JointKey:
    """What all parties know of a key that `parties` of them hold in shares; `threshold` + 1 of these decrypt.

    The shares are points of a polynomial f with f(0) = 0 modulo the order of the N^s-th powers; `theta` is f(0) mod
    N^s. `share_bits`: the length of a share. `verification`: v^(Delta s_i) of all shares s_i, plain numbers (parties,
    limbs). `safe`: whether p and q are known to be safe primes, on which proofs of partial decryptions rest. Equal
    where all of it is.
    """

    public: PublicKey
    parties: int
    threshold: int
    theta: int
    share_bits: int
    verification: Words
    safe: bool

    def __post_init__(self) -> None:
        check_parties(self.parties, self.threshold)

    @property
    def group(self) -> Group:
        """Of plaintexts and ciphertexts."""
        return self.public.group

    @property
    def delta(self) -> int:
        """n! of the parties."""
        return delta(self.parties)

    @cached_property
    def base(self) -> Words:
        """v (limbs,), a ciphertext of `HELD_BY_BASE` that nobody chose."""
        return base_of(self.group)

    @cached_property
    def fingerprint(self) -> bytes:
        """32 bytes, a hash of all of it."""
        numbers = self.parties, self.threshold, self.share_bits, int(self.safe)
        theta = self.theta.to_bytes(8 * self.group.messages.limbs, "little")
        named = DomainHash("joint key", *numbers).absorb(self.group.fingerprint, theta, self.verification.tobytes())
        return named.bytes(_FINGERPRINT_BYTES)

    def __eq__(self, other: object) -> bool:
        return self.fingerprint == other.fingerprint if isinstance(other, JointKey) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        primes = "safe primes" if self.safe else "primes of which no more is known"
        return f"JointKey({self.public!r}, any {self.threshold + 1} of {self.parties} parties decrypt, {primes})"


class KeyShare:
    """One party's share of a key, and `joint`, what all know of it. Shows nothing of it; cannot be pickled.

    `place`: the party's index, from 0.
    """

    __slots__ = ("_words", "joint", "place")
    kept_by = "`mpc.joint_keys.save(share, path)` keeps it in a file, encrypted"

    def __init__(self, joint: JointKey, place: int, share: int) -> None:
        """share: s_i, secret, of at most joint.share_bits bits. Whether it is the one of `joint`, `fits` tells."""
        self.joint, self.place = joint, place
        self._words: Words = from_ints([share], limbs_for(joint.share_bits))[0]

    @property
    def public(self) -> PublicKey:
        """What everybody encrypts with."""
        return self.joint.public

    @property
    def secret_words(self) -> Words:
        """s_i (limbs,). Whoever sees threshold + 1 of them reads everything that was encrypted under the key."""
        return self._words

    def fits(self) -> bool:
        """Whether the share is the one whose v^(Delta s_i) stands in the key."""
        found = verification_of(self.joint.group, self.joint.delta, self._words[None], self.joint.share_bits)
        return bool(np.array_equal(found[0], self.joint.verification[self.place]))

    def __repr__(self) -> str:
        return f"KeyShare(party {self.place}, {self.joint!r}, ...)"

    def __reduce__(self) -> NoReturn:
        raise unpicklable("a share of a key", "`mpc.joint_keys.save`")


def base_of(group: Group) -> Words:
    """v = ((1 + N) x^(N^s))^2 modulo N^(s+1) for the x that N hashes to, (limbs,): a ciphertext of 2 that nobody chose.

    It generates all squares of a modulus of safe primes, but for a chance of a few in p or q.
    """
    modulus, n = group.ciphertexts, group.n
    hashed = DomainHash("joint key base", group.fingerprint).bytes(8 * group.messages.limbs + _SPARE_BYTES)
    power = modulus.power_var(from_ints([int.from_bytes(hashed, "little") % n], modulus.limbs), n**group.s)
    square: Words = modulus.square(modulus.mul(power, from_ints([1 + n], modulus.limbs)))[0]
    return square


def verification_of(group: Group, factor: int, shares: Words, bits: int) -> Words:
    """v^(factor s) for secret shares s (count, words) of `bits` bits: plain numbers (count, limbs)."""
    bases = group.ciphertexts.power_var(base_of(group)[None], factor)
    return group.ciphertexts.power(bases, shares, bits=bits)


def check_parties(parties: int, threshold: int, of_run: int | None = None) -> None:
    """LocalError `joint-key-parties` unless there are 2 to 32 parties, those of the run where one is told, and a
    threshold of 1 or more below them; `wrong-argument` where one is no whole number."""
    parties, threshold = whole_number(parties, "parties"), whole_number(threshold, "threshold")
    if not (2 <= parties <= MOST_PARTIES and 1 <= threshold < parties and of_run in (None, parties)):
        of = "" if of_run is None else f", in a run of {of_run}"
        raise LocalError(
            "joint-key-parties",
            f"a key in {parties!r} shares with a threshold of {threshold!r} cannot be{of}",
            f"take 2 to {MOST_PARTIES} parties, all those of the run, and a threshold from 1 to one less than these: "
            "threshold + 1 decrypt",
        )
