"""A party's side of authenticated garbling: whether it garbles or evaluates, and the offset that its keys are under."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.ring import U64, Words

GARBLER, EVALUATOR = 0, 1
ODD = np.array([1, 0], U64)


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """`role` is the party's index, `delta` its offset, odd at the garbler, even at the other."""

    role: int
    delta: Words = field(repr=False)

    @property
    def peer(self) -> int:
        """The other party."""
        return 1 - self.role
