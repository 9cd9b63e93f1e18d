"""What was done to systems that took keys unproved, or proved too little of them: each attack, and that it fails."""

from __future__ import annotations

import os
from math import gcd, prod
from typing import Any

import numpy as np
import pytest
from paillier_proof_cases import (
    ALICE,
    FACTORS,
    TINY,
    key,
    modulus,
    refused,
    ring_pedersen,
    tiny_ring_pedersen,
)

import mpc
from mpc.algebra.bigint import Modulus, from_ints, jacobi_var, to_ints
from mpc.algebra.powers_of_base import PowersOfBase
from mpc.context import Context, Spec
from mpc.errors import ParleyError
from protocols.paillier.prime_search import random_prime
from protocols.proofs import key_sending
from protocols.proofs.factors_cggmp21 import NoSmallFactor, prove_no_small_factor, verify_no_small_factor
from protocols.proofs.hidden_order import Relation, verify_relation
from protocols.proofs.hidden_rows import Number, Powers
from protocols.proofs.modulus_cggmp21 import BlumModulus, prove_modulus, verify_modulus
from protocols.proofs.refusals import Prover
from protocols.proofs.ring_pedersen_cggmp21 import PowerOf, RingPedersen, parameters_from, verify_ring_pedersen
from protocols.proofs.strength import Strength
from protocols.proofs.transcript import HEADER_BYTES, Setting
from protocols.proofs.whole_numbers import masked, proof_of, random_numbers

OWNER, OTHER = 0, 1


def forged_modulus_proof(statement: BlumModulus, w: int, answer: Any) -> np.ndarray:
    """A proof with this w, and for each y_i what `answer` makes of it: x, z and a + 2 b, or anything at all."""
    limbs = statement.modulus.limbs
    transcript = statement.begun(ALICE)
    header = ALICE.header(transcript)
    first = from_ints([w], limbs)
    x, z, signs = zip(*(answer(y) for y in to_ints(statement.challenges(transcript, first))), strict=True)
    return proof_of(header, [first, from_ints(x, limbs), from_ints(z, limbs), from_ints(signs, 1)])


def best_answer(n: int, w: int) -> Any:
    """By search: all that a prover of a tiny modulus can do."""
    units = [u for u in range(1, n) if gcd(u, n) == 1]
    fourths, powers = {pow(x, 4, n): x for x in units}, {pow(z, n, n): z for z in units}

    def answer(y: int) -> tuple[int, int, int]:
        found = ((a, b, (-1) ** a * pow(w, b, n) * y % n) for a in (0, 1) for b in (0, 1))
        a, b, twisted = next(((a, b, t) for a, b, t in found if t in fourths), (0, 0, 1))
        return fourths[twisted], powers.get(y, 1), a + 2 * b

    return answer


def non_residue(n: int) -> int:
    return next(w for w in range(2, n) if jacobi_var(w, n) == -1)


def test_a_prime_modulus() -> None:
    """Its owner can answer everything, and everybody can decrypt: it is refused for being prime."""
    n = 10007
    statement = BlumModulus(Modulus(n), TINY)
    proof = forged_modulus_proof(statement, non_residue(n), best_answer(n, non_residue(n)))
    assert refused(verify_modulus, ALICE, statement, proof) == "proof-refused"
    words = np.frombuffer(proof[HEADER_BYTES:].tobytes(), np.uint64)[:, None]
    y = statement.challenges(statement.begun(ALICE), words[:1])
    assert statement.holds(y, words[:1], words[1:9], words[9:17], words[17:])


@pytest.mark.parametrize("n", [10007**2, 10007 * 10009, 1009 * 1013 * 1019], ids=["square", "not Blum", "three primes"])
def test_a_modulus_of_another_form(n: int) -> None:
    """A square, a prime that is 1 mod 4, three primes: no w makes all challenges answerable."""
    strength = Strength.insecure_of(challenge_bits=4, repetitions=64, epsilon=8, plaintext_bits=4)
    statement = BlumModulus(Modulus(n), strength)
    w = next(w for w in range(2, n) if jacobi_var(w, n) != 1 and gcd(w, n) == 1) if n != 10007**2 else 2
    proof = forged_modulus_proof(statement, w, lambda y: (1, 1, 0))
    assert refused(verify_modulus, ALICE, statement, proof) == "proof-refused"


def test_an_even_modulus() -> None:
    assert refused(Modulus, 2 * FACTORS[0]) == "wrong-modulus"
    words = ring_pedersen().public.to_words().copy()
    words[0, 0] -= np.uint64(1)
    assert refused(parameters_from, Prover("alice"), words) == "bad-ring-pedersen"


def test_w_that_is_zero_or_a_factor() -> None:
    """With w = 0 every twisted challenge is 0, of which 0 is a fourth root."""
    statement = BlumModulus(modulus())
    for w, x in ((0, 0), (FACTORS[0], FACTORS[0])):
        proof = forged_modulus_proof(statement, w, lambda y, x=x: (x, 1, 2))
        assert refused(verify_modulus, ALICE, statement, proof) == "malformed-proof"


def test_w_whose_symbol_is_one() -> None:
    statement = BlumModulus(modulus())
    proof = prove_modulus(ALICE, statement, *FACTORS)
    proof[HEADER_BYTES : HEADER_BYTES + 256] = np.frombuffer((4).to_bytes(256, "little"), np.uint8)
    assert refused(verify_modulus, ALICE, statement, proof) == "proof-refused"


def test_bitforge() -> None:
    """A key with sixteen small factors (CVE-2023-33241): its owner can prove neither, whatever it sends."""
    small = [random_prime(128) for _ in range(16)]
    n = prod(small)
    statement = BlumModulus(Modulus(n))
    p, q = prod(small[:8]), prod(small[8:])
    assert refused(prove_modulus, ALICE, statement, p, q) == "wrong-witness"
    of_factors = NoSmallFactor(Modulus(n), ring_pedersen().public)
    assert refused(prove_no_small_factor, ALICE, of_factors, small[0], n // small[0]) == "wrong-witness"


def test_a_small_factor_needs_responses_beyond_the_widened_range() -> None:
    """Cut to the length that is allowed, the response for the large factor satisfies no equation."""

    class Wide(NoSmallFactor):
        """The statement as a cheating prover would have it: the other factor may have any length."""

        @property
        def factor_bits(self) -> int:
            return 2048 - 256

        @property
        def least_factor_bits(self) -> int:
            return 256

    p, parameters = random_prime(256), ring_pedersen().public
    q = next(q for q in iter(lambda: random_prime(1792), 0) if (p * q).bit_length() == 2048)
    honest, wide = NoSmallFactor(Modulus(p * q), parameters), Wide(Modulus(p * q), parameters)
    proof = prove_no_small_factor(ALICE, wide, p, q)
    verify_no_small_factor(ALICE, wide, proof)
    assert refused(verify_no_small_factor, ALICE, honest, proof) == "proof-length"


@pytest.mark.parametrize("of", ["s", "t"])
@pytest.mark.parametrize("value", [0, 1, -1], ids=["zero", "one", "minus one"])
def test_ring_pedersen_parameters_that_hide_or_hold_nothing(of: str, value: int) -> None:
    """s = t^0, and elements of order 1 and 2."""
    words = ring_pedersen().public.to_words().copy()
    n = to_ints(words)[0]
    words[("N", "s", "t").index(of)] = from_ints([value % n], words.shape[1])[0]
    assert refused(parameters_from, Prover("alice"), words) == "bad-ring-pedersen"


def test_an_s_that_is_minus_a_power_of_t() -> None:
    """A commitment s^x would show whether x is odd. Challenges that are even would not notice; single bits do."""
    honest = ring_pedersen()
    n, t, logarithm = honest.public.modulus, honest.public.t, honest._logarithm
    s = n.sub(np.zeros_like(honest.public.s), honest.public.s)
    statement = PowerOf(RingPedersen(n, s, t))
    a = random_numbers(128, statement.mask_bits, os.urandom)
    first = PowersOfBase(n, t, statement.mask_bits).power(a)
    transcript = statement.begun(ALICE)
    header, e = ALICE.header(transcript), statement.challenges(transcript, first)
    answered = masked(a, 1, np.broadcast_to(logarithm, (128, len(logarithm))))
    proof = proof_of(header, [first, np.where(e[:, None] == 1, answered, a)])
    assert refused(verify_ring_pedersen, ALICE, statement, proof) == "proof-refused"
    even = masked(a[:1], 2, logarithm[None])
    assert np.array_equal(n.power(t, even, bits=statement.mask_bits), n.mul(first[:1], n.square(s)))


LONG = Strength.insecure_of(challenge_bits=64, repetitions=128, epsilon=80, plaintext_bits=4)
"""Of challenges that nobody guesses, over small groups."""


def tiny_relation(image: np.ndarray, **named: Any) -> Relation:
    """That an image is a power of t to a number of 8 bits."""
    public = tiny_ring_pedersen().public
    rows = named.pop("rows", (Powers(public.modulus, image.reshape(1, -1), ((Number(public.t), 0),)),))
    return Relation(named.pop("name", "test"), named.pop("bits", (8,)), rows, strength=LONG, **named)


def test_first_messages_chosen_after_the_challenge() -> None:
    """A = B^z X^-e answers every e that was known before A; nobody needs a witness then."""
    public = tiny_ring_pedersen().public
    modulus, relation = public.modulus, tiny_relation(public.s)
    z, guessed = random_numbers(1, relation.mask_bits(0), os.urandom), from_ints([1], modulus.limbs)
    transcript = relation.begun(ALICE)
    header = ALICE.header(transcript)
    e = relation.challenge(transcript, [guessed])
    first = modulus.mul(relation.mapped([z], [])[0], modulus.inverse(modulus.power_var(public.s[None], e)))
    assert relation.holds(e, [first], [z], [])
    assert refused(verify_relation, ALICE, relation, proof_of(header, [first, z])) == "proof-refused"


def test_commitments_of_parameters_chosen_after_the_challenges() -> None:
    """The same for the bits of Pi^prm: an s that is no power of t would pass."""
    public = tiny_ring_pedersen().public
    modulus, statement = public.modulus, PowerOf(public, LONG)
    z = random_numbers(LONG.repetitions, statement.mask_bits - 1, os.urandom)
    transcript = statement.begun(ALICE)
    header = ALICE.header(transcript)
    e = statement.challenges(transcript, np.broadcast_to(from_ints([1], modulus.limbs), (len(z), modulus.limbs)))
    powers = modulus.power(public.t, z, bits=64 * z.shape[1])
    commitments = np.where(e[:, None] == 1, modulus.mul(powers, modulus.inverse(public.s)), powers)
    assert statement.holds(commitments, e, z)
    assert refused(verify_ring_pedersen, ALICE, statement, proof_of(header, [commitments, z])) == "proof-refused"


def test_everything_that_is_stated_is_in_the_challenge() -> None:
    """Two statements that differ anywhere have other digests, and w is in the challenges of Pi^mod."""
    public = tiny_ring_pedersen().public
    modulus, other = public.modulus, Modulus(2**21 - 9)
    image, base = public.s.reshape(1, -1), Number(public.t)
    statements = [
        tiny_relation(public.s),
        tiny_relation(public.t),
        tiny_relation(public.s, name="another"),
        tiny_relation(public.s, bits=(9,)),
        tiny_relation(public.s, about=(b"a", b"b")),
        tiny_relation(public.s, about=(b"ab", b"")),
        tiny_relation(public.s, rows=(Powers(modulus, image, ((Number(public.s), 0),)),)),
        tiny_relation(public.s, rows=(Powers(other, image, ((base, 0),)),)),
        tiny_relation(public.s, rows=(Powers(modulus, image, ((base, 0),)),) * 2),
        tiny_relation(public.s, rows=(Powers(modulus, image, ((base, 0), (base, 0))),)),
    ]
    assert len({one.begun(ALICE).digest("test") for one in statements}) == len(statements)
    blum = BlumModulus(modulus, LONG)
    seen = {blum.challenges(blum.begun(ALICE), w.reshape(1, -1)).tobytes() for w in (public.s, public.t)}
    assert len(seen) == 2


@pytest.mark.parametrize(
    "weak", [{"challenge_bits": 64}, {"repetitions": 80}, {"epsilon": 128}, {"epsilon": 207}], ids=str
)
def test_small_challenges_and_masks_that_are_too_short(weak: dict[str, int]) -> None:
    """Guessed challenges (TSSHOCK), and masks without slack, which show the witness (Alpha-Rays)."""
    assert refused(Strength, **weak) == "weak-proof"


def test_parameters_for_tests_prove_nothing_in_a_run() -> None:
    async def program(ctx: Context, mine: Any) -> str:
        return refused(tiny_ring_pedersen().prove, Setting.of(ctx, ctx.me), TINY)

    assert mpc.simulate(program, inputs=[None, None]).result == "weak-proof"


def test_fields_of_other_lengths_are_another_statement() -> None:
    """No two sequences of numbers are hashed alike (CVE-2022-47931): where one ends is absorbed with it."""
    one, two = tiny_ring_pedersen().public, ring_pedersen().public
    assert PowerOf(one, TINY).begun(ALICE).digest("") != PowerOf(two, TINY).begun(ALICE).digest("")
    short = Strength.insecure_of(challenge_bits=4, repetitions=7, epsilon=8, plaintext_bits=4)
    assert PowerOf(one, TINY).begun(ALICE).digest("") != PowerOf(one, short).begun(ALICE).digest("")


async def honest(ctx: Context, mine: Any) -> str:
    """Party 0 has a key, which party 1 receives."""
    if ctx.me == OWNER:
        await key_sending.send_key(ctx, OTHER, key())
    elif ctx.me == OTHER:
        received = await key_sending.receive_key(ctx, OWNER, ring_pedersen())
        assert received.key == key().public
    return "received"


def test_a_key_is_received_and_costs_what_is_declared() -> None:
    run = mpc.simulate(honest, inputs=[None, None], check_costs=True)
    assert run.result == "received"
    assert run.report.rounds == 2


def ends_with(program: Any, party: str = "party0") -> str:
    with pytest.raises(ParleyError) as ended:
        mpc.simulate(program, inputs=[None, None])
    assert ended.value.party == party
    return ended.value.code


@pytest.mark.parametrize("which", [0, 1], ids=["of the modulus", "of its factors"])
def test_a_key_is_not_received_with_one_proof(which: int, monkeypatch: pytest.MonkeyPatch) -> None:
    proved = key_sending._prove

    def bent(setting: Setting, *args: Any) -> Any:
        proofs = list(proved(setting, *args))
        proofs[which][-1] ^= 1 if which == 0 else 0
        proofs[which][-16] ^= 1
        return tuple(proofs)

    monkeypatch.setattr(key_sending, "_prove", bent)
    assert ends_with(honest) in ("proof-refused", "malformed-proof")


def test_a_replayed_key_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proofs made in another session for the same key and parameters."""
    proved = key_sending._prove
    elsewhere = Setting.outside("party0", "another session")
    monkeypatch.setattr(key_sending, "_prove", lambda setting, *args: proved(elsewhere, *args))
    assert ends_with(honest) == "proof-of-another-session"


def test_unproved_parameters_get_no_proof_and_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """CVE-2020-12118: whoever proves by parameters that it did not check shows its factors."""
    sent = []

    async def program(ctx: Context, mine: Any) -> None:
        if ctx.me == OWNER:
            try:
                await key_sending.send_key(ctx, OTHER, key())
            finally:
                sent.append(ctx.payload)
        else:
            call = ctx.child("paillier key").child("ring-pedersen parameters")
            words = ring_pedersen().public.to_words().copy()
            words[1] = words[2]
            call.send(OWNER, words.reshape(-1))
            call.send(OWNER, ring_pedersen().prove(Setting.of(call, OTHER)))
            await call.receive(OWNER, Spec((33,)))

    assert ends_with(program, "party1") == "proof-of-another-statement"
    assert sent == [0]
