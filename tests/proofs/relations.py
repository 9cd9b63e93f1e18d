"""Relations between field elements for tests, and proofs of them on evaluations that the test makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mpc.algebra.field import PrimeField
from mpc.algebra.ring import Words
from protocols.proofs.quicksilver_fields_ysww21 import Proving, Verifying
from protocols.proofs.relation import RelationClaim, relation

RNG = np.random.default_rng(3)


@relation(x=3, w=(2, 3), y=2)
def weighted(x: Any, w: Any, y: Any) -> Any:
    """y = w x, and the sum of squares of x has five bits."""
    (x * x).sum().bits(5)
    return w @ x == y, x[0] ** 3 == x[0] * x[0] * x[0]


WEIGHTED: dict[str, Words] = {
    "x": np.array([[1, 2, 3], [0, 5, 2]], np.uint64),
    "w": np.array([[[1, 0, 2], [3, 1, 1]]], np.uint64),
    "y": np.array([[7, 8], [4, 7]], np.uint64),
}
"""Two instances, which share w."""


@relation(a=(), b=(), c=())
def product(a: Any, b: Any, c: Any) -> Any:
    """a b = c."""
    return a * b == c


def field_elements(prime: PrimeField, *shape: int) -> Words:
    return RNG.integers(0, prime.p, shape, np.uint64)


@dataclass
class Course:
    """One proof: evaluations of both, and what was sent."""

    pairs: list[Words]
    keys: list[Words]
    delta: Words
    messages: list[Words]
    challenges: list[Words]
    sums: Words
    false: bool

    def verifying(self, claim: RelationClaim) -> Verifying:
        """The verifier at the end."""
        verifying = Verifying(claim, self.delta)
        for part, keys, message, challenge in zip(
            claim.parts(), self.keys, self.messages, self.challenges, strict=True
        ):
            verifying.take(part, keys, message, challenge)
        return verifying

    def verified(self, claim: RelationClaim) -> bool:
        return self.verifying(claim).holds(self.sums)


def proved(
    claim: RelationClaim, inputs: Mapping[str, Words], pairs: list[Words], delta: Words, challenges: list[Words]
) -> Course:
    """What both have where the prover has these x and M."""
    prime, proving, messages = claim.prime, Proving(claim, inputs), []
    for part, own, challenge in zip(claim.parts(), pairs, challenges, strict=True):
        message, terms = proving.told(part, own)
        proving.weigh(terms, challenge)
        messages.append(message)
    keys = [prime.sub(own[:, 1], prime.mul(own[:, 0], delta)) for own in pairs]
    return Course(pairs, keys, delta, messages, challenges, proving.sums, proving.false)


def course(claim: RelationClaim, inputs: Mapping[str, Words]) -> Course:
    """On fresh evaluations, with random challenges."""
    prime, parts = claim.prime, list(claim.parts())
    pairs = [field_elements(prime, part.evaluations, 2) for part in parts]
    return proved(claim, inputs, pairs, field_elements(prime), [field_elements(prime, 2) for _ in parts])


def weighted_claim(**options: Any) -> RelationClaim:
    return RelationClaim(weighted, 2, {"y": WEIGHTED["y"]}, frozenset({"w"}), **options)
