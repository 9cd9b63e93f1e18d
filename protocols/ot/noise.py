"""Sizes of learning parity with regular noise, as silent extensions take them."""

from __future__ import annotations

from dataclasses import dataclass

from mpc.errors import LocalError
from protocols.ot.half_trees import MAX_LOG_SIZE


@dataclass(frozen=True, slots=True)
class Noise:
    """Dimension k = 2^log_k: trees 2^depth samples, one error in each 2^depth of them.

    What an iteration takes must be less than it makes, else LocalError `wrong-parameter`.
    """

    log_k: int
    trees: int
    depth: int

    def __post_init__(self) -> None:
        if not (1 <= self.log_k <= MAX_LOG_SIZE and self.depth >= 1 and self.fresh > 0):
            raise LocalError(
                "wrong-parameter", f"a silent extension with {self}", "use one of the sets that have names"
            )

    @property
    def k(self) -> int:
        """The dimension."""
        return 1 << self.log_k

    @property
    def made(self) -> int:
        """What an iteration makes."""
        return self.trees << self.depth

    @property
    def used(self) -> int:
        """What it takes of what the one before has made."""
        raise NotImplementedError

    @property
    def fresh(self) -> int:
        """What is left for use."""
        return self.made - self.used
