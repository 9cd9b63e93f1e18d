"""Choosing a budget: what noise does to each figure that a program will reveal, and what a wanted error of it takes.

For planning, before anything runs: all of it follows from public numbers. The amount that a wanted error takes is found
by the very error of discrete noise that a plan states, since the formulas of noise on the line are off where noise is
about as wide as the grid; and its charge is made as that of a run, so that both are what a run would say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import exp, inf, log, sqrt
from typing import Any

from mpc.errors import LocalError
from protocols.privacy.amounts import AnyNumber, positive, printed
from protocols.privacy.concentrated_bs16 import Concentrated
from protocols.privacy.errors_of_noise import NoiseError, gaussian_error, laplace_error, summed_laplace_error
from protocols.privacy.joint_noise import MOST_EPSILON, MOST_TAU, Figure, Gaussian, Laplace, Promise
from protocols.privacy.ledger.charges import Price, together
from protocols.privacy.partial_gaussian_kls21 import part_variance
from protocols.privacy.prepaid import Step
from protocols.privacy.summed_noise import Skellam, Summed

SPAN = 32
"""A curve reaches from a 32nd of what is asked to 32 times as much."""

_HALVINGS = 22
_FEW_HALVINGS = 12
"""Where each takes long: within a hundredth of what is needed."""

_SLACK = Fraction(1, 1 << 17)
_DIGITS = 900
_LEAST_EXPONENT = -9
"""Amounts of three digits, from 1e-7 on, are numbered: 900 to each power of ten."""


@dataclass(frozen=True, slots=True)
class Needed:
    """The least amount, of three digits, whose noise is within a wanted error with a chance of 95%; in the measure in
    which the program asks. `charge` is what a ledger books for one release at it."""

    amount: Fraction
    error: NoiseError
    charge: Price


@dataclass(frozen=True, slots=True)
class PlannedFigure:
    """A value that a program reveals with noise: where, how often, and what is promised of each release.

    Errors are of noise alone, in the value's own unit, and of each element; relative ones are shares of the width of
    the range that the value is proven to lie in.
    """

    line: str
    releases: int
    figure: Figure
    promise: Promise

    @property
    def noise(self) -> str:
        """`Laplace`, `Gaussian` or `Skellam`, and whether it is drawn in parts."""
        return f"{type(self._base).__name__}{' in parts' if isinstance(self.figure.noise, Summed) else ''}"

    @property
    def measure(self) -> str:
        """`epsilon` or `rho`: what the program asks noise by."""
        return "rho" if self._base.epsilon is None else "epsilon"

    @property
    def asked(self) -> Fraction:
        """So much of it."""
        return positive(getattr(self._base, self.measure), self.measure)

    @property
    def paid_before(self) -> bool:
        """Whether its charge is that of a whole schedule, whose amounts stand in it."""
        return self.promise.step is not None

    @property
    def width(self) -> float:
        """How far apart the ends of its range are, in its own unit."""
        return self._unit(self.figure.hi - self.figure.lo)

    @property
    def sensitivity(self) -> float:
        """How far one unit moves it: L2 for Gaussian noise, else L1, in its own unit."""
        moves = self.figure.moves
        return self._unit(sqrt(moves.l2_squared) if isinstance(self._base, Gaussian) else moves.l1)

    def relative(self, error: float) -> float:
        """An error as a share of the width of the range; infinite for a range of one value."""
        return error / self.width if self.width else inf

    def needed(self, wanted: AnyNumber) -> Needed | None:
        """What noise within `wanted` takes, above 0 in the value's own unit; None where no amount that is a promise
        suffices, as for less than a step of the grid. None is below 1e-7; of Skellam noise it may be a hundredth more
        than is needed. Raises LocalError as `amounts.positive`.
        """
        bound = float(positive(wanted, "the wanted error"))
        low, high = log(_numbered(0)), log(self._most)
        if self._error(Fraction(exp(high))).bound > bound:
            return None
        for _ in range(_FEW_HALVINGS if isinstance(self._base, Skellam) else _HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if self._error(Fraction(exp(middle))).bound <= bound else (middle, high)
        return self._at(Fraction(exp(high)), bound)

    def curve(self) -> list[tuple[float, NoiseError]]:
        """Amounts around what is asked, in the measure in which it is asked, and the errors there; none of Skellam
        noise, each of whose variances takes a second to find."""
        if isinstance(self._base, Skellam):
            return []
        each_side = 5 if isinstance(self.figure.noise, Summed) else 20  # errors of sums take a transform each
        steps = [Fraction(SPAN ** (i / each_side)) for i in range(-each_side, each_side + 1)]
        strengths = [self._strength * step for step in steps]
        found = [(self._amount(strength), self._error(strength)) for strength in strengths]
        return [(amount, error) for amount, error in found if amount <= MOST_EPSILON and error.bound < inf]

    @property
    def _base(self) -> Any:
        """What is asked for, in parts or not."""
        noise = self.figure.noise
        return noise.noise if isinstance(noise, Summed) else noise

    @property
    def _strength(self) -> Fraction:
        """What the scale of the noise follows from: a rho for Gaussian noise, else an epsilon."""
        return positive(getattr(self._base, self._scaled_by), "the noise")

    @property
    def _most(self) -> float:
        """No larger strength is a promise, since what is drawn is only near what it should be."""
        if isinstance(self._base, Skellam):
            return min(MOST_EPSILON, 0.99 * log(positive(self._base.delta, "delta") / MOST_TAU))
        return MOST_EPSILON

    @property
    def _scaled_by(self) -> str:
        return "rho" if isinstance(self._base, Gaussian) else "epsilon"

    def _error(self, strength: Fraction) -> NoiseError:
        """Of noise of this strength."""
        moves = self.figure.moves
        match self.figure.noise:
            case Laplace():
                found = laplace_error(moves.l1 / strength)
            case Gaussian():
                found = gaussian_error(sqrt(moves.l2_squared / (2 * strength)))
            case Summed(noise=Laplace(), honest=honest, parties=parties):
                found = summed_laplace_error(moves.l1 / strength, Fraction(parties, honest))
            case Summed(noise=Gaussian(), honest=honest, parties=parties):
                variance = part_variance(strength, honest, moves.l2_squared, self.figure.size)
                found = gaussian_error(sqrt(parties * variance))
            case _:
                return self._with(self._scaled_by, strength)._drawn()
        return NoiseError(self._unit(found.mean), self._unit(found.bound))

    def _drawn(self) -> NoiseError:
        """By what draws it; infinite for noise that is not drawn at all."""
        try:
            promise = self._promised()
        except LocalError:
            return NoiseError(inf, inf)
        return NoiseError(promise.mean_error, promise.error)

    def _amount(self, strength: Fraction) -> float:
        """In the measure in which it is asked."""
        by_epsilon = isinstance(self._base, Gaussian) and self.measure == "epsilon"
        return float(Concentrated(strength).epsilon(self._base.given_delta) if by_epsilon else strength)

    def _at(self, strength: Fraction, bound: float) -> Needed | None:
        """What is asked instead: the first amount of three digits that suffices. An epsilon makes a rho that is below
        this strength by what the sampler is off by, so that the next may be needed."""
        number = _number_of(Fraction(self._amount(strength)))
        try:
            promise = self._with(self.measure, _numbered(number))._promised()
            if promise.error > bound:
                number += 1
                promise = self._with(self.measure, _numbered(number))._promised()
        except LocalError:
            return None
        return Needed(_numbered(number), NoiseError(promise.mean_error, promise.error), promise.charge)

    def _with(self, measure: str, amount: Fraction) -> PlannedFigure:
        """The same with noise of another amount. Errors of what is asked for."""
        cleared = {"rho": None, "epsilon": None} if isinstance(self._base, Gaussian) else {}
        noise = replace(self._base, **(cleared | {measure: amount}))
        if isinstance(self.figure.noise, Summed):
            noise = replace(self.figure.noise, noise=noise)
        return replace(self, figure=replace(self.figure, noise=noise))

    def _promised(self) -> Promise:
        """Errors of `JointNoise.sampler`, and of its price."""
        noise = self.figure.noise
        return noise.promise(noise.sampler(self.figure.moves, self.figure.size), self.figure.scale).of(self.figure)

    def _unit(self, steps: float) -> float:
        return float(steps / 2**self.figure.scale) / self.figure.over

    def __str__(self) -> str:
        name = f"{self.line}  {self.figure.text}".strip()
        error = f"off by {self.promise.mean_error:.3g} on average, within {self.promise.error:.3g} in 19 of 20 cases"
        share = self.relative(self.promise.error)
        return f"{name}: {self.measure} {printed(self.asked)}, {error}, {share:.2%} of its range"


def figures_of(promises: Iterable[tuple[str, Any]]) -> list[PlannedFigure]:
    """The figures of a plan: what is promised by line, in the order of the program. What one line reveals alike, as in
    a loop, is one figure of several releases; promises that are not of joint noise are left out."""
    found: dict[tuple[str, Figure], list[Promise]] = {}
    for line, promise in promises:
        if isinstance(promise, Promise) and promise.figure is not None:
            figure, step = promise.figure, promise.step
            figure = replace(figure, noise=step.noise) if isinstance(step, Step) else figure
            found.setdefault((line, figure), []).append(promise)
    return [PlannedFigure(line, len(several), figure, several[0]) for (line, figure), several in found.items()]


def total_of(prices: Iterable[Price]) -> Price | None:
    """What all of them cost together, as a ledger adds them up; None for none, and for those of different neighbours,
    which no budget takes together."""
    try:
        return together(several) if (several := list(prices)) else None
    except LocalError:
        return None


def prices_of(promises: Iterable[tuple[str, Any]]) -> list[Price]:
    """The price of each release; what was paid beforehand for many counts once."""
    once: dict[int, Price] = {}
    for number, (_, promise) in enumerate(promises):
        if isinstance(promise, Promise):
            step = promise.step
            once[id(step.paid) if isinstance(step, Step) else -number] = promise.charge
    return list(once.values())


def prices_beside(promises: Iterable[tuple[str, Any]]) -> list[Price]:
    """The prices of what is no figure: statistics, whose results say themselves how far off they may be."""
    return prices_of((line, one) for line, one in promises if isinstance(one, Promise) and one.figure is None)


def _numbered(number: int) -> Fraction:
    exponent, digits = divmod(number, _DIGITS)
    return (100 + digits) * Fraction(10) ** (exponent + _LEAST_EXPONENT)


def _number_of(amount: Fraction) -> int:
    """The number of the least amount of three digits that is not below this one, within one of 2^17 of it."""
    number = 0
    while _numbered(number + _DIGITS) <= amount:
        number += _DIGITS
    unit = Fraction(10) ** (number // _DIGITS + _LEAST_EXPONENT)
    return max(0, number + -int(-(amount * (1 - _SLACK)) // unit) - 100)
