"""Sizes of learning parity with noise over the field, as silent evaluations take them: a ladder from few to many."""

from __future__ import annotations

from dataclasses import dataclass

from mpc.errors import LocalError
from protocols.ot.noise import Noise


class Parameters(Noise):
    """What an iteration makes and takes are evaluations; each error has a value that is random."""

    __slots__ = ()

    @property
    def base(self) -> int:
        """Evaluations that make others: k, and the value of each tree's error."""
        return self.k + self.trees

    @property
    def used(self) -> int:
        """Those, and the mask of the check, the last evaluation that is made."""
        return self.base + 1

    @property
    def transfers(self) -> int:
        """Correlated transfers that an iteration takes: one for each level of a tree."""
        return self.trees * self.depth


@dataclass(frozen=True, slots=True)
class Ladder:
    """Sets of which each makes what the next one takes; the last one is repeated."""

    sets: tuple[Parameters, ...]

    def __post_init__(self) -> None:
        fits = all(lower.made > upper.base for lower, upper in zip(self.sets, self.sets[1:], strict=False))
        if not (self.sets and fits):
            raise LocalError(
                "wrong-parameter", f"silent evaluations by {self}", "let each set make enough for the next"
            )

    @property
    def top(self) -> Parameters:
        """The set that is repeated."""
        return self.sets[-1]

    @property
    def steps(self) -> list[Parameters]:
        """Those before it."""
        return list(self.sets[:-1])


STANDARD = Ladder((Parameters(11, 340, 4), Parameters(12, 1126, 5), Parameters(15, 3200, 8)))
"""From 2,388 evaluations to 5,439, to 36,031, to 783,000 an iteration, 0.7 bytes each.

Known attacks take 2^141 operations or more in each of the three; docs/protocols/vole.md says which and how. The last
table has 256 KiB at the sender and twice that at the receiver: what fits a second-level cache is worth the bytes.
"""
