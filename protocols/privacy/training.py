"""The charge of a whole training by noisy gradients, known before its first step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from mpc.errors import LocalError
from protocols.privacy.accounts import Cost, cost
from protocols.privacy.amounts import AnyNumber, count_of, positive, printed, probability
from protocols.privacy.events import ApproximateEvent, Event, GaussianEvent, PoissonEvent, RepeatedEvent
from protocols.privacy.neighbours import Neighbours, Relation, add_or_remove

MULTIPLIER_STEP = Fraction(1, 1 << 12)
LARGEST_MULTIPLIER = Fraction(1 << 12)


@dataclass(frozen=True, slots=True)
class PoissonBatches:
    """Each unit is in each batch independently with this probability; batches differ in size, and may be empty.

    An empty batch is a step too: noise alone is released, and it counts.
    """

    probability: Fraction

    def event(self, step: GaussianEvent, steps: int) -> Event:
        """Of so many steps."""
        return RepeatedEvent(PoissonEvent(self.probability, step), steps)


@dataclass(frozen=True, slots=True)
class FixedBatches:
    """Units are put into so many batches beforehand, by their number or shuffled, and each batch is used in turn.

    A unit is in every `batches`-th step and nowhere else, and no amplification is claimed: it is as if it were in plain
    sight there. For substitution only, as one unit more would move all others between the batches.
    """

    batches: int

    def event(self, step: GaussianEvent, steps: int) -> Event:
        """Of so many steps, as many as one unit is in."""
        if step.neighbours.relation is not Relation.SUBSTITUTE:
            raise LocalError(
                "other-neighbours",
                "fixed batches are accounted for one unit in the place of another",
                "neighbours=substitute(), or batches that a Poisson sampler draws",
            )
        return RepeatedEvent(step, -(-steps // count_of(self.batches, "the batches")))


Sampling = PoissonBatches | FixedBatches


@dataclass(frozen=True, slots=True)
class TrainingSchedule:
    """What a training will do and cost. `noise_deviation` is that of the noise on the sum of a batch's gradients.

    The sum is divided by the expected size of a batch, or another public number, never by how many were in it.
    """

    event: Event
    cost: Cost
    clipping: Fraction
    noise_deviation: Fraction
    steps: int
    noisy_sum: GaussianEvent
    """Of one step, for a unit that is in its batch."""

    @property
    def charge(self) -> ApproximateEvent:
        """All of it, as one event for a ledger or a filter."""
        return ApproximateEvent(self.cost.epsilon, self.cost.delta, self.cost.neighbours)

    def reserve(self, spend: Callable[[ApproximateEvent], object]) -> Iterator[int]:
        """Spends the one charge by `spend`, which raises if it is too much, and then counts the steps: from 0, `steps`
        of them and no more. Steps that are not taken are spent all the same."""
        spend(self.charge)
        return iter(range(self.steps))

    def __str__(self) -> str:
        return f"{self.steps} steps for {self.cost}"


def training_schedule(
    sampling: Sampling,
    noise: AnyNumber,
    steps: int,
    clipping: AnyNumber,
    delta: AnyNumber,
    *,
    neighbours: Neighbours | None = None,
    by: str = "least",
) -> TrainingSchedule:
    """What `steps` steps on noised sums of clipped gradients cost together.

    `noise` is the noise multiplier of papers: the noise's deviation over the bound that each unit's gradient is clipped
    to, `clipping`. For one unit in the place of another the sum moves by up to twice that bound, which is accounted for
    here: noise is then worth half as much (dp-accounting 0.6 does not halve it in its Renyi accountant). What is
    clipped is the unit of the neighbours: a record's gradient, or the sum of a user's.

    Holds against whoever sees every step's noised sum and all other data, but not who was in which batch where batches
    are Poisson. Local: nothing is sent. Source: Abadi et al. 2016; accountants as of `cost`.

    Raises LocalError: `wrong-sampling` for anything but a sampling; errors of `cost` and `amount`.
    """
    multiplier, bound = positive(noise, "the noise multiplier"), positive(clipping, "the bound of clipping")
    step = _noisy_sum(multiplier, neighbours or add_or_remove())
    event = _event(sampling, step, steps)
    found = cost(event, delta=delta, by=by)
    return TrainingSchedule(event, found, bound, bound * multiplier, steps, step)


def noise_for(
    sampling: Sampling,
    steps: int,
    epsilon: AnyNumber,
    delta: AnyNumber,
    *,
    neighbours: Neighbours | None = None,
    by: str = "least",
) -> Fraction:
    """The smallest noise multiplier, to the next MULTIPLIER_STEP above, whose training costs at most (epsilon, delta).

    By bisection; the upper end is given, which was found to hold. Raises LocalError as `training_schedule`, and
    `amount-out-of-range` if LARGEST_MULTIPLIER is too little.
    """
    wanted, chance = positive(epsilon, "epsilon"), probability(delta, "delta", below_one=True)

    def holds(multiplier: Fraction) -> bool:
        event = _event(sampling, _noisy_sum(multiplier, neighbours or add_or_remove()), steps)
        return cost(event, delta=chance, by=by).epsilon <= wanted

    high = Fraction(1)
    while not holds(high):
        high *= 2
        if high > LARGEST_MULTIPLIER:
            raise LocalError(
                "amount-out-of-range",
                f"no noise multiplier up to {LARGEST_MULTIPLIER} keeps {steps} steps within {printed(wanted)}",
                "fewer steps, smaller samples, a larger epsilon or delta",
            )
    low = high / 2 if high > 1 else Fraction(0)
    while high - low > MULTIPLIER_STEP:
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _event(sampling: Sampling, step: GaussianEvent, steps: int) -> Event:
    if not isinstance(sampling, PoissonBatches | FixedBatches):
        raise LocalError(
            "wrong-sampling",
            f"a {type(sampling).__name__} does not say how batches are drawn",
            "PoissonBatches(probability) if each unit is drawn independently for each batch; shuffled batches, or those"
            " of a fixed size, are FixedBatches(batches), and are not accounted as Poisson",
        )
    return sampling.event(step, count_of(steps, "the steps"))


def _noisy_sum(multiplier: Fraction, neighbours: Neighbours) -> GaussianEvent:
    moves = 2 if neighbours.relation is Relation.SUBSTITUTE else 1
    return GaussianEvent.of_multiplier(multiplier / moves, neighbours)
