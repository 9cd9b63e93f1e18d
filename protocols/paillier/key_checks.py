"""What may be told of a modulus without its factors: that it is no product of two large primes.

These checks catch mistakes and clumsy cheating. That a modulus is well formed takes its owner's proofs.
"""

from __future__ import annotations

from functools import lru_cache
from math import gcd, isqrt, prod

from mpc.errors import LocalError, ParleyError, PeerError
from protocols.paillier.prime_search import is_prime, small_primes

KEY_BITS = (2048, 3072, 4096)
_TRIAL_LIMIT = 1 << 17
_FERMAT_STEPS = 100
_REMEDY = "ask its owner for another key, made by `mpc.paillier.generate`"


def check_modulus(n: int, sender: str | None = None) -> None:
    """Raises unless n has 2048, 3072 or 4096 bits, is odd, has no factor below 2^17, and is no prime, no power and no
    product of two numbers so close that Fermat's method finds them (CVE-2022-26320).

    Codes `paillier-key-size`, `paillier-key-even`, `paillier-key-factor`, `paillier-key-prime`, `paillier-key-power`:
    PeerError where `sender` names who sent it, LocalError otherwise. Takes about 50 ms.
    """
    if n.bit_length() not in KEY_BITS:
        sizes = " or ".join(map(str, KEY_BITS))
        raise _refusal("paillier-key-size", f"the modulus of a key has {n.bit_length()} bits, not {sizes}", sender)
    if n % 2 == 0:
        raise _refusal("paillier-key-even", "the modulus of a key is even", sender)
    if has_small_factor(n):
        raise _refusal("paillier-key-factor", f"the modulus of a key has a prime factor below {_TRIAL_LIMIT}", sender)
    if has_close_factors(n):
        raise _refusal("paillier-key-factor", "the modulus of a key has two factors next to each other", sender)
    if is_power(n):
        raise _refusal("paillier-key-power", "the modulus of a key is a power of another number", sender)
    if is_prime(n):
        raise _refusal("paillier-key-prime", "the modulus of a key is prime", sender)


def check_length(n: int, bits: int, sender: str) -> None:
    """PeerError `paillier-key-size` unless the modulus that `sender` sent has just as many bits as was agreed."""
    if n.bit_length() != bits:
        raise PeerError(
            "paillier-key-size",
            f"{sender} sent a key of {n.bit_length()} bits, not {bits}",
            _REMEDY,
            party=sender,
        )


def has_small_factor(n: int, below: int = _TRIAL_LIMIT) -> bool:
    """Whether an odd prime below 2^17, or below another number, divides n."""
    return gcd(n, _product_of_primes(below)) != 1


def has_close_factors(n: int) -> bool:
    """Whether an odd n, no square, is x^2 - y^2 with x among the first numbers above its root."""
    first = isqrt(n) + 1
    return any(isqrt(rest := x * x - n) ** 2 == rest for x in range(first, first + _FERMAT_STEPS))


def is_power(n: int) -> bool:
    """Whether n, without factors below 2^17, is x^k for some k of 2 or more."""
    exponents = [2, *small_primes(max(4, n.bit_length() // 17 + 2)).tolist()]
    return any(_root(n, k) ** k == n for k in exponents)


def _root(n: int, k: int) -> int:
    """The whole part of the k-th root, by Newton's method from above."""
    x = 1 << -(-n.bit_length() // k)
    while True:
        y = ((k - 1) * x + n // x ** (k - 1)) // k
        if y >= x:
            return x
        x = y


@lru_cache(maxsize=4)
def _product_of_primes(below: int) -> int:
    return prod(small_primes(below).tolist())


def _refusal(code: str, cause: str, sender: str | None) -> ParleyError:
    if sender is None:
        return LocalError(code, cause, _REMEDY)
    return PeerError(code, f"{sender} sent a key that is none: {cause}", _REMEDY, party=sender)
