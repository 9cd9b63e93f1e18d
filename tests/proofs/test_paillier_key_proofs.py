"""Proofs about keys: complete, sound over every small modulus, without knowledge, and bound to what they prove."""

from __future__ import annotations

from collections import Counter
from itertools import product
from math import gcd

import numpy as np
import pytest
from paillier_proof_cases import ALICE, FACTORS, TINY, flipped, key, modulus, refused, ring_pedersen, tiny_ring_pedersen

from mpc.algebra.bigint import Modulus, from_ints, jacobi_var, to_ints
from mpc.algebra.crt import CrtModulus
from protocols.paillier.key_checks import has_small_factor
from protocols.paillier.prime_search import is_prime
from protocols.proofs.factors_cggmp21 import NoSmallFactor, prove_no_small_factor, verify_no_small_factor
from protocols.proofs.modulus_cggmp21 import BlumModulus, _roots, prove_modulus, verify_modulus
from protocols.proofs.ring_pedersen_cggmp21 import PowerOf, RingPedersen, verify_ring_pedersen
from protocols.proofs.transcript import Setting

REFUSALS = {"proof-refused", "malformed-proof", "proof-of-another-session", "proof-of-another-statement"}
BOB = Setting.outside("alice", "another session")


@pytest.fixture(scope="module")
def of_modulus() -> np.ndarray:
    return prove_modulus(ALICE, BlumModulus(modulus()), *FACTORS)


@pytest.fixture(scope="module")
def of_parameters() -> np.ndarray:
    return ring_pedersen().prove(ALICE)


@pytest.fixture(scope="module")
def of_factors() -> np.ndarray:
    return prove_no_small_factor(ALICE, NoSmallFactor(modulus(), ring_pedersen().public), *FACTORS)


def verifiers(of_modulus, of_parameters, of_factors):
    """Each proof, and what verifies any bytes instead of it, in any setting."""
    parameters = ring_pedersen().public
    statements = BlumModulus(modulus()), PowerOf(parameters), NoSmallFactor(modulus(), parameters)
    checks = verify_modulus, verify_ring_pedersen, verify_no_small_factor
    return list(zip((of_modulus, of_parameters, of_factors), checks, statements, strict=True))


def test_complete_and_bound(of_modulus, of_parameters, of_factors) -> None:
    """Each holds in its setting, and is refused in another one, cut short, made longer, or empty."""
    for proof, verify, statement in verifiers(of_modulus, of_parameters, of_factors):
        assert len(proof) == statement.proof_bytes
        verify(ALICE, statement, proof)
        assert refused(verify, BOB, statement, proof) == "proof-of-another-session"
        for bent in (proof[:-8], np.concatenate([proof, proof[:8]]), proof[:0]):
            assert refused(verify, ALICE, statement, bent) == "proof-length"


def test_a_changed_byte_is_noticed_in_every_part(of_modulus, of_parameters, of_factors) -> None:
    generator = np.random.default_rng(1)
    for proof, verify, statement in verifiers(of_modulus, of_parameters, of_factors):
        places = [*generator.integers(0, len(proof), 3), 0, 31, 40, len(proof) // 2, len(proof) - 8]
        for place in places:
            assert refused(verify, ALICE, statement, flipped(proof, int(place))) in REFUSALS


def test_of_another_statement(of_modulus, of_factors) -> None:
    other = Modulus(ring_pedersen().public.modulus.n)
    assert refused(verify_modulus, ALICE, BlumModulus(other), of_modulus) == "proof-of-another-statement"
    parameters = ring_pedersen().public
    swapped = RingPedersen(parameters.modulus, parameters.t, parameters.s)
    for statement in (NoSmallFactor(other, parameters), NoSmallFactor(modulus(), swapped)):
        assert refused(verify_no_small_factor, ALICE, statement, of_factors) == "proof-of-another-statement"


def test_what_is_not_known_cannot_be_proved() -> None:
    p, q = FACTORS
    for bad in ((p, q + 2), (1, p * q), (p, p)):
        assert refused(prove_modulus, ALICE, BlumModulus(modulus()), *bad) == "wrong-witness"
        statement = NoSmallFactor(modulus(), ring_pedersen().public)
        assert refused(prove_no_small_factor, ALICE, statement, *bad) == "wrong-witness"


def test_what_the_factors_are_proved_to_be() -> None:
    assert NoSmallFactor(modulus(), ring_pedersen().public).least_factor_bits == 794
    assert key().public.bits == 2048


def is_blum(n: int) -> bool:
    """Whether n is what Pi^mod is about."""
    p = next((d for d in range(2, n) if n % d == 0), n)
    q = n // p
    return is_prime(q) and p != q and p % 4 == q % 4 == 3 and gcd(n, (p - 1) * (q - 1)) == 1


def best_share(n: int) -> float:
    """The largest part of all y that a prover can answer, whatever w it sends."""
    units = [y for y in range(n) if gcd(y, n) == 1]
    powers, fourths = {pow(z, n, n) for z in units}, {pow(x, 4, n) for x in units}
    best = 0
    for w in {w for w in units if jacobi_var(w, n) == -1}:
        twists = [sign * pow(w, b, n) for sign, b in product((1, -1), (0, 1))]
        best = max(best, sum(y in powers and any(t * y % n in fourths for t in twists) for y in units))
    return best / n


def test_every_small_modulus_that_is_none_leaves_at_most_half_of_the_challenges() -> None:
    """Soundness of Pi^mod: 2^-m. Primes alone would pass, so they are refused for what they are."""
    for n in range(9, 250, 2):
        if not is_prime(n):
            assert best_share(n) <= 0.5 or is_blum(n)
    assert best_share(7) > 0.5
    assert best_share(77) == 60 / 77


def test_the_modulus_proof_shows_nothing_else() -> None:
    """All transcripts over N = 77, each as often as the simulator makes it, which doesn't know the factors."""
    n, m = 77, Modulus(77)
    units = [u for u in range(1, n) if gcd(u, n) == 1]
    negative = [v for v in units if jacobi_var(v, n) == -1]
    y = from_ints(units, 1)
    real: Counter[tuple[int, ...]] = Counter()
    for w in negative:
        x, z, signs = _roots(BlumModulus(m, TINY), CrtModulus(7, 11), y, from_ints([w], 1))
        assert BlumModulus(m, TINY).holds(y, from_ints([w], 1), x, z, signs)
        real.update(zip([w] * len(units), units, to_ints(x), to_ints(z), to_ints(signs), strict=True))
    simulated: Counter[tuple[int, ...]] = Counter()
    for v, u, (a, b) in product(negative, units, product((0, 1), (0, 1))):
        r, w = u * u % n, pow(v, n, n)
        z = (-1) ** a * pow(v, -b, n) * pow(r, 4, n) % n
        simulated[w, pow(z, n, n), pow(r, n, n), z, a + 2 * b] += 1
    assert {transcript: 4 * count for transcript, count in real.items()} == dict(simulated)


def test_two_answers_give_the_logarithm() -> None:
    """Special soundness of Pi^prm: from challenges 0 and 1, s = t^(z' - z)."""
    parameters = tiny_ring_pedersen().public
    statement, n = PowerOf(parameters, TINY), parameters.modulus.n
    proof = tiny_ring_pedersen().prove(ALICE, TINY)
    verify_ring_pedersen(ALICE, statement, proof)
    (s,), (t,) = to_ints(parameters.s[None]), to_ints(parameters.t[None])
    for logarithm in range(1018 * 1186):
        if pow(t, logarithm, n) == s:
            break
    a = 12345
    first = from_ints([pow(t, a, n)], 1)
    for e, z in ((0, a), (1, a + logarithm)):
        assert statement.holds(first, np.array([e], np.uint64), from_ints([z], 1))
    assert not statement.holds(first, np.array([1], np.uint64), from_ints([a], 1))


def test_products_show_a_number_that_is_no_power() -> None:
    """N = p q with p | q - 1, p above 2^17: one of eight y_i is no N-th power, whatever its z_i."""
    p = next(p for p in range(2**17 + 3, 2**18, 4) if is_prime(p))
    q = next(q for k in range(1, 999, 2) if is_prime(q := 2 * k * p + 1))
    modulus = Modulus(p * q)
    assert not has_small_factor(modulus.n)
    statement, z = BlumModulus(modulus, TINY), modulus.random_units(8)
    y = modulus.power_var(z, modulus.n)
    for _ in range(20):
        assert statement._are_powers(y, z)
        wrong = np.concatenate([y[:7], modulus.random_units(1)])
        assert not statement._are_powers(wrong, z)
