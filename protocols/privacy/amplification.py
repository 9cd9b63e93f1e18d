"""What hiding who took part, or who said what, adds: it depends on who looks.

A sample, or an order of messages, protects against those who do not learn it, and against nobody else. A server that
calls the clients of a round knows the sample; coins that are public are known to all. So whoever asks for amplification
says what the adversary sees.
"""

from __future__ import annotations

from enum import Enum

from mpc.errors import LocalError
from protocols.privacy.amounts import AnyNumber, count_of, probability
from protocols.privacy.composition_kov15 import pair_of
from protocols.privacy.directed import exp_up, log_down, log_up, sqrt_up
from protocols.privacy.events import ApproximateEvent, Event, LaplaceEvent, PoissonEvent, PureEvent
from protocols.privacy.neighbours import Relation
from protocols.privacy.parts import Part


class Sees(Enum):
    """What the adversary learns beside the output."""

    OUTPUT_ALONE = "the output alone"
    WHO_TOOK_PART = "who took part, or who sent what"


def on_a_sample(event: Event, chance: AnyNumber, *, sees: Sees) -> Event:
    """`event` on a Poisson sample with this probability, for an adversary who sees so much.

    Whoever knows the sample knows whether the unit is in it: against them it is as if there were none. Raises
    LocalError as `amount`, and `wrong-event` for groups.
    """
    sampled = PoissonEvent(probability(chance, "the probability of a sample"), event)
    return sampled if sees is Sees.OUTPUT_ALONE else event


def shuffled(local: PureEvent | LaplaceEvent, people: int, delta: AnyNumber, *, sees: Sees) -> Event:
    """The outputs of so many people's local randomisers in a random order, for an adversary who sees so much.

    `local` is what each does to their own value, for one value in the place of another. With e its epsilon:

        epsilon = ln(1 + (e^e - 1) / (e^e + 1) (8 sqrt(e^e ln(4 / delta)) / sqrt(n) + 8 e^e / n))

    if e <= ln(n / (16 ln(2 / delta))): Feldman, McMillan, Talwar 2021, theorem 3.1. All people must follow the
    protocol; those who may not are left out of `people`. Beyond the condition, and for whoever sees who sent what, the
    event is the local one. Raises LocalError `other-neighbours` for units more or less, errors of `amount`.
    """
    if local.neighbours.relation is not Relation.SUBSTITUTE:
        raise LocalError(
            "other-neighbours",
            "amplification by shuffling is proved for one person's value in the place of another",
            "state `substitute()` for the local randomiser",
        )
    n, chance = count_of(people, "the people"), probability(delta, "delta", below_one=True)
    e, _ = pair_of(Part(local), "amplification by shuffling")
    if sees is not Sees.OUTPUT_ALONE or chance == 0 or 16 * log_up(2 / chance) * exp_up(e) > n:
        return local
    spread = 8 * sqrt_up(exp_up(e) * -log_down(chance / 4) / n) + 8 * exp_up(e) / n
    epsilon = log_up(1 + (1 - 2 / (exp_up(e) + 1)) * spread)
    return ApproximateEvent(epsilon, chance, local.neighbours) if epsilon < e else local
