"""What a party claims by a relation of data that it has committed to: the relation on their bits, and their digests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError
from protocols.circuits.kinds import Bits
from protocols.proofs.commitment import Committed, Opening
from protocols.proofs.elements import Elements
from protocols.proofs.hashed_claim import PlacedClaim, bounds_of, hashed_bits, hashed_claim
from protocols.proofs.relation import Counted, Part, Relation, RelationClaim
from protocols.proofs.same_bits_aorsw19 import SUMS, part_of

Bytes = npt.NDArray[np.uint8]
MASKS = "masks of sums"
"""The name of their input, which no argument can have."""


@dataclass(frozen=True, eq=False)
class CommittedClaim:
    """That a relation holds of secret inputs, some of which are what digests were made of; public.

    committed: by name, inputs that are one for all instances; public, shared, shown as of `RelationClaim`. LocalError
    `wrong-statement`, `bad-relation`.
    """

    relation: Relation
    instances: int
    public: Mapping[str, Words]
    committed: Mapping[str, Committed]
    shared: frozenset[str] = frozenset()
    shown: bool = False

    def __post_init__(self) -> None:
        inputs = self.relation.inputs
        fits = all(name in inputs and one.shape == inputs[name] for name, one in self.committed.items())
        if not self.committed or not fits or self.committed.keys() & {*self.public, *self.shared}:
            way = "commit to a whole input of the relation, in its shape, one for all instances"
            raise LocalError("wrong-statement", "committed data do not fit the relation's inputs", way)

    @cached_property
    def hashed(self) -> PlacedClaim:
        """Of the digests; its last secret bits are the masks."""
        return hashed_claim(list(self.committed.values()), SUMS)

    @cached_property
    def related(self) -> RelationClaim:
        """Of the relation, where each committed input is its bits."""
        kinds = {name: one.kind for name, one in self.committed.items()}
        bits = {name: (*one.shape, one.kind.width) for name, one in self.committed.items()} | {MASKS: (SUMS,)}
        function = _on_bits(self.relation.function, kinds)
        wrapped = Relation(self.relation.name, dict(self.relation.inputs) | bits, function)
        shared = self.shared | self.committed.keys() | {MASKS}
        return RelationClaim(wrapped, self.instances, self.public, shared, self.shown)

    @property
    def counted(self) -> Counted:
        """What `related` takes."""
        return self.related.counted

    @property
    def bits(self) -> int:
        """Of all committed data."""
        return sum(one.bits for one in self.committed.values())

    @cached_property
    def tied(self) -> Part:
        """What it takes that both are of the same bits."""
        return part_of(self.bits)

    def bits_to_prove(self, openings: Mapping[str, Opening], masks: Bytes) -> Bytes:
        """The secret bits of `hashed`."""
        own = [openings[name] for name in self.committed]
        return np.concatenate([hashed_bits(list(self.committed.values()), own), masks])

    def inputs_to_prove(
        self, inputs: Mapping[str, Words], openings: Mapping[str, Opening], masks: Bytes
    ) -> dict[str, Words]:
        """The secret inputs of `related`."""
        bits = {name: openings[name].bits for name in self.committed} | {MASKS: masks}
        return dict(inputs) | {name: one[None].astype(U64) for name, one in bits.items()}

    def data_of(self, own: Words) -> tuple[Words, Words]:
        """Of the labels of the secret bits of `hashed` those of data, (bits, 2), and those of masks."""
        bounds = bounds_of(list(self.committed.values()))
        return np.concatenate([own[one.data : one.states] for one in bounds]), own[bounds[-1].stop :]

    def elements_of(self, shared: Mapping[str, Elements], side: Any) -> tuple[Elements, Elements]:
        """Of what instances of `related` share, the bits of data in the same order, and the masks; for a side."""
        every = zip(*(shared[name].parts for name in self.committed), strict=True)
        bits = tuple(np.concatenate([part.reshape(1, -1) for part in parts], axis=1) for parts in every)
        return Elements(side, bits), Elements(side, shared[MASKS].parts)


def _on_bits(function: Callable[..., Any], kinds: Mapping[str, Bits]) -> Callable[..., Any]:
    """The function of numbers as one of their bits."""

    def on_bits(**inputs: Elements) -> Any:
        inputs.pop(MASKS).are_bits()
        for name, kind in kinds.items():
            inputs[name].are_bits()
            inputs[name] = inputs[name] @ _weights(kind)
        return function(**inputs)

    return on_bits


def _weights(kind: Bits) -> list[int]:
    """What each bit of a number stands for; the highest of an Int is negative."""
    highest = kind.bounds[0] or 1 << kind.width - 1
    return [*(1 << i for i in range(kind.width - 1)), highest]
