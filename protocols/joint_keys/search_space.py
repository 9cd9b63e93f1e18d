"""Where two primes are looked for together: lengths, shares of them, and the small numbers that they are sieved by.

All of it is public and follows from the length of N and the number of parties.
"""

from __future__ import annotations

from functools import lru_cache
from math import isqrt, log, prod

from mpc.algebra.residues import MOST_BITS, Residues
from mpc.errors import LocalError
from protocols.paillier.prime_search import small_primes

SHORTEST_BITS = 40
"""Of N, in tests."""

_SLACK = 1 << 7
"""The multiples of M that a share may have are at least so many, and with few more their range is nearly used up."""

_FEWEST = 15
"""The sieve has 3 and 5 at least."""

_BATCHES = 8
_FEWEST_AT_ONCE = 16


class SearchSpace:
    """Of N of `bits` bits exactly, by n parties. p, and q alike, is 4 y + 3, where y is the sum of shares
    y_i = Y_i + M k_i with Y_i < M and k_i < multiples; party 0 adds M `first`.

    `sieve`: the powers of odd primes whose product is M; p is coprime to all of them. `further`: other numbers, with
    which N is told by its residues. p and q lie between 2^(bits/2 - 1/2) and 2^(bits/2), so that N has its length.
    """

    __slots__ = ("bits", "first", "further", "multiples", "n", "sieve")

    def __init__(self, bits: int, n: int) -> None:
        """bits: even. LocalError `wrong-number` for N that is too short for what is looked for."""
        lowest = isqrt((1 << bits - 1) - 1) + 1
        room = ((1 << bits // 2) - lowest) // (4 * max(n, 1))
        if bits % 2 or bits < SHORTEST_BITS or n < 2 or room < _SLACK * _FEWEST:
            raise LocalError(
                "wrong-number", f"no modulus of {bits} bits is made by {n} parties", "take 2048, 3072 or 4096 bits"
            )
        self.bits, self.n = bits, n
        self.sieve = Residues(_sieving_moduli(room // _SLACK))
        self.multiples = room // self.sieve.product - 1
        self.first = -(-lowest // (4 * self.sieve.product))
        self.further = Residues(other_moduli(self.sieve, -(-(1 << bits) // self.sieve.product)))

    @property
    def half(self) -> int:
        """The bits of p and of q."""
        return self.bits // 2

    @property
    def expected(self) -> float:
        """How many candidates N it takes, on average: of the odd numbers near 2^half that have none of the sieve's
        primes r, 2 prod r / (r - 1) / ln 2^half are prime."""
        density = 2 * prod(r / (r - 1) for r in _primes_of(self.sieve)) / (self.half * log(2))
        return 1 / density**2

    @property
    def batch(self) -> int:
        """How many candidates are made side by side."""
        return max(_FEWEST_AT_ONCE, int(self.expected / _BATCHES))

    def __repr__(self) -> str:
        return f"SearchSpace(N of {self.bits} bits, {self.n} parties, {len(self.sieve.moduli)} small primes)"


def other_moduli(taken: Residues | None, above: int) -> list[int]:
    """Primes that `taken` has none of, the largest of as few bits as do, with a product above `above`."""
    for size in range(2, MOST_BITS + 1):
        used = _primes_of(taken) if taken is not None else set()
        product = 1
        chosen: list[int] = []
        for r in reversed([r for r in small_primes(1 << size).tolist() if r not in used]):
            product *= r
            chosen.append(r)
            if product > above:
                return chosen
    raise LocalError("wrong-number", "a number is too long for its residues", "take a shorter modulus")


@lru_cache(maxsize=16)
def _sieving_moduli(most: int) -> tuple[int, ...]:
    """For the odd primes from 3 on the highest powers of few bits, as many as have a product of at most `most`."""
    for size in range(2, MOST_BITS + 1):
        product = 1
        chosen: list[int] = []
        for r in small_primes(1 << size).tolist():
            power = r ** int(log((1 << size) - 1, r) + 1e-9)
            if product * power > most:
                return tuple(chosen)
            product *= power
            chosen.append(power)
    raise LocalError("wrong-number", "there are too few small primes", "take a shorter modulus")


def _primes_of(residues: Residues) -> set[int]:
    """The primes of which the moduli are powers."""
    return {smallest_factor(m) for m in residues.moduli}


def smallest_factor(m: int) -> int:
    """The smallest odd factor of an odd number of few bits."""
    return next((r for r in range(3, isqrt(m) + 1, 2) if m % r == 0), m)
