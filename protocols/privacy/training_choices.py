"""Choosing the noise of a training: what an epsilon allows, and how much of a step it leaves to be seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from protocols.privacy.amounts import AnyNumber, count_of, positive, printed
from protocols.privacy.neighbours import Neighbours
from protocols.privacy.training import Sampling, noise_for


@dataclass(frozen=True, slots=True)
class TrainingChoice:
    """What a training may do at one epsilon.

    `noise` is the least multiplier: the deviation of each coordinate's noise over the bound of clipping.
    `signal_to_noise` of a step is the longest that a batch's mean gradient can be, the bound of clipping, over the
    expected length of the noise on it: below 1 a step is mostly noise, and only many of them lead anywhere.
    """

    epsilon: Fraction
    noise: Fraction
    signal_to_noise: float
    steps: int

    @property
    def of_all_steps(self) -> float:
        """The same of the mean of all steps, were the gradient the same in each: independent noise averages out."""
        return self.signal_to_noise * sqrt(self.steps)

    def __str__(self) -> str:
        return (
            f"epsilon {printed(self.epsilon)}: noise {printed(self.noise)}, "
            f"signal to noise {self.signal_to_noise:.3g} in a step, {self.of_all_steps:.3g} in all"
        )


def training_choices(
    sampling: Sampling,
    steps: int,
    epsilons: Iterable[AnyNumber],
    delta: AnyNumber,
    *,
    batch: int,
    coordinates: int,
    neighbours: Neighbours | None = None,
    by: str = "least",
) -> tuple[TrainingChoice, ...]:
    """For each epsilon the least noise of a training by `steps` noisy sums of clipped gradients, and what it leaves.

    `batch` is the expected size of a batch, which divides the sum, and is public; `coordinates` are those of a
    gradient. Independent noise of deviation s on d coordinates has a length of about s sqrt(d), so a step's signal to
    noise is batch / (noise sqrt(d)): it grows with batches, and falls with models. Costs as of `noise_for`, for each
    epsilon. Local: nothing is sent. Raises LocalError as `noise_for` and `count_of`.
    """
    size, width = count_of(batch, "the batch"), count_of(coordinates, "the coordinates")
    wanted = [positive(epsilon, "epsilon") for epsilon in epsilons]
    noises = [noise_for(sampling, steps, epsilon, delta, neighbours=neighbours, by=by) for epsilon in wanted]
    return tuple(
        TrainingChoice(epsilon, noise, size / (float(noise) * sqrt(width)), steps)
        for epsilon, noise in zip(wanted, noises, strict=True)
    )
