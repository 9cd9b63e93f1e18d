"""What both parties know of an authenticated garbling: the circuit, and whose its inputs are."""

from __future__ import annotations

from dataclasses import dataclass

from protocols.authenticated.ands import Size
from protocols.authenticated.side import EVALUATOR, GARBLER
from protocols.circuits.circuit import Circuit

PUBLIC = -1
"""Who owns an input that both have."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What is public: the circuit, how many instances, and of each bit of its inputs the owner, 0, 1 or PUBLIC.

    common: the bits of parties' inputs that are one value for all instances (`Common`).
    """

    circuit: Circuit
    instances: int
    owners: tuple[int, ...]
    common: tuple[int, ...] = ()

    @property
    def ands(self) -> int:
        """Of all instances together."""
        return self.circuit.ands * self.instances

    @property
    def load(self) -> int:
        """What memory follows, in ANDs of all instances: a bit of input or output takes a quarter of one's."""
        return load_of(self.circuit) * self.instances

    @property
    def owned(self) -> tuple[int, int]:
        """How many bits of input each party has, but for common ones."""
        return len(self.rows(GARBLER)) * self.instances, len(self.rows(EVALUATOR)) * self.instances

    @property
    def owners_of_common(self) -> tuple[int, ...]:
        """Of each common bit."""
        return tuple(self.owners[row] for row in self.common)

    def size(self, *, common: bool = True) -> Size:
        """What the function-independent phase makes for it; `common`: also for the inputs that instances share."""
        shared = self.owners_of_common if common else ()
        first, second = (own + shared.count(party) for party, own in zip((GARBLER, EVALUATOR), self.owned, strict=True))
        return Size(self.ands, (first, second))

    @property
    def own(self) -> list[int]:
        """The bits of inputs that each instance has of its own."""
        common = set(self.common)
        return [i for i in range(len(self.owners)) if i not in common]

    def rows(self, owner: int) -> list[int]:
        """Those of this owner's among them."""
        return [i for i in self.own if self.owners[i] == owner]


def load_of(circuit: Circuit) -> int:
    """Of one instance, 1 at least."""
    return max(1, circuit.ands, (circuit.first_gate - 1 + len(circuit.ends)) // 4)
