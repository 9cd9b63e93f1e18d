"""Steps of a sequence with noise that mostly cancels in their sums: the matrix mechanism as a stream, on a grid.

Step t releases x_t with noise, x_t a vector of whole numbers. The strategy says how noise is made of discrete Gaussian
draws z, and D, how far draws are apart, all together, that belong to neighbours with equal outputs. Given what was
shown before, the Renyi divergence of order a of the next draw is a |z_t - z'_t|^2 / (2 sigma^2) at most (Canonne,
Kamath, Steinke 2020, theorem 14), and these squares add up to at most D^2 on every path. So all steps together are
D^2 / (2 sigma^2)-zCDP, also where x_t is chosen after r_1 to r_(t-1) were seen: the induction of Whitehouse, Ramdas,
Rogers, Wu 2023, theorem 1, from the last step to the first. The proofs of D stand with the strategies.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil
from typing import Protocol

import numpy as np

from mpc.errors import LocalError
from protocols.privacy.amounts import AnyNumber, count_of, positive
from protocols.privacy.directed import sqrt_up
from protocols.privacy.discrete_gaussian_cks20 import discrete_gaussian
from protocols.privacy.discrete_laplace_dkmmn06 import Noise
from protocols.privacy.events import GaussianEvent
from protocols.privacy.grid import Whole
from protocols.privacy.mechanisms import drawn
from protocols.privacy.neighbours import Neighbours, Relation, add_or_remove

MOST_DEVIATION = 1 << 31
"""In steps of the grid. Noise 128 times as large, which no run will see, does not overflow yet."""


class Strategy(Protocol):
    """How the noise of a sequence is made of draws, as `banded_inverse` and `binary_tree` give it."""

    @property
    def steps(self) -> int:
        """So many and no more."""

    @property
    def squared_sensitivity(self) -> Fraction:
        """At least what one unit moves the centres of all draws, squared, that moves each step it is in by 1."""

    def rounding(self, size: int) -> Fraction:
        """What roundings add to that distance, for so many coordinates."""

    def stream(self, draw: Callable[[], Noise]) -> Callable[[], Noise]:
        """What gives the noise of one step after the other, of fresh draws."""


class CorrelatedNoise:
    """The noise of one run. `event` is what all its steps cost together, from the first on and however few are taken.

    Against whoever sees every release and knows all data but one unit; not against who runs this program.
    """

    def __init__(
        self,
        strategy: Strategy,
        noise: AnyNumber,
        radius: int,
        size: int,
        *,
        neighbours: Neighbours | None = None,
    ) -> None:
        """`radius`: what a unit adds at most to a step that it is in, in L2 and steps of the grid; `size`: coordinates.

        `noise`: the deviation of z over D above: the noise multiplier of papers. Of a banded inverse rounding is a part
        of D; it is little where the radius is many times sqrt(steps size).

        Raises LocalError `noise-out-of-range` for a deviation above MOST_DEVIATION; errors of `positive`, `count_of`.
        """
        of = neighbours or add_or_remove()
        multiplier, moved = positive(noise, "the noise"), count_of(radius, "the radius")
        self.size = count_of(size, "the coordinates")
        self.strategy = strategy
        times = 2 if of.relation is Relation.SUBSTITUTE else 1
        most = times * moved * sqrt_up(strategy.squared_sensitivity) + strategy.rounding(self.size)
        variance = ceil((multiplier * most) ** 2)
        if variance > MOST_DEVIATION**2:
            raise LocalError(
                "noise-out-of-range",
                f"the deviation of correlated noise is above 2^31 steps of the grid: {float(multiplier * most):.3g}",
                "a coarser grid, or fewer participations",
            )
        self.event = GaussianEvent(multiplier**2, of, discrete=True)
        self._noise = discrete_gaussian(variance)
        self._next = strategy.stream(lambda: drawn(self._noise, self.size))
        self._left = strategy.steps

    @property
    def deviation(self) -> float:
        """Of each z, in steps of the grid."""
        return self._noise.deviation

    def release(self, x: Whole) -> Whole:
        """The next step's vector with its noise: (size,) of int64 to (size,). A step without data is zeros, and counts.

        x is below 2^61, which the caller sees to.

        Raises LocalError: `answers-spent` after all steps of the strategy, as the event covers no more; `wrong-shape`
        and `wrong-dtype` for anything but so many whole numbers.
        """
        if not isinstance(x, np.ndarray) or x.dtype != np.int64:
            raise LocalError("wrong-dtype", "a step of a sequence is an array of int64", "place values on a grid first")
        if x.shape != (self.size,):
            raise LocalError("wrong-shape", f"{x.shape} is not ({self.size},), as was said", "as many coordinates")
        if not self._left:
            raise LocalError(
                "answers-spent",
                f"all {self.strategy.steps} steps that the noise was made for are taken",
                "a strategy of more steps from the beginning, or a new one, which costs",
            )
        self._left -= 1
        released: Whole = x + self._next()
        return released
