"""Primes: those found are, in the form asked for; composites that fool weaker tests do not pass."""

import math

import pytest

from mpc.errors import LocalError
from protocols.paillier import prime_search
from protocols.paillier.prime_search import is_prime, random_prime, small_primes

P1 = int(
    "29674495668685510550154174642905332730771991799853043350995075531276838753171770199594238596428121188033664754218345"
    "562493168782883"
)
ARNAULT = P1 * (313 * (P1 - 1) + 1) * (353 * (P1 - 1) + 1)
"""Arnault, "Constructing Carmichael numbers which are strong pseudoprimes to several bases", Journal of Symbolic
Computation 1995: a strong pseudoprime to all prime bases below 307."""

PSEUDOPRIMES = {
    "the first 12 primes": 318665857834031151167461,
    "the first 13 primes": 3317044064679887385961981,
    "Arnault": ARNAULT,
    "Carmichael": 1590231231043178376951698401,
    "the smallest Carmichael number": 561,
    "a square": (2**89 - 1) ** 2,
    "a product of two": (2**521 - 1) * (2**607 - 1),
}


def strong_to(base: int, n: int) -> bool:
    """Whether n passes Miller and Rabin's test for this base, by Python's integers."""
    twos = ((n - 1) & (1 - n)).bit_length() - 1
    x = pow(base, (n - 1) >> twos, n)
    return x == 1 or any(pow(x, 2**i, n) == n - 1 for i in range(twos))


@pytest.mark.parametrize("name", PSEUDOPRIMES)
def test_composites_do_not_pass(name: str) -> None:
    assert not is_prime(PSEUDOPRIMES[name])


def test_the_pseudoprimes_are_what_they_are_called() -> None:
    first = [2, *small_primes(42).tolist()]
    assert all(strong_to(base, PSEUDOPRIMES["the first 12 primes"]) for base in first[:12])
    assert all(strong_to(base, PSEUDOPRIMES["the first 13 primes"]) for base in first[:13])
    assert all(strong_to(base, ARNAULT) for base in [2, *small_primes(60).tolist(), 293])
    carmichael = PSEUDOPRIMES["Carmichael"]
    assert all(pow(base, carmichael - 1, carmichael) == 1 for base in first if math.gcd(base, carmichael) == 1)


def test_every_small_number() -> None:
    known = {2, *small_primes(2000).tolist()}
    assert {n for n in range(2000) if is_prime(n)} == known
    assert [n for n in range(3, 400, 2) if all(n % d for d in range(3, n, 2))] == small_primes(400).tolist()


@pytest.mark.parametrize("n", [2**521 - 1, 2**607 - 1, 2**127 - 1, 2**64 + 13])
def test_primes_pass(n: int) -> None:
    assert is_prime(n)
    assert not is_prime(n + 2)


@pytest.mark.parametrize("n", [-7, 0, 1, 2**70, 2**8192 + 1, 6 * (2**521 - 1)])
def test_what_is_no_prime_at_all(n: int) -> None:
    assert not is_prime(n)


@pytest.mark.parametrize("bits", [32, 33, 64, 100, 512])
@pytest.mark.parametrize("safe", [False, True])
def test_found_primes(bits: int, safe: bool) -> None:
    p = random_prime(bits, safe=safe)
    assert p >> bits - 2 == 3
    assert p % 4 == 3
    assert is_prime(p)
    assert not safe or is_prime(p // 2)


def test_two_are_never_the_same() -> None:
    assert len({random_prime(128) for _ in range(8)}) == 8


def test_what_neither_test_confirms_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def confirmed(n: int) -> bool:
        asked.append(n)
        return len(asked) > 2

    monkeypatch.setattr(prime_search, "confirmed", confirmed)
    assert random_prime(64) == asked[-1]
    assert len(asked) == 3


@pytest.mark.parametrize("bits", [0, 31, 4097])
def test_lengths_that_are_not_offered(bits: int) -> None:
    with pytest.raises(LocalError, match="wrong-number"):
        random_prime(bits)


def test_sieves_leave_every_prime() -> None:
    start = 0xC000000000000003
    kept = set(prime_search._sieved(start, False).tolist())
    assert all(i in kept for i in range(prime_search._BLUM_RANGE) if is_prime(start + 4 * i))
    assert all((start + 4 * i) % r for i in kept for r in (3, 5, 7))
    both = set(prime_search._sieved(start, True).tolist())
    wanted = [
        i for i in range(prime_search._SAFE_RANGE // 16) if is_prime(start + 4 * i) and is_prime(start // 2 + 2 * i)
    ]
    assert wanted
    assert both.issuperset(wanted)
