"""What a schedule of noisy reveals costs, known before the first: one price for all steps, rounded up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from mpc.errors import LocalError
from protocols.privacy.accounts import cost
from protocols.privacy.charging import charge_of, rho_of
from protocols.privacy.events import ComposedEvent, Event, NearEvent, RepeatedEvent
from protocols.privacy.joint_noise import MOST_TAU, Gaussian, JointNoise, Laplace
from protocols.privacy.ledger.charges import Price, charge
from protocols.privacy.neighbours import Relation
from protocols.privacy.parts import taken_apart
from protocols.privacy.training import TrainingSchedule

Noise = Laplace | Gaussian

LEAST_DEVIATION = 8
"""In units of the last place, from which the distance of discrete noise from continuous noise is proved."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Noisy reveals in their order, and what all of them cost together, however many are made.

    `distance`: how far the noise of a step may be from continuous noise beside what a sampler is off by, where that was
    charged, since a sample was accounted or losses were; None where discrete noise costs the same.
    """

    noises: Sequence[JointNoise]
    event: Event
    price: Price
    distance: Fraction | None = None

    def __len__(self) -> int:
        return len(self.noises)

    def plain(self) -> list[tuple[str, int]]:
        """The noises in their order, each with how often it comes in a row: equal where the steps are."""
        return [(repr(noise), len(list(row))) for noise, row in groupby(self.noises)]


def schedule_of(given: Schedule | TrainingSchedule | Sequence[Noise], elements: int, fractional_bits: int) -> Schedule:
    """What is paid for beforehand, for steps of at most so many elements.

    Raises LocalError `wrong-privacy` for anything else, or nothing; `noise-out-of-range`; errors of `cost`.
    """
    if isinstance(given, Schedule):
        return given
    if isinstance(given, TrainingSchedule):
        return _of_training(given, elements, fractional_bits)
    if isinstance(given, Sequence) and given and all(isinstance(each, Laplace | Gaussian) for each in given):
        return _of_noises(given)
    raise LocalError(
        "wrong-privacy",
        f"a value of type {type(given).__name__} is no schedule of noisy reveals",
        "mpc.privacy.training_schedule(...), or a list of the noises in their order: [mpc.Gaussian(rho=...)] * 10",
    )


def _of_noises(noises: Sequence[Noise]) -> Schedule:
    """Each as near as every sampler is; the epsilon at the largest delta that one of them is charged with."""
    event = ComposedEvent(
        tuple(RepeatedEvent(NearEvent(noise.event, MOST_TAU), count) for noise, count in Counter(noises).items())
    )
    deltas = [noise.given_delta for noise in noises if isinstance(noise, Gaussian)]
    if not deltas:
        return Schedule(tuple(noises), event, Price((charge_of(event), rho_of(event))))
    return Schedule(tuple(noises), event, Price((rho_of(event), charge_of(event, delta=max(deltas)))))


def _of_training(given: TrainingSchedule, elements: int, fractional_bits: int) -> Schedule:
    """Noise on whole numbers has the zCDP of continuous noise, and so its divergences. What is proved of continuous
    noise alone, of samples and of losses, holds near it: within 1 / (16 sigma^2) for each element, sigma in units of
    the last place, as is proved in `gradients_acgmmtz16`.
    """
    neighbours, delta, by = given.noisy_sum.neighbours, given.cost.delta, given.cost.by
    moves = 2 if neighbours.relation is Relation.SUBSTITUTE else 1
    noise = Gaussian(rho=given.noisy_sum.rho, delta=delta, neighbours=neighbours, sensitivity=given.clipping * moves)
    times = sum(count for part, count in taken_apart(given.event).counts if not part.is_sampled)
    distance = None
    if times and by != "pld":
        event: Event = NearEvent(RepeatedEvent(noise.event, times), given.steps * MOST_TAU)
    else:
        distance = _distance(given.noise_deviation * (1 << fractional_bits), elements)
        event = NearEvent(given.event, given.steps * (MOST_TAU + distance))
    spent = cost(event, delta=delta, by=by)
    in_epsilon = charge(epsilon=spent.epsilon, delta=delta, neighbours=neighbours)
    ways = (in_epsilon, rho_of(event)) if times else (in_epsilon,)
    return Schedule([noise] * given.steps, event, Price(ways), distance)


def _distance(deviation: Fraction, elements: int) -> Fraction:
    if deviation < LEAST_DEVIATION:
        raise LocalError(
            "noise-out-of-range",
            f"the noise of a step is below {LEAST_DEVIATION} units of the last place",
            "run with more --fractional-bits, or scale the gradients up",
        )
    return elements / (16 * deviation**2)
