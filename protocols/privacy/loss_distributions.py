"""Accounting by the distribution of privacy losses: nearly exact, by `dp-accounting`, of the extra `privacy`.

Koskela, Jalko, Honkela 2020; Gopi, Lee, Wutschitz 2021; the discretisation that connects the dots, Doroshenko, Ghazi,
Kamath, Kumar, Manurangsi 2022. Every loss is moved up to a grid, and masses that are cut off count as infinite losses,
so that the result is an upper bound but for rounding in the transforms, which is added to delta.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from importlib import import_module
from math import isinf
from typing import Any

from mpc.errors import LocalError
from protocols.privacy.composition_kov15 import pair_of
from protocols.privacy.curves import too_small
from protocols.privacy.directed import float_down, float_up, sqrt_down
from protocols.privacy.events import ApproximateEvent, GaussianEvent, LaplaceEvent, PureEvent
from protocols.privacy.neighbours import Relation
from protocols.privacy.parts import Part, Parts

INTERVAL = 1e-4
"""Of the grid of losses. A smaller one costs time and gives a little less epsilon."""

ROUNDING = 2.0**-50
"""Of a delta, for each mechanism that is composed.

A transform is off by a few units of 2^-53 of its size, and its power of k by k times that; the error of a sum of masses
is at most that of all of them, whose sum is 1.
"""


MOST_RHO = 400
TOO_MUCH = "it loses so much that nothing is left to protect, and the grid of its losses would fill the memory"


class LossDistribution:
    """The curve of the composed distribution of losses."""

    def __init__(self, parts: Parts, interval: float = INTERVAL) -> None:
        library = _library()
        made = [_distribution(library, part, count, interval).self_compose(count) for part, count in parts.counts]
        self._loss = reduce(lambda first, second: first.compose(second), made) if made else None
        self._rounding = Fraction((parts.draws + 1000) * ROUNDING)

    def epsilon(self, delta: Fraction) -> Fraction:
        """The least that the grid allows. Raises LocalError `delta-too-small`, also for one near the rounding."""
        if self._loss is None:
            return Fraction(0)
        rest = float_down(delta - self._rounding)
        epsilon = self._loss.get_epsilon_for_delta(rest) if rest > 0 else float("inf")
        if isinf(epsilon):
            raise too_small(delta, self._rounding)
        return Fraction(epsilon * (1 + 2.0**-40))

    def delta(self, epsilon: Fraction) -> Fraction:
        """The least that the grid allows, and the rounding."""
        if self._loss is None:
            return Fraction(0)
        found = self._loss.get_delta_for_epsilon(float_down(epsilon))
        return min(Fraction(float(found) * (1 + 2.0**-40)) + self._rounding, Fraction(1))


def _distribution(library: Any, part: Part, count: int, interval: float) -> Any:
    """The pessimistic distribution of one part.

    Of what has an epsilon it is that of randomised response, from which every such mechanism can be computed (Kairouz,
    Oh, Viswanath 2015, theorem 2.5 and section 5.1 of its supplement): so it holds for Laplace noise on vectors too.
    Raises LocalError `not-accounted`.
    """
    match part.event:
        case GaussianEvent(discrete=False):
            if part.event.rho * (1 if part.is_sampled else count) > MOST_RHO:
                raise part.unknown_to("PLD", TOO_MUCH)
            return _gaussian(library, part, part.event, interval)
        case PureEvent() | LaplaceEvent() | ApproximateEvent():
            epsilon, delta = pair_of(part, "PLD")
            if epsilon**2 * count > 2 * MOST_RHO:
                raise part.unknown_to("PLD", TOO_MUCH)
            both = library.common.DifferentialPrivacyParameters(float_up(epsilon), float_up(delta))
            return library.distribution.from_privacy_parameters(both, value_discretization_interval=interval)
    raise part.unknown_to("PLD", "only its divergences are known, not the distribution of its losses")


def _gaussian(library: Any, part: Part, event: GaussianEvent, interval: float) -> Any:
    """Two normal distributions that are a sensitivity apart.

    Under substitution the sensitivity is the distance of two neighbours. Without a sample that is all; on a sample one
    neighbour's unit shifts the mean by half of it to the one side, the other's to the other side.
    """
    substituted = part.is_sampled and event.neighbours.relation is Relation.SUBSTITUTE
    relation = library.relation.REPLACE_ONE if substituted else library.relation.ADD_OR_REMOVE_ONE
    return library.distribution.from_gaussian_mechanism(
        standard_deviation=float_down(sqrt_down(event.variance) * (2 if substituted else 1)),
        sampling_prob=float_up(part.probability),
        value_discretization_interval=interval,
        neighboring_relation=relation,
    )


class _Library:
    """What is used of dp-accounting."""

    def __init__(self) -> None:
        self.distribution: Any = import_module("dp_accounting.pld.privacy_loss_distribution")
        self.common: Any = import_module("dp_accounting.pld.common")
        self.relation: Any = import_module("dp_accounting.privacy_accountant").NeighboringRelation


def _library() -> _Library:
    try:
        return _Library()
    except ImportError as error:
        raise LocalError(
            "privacy-not-installed",
            f"distributions of losses are computed by dp-accounting, which is not installed ({error.name} is missing)",
            "pip install 'parley-mpc[privacy]', or another accountant, as 'rdp'",
        ) from error
