"""Noise for a training that mostly cancels in the sum of its rounds, for units that take part seldom: DP-FTRL.

Kairouz, McMahan, Song, Thakkar, Thakurta, Xu, "Practical and private (deep) learning without sampling or shuffling",
ICML 2021. What a training learns is the sum of its rounds; with noise in a tree (Honaker), or of the last few draws
(banded inverse root), the error of that sum grows with the logarithm of the rounds, not with their root. Nothing is
gained by a sample that nobody knows, and nothing needs one: that a unit takes part in one round of `every` is public.

Each party makes its rounds' noise of its own draws alone, as large as all of it must be. So for who knows all other
parties' noise, what is opened is one party's stream as of `protocols.privacy.correlated_noise`, plus what is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, isqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.words import Stream
from mpc.errors import LocalError
from mpc.prg import Prg
from protocols.privacy.amounts import count_of
from protocols.privacy.banded_inverse_kmul25 import TAP_BITS, BandedInverse, banded_inverse
from protocols.privacy.binary_tree_dnpr10 import BinaryTree, binary_tree
from protocols.privacy.charging import charge_of, rho_of
from protocols.privacy.directed import sqrt_up
from protocols.privacy.errors_of_noise import gaussian_error
from protocols.privacy.events import NearEvent, ZcdpEvent
from protocols.privacy.joint_noise import MOST_TAU, Gaussian, Moves, Promise, Sampler
from protocols.privacy.ledger.charges import Price
from protocols.privacy.neighbours import Neighbours
from protocols.privacy.schedules import Schedule
from protocols.privacy.summed_noise import Summed, SummedNoise

Whole = npt.NDArray[np.int64]

MOST_DIGITS = 36
"""Of a draw, in steps: sums with the weights of tree and bands are then whole numbers of 64 bits."""
ROUNDED = 2
"""Steps by which roundings of one party's noise are off in a round, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlated:
    """How noise of a round goes with that of the others. `every`: units are in so many groups, and round r is that of
    group r modulo `every`; a person's group is drawn by its site, a client's follows from its number. `bands`: how many
    draws the noise of a round is made of, about as many as `every` for the least error; None for a binary tree, which
    remembers one number a level. LocalError as `count_of`."""

    every: int = 1
    bands: int | None = None

    def __post_init__(self) -> None:
        count_of(self.every, "the rounds between two of a unit")
        if self.bands is not None:
            count_of(self.bands, "the bands")

    def over(self, rounds: int) -> BinaryTree | BandedInverse:
        """The strategy of a training. LocalError `wrong-schedule`."""
        times = -(-rounds // self.every)
        if self.bands is None:
            return binary_tree(rounds, separation=self.every, participations=times)
        return banded_inverse(rounds, self.bands, separation=self.every, participations=times)

    def groups(self, people: int, stream: Prg) -> npt.NDArray[np.int64]:
        """(people,): each one's group, drawn alike and independently, so that who is there moves nobody else's."""
        return (stream.words(people) % np.uint64(self.every)).astype(np.int64)


@dataclass(frozen=True)
class CorrelatedRounds:
    """The noise of so many rounds, of which `whole` is what all of them together are charged with.

    What a `JointNoise` is, but that the event of its samplers is that of all rounds.
    """

    whole: Summed
    correlated: Correlated
    rounds: int
    delta: Fraction

    @cached_property
    def strategy(self) -> BinaryTree | BandedInverse:
        """How draws become noise."""
        return self.correlated.over(self.rounds)

    @property
    def neighbours(self) -> Neighbours:
        """Those of the noise."""
        return self.whole.neighbours

    @property
    def sensitivity(self) -> None:
        """It follows from the grid."""

    def declared(self, steps: Fraction, slack: int, elements: int) -> Moves:
        """As of Gaussian noise."""
        return self.whole.declared(steps, slack, elements)

    def distance(self, moves: Moves) -> int:
        """As of Gaussian noise."""
        return self.whole.distance(moves)

    def sampler(self, moves: Moves, count: int) -> SummedNoise:
        """What a party draws, for rounds that a unit which is in them moves so far. LocalError `noise-out-of-range`."""
        strategy = self.strategy
        most = sqrt_up(moves.l2_squared * strategy.squared_sensitivity) + strategy.rounding(count)
        squared = ceil(most**2)
        root = isqrt(squared - 1) + 1
        found = self.whole.sampler(Moves(count, root, root * count, squared), count)
        if found.parts.digits > MOST_DIGITS:
            raise LocalError(
                "noise-out-of-range",
                f"draws of correlated noise have {found.parts.digits} bits, where sums hold {MOST_DIGITS}",
                "a coarser grid (step=, or a smaller ring), or a larger every=",
            )
        return found

    def stream(self, sampler: SummedNoise, draws: Stream) -> Callable[[], Whole]:
        """One party's noise of one round after the other: (count,) each, a secret of that party."""
        return self.strategy.stream(lambda: sampler.part(draws))

    def growth(self) -> float:
        """At least the variance of a round's noise, in that of a draw, roundings apart.

        A round of the tree is the difference of two prefix sums, whose deviations add up at most.
        """
        strategy = self.strategy
        if isinstance(strategy, BandedInverse):
            return 1.0 + sum(float(tap / 2**TAP_BITS) ** 2 for tap in strategy.taps)
        ends = np.sqrt(strategy.squared_errors() / float(strategy.squared_sensitivity))
        return float(np.max((ends + np.concatenate([[0.0], ends[:-1]])) ** 2))

    def promise(self, sampler: Sampler, scale: int, price: Price | None = None, step: Any = None) -> Promise:
        """The price is that of all rounds; the error that of a round."""
        assert isinstance(sampler, SummedNoise)
        of_round = float(sampler.parties * sampler.parts.spread) * self.growth()
        error = gaussian_error(Fraction(of_round**0.5))
        paid = price or self.schedule.price
        return Promise(self._event, paid, error.mean / 2**scale, error.bound / 2**scale, step, sampler.rests_on)

    @property
    def schedule(self) -> Schedule:
        """What is paid before the first round."""
        price = Price((charge_of(self._event, delta=self.delta), rho_of(self._event)))
        return Schedule([self] * self.rounds, self._event, price)

    @property
    def _event(self) -> NearEvent:
        """A tree has fewer than two draws a round."""
        assert isinstance(self.whole.noise, Gaussian)
        rho = Fraction(self.whole.noise.rho or 0)
        return NearEvent(ZcdpEvent(rho, self.neighbours), draws_of(self.rounds) * MOST_TAU)


def draws_of(rounds: int) -> int:
    """At least how often noise is drawn in so many rounds."""
    return 2 * rounds
