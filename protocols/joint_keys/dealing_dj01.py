"""A key whose shares a dealer makes, who knows all of it: Damgård and Jurik, PKC 2001, section 4.1.

p and q are safe primes of full length. d is 0 modulo m = (p - 1) (q - 1) / 4 and 1 modulo N^s, and is shared modulo
N^s m. Protects against up to `threshold` parties, malicious ones where partial decryptions are proved; the dealer must
forget what it knows, and collude with nobody.
"""

from __future__ import annotations

import os

from mpc.algebra.bigint import RandomBytes, from_ints, limbs_for
from protocols.joint_keys.key import JointKey, KeyShare, check_parties, verification_of
from protocols.joint_keys.polynomials_shoup00 import delta, shares_modulo
from protocols.paillier.keys import PrivateKey
from protocols.paillier.prime_search import is_prime
from protocols.paillier.randomisers import Exponent


def deal(
    parties: int,
    threshold: int,
    *,
    bits: int = 2048,
    s: int = 1,
    exponent: Exponent = "half",
    source: RandomBytes = os.urandom,
) -> list[KeyShare]:
    """The shares of a new key of 2048, 3072 or 4096 bits, one for each party: any threshold + 1 of them decrypt.

    LocalError `joint-key-parties`, `paillier-key-size`. Safe primes take some tenths of a second, or some seconds.
    """
    check_parties(parties, threshold)
    key = PrivateKey.generate(bits, s=s, safe=True, exponent=exponent, source=source)
    return shares_of(key, parties, threshold, source=source)


def shares_of(key: PrivateKey, parties: int, threshold: int, *, source: RandomBytes = os.urandom) -> list[KeyShare]:
    """The shares of a key that its owner has, who must forget it. Partial decryptions are proved without a further
    assumption only where its primes are safe, as those of `PrivateKey.generate(safe=True)` are."""
    check_parties(parties, threshold)
    group, (p, q) = key.public.group, key.secret_factors
    order, messages = (p - 1) * (q - 1) // 4, group.messages.n
    d = order * pow(order, -1, messages)
    shares = shares_modulo(d, messages * order, parties, threshold, source)
    bits = share_bits(group.n.bit_length(), group.s)
    verification = verification_of(group, delta(parties), from_ints(shares, limbs_for(bits)), bits)
    safe = all(is_prime(prime // 2) for prime in (p, q))
    joint = JointKey(key.public, parties, threshold, 1, bits, verification, safe=safe)
    return [KeyShare(joint, place, share) for place, share in enumerate(shares)]


def share_bits(bits: int, s: int) -> int:
    """Of a share, which is below N^s (p - 1) (q - 1) / 4, of a key of so many bits."""
    return (s + 1) * bits - 2
