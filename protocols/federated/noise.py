"""Noise for a training: who is protected, how far they move a round's sum, and what all rounds cost together.

Each party puts a part of the noise into its own vector before it is masked (`protocols.privacy.summed_noise`: sums of
discrete Gaussian or of Skellam numbers), so that what is opened has all of it, and nobody knows the sum without. One
charge for all rounds is spent before the first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, isqrt, log, sqrt
from typing import Any

from mpc.errors import LocalError
from protocols.federated.correlated_kmsttx21 import ROUNDED, Correlated, CorrelatedRounds, draws_of
from protocols.federated.layout import AVERAGE, KEEP
from protocols.learning.noisy_sums import part_of
from protocols.privacy.amounts import AnyNumber, count_of, positive
from protocols.privacy.charging import charge_of, rho_of
from protocols.privacy.directed import exp_up
from protocols.privacy.events import ApproximateEvent, NearEvent, RepeatedEvent, ZcdpEvent
from protocols.privacy.joint_noise import MOST_TAU, Gaussian, Moves, Promise, Sampler, left_of_delta
from protocols.privacy.ledger.charges import Price, charge
from protocols.privacy.neighbours import Kind, Neighbours, Relation, add_or_remove
from protocols.privacy.schedules import Schedule
from protocols.privacy.sensitivity import Sensitivity
from protocols.privacy.skellam_akl21 import variance_for
from protocols.privacy.summed_noise import InParts, Summed, SummedNoise, skellam_parts

_COSH_1 = 0.545

WRAPS = 2.0**-40
"""The chance that noise makes any sum of a training wrap is below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What both kinds of noise say.

    `clip`: the longest vector of one unit (L2), public, not taken from the data. `epsilon` with `delta`, or `rho` (and
    `delta`, with which its epsilon is charged): of all rounds together. `honest`: how many parties are counted on to
    put in their parts and tell nobody, from 1 to n - 1: noise is n / honest times what one alone would need. `skellam`:
    Skellam noise in the place of discrete Gaussian, for an epsilon with delta: sums of it are exactly of its kind, on
    however coarse a grid. `central`: drawn once and added to the sum, by who alone sees it without; for simulations
    of a server that is trusted so far. `correlated`: noise that mostly cancels in the sum of all rounds, for units that
    take part in one round of several; each party then draws all of it (`honest` is 1). LocalError as of `mpc.Gaussian`
    and `mpc.InParts`; `wrong-privacy`.
    """

    clip: float
    epsilon: AnyNumber | None = None
    delta: AnyNumber | None = None
    rho: AnyNumber | None = None
    honest: int = 1
    neighbours: Neighbours = field(default_factory=add_or_remove)
    skellam: bool = False
    central: bool = False
    correlated: Correlated | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "clip", float(positive(self.clip, "the bound of clipping")))
        count_of(self.honest, "how many parties are taken to be honest")
        if self.skellam and (self.epsilon is None or self.central):
            raise LocalError(
                "wrong-privacy",
                "Skellam noise is asked for by rho, or to be drawn in one place",
                "epsilon= and delta=; discrete Gaussian noise is as good where one draws all of it",
            )
        if self.correlated is not None and (self.skellam or self.honest != 1):
            raise LocalError(
                "wrong-privacy",
                "noise that goes with that of other rounds, in Skellam numbers or in parts of several honest parties",
                "discrete Gaussian noise, honest=1: each party's own is as large as all of it must be",
            )
        _ = self.asked

    @property
    def groups(self) -> int:
        """In how many groups units are, of which a round takes one."""
        return 1 if self.correlated is None else self.correlated.every

    @property
    def asked(self) -> Gaussian:
        """Of all rounds."""
        return Gaussian(rho=self.rho, epsilon=self.epsilon, delta=self.delta, neighbours=self.neighbours)

    @property
    def moves(self) -> int:
        """How many clipping bounds a sum moves by at most between neighbours."""
        of_one = 2 if self.neighbours.relation is Relation.SUBSTITUTE else 1
        return of_one * self.neighbours.unit.together


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNoise(Noise):
    """Hides everything that one site (in a star, one client) has: its whole update is the unit.

    Whoever sees all rounds' results, and all other sites' data, hardly learns anything of a site's data: with a unit of
    records, its update may become any other one, which is two bounds away, so that the promise holds for each of its
    records, whether one is added, removed or another. With `add_or_remove(user(records))` a site is one user, who is
    there or is not, which is one bound: half the noise is enough. Sites weigh alike, and the sum is divided by how many
    there are: no examples are told, nor losses.
    """

    @property
    def moves(self) -> int:
        """As of `Noise`: any change of a site's data moves its update from within the bound to within the bound."""
        there_or_not = self.neighbours == add_or_remove(self.neighbours.unit)
        of_one = 1 if there_or_not and self.neighbours.unit.kind is Kind.USER else 2
        return of_one * self.neighbours.unit.together


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalNoise(SiteNoise):
    """Hides what a client has in its own vector already, before anything is summed: whoever may see that vector.

    It is `SiteNoise` of clients that count on nobody, `honest=1`, whose parts are each as large as all of it. That
    needs no masks and no other client, and costs accuracy: the sum of n clients has n times the variance that noise
    in one place would have, so that a mean of n is as far off as one of sqrt(n) clients with central noise.
    """

    def __post_init__(self) -> None:
        super(LocalNoise, self).__post_init__()
        if self.honest != 1 or self.central or self.skellam:
            raise LocalError(
                "wrong-privacy",
                "LocalNoise with parts of several honest clients, drawn in one place, or in Skellam numbers",
                "SiteNoise for these; LocalNoise is all of the noise at each client",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonNoise(Noise):
    """Hides each person in each site's data: in each round a site sums its persons' gradients, each clipped.

    The model must tell gradients of rows (`GradientModel`), of which a site takes one step over all its rows a round.
    `people`: how many there are at all sites about, public and not taken from the data: what the sum is divided by. A
    person has one row; with `train(..., users=)` all rows of a site that have its name, and then `neighbours` must have
    the unit `mpc.privacy.user(records)`. Who is at k sites counts as k persons: the promise for it is that for a group.
    """

    people: int

    def __post_init__(self) -> None:
        super(PersonNoise, self).__post_init__()
        count_of(self.people, "the people")


@dataclass(frozen=True, slots=True)
class SkellamRounds:
    """Skellam noise in parts for so many rounds, whose Renyi divergences are added up: all together (epsilon, delta).

    What a `JointNoise` is, but that the event of its samplers is that of all rounds.
    """

    epsilon: Fraction
    delta: Fraction
    neighbours: Neighbours
    rounds: int
    honest: int
    parties: int

    @property
    def sensitivity(self) -> None:
        """It follows from the grid."""

    def declared(self, steps: Fraction, slack: int, elements: int) -> Moves:
        """As of `mpc.Skellam`."""
        return Moves.alike(1, -(-steps // 1) + slack * elements)

    def distance(self, moves: Moves) -> int:
        """L1."""
        return moves.l1

    def sampler(self, moves: Moves, count: int) -> SummedNoise:
        """Of one round. LocalError `noise-out-of-range`, `delta-too-small`."""
        moved = Sensitivity(moves.l1, moves.l2_squared, self.neighbours)
        enough = variance_for(self.epsilon, self._event.delta, moved, self.rounds) * moves.l2_squared
        return SummedNoise(
            skellam_parts(enough, self._event, count, self.honest, self.parties), self.honest, self.parties, count
        )

    def promise(self, sampler: Sampler, scale: int, price: Price | None = None, step: Any = None) -> Promise:
        """The price is that of all rounds."""
        assert isinstance(sampler, SummedNoise)
        event, error = NearEvent(self._event, self.rounds * sampler.tau), sampler.parts.error
        paid = price or self.schedule.price
        return Promise(event, paid, error.mean / 2**scale, error.bound / 2**scale, step, sampler.rests_on)

    @property
    def schedule(self) -> Schedule:
        """What is paid before the first round."""
        asked = charge(epsilon=self.epsilon, delta=self.delta, neighbours=self.neighbours)
        return Schedule([self] * self.rounds, NearEvent(self._event, self.rounds * MOST_TAU), Price((asked,)))

    @property
    def _event(self) -> ApproximateEvent:
        """Of all rounds, drawn exactly: what draws are off by is kept from delta."""
        others = (1 + exp_up(self.epsilon)) * MOST_TAU * (self.rounds - 1)
        rest = left_of_delta(self.epsilon, max(self.delta - others, Fraction(0)))
        return ApproximateEvent(self.epsilon, rest, self.neighbours)


@dataclass(frozen=True, slots=True)
class Rounds:
    """The noise of each of so many rounds among so many parties."""

    each: Summed | SkellamRounds | CorrelatedRounds
    rounds: int
    delta: Fraction

    def sampler(self, squared_distance: int, size: int) -> SummedNoise:
        """What a party draws its part from, for sums that a unit moves by the root of this, in steps."""
        root = isqrt(squared_distance - 1) + 1
        return self.each.sampler(Moves(size, root, root * (isqrt(size - 1) + 1), squared_distance), size)

    def reach(self, squared_distance: int, size: int) -> int:
        """What noise of all parties does not exceed in any coordinate of any round, but with the chance WRAPS.

        A Gaussian part x of variance s^2 has E exp(t x) <= exp(t^2 s^2 / 2); a Skellam one exp(s^2 (cosh t - 1)), and
        cosh t - 1 <= 0.545 t^2 for t up to 1. The bounds of the parts hold always.
        """
        sampler = self.sampler(squared_distance, size)
        of_sum = float(sampler.parties * sampler.parts.spread)
        chance = log(2 * size * self.rounds / WRAPS)
        if isinstance(self.each, CorrelatedRounds):
            return ceil(sqrt(2 * of_sum * self.each.growth() * chance)) + ROUNDED * sampler.parties
        if isinstance(self.each, SkellamRounds):
            reached = sqrt(4 * _COSH_1 * of_sum * chance)
            return min(sampler.most, ceil(reached)) if reached <= 2 * _COSH_1 * of_sum else sampler.most
        return min(sampler.most, ceil(sqrt(2 * of_sum * chance)))

    def deviation(self, sampler: SummedNoise) -> float:
        """The standard deviation of the noise of all parties in one number of a round, in steps; of correlated noise in
        the round where it is largest."""
        variance = float(sampler.parties * sampler.parts.spread)
        return sqrt(variance * (self.each.growth() if isinstance(self.each, CorrelatedRounds) else 1.0))

    @property
    def correlated(self) -> CorrelatedRounds | None:
        """Where the noise of a round goes with that of others."""
        return self.each if isinstance(self.each, CorrelatedRounds) else None

    @property
    def schedule(self) -> Schedule:
        """What is paid before the first round."""
        if isinstance(self.each, SkellamRounds | CorrelatedRounds):
            return self.each.schedule
        rho = positive(self._gaussian.rho or 0, "rho")
        one = NearEvent(ZcdpEvent(rho, self.each.neighbours), MOST_TAU)
        event = RepeatedEvent(one, self.rounds)
        price = Price((charge_of(event, delta=self.delta), rho_of(event)))
        return Schedule([self.each] * self.rounds, event, price)

    @property
    def _gaussian(self) -> Gaussian:
        assert isinstance(self.each, Summed)
        assert isinstance(self.each.noise, Gaussian)
        return self.each.noise


def rounds_of(noise: Noise, rounds: int, parties: int) -> Rounds:
    """The same part of the cost for each round. LocalError `too-few-honest`, and of `mpc.Gaussian`."""
    if not isinstance(noise, SiteNoise | PersonNoise):
        raise LocalError(
            "wrong-privacy",
            f"privacy= is of type {type(noise).__name__}, for a model that sites train together",
            "mpc.federated.PersonNoise(epsilon=..., delta=..., clip=..., people=...) or SiteNoise(...)",
        )
    delta = noise.asked.given_delta
    if noise.skellam:
        epsilon = positive(noise.epsilon or 0, "epsilon")
        among = InParts(noise.asked, honest=noise.honest).among(parties)
        return Rounds(SkellamRounds(epsilon, delta, noise.neighbours, rounds, among.honest, parties), rounds, delta)
    if noise.correlated is not None:
        return Rounds(_correlated(noise, noise.correlated, rounds, parties), rounds, delta)
    each = part_of(noise.asked, rounds)
    if noise.central:
        return Rounds(Summed(each, 1, 1), rounds, delta)
    return Rounds(InParts(each, honest=noise.honest).among(parties), rounds, delta)


def _correlated(noise: Noise, correlated: Correlated, rounds: int, parties: int) -> CorrelatedRounds:
    """All rounds' rho, less what so many draws are off by."""
    draws, delta = draws_of(rounds), noise.asked.given_delta
    rho = Fraction(part_of(noise.asked, draws).rho or 0) * draws
    whole = Gaussian(rho=rho, delta=delta, neighbours=noise.neighbours)
    summed = Summed(whole, 1, 1) if noise.central else InParts(whole, honest=1).among(parties)
    return CorrelatedRounds(summed, correlated, rounds, delta)


def require_users(noise: Noise | None, users: object) -> None:
    """LocalError `contributions-unbounded` unless it is said whose each row is, where the unit is a user, and only
    there: a row of a user whose rows are clipped together moves the sum by more than one row alone."""
    if isinstance(noise, PersonNoise) and (noise.neighbours.unit.kind is Kind.USER) != (users is not None):
        raise LocalError(
            "contributions-unbounded",
            f"PersonNoise for neighbours by {noise.neighbours} and {'no ' if users is None else ''}users=",
            "users= with the user of each row, and neighbours=mpc.privacy.add_or_remove(mpc.privacy.user(records)); or "
            "neither",
        )


def running_with(noise: Noise | None, running: str) -> str:
    """What becomes of running statistics: gradients of people have none, and noise alone would move them."""
    return KEEP if isinstance(noise, PersonNoise) and running == AVERAGE else running
