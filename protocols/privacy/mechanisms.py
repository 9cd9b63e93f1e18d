"""Laplace and Gaussian noise for figures of known sensitivity: what is released, and what it costs.

The scale of noise is the sensitivity divided by epsilon: with twice the sensitivity it is twice as large, with twice
the epsilon half as large, and less is protected. Noise is a whole number of steps, drawn exactly from the operating
system's randomness, and added to whole numbers. What is said holds against whoever sees the release, whatever else they
know of the data but one unit; not against who runs this program, who has the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mpc.algebra.cores import in_parts
from mpc.algebra.words import Stream
from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.privacy.aggregates import Aggregate
from protocols.privacy.amounts import positive
from protocols.privacy.discrete_gaussian_cks20 import DiscreteGaussian, discrete_gaussian
from protocols.privacy.discrete_laplace_dkmmn06 import DiscreteLaplace, Noise, discrete_laplace
from protocols.privacy.events import Event, GaussianEvent, LaplaceEvent, PureEvent
from protocols.privacy.sensitivity import Sensitivity

_FEWEST_OF_A_CORE = 1 << 16


class Distribution(Protocol):
    """Whole numbers that can be drawn exactly."""

    @property
    def deviation(self) -> float:
        """The standard deviation, or what it is at most."""

    def draw(self, count: int, stream: Stream) -> Noise:
        """So many independent numbers: (count,)."""


class Mechanism(Protocol):
    """Noise that is fitted to a sensitivity."""

    def distribution(self, sensitivity: Sensitivity) -> Distribution:
        """What each figure's noise is drawn from, independently; the sensitivity is above 0."""

    def event(self, sensitivity: Sensitivity) -> Event:
        """What it costs, for the neighbours of the sensitivity."""

    def part(self, of_it: Fraction) -> Mechanism:
        """The mechanism that costs this part of it, above 0 and at most 1."""


@dataclass(frozen=True, slots=True)
class Laplace:
    """Discrete Laplace noise of scale L1 / epsilon: (epsilon, 0)-differential privacy.

    A number of probability proportional to exp(-|x - f| epsilon / L1) becomes at most e^epsilon times as likely when
    the figures f move by L1 together (Dwork, McSherry, Nissim, Smith, TCC 2006; Ghosh, Roughgarden, Sundararajan, STOC
    2009 on integers). `epsilon`: above 0, taken exactly; larger is weaker. Raises LocalError as `amounts.positive`.
    """

    epsilon: Fraction

    def __post_init__(self) -> None:
        object.__setattr__(self, "epsilon", positive(self.epsilon, "epsilon"))

    def distribution(self, sensitivity: Sensitivity) -> DiscreteLaplace:
        return discrete_laplace(sensitivity.l1 / self.epsilon)

    def event(self, sensitivity: Sensitivity) -> LaplaceEvent:
        return LaplaceEvent(1 / self.epsilon, sensitivity.neighbours)

    def part(self, of_it: Fraction) -> Laplace:
        return Laplace(self.epsilon * of_it)


@dataclass(frozen=True, slots=True)
class Gaussian:
    """Discrete Gaussian noise of sigma^2 = L2^2 / (2 rho): rho-zero-concentrated differential privacy.

    Canonne, Kamath, Steinke, NeurIPS 2020, theorem 4, and theorem 14 for several figures. `rho`: above 0, taken
    exactly; larger is weaker. Raises LocalError as `amounts.positive`.
    """

    rho: Fraction

    def __post_init__(self) -> None:
        object.__setattr__(self, "rho", positive(self.rho, "rho"))

    def distribution(self, sensitivity: Sensitivity) -> DiscreteGaussian:
        return discrete_gaussian(sensitivity.l2_squared / (2 * self.rho))

    def event(self, sensitivity: Sensitivity) -> GaussianEvent:
        return GaussianEvent(1 / (2 * self.rho), sensitivity.neighbours, discrete=True)

    def part(self, of_it: Fraction) -> Gaussian:
        return Gaussian(self.rho * of_it)


@dataclass(frozen=True, slots=True)
class Released:
    """Figures with noise: what everybody may see, and what it cost.

    `values`: int64 where a step of the grid is 1, else floats, exact up to 2^53 steps. `deviation`: the standard
    deviation of the noise of each; None where a figure is computed of several.
    """

    values: npt.NDArray[Any]
    event: Event
    deviation: float | None


def release(figures: Aggregate, mechanism: Mechanism) -> Released:
    """The figures with noise of their own each, once. A second call draws again, and costs again.

    Figures that no unit moves are released as they are, for an epsilon of 0.

    Raises LocalError `not-figures`, and `noise-out-of-range`, as the distributions do.
    """
    if not isinstance(figures, Aggregate):
        raise LocalError(
            "not-figures",
            f"a {type(figures).__name__}, of which nobody knows how far one record moves it",
            "release what count, histogram, clipped_sum and their like give of records: count(ages < 30, near)",
        )
    sensitivity = figures.sensitivity
    if not sensitivity.l1:
        return Released(_in_units(figures.steps, figures.width), PureEvent(Fraction(0), sensitivity.neighbours), 0.0)
    noise = mechanism.distribution(sensitivity)
    noisy = figures.steps + drawn(noise, figures.steps.size).reshape(figures.steps.shape)
    return Released(
        _in_units(noisy, figures.width),
        mechanism.event(sensitivity),
        noise.deviation * float(figures.width),
    )


def drawn(distribution: Distribution, count: int) -> Noise:
    """So many fresh numbers, from a new seed of the operating system; on all cores where they are many."""
    out, seed = np.empty(count, np.int64), Seed.fresh()

    def part(start: int, end: int) -> None:
        out[start:end] = distribution.draw(end - start, seed.prg("noise", start))

    in_parts(count, part, smallest=_FEWEST_OF_A_CORE)
    return out


def _in_units(steps: Noise, width: Fraction) -> npt.NDArray[Any]:
    return steps if width == 1 else steps * float(width)
