"""Noisy sums of clipped gradients, on batches that are drawn as they are accounted for: DP-SGD, on data in the clear.

Abadi, Chu, Goodfellow, McMahan, Mironov, Talwar, Zhang, CCS 2016, algorithm 1, with noise on a grid. Each unit's
gradient is clipped to a length C; the sum gets Gaussian noise of deviation sigma = noise C, and is divided by a public
number. Units are records, or users whose gradients were summed before.

Accounting samples is proved for continuous noise, which floats do not hold. On whole numbers f, f + [g] for a Gaussian
g, rounded, is computed from f + g, and costs no more. What is drawn instead is discrete Gaussian. The two are apart, in
total variation, by at most 1 / (16 sigma^2) for a coordinate, sigma >= 8 in steps: with p the density of g, the chance
of rounding to k differs from p(k) by the integral of (1/2 - |u|)^2 / 2 times p''(k + u) for u from -1/2 to 1/2, so that
all of them differ by at most an eighth of the integral of |p''|, which is 4 / (sqrt(2 pi e) sigma^2) < 0.97 / sigma^2;
a half of that is below 0.061 / sigma^2. The sum of all p(k) is 1 but for 4 exp(-2 pi^2 sigma^2), far less than what is
left to 1/16 (Poisson's summation). These distances add up over coordinates and steps, and are charged: `NearEvent`.
"""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.privacy.accounts import Cost, cost
from protocols.privacy.amounts import AnyNumber, count_of
from protocols.privacy.clipping import Clipping, clipping
from protocols.privacy.coins import coins_of
from protocols.privacy.discrete_gaussian_cks20 import discrete_gaussian
from protocols.privacy.events import NearEvent
from protocols.privacy.mechanisms import drawn
from protocols.privacy.probabilities import rational
from protocols.privacy.training import FixedBatches, PoissonBatches, Sampling, TrainingSchedule

LEAST_DEVIATION = 1 << 12
"""In steps of the grid: a distance of 2^-28 for each coordinate and step would be charged, and no more."""

Batch = npt.NDArray[np.int64]


class NoisyGradients:
    """The batches and noisy sums of one training: a batch, its sum, the next batch.

    Against whoever sees all sums, and knows all data but one unit, but not who was in which batch; not against who
    runs this program. `event` is what all steps together cost, from the first on and however few are taken.
    """

    def __init__(
        self,
        schedule: TrainingSchedule,
        sampling: Sampling,
        units: int,
        coordinates: int,
        *,
        step: AnyNumber | None = None,
    ) -> None:
        """`schedule`: of this `sampling`, made by `training_schedule`; `units`: how many there are, which is not told.

        `step`: of the grid, as of `clipping`. Raises LocalError: `wrong-sampling` if the schedule is of another
        sampling; `noise-out-of-range` for noise of less than LEAST_DEVIATION steps; errors of `clipping`, `count_of`.
        """
        self.schedule, self.sampling = schedule, sampling
        self.clipping: Clipping = clipping(schedule.clipping, step)
        self._shape = count_of(units, "the units", least=0), count_of(coordinates, "the coordinates")
        if schedule.event != sampling.event(schedule.noisy_sum, schedule.steps):
            raise LocalError("wrong-sampling", "the schedule is of other batches", "the sampling it was made with")
        deviation = schedule.noise_deviation / self.clipping.step
        if deviation < LEAST_DEVIATION:
            raise LocalError(
                "noise-out-of-range", "the noise is below 2^12 steps of the grid", "a finer grid, or more noise"
            )
        self._noise = discrete_gaussian(ceil(deviation**2))
        tau = schedule.steps * coordinates / (16 * deviation**2)
        self.event = NearEvent(schedule.event, tau)
        self._taken, self._batch = 0, -1

    def cost(self, delta: AnyNumber, by: str = "least") -> Cost:
        """What the training costs, the distance of its noise included; errors of `accounts.cost`."""
        return cost(self.event, delta=delta, by=by)

    def batch(self) -> Batch:
        """The places of the units of the next step: secret, and as many as come. Raises LocalError `answers-spent`."""
        if self._taken == self.schedule.steps or self._batch >= 0:
            raise _spent(self.schedule.steps)
        units, _ = self._shape
        match self.sampling:
            case PoissonBatches(probability):
                where = coins_of(rational(probability), units, Seed.fresh().prg("batch"))
            case FixedBatches(batches):
                where = np.arange(units) % batches == self._taken % batches
        found = np.flatnonzero(where).astype(np.int64)
        self._batch = len(found)
        return found

    def noisy_sum(self, gradients: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """The sum of the batch's clipped gradients with noise: (batch, coordinates), a row a unit, to (coordinates,).

        An empty batch gives noise alone, and counts. Divide by a public number, as the expected size of a batch, never
        by how many there are. Raises LocalError: `wrong-shape` for anything but a row for each of the last batch, and
        `answers-spent` for a batch that has had its sum; errors of `Clipping.place`.
        """
        if self._batch < 0:
            raise _spent(self.schedule.steps)
        if gradients.shape != (self._batch, self._shape[1]):
            raise LocalError("wrong-shape", "there is not one gradient for each of the batch", "a row for each place")
        total = self.clipping.place(gradients).sum(axis=0, dtype=np.int64)
        self._taken, self._batch = self._taken + 1, -1
        noisy: npt.NDArray[np.float64] = (total + drawn(self._noise, total.size)) * float(self.clipping.step)
        return noisy


def _spent(steps: int) -> LocalError:
    return LocalError(
        "answers-spent",
        f"a batch has one noisy sum, and after all {steps} steps of its schedule a training has none",
        "batch(), noisy_sum() and so on, or a new schedule, which costs",
    )
