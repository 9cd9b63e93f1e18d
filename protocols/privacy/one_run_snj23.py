"""What one run tells of epsilon: Steinke, Nasr, Jagielski, "Privacy auditing with one (1) training run", NeurIPS 2023.

Each of m canaries is in the data by a coin of its own. An auditor sees what the run released, and guesses for r of them
whether they are in. If the run is (epsilon, delta)-private for a unit more or less, each guess is right with a chance
of e^epsilon / (1 + e^epsilon) at most, given the others, but for delta: so v right ones have a chance of at most

    P[B >= v] + 2 m delta max over i of P[v > B >= v - i] / i,    B binomial of r and e^epsilon / (1 + e^epsilon).

An epsilon at which that is below `failure` is refuted. It holds for whatever mechanism and guesses, and may be far
below the truth: canaries that are in each other's way, and a delta, cost much of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log1p

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.privacy.amounts import AnyNumber, count_of, positive, probability

LARGEST = 64.0
"""No audit speaks of a larger epsilon."""

_HALVINGS = 50

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Guessed:
    """How an auditor did in one run: of so many canaries, so many guesses, of which so many were right.

    How many guesses are made must not depend on which of them are right. Raises LocalError `wrong-amount`,
    `amount-out-of-range` for what is no such numbers.
    """

    canaries: int
    guesses: int
    right: int

    def __post_init__(self) -> None:
        count_of(self.canaries, "the canaries")
        count_of(self.guesses, "the guesses")
        count_of(self.right, "the right guesses", least=0)
        if not self.right <= self.guesses <= self.canaries:
            raise LocalError(
                "amount-out-of-range",
                f"{self.right} right ones of {self.guesses} guesses of {self.canaries} canaries",
                "at most one guess for each canary, and no more right than guessed",
            )

    def epsilon(self, delta: AnyNumber = 0, failure: AnyNumber = "0.05") -> float:
        """A lower bound of the epsilon that holds with this delta, wrong with a chance of `failure` at most; 0 where
        nothing is shown. Raises LocalError as `amounts.probability` and `positive`."""
        missing = float(probability(delta, "delta", below_one=True))
        chance = float(positive(failure, "the chance of failure"))
        low, high = 0.0, LARGEST
        if self.chance(low, missing) >= chance:
            return 0.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.chance(middle, missing) < chance else (low, middle)
        return low

    def chance(self, epsilon: float, delta: float) -> float:
        """At most how likely so many right guesses are if the run is (epsilon, delta)-private."""
        masses = _binomial(self.guesses, epsilon)
        tail = float(masses[self.right :].sum())
        within = np.cumsum(masses[: self.right][::-1])  # P[v > B >= v - i]
        most = float((within / np.arange(1, self.right + 1)).max(initial=0.0))
        return min(1.0, tail + 2 * self.canaries * delta * most)


def _binomial(n: int, epsilon: float) -> Floats:
    """P[B = k] for k from 0 to n, where each of n is right with a chance of e^epsilon / (1 + e^epsilon)."""
    k = np.arange(1, n + 1)
    choices = np.concatenate([[0.0], np.cumsum(np.log((n - k + 1) / k))])
    masses: Floats = np.exp(choices - epsilon * np.arange(n, -1, -1) - n * log1p(exp(-epsilon)))
    return masses
