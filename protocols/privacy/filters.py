"""Filters and odometers: amounts that may be chosen on the way.

Composition theorems take epsilons that were fixed beforehand. Where the next question, and how much noise it gets, may
depend on the answers, a filter holds the budget: it admits an event or refuses it, and whatever sequence it admits, all
of it together is within the budget. An odometer bounds at any time what was spent up to then.

All of it is adaptive fully: events, their number and when to stop.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction

from mpc.errors import LocalError
from protocols.privacy.amounts import AnyNumber, amount, positive, printed, probability
from protocols.privacy.composition_kov15 import pair_of
from protocols.privacy.concentrated_bs16 import rho_of
from protocols.privacy.directed import exp_up, log_down, sqrt_up
from protocols.privacy.events import Event
from protocols.privacy.neighbours import Neighbours, add_or_remove, require_same
from protocols.privacy.parts import Part, Parts, taken_apart
from protocols.privacy.renyi_mironov17 import Renyi

Amounts = tuple[Fraction, Fraction]


class Filter(ABC):
    """A budget of an amount and a delta. Each event that is admitted is spent, whether it runs or not."""

    unit: str

    def __init__(self, budget: AnyNumber, delta: AnyNumber = 0, neighbours: Neighbours | None = None) -> None:
        self.budget = amount(budget, f"the budget of {self.unit}")
        self.delta = probability(delta, "the budget of delta", below_one=True)
        self.neighbours = neighbours or add_or_remove()
        self.spent: Amounts = (Fraction(0), Fraction(0))

    @property
    def left(self) -> Amounts:
        """What may still be spent."""
        return self.budget - self.spent[0], self.delta - self.spent[1]

    def admit(self, event: Event) -> None:
        """Spends what the event costs, or nothing.

        Raises LocalError: `filter-refused` if less is left; `other-neighbours`; `not-accounted`.
        """
        require_same(self.neighbours, event.neighbours)
        asked = self._cost(taken_apart(event))
        left = self.left
        if asked[0] > left[0] or asked[1] > left[1]:
            raise LocalError(
                "filter-refused",
                f"{self.unit} {printed(self.budget)}: spent {printed(self.spent[0])}, this asks for "
                f"{printed(asked[0])}, "
                f"{printed(left[0], down=True)} is left; of delta it asks for {printed(asked[1])}, "
                f"{printed(left[1], down=True)} is left",
                "ask for less, with more noise, or stop here: what was answered cannot be taken back",
            )
        self.spent = (self.spent[0] + asked[0], self.spent[1] + asked[1])

    @abstractmethod
    def _cost(self, parts: Parts) -> Amounts:
        """The amount and the delta of the parts."""


class EpsilonFilter(Filter):
    """Epsilons and deltas add up to no more than the budget: Rogers, Roth, Ullman, Vadhan 2016.

    What was admitted is (budget, delta)-differentially private. Draws near their events are charged for the whole
    budget, (1 + e^budget) tau, since the distance is beside all that was admitted.
    """

    unit = "epsilon"

    def _cost(self, parts: Parts) -> Amounts:
        return _sum(
            parts, lambda part: pair_of(part, "a filter of epsilon"), near=parts.tau * (1 + exp_up(self.budget))
        )


class RhoFilter(Filter):
    """Rhos, and deltas beside them, add up to no more than the budget: Whitehouse, Ramdas, Rogers, Wu 2023.

    What was admitted is delta-approximately budget-zCDP, of which `Concentrated` gives each epsilon; no more than if
    all had been fixed beforehand. Draws near their events are refused: their distance has no rho.
    """

    unit = "rho"

    def _cost(self, parts: Parts) -> Amounts:
        _require_exact(parts)
        return _sum(parts, rho_of)


class RenyiFilter(Filter):
    """Divergences of one order, chosen beforehand, add up to no more than the budget: Feldman, Zrnic 2021.

    For steps on samples, which have no rho. One order only: which of several would hold could depend on the answers.
    """

    unit = "divergence"

    def __init__(self, order: AnyNumber, budget: AnyNumber, neighbours: Neighbours | None = None) -> None:
        super().__init__(budget, 0, neighbours)
        self.order = positive(order, "the order")
        if self.order <= 1:
            raise LocalError("amount-out-of-range", f"an order is {printed(self.order)}", "an order above 1")

    def _cost(self, parts: Parts) -> Amounts:
        _require_exact(parts)
        curve = Renyi(parts, (self.order,))
        if curve.beside:
            raise _inexact("an event with a delta")
        return curve.divergence(self.order), Fraction(0)


class Odometer:
    """At any time an epsilon that holds, with this delta, of all that was run up to then.

    The rho that was spent is rounded up to a power of two times `first`; for each power there is a filter with a share
    of delta, 1 / ((j + 1) (j + 2)) of it for the j-th, which add up to all of it. A filter of rho bounds the loss at
    all times at once by rho + 2 sqrt(rho ln(1/delta)) but for its delta (Whitehouse et al. 2023; Bun, Steinke 2016,
    proposition 1.3); the tighter conversion speaks of one time, and is not used.
    """

    def __init__(self, delta: AnyNumber, first: AnyNumber = "0.01", neighbours: Neighbours | None = None) -> None:
        self.delta = positive(probability(delta, "delta", below_one=True), "delta")
        self.first = positive(first, "the first rho")
        self.neighbours = neighbours or add_or_remove()
        self.rho = Fraction(0)

    def add(self, event: Event) -> None:
        """Counts an event that ran. Raises LocalError: `other-neighbours`; `not-accounted` for those without a rho, and
        for those with a delta, which an odometer would have to know the sum of beforehand."""
        require_same(self.neighbours, event.neighbours)
        parts = taken_apart(event)
        _require_exact(parts)
        rho, delta = _sum(parts, rho_of)
        if delta:
            raise _inexact("an event with a delta")
        self.rho += rho

    @property
    def epsilon(self) -> Fraction:
        """What holds now."""
        if not self.rho:
            return Fraction(0)
        j, rho = 0, self.first
        while rho < self.rho:
            j, rho = j + 1, 2 * rho
        return rho + 2 * sqrt_up(rho * -log_down(self.delta / ((j + 1) * (j + 2))))


def _sum(parts: Parts, amounts: Callable[[Part], Amounts], near: Fraction = Fraction(0)) -> Amounts:
    each = [(amounts(part), count) for part, count in parts.counts]
    return sum((a * n for (a, _), n in each), Fraction(0)), sum((d * n for (_, d), n in each), near)


def _require_exact(parts: Parts) -> None:
    if parts.tau:
        raise _inexact("a draw that is only near its event")


def _inexact(what: str) -> LocalError:
    return LocalError(
        "not-accounted", f"{what} cannot be charged here", "a filter of epsilon takes what has an epsilon and a delta"
    )
