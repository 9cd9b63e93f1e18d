"""Secret primes of so many bits: candidates that small primes leave over, tested in batches by the kernels.

A random start and what comes behind it (Brandt and Damgård, "On generation of probable primes by incremental search",
CRYPTO 1992) are sieved and then tested in a random order, so that a prime is not likelier for the gap before it. How
many candidates fail shows in the time; it says nothing about the one that is taken.
"""

from __future__ import annotations

import os
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import Modulus, RandomBytes, from_ints, limbs_for, montgomery_exponentiate, to_ints
from mpc.algebra.primes import is_prime as is_small_prime
from mpc.errors import LocalError

ROUNDS = 8
"""Of Miller and Rabin's test for candidates that this module drew. A composite one of k bits, k = 1024 or more, passes
with probability below 2^-155: k^1.5 2^t t^-0.5 4^(2 - sqrt(t k)) for t rounds (Damgård, Landrock and Pomerance,
Mathematics of Computation 1993, theorem 2). FIPS 186-5, table B.1, asks for 5 at most."""

ROUNDS_OF_OTHERS = 64
"""For numbers that somebody chose: 4^-64 = 2^-128 whatever they are, since nobody knows the bases before."""

_MOST_BITS = 8192
_AT_ONCE = 16
_BLUM_RANGE, BLUM_SIEVE = 1 << 12, 1 << 13
_SAFE_RANGE, _SAFE_SIEVE = 1 << 18, 1 << 16

Ints = npt.NDArray[np.int64]


def is_prime(n: int, source: RandomBytes = os.urandom) -> bool:
    """Whether n, of up to 8192 bits, is prime; a composite one passes with probability 2^-128 at most, whoever made it.

    64 rounds of Miller and Rabin's test on random bases, and then the tests of pycryptodome, Lucas' among them. The
    time depends on n.
    """
    if n < 2**64:
        return is_small_prime(n)
    if n % 2 == 0 or n.bit_length() > _MOST_BITS:
        return False
    rounds = ([n] * count for count in (1, ROUNDS_OF_OTHERS))
    return all(_passed(numbers, source).all() for numbers in rounds) and confirmed(n)


def confirmed(n: int) -> bool:
    """What pycryptodome's own tests say: Miller and Rabin's, then Lucas'."""
    from Crypto.Math.Primality import PROBABLY_PRIME, test_probable_prime  # slow to import

    return bool(test_probable_prime(n) == PROBABLY_PRIME)


def random_prime(bits: int, *, safe: bool = False, source: RandomBytes = os.urandom) -> int:
    """A random prime p = 3 mod 4 of exactly `bits` bits, the two highest set; with `safe`, (p - 1) / 2 is prime too.

    Near uniform among those primes. bits: 32 to 4096; another raises LocalError `wrong-number`.
    """
    if not 32 <= bits <= _MOST_BITS // 2:
        raise LocalError("wrong-number", f"a prime of {bits} bits is not offered", "ask for 32 to 4096 bits")
    while True:
        for p in _candidates(bits, safe, source):
            if p.bit_length() == bits and _is_what_was_asked(p, safe, source):
                return p


def _is_what_was_asked(p: int, safe: bool, source: RandomBytes) -> bool:
    numbers = [p, (p - 1) // 2] if safe else [p]
    return all(_passed([n] * ROUNDS, source).all() and confirmed(n) for n in numbers)


def _candidates(bits: int, safe: bool, source: RandomBytes) -> list[int]:
    """Of one range those that have passed one round, as far as the first batch that has any."""
    top = 3 << bits - 2
    start = (int.from_bytes(source(-(-bits // 8)), "little") % 2**bits | top) & ~3 | 3
    left = [start + 4 * int(i) for i in _shuffled(_sieved(start, safe), source)]
    for at in range(0, len(left), _AT_ONCE):
        some = left[at : at + _AT_ONCE]
        some = _keep(some, [p // 2 for p in some], source) if safe else some
        some = _keep(some, some, source)
        if some:
            return some
    return []


def _keep(some: list[int], tested: list[int], source: RandomBytes) -> list[int]:
    if not some:
        return []
    return [p for p, good in zip(some, _passed(tested, source), strict=True) if good]


def _sieved(start: int, safe: bool) -> Ints:
    """Those i for which start + 4 i, and half of it for safe primes, has no small factor."""
    count, limit = (_SAFE_RANGE, _SAFE_SIEVE) if safe else (_BLUM_RANGE, BLUM_SIEVE)
    limit = min(limit, 1 << start.bit_length() // 2 - 2)
    kept = np.ones(count, np.bool_)
    primes = small_primes(limit)
    remainders = np.array([start % r for r in primes.tolist()])
    quarters = np.where(primes % 4 == 3, (primes + 1) // 4, primes - (primes - 1) // 4)
    for excluded in (0, 1) if safe else (0,):
        firsts = (excluded - remainders) * quarters % primes
        for first, r in zip(firsts.tolist(), primes.tolist(), strict=True):
            kept[first::r] = False
    return np.flatnonzero(kept)


def _shuffled(places: Ints, source: RandomBytes) -> Ints:
    return places[np.argsort(np.frombuffer(source(8 * len(places)), np.uint64))]


@lru_cache(maxsize=4)
def small_primes(limit: int) -> Ints:
    """The odd primes below `limit`, ascending."""
    odd = np.ones(max(limit // 2, 1), np.bool_)
    odd[0] = False
    for i in range(1, int(limit**0.5) // 2 + 1):
        if odd[i]:
            odd[2 * i * (i + 1) :: 2 * i + 1] = False
    return 2 * np.flatnonzero(odd) + 1


def _passed(numbers: list[int], source: RandomBytes) -> npt.NDArray[np.bool_]:
    """Whether each odd number above 2^16 passes a round of Miller and Rabin's test, on a random base of its own.

    The number need not be another one each time. Handbook of Applied Cryptography, algorithm 4.24.
    """
    bits = max(n.bit_length() for n in numbers)
    limbs = limbs_for(bits)
    made = {n: Modulus(n, limbs=limbs) for n in set(numbers)}
    moduli = [made[n] for n in numbers]
    bases = from_ints([_base(n, source) for n in numbers], limbs)
    twos = [((n - 1) & (1 - n)).bit_length() - 1 for n in numbers]
    odd = from_ints([(n - 1) >> t for n, t in zip(numbers, twos, strict=True)], limbs)
    powers = to_ints(montgomery_exponentiate(bases, odd[:, : limbs_for(bits)], moduli, bits=bits))
    return np.array([_ends_well(x, n, t) for x, n, t in zip(powers, numbers, twos, strict=True)])


def _base(n: int, source: RandomBytes) -> int:
    """From 2 to n - 2, within 2^-64 of uniform."""
    return 2 + int.from_bytes(source(-(-n.bit_length() // 8) + 8), "little") % (n - 3)


def _ends_well(x: int, n: int, twos: int) -> bool:
    """Whether x is 1, or -1 after fewer than `twos` squares."""
    good = x == 1
    for _ in range(twos):
        good |= x == n - 1
        x = x * x % n
    return good
