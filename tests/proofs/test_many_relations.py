"""Many proofs about ciphertexts at once: those hold that hold alone, and why small orders do no harm."""

from __future__ import annotations

from math import gcd
from typing import Any

import numpy as np
import pytest
from paillier_proof_cases import ALICE, FACTORS, flipped, modulus, ring_pedersen
from test_ciphertext_proofs import CASES, tiny_relation

from mpc.algebra.bigint import Modulus, from_ints
from mpc.errors import ParleyError
from protocols.proofs import many_relations
from protocols.proofs.factors_cggmp21 import NoSmallFactor, prove_no_small_factor
from protocols.proofs.hidden_order import Relation, prove_relation
from protocols.proofs.hidden_rows import OnePlus, Powers
from protocols.proofs.many_relations import verify_relations
from protocols.proofs.strength import Strength
from protocols.proofs.transcript import Setting
from protocols.proofs.whole_numbers import proof_of

MALLORY = Setting.outside("mallory", "tests")
WIDE = Strength.insecure_of(challenge_bits=128, repetitions=128, epsilon=230, plaintext_bits=4)


@pytest.fixture(autouse=True)
def always_weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few the places are."""
    monkeypatch.setattr(many_relations, "_FEWEST", 0)


def factors() -> tuple[Any, np.ndarray]:
    statement = NoSmallFactor(modulus(), ring_pedersen().public)
    return statement, prove_no_small_factor(ALICE, statement, *FACTORS)


def test_proofs_of_all_kinds_at_once() -> None:
    """Six moduli and a group; one proof of them bent in any part is told by whose it is."""
    kinds = "in_range committed decryption partial_decryption affine_committed wide_range wide_decryption"
    made = [*(CASES[kind]()[1:] for kind in kinds.split()), factors()]
    batch = [(ALICE, statement, proof) for statement, proof in made]
    verify_relations(batch)
    for at in (0, len(batch) - 1):
        _, statement, proof = batch[at]
        assert refused([*batch[:at], (ALICE, statement, flipped(proof, len(proof) - 8)), *batch[at + 1 :]]) == "alice"


def refused(batch: list[Any]) -> str | None:
    with pytest.raises(ParleyError) as ended:
        verify_relations(batch)
    assert ended.value.code in ("proof-refused", "malformed-proof", "proof-of-another-statement")
    return ended.value.party


def of_four_bits(numbers: list[int], setting: Setting) -> tuple[Setting, Relation, np.ndarray]:
    relation, k, rho = tiny_relation(numbers)
    return setting, relation, prove_relation(setting, relation, [k], [rho])


def test_who_sent_the_false_one_is_named() -> None:
    honest, other = of_four_bits([3, 15], ALICE), of_four_bits([1, 2, 3], MALLORY)
    verify_relations([honest, other, honest])
    bent = (other[0], other[1], flipped(other[2], len(other[2]) - 8))
    assert refused([honest, bent, honest]) == "mallory"


def slipped(relation: Relation, k: np.ndarray, rho: np.ndarray, slips: np.ndarray) -> np.ndarray:
    """An honest proof but for the first messages of the first row, which are multiplied by what is given."""
    transcript, (n,) = relation.begun(ALICE), relation.units
    masks, fresh = [from_ints([77] * relation.count, 2)], [n.random_units(relation.count)]
    masks = [mask[:, : -(-relation.mask_bits(0) // 64)] for mask in masks]
    firsts = relation.mapped(masks, fresh)
    row = relation.rows[0]
    assert isinstance(row, Powers)
    firsts[0] = row.modulus.mul(firsts[0], slips)
    z, units = relation.responses(relation.challenge(transcript, firsts), masks, [k], fresh, [rho])
    return proof_of(ALICE.header(relation.begun(ALICE)), [*firsts, *z, *units])


def test_errors_that_cancel_are_noticed() -> None:
    """First messages times g and 1 / g, of two places and of two proofs: their plain product is right."""
    relation, k, rho = tiny_relation([3, 15])
    square = relation.rows[0].modulus  # type: ignore[attr-defined]
    slip = OnePlus(relation.units[0]).power(square, from_ints([5], 1), 8)
    both = np.concatenate([slip, square.inverse(slip)])
    assert refused([(ALICE, relation, slipped(relation, k, rho, both))]) == "alice"
    one = np.concatenate([slip, from_ints([1], square.limbs)])
    other = np.concatenate([square.inverse(slip), from_ints([1], square.limbs)])
    two = [(ALICE, relation, slipped(relation, k, rho, each)) for each in (one, other)]
    for _ in range(20):
        assert refused(two) == "alice"


def test_a_slip_of_order_two_is_harmless_and_no_other_is_let_pass() -> None:
    """-1 is an N-th power: what holds the number times -1 holds the number. One in two weights lets it pass."""
    relation, k, rho = tiny_relation([3])
    square = relation.rows[0].modulus  # type: ignore[attr-defined]
    minus = from_ints([square.n - 1], square.limbs)
    proof, codes = slipped(relation, k, rho, minus), set()
    for _ in range(24):
        try:
            verify_relations([(ALICE, relation, proof)])
            codes.add("passed")
        except ParleyError as error:
            codes.add(error.code)
    assert codes == {"passed", "proof-refused"}


def test_what_has_an_order_coprime_to_n_is_an_nth_power() -> None:
    """Every unit modulo N^2 for three small N: the reason why elements of small order do no harm."""
    for n in (77, 7 * 19, 5 * 23):
        units = [x for x in range(1, n * n) if gcd(x, n) == 1]
        powers = {pow(x, n, n * n) for x in units}
        carmichael = next(e for e in range(1, n * n) if all(pow(x, e, n * n) == 1 for x in units[:50]))
        free = carmichael
        while (common := gcd(free, n)) > 1:
            free //= common
        assert all(x in powers for x in units if pow(x, free, n * n) == 1)
        assert any(x not in powers for x in units)


def test_wide_weights_over_a_tiny_key_still_notice_another_number() -> None:
    """A number that is off by one: twenty batches, each of which would let it pass for one weight in a million."""
    n = Modulus(1000003 * 999983)
    square = Modulus(n.n**2)
    wrong = OnePlus(n).power(square, from_ints([1], 1), 8)
    relation = Relation("decryption", (), (Powers(square, wrong, (), 0),), (n,), WIDE)
    fresh = [n.random_units(1)]
    transcript = relation.begun(ALICE)
    header, firsts = ALICE.header(transcript), relation.mapped((), fresh)
    relation.challenge(transcript, firsts)
    for _ in range(20):
        assert refused([(ALICE, relation, proof_of(header, [*firsts, *fresh]))]) == "alice"
