"""Relations of committed data: each way to have other data in the relation than in the hash is found out."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proofs.committed_data import OPENINGS, Proved, W, X, claim_of, data_places, honest, masks, public_of, weighed

from mpc.algebra.ring import U64
from mpc.errors import LocalError
from protocols.circuits.kinds import Int, UInt
from protocols.proofs.commitment import commit
from protocols.proofs.committed_claim import MASKS, CommittedClaim
from protocols.proofs.elements import Elements
from protocols.proofs.quicksilver_fields_ysww21 import ClearSide
from protocols.proofs.relation import relation
from protocols.proofs.same_bits_aorsw19 import SUMS, claim_parities, part_of, subsets, sums_of_labels, width_of
from protocols.vole.ends import FIELD

CLAIM = claim_of()
WEIGHTS = [1, 2, 4, -8]
"""Of the bits of an `Int(4)`."""


def test_what_is_true_is_proved() -> None:
    assert Proved(CLAIM, *honest(CLAIM)).passed == (True, True)


def test_other_bits_in_the_relation_are_found_out() -> None:
    """The relation holds of other data, which the digest is not of."""
    other = OPENINGS | {"x": commit(X[::-1], Int(4))}
    claim = claim_of(y=X[::-1] @ W)
    own = masks()
    made = Proved(claim, claim.bits_to_prove(OPENINGS, own), claim.inputs_to_prove({}, other, own))
    assert made.passed == (True, False)


def test_other_data_in_the_circuit_have_another_digest() -> None:
    """As well as the right data with another salt."""
    for x in (commit(X[::-1], Int(4)), commit(X, Int(4))):
        own, other = masks(), OPENINGS | {"x": x}
        claim = claim_of(y=x.bits @ WEIGHTS @ W)
        made = Proved(claim, claim.bits_to_prove(other, own), claim.inputs_to_prove({}, other, own))
        assert made.passed == (False, True)


def test_another_commitment_is_not_what_was_proved() -> None:
    """Of the same data, and of the same bits as numbers of another shape."""
    same = claim_of(OPENINGS | {"x": commit(X, Int(4))})
    assert Proved(CLAIM, *honest(CLAIM), claimed=same).passed == (False, True)
    digest = OPENINGS["x"].digest
    assert commit(X.T, Int(4), salt=OPENINGS["x"].salt).digest != digest


@pytest.mark.parametrize("more", [2, -2])
@pytest.mark.parametrize("place", range(4))
def test_a_faulty_bit_is_found_out(place: int, more: int) -> None:
    """An element that is an even number more than the bit has its parity, and the relation holds of the number."""
    other = X.copy()
    other[0, 0] += more * WEIGHTS[place]
    claim = claim_of(y=other @ W)
    bits, elements = honest(claim)
    elements["x"][0, 0, 0, place] = FIELD.add(elements["x"][0, 0, 0, place], FIELD.from_ints(more))
    assert Proved(claim, bits, elements).passed == (True, False)


@pytest.mark.parametrize("elements_of_one", [[17, 0, 0, 2], [FIELD.p - 7, 0, 0, FIELD.p - 1]])
def test_a_number_by_other_elements_than_bits_is_found_out(elements_of_one: list[int]) -> None:
    """They stand for it, as they are or by a multiple of p, and the first ones have the parities of its bits."""
    bits, elements = honest(CLAIM)
    elements["x"][0, 0, 0] = elements_of_one
    assert X[0, 0] == FIELD.matmul(elements["x"][0, 0, 0], FIELD.from_ints(WEIGHTS)) == 1
    assert Proved(CLAIM, bits, elements).passed == (True, False)


def test_a_mask_that_differs_is_found_out() -> None:
    bits, elements = honest(CLAIM)
    elements[MASKS][0, 3] ^= np.uint64(1)
    assert Proved(CLAIM, bits, elements).passed == (True, False)


def test_parities_that_are_not_the_sums_are_found_out() -> None:
    """In both: neither the bits nor the elements have them."""
    assert Proved(CLAIM, *honest(CLAIM), parities=np.ones(SUMS, np.uint8)).passed == (False, False)


@given(st.integers(0, 10**6))
@settings(max_examples=10)
def test_each_bit_of_the_data_counts(number: int) -> None:
    """Any one of them changed in the circuit alone, which hashes it as a prover would who had found a collision."""
    bits, elements = honest(CLAIM)
    bits[data_places(CLAIM)[number % CLAIM.bits]] ^= 1
    assert Proved(CLAIM, bits, elements).passed == (False, False)


def clear_parities(chosen: np.ndarray, bits: np.ndarray, own: np.ndarray) -> np.ndarray:
    return (((chosen[None] >> np.arange(SUMS, dtype=U64)[:, None] & np.uint64(1)) @ bits.astype(U64) + own) % 2).astype(
        np.uint8
    )


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_parities_are_claimed_of_all_sums(count: int) -> None:
    """For all bits of few, in the circuit and in the field: what is claimed is true where all sums agree, no less."""
    chosen, own = subsets(np.arange(2, dtype=U64), count), masks()
    patterns = [np.array(p, np.uint8) for p in product((0, 1), repeat=min(count, 3))]
    every = [np.resize(pattern, count) for pattern in patterns]
    for bits, others in product(every, every):
        side = ClearSide(FIELD)
        elements = Elements(side, (others[None].astype(U64),)), Elements(side, (own[None].astype(U64),))
        claim_parities(chosen, *elements, clear_parities(chosen, bits, own))
        differ = clear_parities(chosen, bits ^ others, np.zeros(SUMS, np.uint8)).any()
        assert side.false == differ == (bits != others).any()


@given(st.integers(1, 300))
@settings(max_examples=10)
def test_labels_of_sums_have_the_parities_of_the_bits(count: int) -> None:
    rng = np.random.default_rng(count)
    bits, own = rng.integers(0, 2, count, np.uint8), masks()
    chosen = subsets(rng.integers(0, 2**64, 2, np.uint64), count)
    labels, of_masks = (np.stack([x.astype(U64), np.zeros_like(x, U64)], axis=1) for x in (bits, own))
    np.testing.assert_array_equal(sums_of_labels(chosen, labels, of_masks)[:, 0], clear_parities(chosen, bits, own))


def test_a_subset_has_half_of_the_bits() -> None:
    """And no two seeds have the same: each of 64 sums sees a bit that differs with a chance of a half."""
    chosen = subsets(np.array([1, 2], U64), 4000)
    counts = [int((chosen >> np.uint64(t) & np.uint64(1)).sum()) for t in range(SUMS)]
    assert 1800 < min(counts) <= max(counts) < 2200
    assert not np.array_equal(chosen, subsets(np.array([2, 1], U64), 4000))


def test_no_sum_is_too_long_for_its_bits() -> None:
    """The largest half that is told, of all bits and a mask, fits; twice the largest that fits stays below p."""
    for count in (1, 2, 3, 4, 1000, 2**20):
        assert (count + 1) // 2 < 2 ** width_of(count) <= count + 1
        assert 2 ** (width_of(count) + 1) < FIELD.p
    assert part_of(30).told == SUMS * 4


def test_what_is_told_of_sums_is_masked() -> None:
    """For any data, each pattern of masks makes another one of parities: they are as likely as the masks are."""
    chosen = subsets(np.array([3, 4], U64), 5)
    for bits in (np.zeros(5, np.uint8), np.ones(5, np.uint8), np.array([1, 0, 0, 1, 0], np.uint8)):
        for own in (np.zeros(SUMS, np.uint8), masks()):
            nothing = clear_parities(chosen, bits, np.zeros(SUMS, np.uint8))
            np.testing.assert_array_equal(clear_parities(chosen, bits, own), nothing ^ own)


def test_committed_data_are_whole_inputs() -> None:
    x, w = (public_of(OPENINGS[name]) for name in ("x", "w"))
    y = {"y": FIELD.from_ints(X @ W)[None]}
    for committed, public in (
        ({}, y), ({"v": w}, y), ({"x": w, "w": w}, y), ({"w": w}, y | {"w": FIELD.from_ints(W)[None]}),
    ):  # fmt: skip
        with pytest.raises(LocalError, match="wrong-statement"):
            CommittedClaim(weighed, 1, public, committed)
    with pytest.raises(LocalError, match="wrong-statement"):
        CommittedClaim(weighed, 1, y, {"x": x}, frozenset({"x"}))


@given(st.sampled_from([Int, UInt]), st.integers(1, 60), st.integers(0, 2**60))
@settings(max_examples=20)
def test_numbers_are_what_their_bits_say(kind: type[Int] | type[UInt], width: int, seed: int) -> None:
    low, high = kind(width).bounds
    numbers = [low, high, low + seed % (high - low + 1)]
    opening = commit(numbers, kind(width))
    claim = CommittedClaim(three, 1, {}, {"x": public_of(opening)}, shown=True)
    side, inputs = ClearSide(FIELD), claim.inputs_to_prove({}, {"x": opening}, masks())
    elements = {name: Elements(side, (values,)) for name, values in inputs.items()}
    (shown,) = claim.related.relation.run(elements, shown=True)
    assert FIELD.to_signed(shown.parts[0][0]).tolist() == numbers


@relation(x=3)
def three(x: Any) -> Any:
    return x
