"""Noise in parts: each party draws one for itself and puts it in, and their sum is the noise.

No circuit, and in most suites no message at all. A party knows its own part and takes it off again, so the parts of the
others must be enough: each is so large that those of `honest` parties together are the noise that is asked for. Further
parts are independent of the data, and add to the error alone. That a party leaves its part out cannot be noticed, as
nobody knows what it should be.

Parts are cut off at a size that they exceed with a probability below 2^-53, all together: the total variation distance
from the distributions that `partial_laplace_gx15`, `partial_gaussian_kls21` and `skellam_akl21` prove things about. Of
large Skellam numbers, drawn by `large_poisson`, that counts in what is left out there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from math import ceil
from operator import add
from typing import Any, Protocol

import numpy as np

from mpc.algebra.words import Stream, Words
from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.assurances import NOISE, assure
from protocols.privacy.amounts import AnyNumber, count_of, positive, probability
from protocols.privacy.directed import exp_up
from protocols.privacy.discrete_gaussian_cks20 import discrete_gaussian
from protocols.privacy.discrete_laplace_dkmmn06 import Noise, discrete_laplace
from protocols.privacy.errors_of_noise import NoiseError, gaussian_error, skellam_error, summed_laplace_error
from protocols.privacy.events import ApproximateEvent, Event, LaplaceEvent, NearEvent, ZcdpEvent
from protocols.privacy.joint_coins_csu19 import SLACK
from protocols.privacy.joint_noise import (
    RECORDS,
    Gaussian,
    Laplace,
    Moves,
    Promise,
    Sampler,
    check_noise,
    exact_epsilon,
    left_of_delta,
)
from protocols.privacy.large_poisson import LargeSkellam
from protocols.privacy.ledger.charges import Price, charge
from protocols.privacy.neighbours import Neighbours
from protocols.privacy.noise_ranges import LEAST_SCALE, MOST_SCALE, in_range
from protocols.privacy.partial_gaussian_kls21 import part_variance
from protocols.privacy.partial_laplace_gx15 import PartialLaplace, missed
from protocols.privacy.sensitivity import Sensitivity
from protocols.privacy.skellam_akl21 import MOST as MOST_OF_TABLE
from protocols.privacy.skellam_akl21 import SkellamNoise, skellam_noise, variance_for
from protocols.shares import ArithmeticShare
from protocols.suite import NO_TWO, suite_of

MOST_DIGITS = 62

_COSH_1 = Fraction(5431, 10**4)
"""cosh t - 1 is at most so many t^2 for t up to 1."""


class Part(Protocol):
    """What a party draws its part from."""

    def draw(self, size: int, stream: Stream) -> Noise:
        """So many independent numbers: (size,)."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a party draws, of this scale or variance, cut off at 2^digits; what the sum of those that must be honest
    promises, within `tau` in total variation; and the error of all of them, in steps."""

    each: Part = field(repr=False)  # two that are alike have one text: parties compare what they compute with
    spread: Fraction
    digits: int
    tau: Fraction
    event: Event
    error: NoiseError


@dataclass(frozen=True, slots=True)
class SummedNoise:
    """So many numbers, each the sum of a part of every party, of which those of `honest` ones suffice."""

    parts: Parts
    honest: int
    parties: int
    count: int

    @property
    def most(self) -> int:
        """No sum is larger in size."""
        return self.parties << self.parts.digits

    @property
    def tau(self) -> Fraction:
        """Of the parts that must be honest."""
        return self.parts.tau

    @property
    def rests_on(self) -> str:
        """Whose parts the promise needs."""
        honest = f"in parts, of which {self.honest} of {self.parties} must be put in and kept secret"
        return f"{honest}; one that is left out is not noticed"

    async def draw(self, ctx: Context) -> ArithmeticShare:
        """[x]: (count,). Each party puts in its part, at the cost of an input of the suite for each party."""
        self.assured(ctx)
        own = ctx.ring.zeros((self.count,)) if ctx.planning else await ctx.in_thread(self._own, ctx)
        inputs = ((suite_of(ctx).input, j, own if ctx.me == j else None, (self.count,)) for j in ctx.everyone)
        noise: ArithmeticShare = reduce(add, await together(ctx, *inputs))
        return noise

    def part(self, stream: Stream) -> Noise:
        """One party's part, in steps: (count,). It is a secret of that party, which must add it once."""
        most = 1 << self.parts.digits
        return np.clip(self.parts.each.draw(self.count, stream), -most, most)

    def _own(self, ctx: Context) -> Words:
        words: Words = ctx.ring.from_signed(self.part(ctx.prg("noise")))
        return words

    def assured(self, ctx: Context) -> None:
        """Have the run's account say whose parts the promise needs; for who adds parts otherwise than by `draw`."""
        apart = " and no two of all put together what they see" if _two_read_the_rest(ctx) else ""
        said = (
            f"is as large as promised while at least {self.honest} of the {self.parties} parties add their part and "
            f"tell nobody{apart}; that one is left out cannot be noticed"
        )
        assure(ctx, NOISE, said)


def _two_read_the_rest(ctx: Context) -> bool:
    """Whether two parties of more read what the others put in, their parts as well."""
    return ctx.n > 2 and ctx.session.factory.about.colluding == NO_TWO


@dataclass(frozen=True, slots=True, kw_only=True)
class Skellam:
    """Skellam noise for (epsilon, delta)-differential privacy, drawn in parts alone: `mpc.InParts(mpc.Skellam(...))`.

    Its variance is the smallest that the published divergence allows (`privacy.Skellam`). `sensitivity` is L1; the rest
    as of `mpc.Laplace`. Raises LocalError as `amounts.positive` and `probability`; `delta-too-small`.
    """

    epsilon: AnyNumber
    delta: AnyNumber
    neighbours: Neighbours = RECORDS
    sensitivity: AnyNumber | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "epsilon", exact_epsilon(self.epsilon))
        object.__setattr__(self, "delta", positive(probability(self.delta, "delta", below_one=True), "delta"))
        left_of_delta(exact_epsilon(self.epsilon), probability(self.delta, "delta"))
        check_noise(self)

    def declared(self, steps: Fraction, slack: int, elements: int) -> Moves:
        """As of Laplace noise: L2 is no larger than L1."""
        return Moves.alike(1, -(-steps // 1) + slack * elements)

    def distance(self, moves: Moves) -> int:
        """L1."""
        return moves.l1

    def price_of(self, event: NearEvent) -> Price:
        """What was asked for."""
        return Price((charge(epsilon=self.epsilon, delta=self.delta, neighbours=self.neighbours),))


@dataclass(frozen=True, slots=True)
class InParts:
    """Noise that each party draws a part of, instead of all together: cheaper, and it promises less.

    The promise holds against up to n - honest of the n parties, who put together what they see and may leave their
    parts out, if all others add theirs, follow the protocol and tell nobody. **That a part is left out cannot be
    detected.** `honest`, from 1 to n - 1: with 1, against all others, as `beaver` hides data; each party then draws all
    of the noise, and the sum has n times the variance. More honest parties need less noise; then the promise is void
    where fewer are honest, though the data may still be hidden. In `replicated3` two read all, parts included: 2 is as
    good as 1 there. Never the default.

    Secure against parties that follow the protocol, but for their parts. Cost: an input of the suite by every party, in
    `beaver` no message. Sources: Dwork, Kenthapadi, McSherry, Mironov, Naor, EUROCRYPT 2006, and those of each noise.
    Raises LocalError `wrong-privacy` for other noise, `wrong-amount`, `amount-out-of-range` for `honest`.
    """

    noise: Laplace | Gaussian | Skellam
    honest: int = field(default=1, kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.noise, Laplace | Gaussian | Skellam):
            raise LocalError(
                "wrong-privacy",
                f"noise in parts is of type {type(self.noise).__name__}",
                "mpc.InParts(mpc.Laplace(epsilon=...)), mpc.Gaussian(rho=...) or mpc.Skellam(epsilon=..., delta=...)",
            )
        object.__setattr__(self, "honest", count_of(self.honest, "how many parties are taken to be honest"))

    def among(self, parties: int) -> Summed:
        """This noise among so many parties. LocalError `too-few-honest` where all of them would have to be."""
        if not self.honest < parties:
            raise LocalError(
                "too-few-honest",
                f"{self.honest} of {parties} parties would have to be honest, and each takes off its own part",
                f"honest= from 1 to {parties - 1}" if parties > 1 else "a second party",
            )
        return Summed(self.noise, self.honest, parties)


@dataclass(frozen=True, slots=True)
class Summed:
    """Noise in parts of so many parties, of whom so many are taken to be honest: what a reveal adds."""

    noise: Laplace | Gaussian | Skellam
    honest: int
    parties: int

    @property
    def neighbours(self) -> Neighbours:
        """Those of the noise."""
        return self.noise.neighbours

    @property
    def sensitivity(self) -> AnyNumber | None:
        """That of the noise."""
        return self.noise.sensitivity

    def declared(self, steps: Fraction, slack: int, elements: int) -> Moves:
        """As of the noise."""
        return self.noise.declared(steps, slack, elements)

    def distance(self, moves: Moves) -> int:
        """As of the noise."""
        return self.noise.distance(moves)

    def sampler(self, moves: Moves, count: int) -> SummedNoise:
        """LocalError `noise-out-of-range`."""
        match self.noise:
            case Laplace():
                parts = _laplace(self.noise, moves, count, self.honest, self.parties)
            case Gaussian():
                parts = _gaussian(self.noise, moves, count, self.honest, self.parties)
            case Skellam():
                parts = _skellam(self.noise, moves, count, self.honest, self.parties)
        return SummedNoise(parts, self.honest, self.parties, count)

    def promise(self, sampler: Sampler, scale: int, price: Price | None = None, step: Any = None) -> Promise:
        """The price of the noise; the error of all parts."""
        assert isinstance(sampler, SummedNoise)
        event, error = NearEvent(sampler.parts.event, sampler.tau), sampler.parts.error
        paid = price or self.noise.price_of(event)
        return Promise(event, paid, error.mean / 2**scale, error.bound / 2**scale, step, sampler.rests_on)


def _laplace(noise: Laplace, moves: Moves, count: int, honest: int, parties: int) -> Parts:
    epsilon = positive(noise.epsilon, "epsilon")
    scale = in_range(moves.l1 / epsilon, "the scale of Laplace noise", LEAST_SCALE, MOST_SCALE)
    digits, tau = _reach(lambda size: count * missed(scale, honest, size), scale)
    each = discrete_laplace(scale) if honest == 1 else PartialLaplace(scale, honest, digits)
    error = summed_laplace_error(scale, Fraction(parties, honest))
    return Parts(each, scale, digits, tau, LaplaceEvent(1 / epsilon, noise.neighbours), error)


def _gaussian(noise: Gaussian, moves: Moves, count: int, honest: int, parties: int) -> Parts:
    """A part x of this sigma^2 has E exp(t x) <= exp(t^2 sigma^2 / 2), as Poisson summation shows."""
    rho = positive(noise.rho or 0, "rho")
    variance = part_variance(rho, honest, moves.l2_squared, count)
    each = discrete_gaussian(variance)
    digits, tau = _reach(lambda size: honest * count * 2 * exp_up(-Fraction(size**2) / (2 * variance)))
    error = gaussian_error(Fraction(float(parties * variance) ** 0.5))
    return Parts(each, variance, digits, tau, ZcdpEvent(rho, noise.neighbours), error)


def _skellam(noise: Skellam, moves: Moves, count: int, honest: int, parties: int) -> Parts:
    epsilon = exact_epsilon(noise.epsilon)
    delta = left_of_delta(epsilon, probability(noise.delta, "delta"))
    moved = Sensitivity(moves.l1, moves.l2_squared, noise.neighbours)
    variance = variance_for(epsilon, delta, moved) * moves.l2_squared
    return skellam_parts(variance, ApproximateEvent(epsilon, delta, noise.neighbours), count, honest, parties)


def skellam_parts(enough: Fraction, event: Event, count: int, honest: int, parties: int) -> Parts:
    """Of which so many honest ones have this variance together, which is enough for the event.

    Of a part of a variance E exp(t x) is exp(variance (cosh t - 1)).
    """
    variance = enough / honest
    each: SkellamNoise | LargeSkellam
    if variance <= MOST_OF_TABLE:
        each, left_out = skellam_noise(variance), Fraction(0)
    else:
        each = LargeSkellam(ceil(variance / 2))
        variance, left_out = each.variance, each.missed

    def beyond(size: int) -> Fraction:
        t = min(Fraction(1), size / (2 * _COSH_1 * variance))
        return honest * count * (2 * exp_up(_COSH_1 * variance * t**2 - t * size) + left_out)

    digits, tau = _reach(beyond)
    return Parts(each, variance, digits, tau, event, skellam_error(parties * variance))


def _reach(missed_by: Callable[[int], Fraction], above: Fraction = Fraction(0)) -> tuple[int, Fraction]:
    """The first power of two above this that little enough is beyond, and how much."""
    for digits in range(MOST_DIGITS):
        if 1 << digits > above and (tau := missed_by(1 << digits)) <= Fraction(1, 1 << SLACK):
            return digits, tau
    raise LocalError("noise-out-of-range", "parts of noise do not fit into 62 bits", "scale the values down")
