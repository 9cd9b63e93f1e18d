"""Claims of committed data for tests, and proofs of them on transfers and evaluations that the test makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from proofs.relations import field_elements

from mpc.algebra.bits import pack, unpack
from mpc.algebra.ring import Words
from protocols.circuits.kinds import Int, UInt
from protocols.ot.correlated import bit_masks
from protocols.proofs.by_commitments import take_ties, tell_ties
from protocols.proofs.commitment import Committed, Opening, commit
from protocols.proofs.committed_claim import CommittedClaim
from protocols.proofs.quicksilver_fields_ysww21 import Proving as ProvingRelation
from protocols.proofs.quicksilver_fields_ysww21 import Verifying as VerifyingRelation
from protocols.proofs.quicksilver_ysww21 import Proving, Verifying, lowest
from protocols.proofs.relation import relation
from protocols.proofs.same_bits_aorsw19 import SEED_WORDS, SUMS
from protocols.vole.ends import FIELD

Bytes = npt.NDArray[np.uint8]
RNG = np.random.default_rng(11)


@relation(x=(2, 2), w=2, y=2)
def weighed(x: Any, w: Any, y: Any) -> Any:
    """y = x w."""
    return x @ w == y


X, W = np.array([[1, -2], [-8, 7]]), np.array([5, 2])
OPENINGS = {"x": commit(X, Int(4)), "w": commit(W, UInt(3))}


def public_of(opening: Opening) -> Committed:
    """What the others know of it."""
    return Committed(opening.digest, opening.kind, opening.shape)


def claim_of(openings: Mapping[str, Opening] = OPENINGS, y: Any = None) -> CommittedClaim:
    """That y is the product of these two."""
    claimed = X @ W if y is None else y
    committed = {name: public_of(opening) for name, opening in openings.items()}
    return CommittedClaim(weighed, 1, {"y": FIELD.from_ints(claimed)[None]}, committed)


@dataclass
class Proved:
    """One proof from start to end, in which a dishonest prover may have in the relation other bits than in the circuit.

    bits: the circuit's secret bits, masks last; elements: the relation's inputs; parities: what is told of the sums,
    None for what they are; claimed: what the verifier takes the claim to be.
    """

    claim: CommittedClaim
    bits: Bytes
    elements: dict[str, Words]
    parities: Bytes | None = None
    claimed: CommittedClaim | None = None
    false: bool = field(init=False)
    passed: tuple[bool, bool] = field(init=False)
    told: Bytes = field(init=False)

    def __post_init__(self) -> None:
        verified = self.claimed or self.claim
        d, delta = _words(2) | np.array([1, 0], np.uint64), field_elements(FIELD)
        bits, elements = Proving(self.claim.hashed, self.bits), ProvingRelation(self.claim.related, self.elements)
        taking, verifying = Verifying(verified.hashed, d), VerifyingRelation(verified.related, delta)
        self._hash(bits, taking)
        self._relate(elements, verifying)
        seed, pairs = _words(SEED_WORDS), field_elements(FIELD, self.claim.tied.evaluations, 2)
        labels, side = tell_ties(self.claim, bits, elements, seed, pairs)
        self.told = lowest(labels) if self.parities is None else self.parities
        challenges = _words(2), field_elements(FIELD, 2)
        bits.weigh_zeros(labels, challenges[0])
        elements.weigh(side.terms, challenges[1])
        take_ties(verified, taking, verifying, seed, _keys(pairs, delta), self.told, side.corrections, challenges)
        self.false = elements.false
        self.passed = taking.holds(bits.sums), verifying.holds(elements.sums)

    def _hash(self, proving: Proving, verifying: Verifying) -> None:
        for part in self.claim.hashed.parts():
            choices, keys = pack(RNG.integers(0, 2, part.transfers, np.uint8)), _words(part.transfers, 2)
            labels = keys ^ (bit_masks(choices, len(keys))[:, None] & verifying.delta)
            message, terms = proving.told(part, choices, labels)
            verifying.take(part, keys, message, challenge := _words(2))
            proving.weigh(terms, challenge)

    def _relate(self, proving: ProvingRelation, verifying: VerifyingRelation) -> None:
        for part in self.claim.related.parts():
            pairs = field_elements(FIELD, part.evaluations, 2)
            message, terms = proving.told(part, pairs)
            verifying.take(part, _keys(pairs, verifying.delta), message, challenge := field_elements(FIELD, 2))
            proving.weigh(terms, challenge)


def masks() -> Bytes:
    return unpack(_words(1), SUMS)


def honest(claim: CommittedClaim, openings: Mapping[str, Opening] = OPENINGS) -> tuple[Bytes, dict[str, Words]]:
    """What a prover puts into circuit and relation."""
    own = masks()
    return claim.bits_to_prove(openings, own), claim.inputs_to_prove({}, openings, own)


def data_places(claim: CommittedClaim) -> list[int]:
    """Where the data stand among the circuit's secret bits."""
    numbers = np.arange(claim.hashed.count, dtype=np.uint64)
    return [int(number) for number in claim.data_of(numbers)[0]]


def clear_bits(openings: Sequence[Opening]) -> Bytes:
    return np.concatenate([opening.bits.reshape(-1) for opening in openings])


def _keys(pairs: Words, delta: Words) -> Words:
    return FIELD.sub(pairs[:, 1], FIELD.mul(pairs[:, 0], delta))


def _words(*shape: int) -> Words:
    return RNG.integers(0, 2**64, shape, np.uint64)
