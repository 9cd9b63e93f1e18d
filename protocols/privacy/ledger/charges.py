"""What a reveal costs, and what may be spent: exact amounts, of one kind of neighbours.

A charge is pure (epsilon), approximate (epsilon with delta) or concentrated (rho, with delta where it is so only up to
that chance). A budget bounds the sum of epsilons and deltas, or that of rho and deltas: both are filters, valid when
each charge is chosen after the results of those before (Rogers, Roth, Ullman, Vadhan 2016, section 3, for the sum of
epsilon and delta; Whitehouse, Ramdas, Rogers, Wu 2023, for the sum of rho).

The delta beside a rho is a distance. Of any two neighbours, what is seen is within a total variation of delta each of
two distributions that are rho-zCDP of one another: delta-approximate zCDP (Bun, Steinke 2016, definition 8.1) is that,
and so is a draw within delta of exact noise. Along a transcript the rhos add up for the near ones, and the distances
for the rest, so that all is (epsilon, d + (1 + e^epsilon) delta)-private where rho-zCDP is (epsilon, d)-private.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mpc.errors import LocalError
from protocols.privacy.amounts import GRID, AnyNumber, amount, printed, probability, rounded_up
from protocols.privacy.neighbours import Neighbours, add_or_remove, require_same

NOTHING = Fraction(0)

TOO_LARGE = 1 << 1024
"""What no float is, nor any amount here: entries hold amounts as texts, which must be read again."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Amounts of one kind of neighbours: `epsilon` or `rho`, one of the two, and `delta`. All are multiples of GRID."""

    neighbours: Neighbours
    epsilon: Fraction | None
    rho: Fraction | None
    delta: Fraction

    def __post_init__(self) -> None:
        if (self.epsilon is None) == (self.rho is None):
            raise LocalError(
                "wrong-amount",
                "a charge or budget has neither epsilon nor rho, or both",
                "give epsilon, with delta or without, or rho: each is a way of its own to measure",
            )

    @property
    def measure(self) -> str:
        """What it is measured in."""
        return "epsilon" if self.epsilon is not None else "rho"

    @property
    def main(self) -> Fraction:
        """Its epsilon, or its rho."""
        return self.epsilon if self.epsilon is not None else self.rho or NOTHING

    def plain(self) -> dict[str, Any]:
        """Texts and lists for an entry. Equal ones are equal."""
        return {self.measure: str(self.main), "delta": str(self.delta), "neighbours": self.neighbours.plain()}

    def __str__(self) -> str:
        delta = f" with delta {printed(self.delta)}" if self.delta else ""
        return f"{self.measure} {printed(self.main)}{delta}"


class Charge(Cost):
    """What one reveal costs."""

    __slots__ = ()

    @property
    def ways(self) -> tuple[Charge, ...]:
        """It is known in one measure: as of a `Price`."""
        return (self,)

    def booked(self, measure: str) -> Charge:
        """What a budget of this measure books: as of a `Price`."""
        return self

    def within(self, measure: str) -> Fraction:
        """Its amount in the measure of a budget.

        An epsilon is a rho of epsilon^2 / 2 (Bun, Steinke 2016, proposition 1.4), and delta stays beside it (section
        8). A rho is no epsilon but for a delta, that whoever sets a budget chooses: LocalError `budget-other-measure`.
        """
        if measure == self.measure:
            return self.main
        if measure == "rho":
            return rounded_up(self.main**2 / 2)
        raise LocalError(
            "budget-other-measure",
            f"this asks for {self}, and the budget is an epsilon",
            "set the budget as a rho with `parley budget set`, or ask for noise that is charged as an epsilon",
        )


@dataclass(frozen=True, slots=True)
class Price:
    """What one reveal costs in each measure that knows it, the one first that it was asked in: an epsilon, a rho, or
    both. Each holds by itself, and each party books the one that its budget is measured in."""

    ways: tuple[Charge, ...]

    def booked(self, measure: str) -> Charge:
        """What a budget of this measure books: the charge in that measure, or the other where there is no such."""
        return next((way for way in self.ways if way.measure == measure), self.ways[0])

    def plain(self) -> list[dict[str, Any]]:
        """Of all ways, as all parties must mean them."""
        return [way.plain() for way in self.ways]

    def __str__(self) -> str:
        return " or ".join(map(str, self.ways))


Asking = Charge | Price
"""What may be asked of a budget."""


class Budget(Cost):
    """What may be spent, of each measure at most so much."""

    __slots__ = ()


def charge(
    *,
    epsilon: AnyNumber | None = None,
    rho: AnyNumber | None = None,
    delta: AnyNumber = 0,
    neighbours: Neighbours | None = None,
) -> Charge:
    """A charge of these amounts, each rounded up to GRID. By default neighbours differ by a record more or less.

    Errors of `amount`: LocalError `wrong-amount`, `infinite-amount`, `negative-amount`; `amount-out-of-range` from
    TOO_LARGE on.
    """
    return Charge(*_amounts(epsilon, rho, delta, neighbours))


def budget(
    *,
    epsilon: AnyNumber | None = None,
    rho: AnyNumber | None = None,
    delta: AnyNumber = 0,
    neighbours: Neighbours | None = None,
) -> Budget:
    """A budget of these amounts, each rounded down to GRID; errors as of `charge`."""
    return Budget(*_amounts(epsilon, rho, delta, neighbours, rounded_down))


def charge_of_plain(plain: Mapping[str, Any]) -> Charge:
    """What `plain` wrote; LocalError, KeyError or TypeError for anything else."""
    return Charge(*_parsed(plain))


def budget_of_plain(plain: Mapping[str, Any]) -> Budget:
    """The same of a budget."""
    return Budget(*_parsed(plain))


def added(first: Charge, *others: Charge) -> Charge:
    """The charge of all of them together: of reveals at once, as of one after the other.

    Where one is a rho, all are. LocalError `other-neighbours`.
    """
    measure = "rho" if any(one.measure == "rho" for one in (first, *others)) else "epsilon"
    main, delta = first.within(measure), first.delta
    for one in others:
        require_same(first.neighbours, one.neighbours)
        main, delta = main + one.within(measure), delta + one.delta
    return Charge(first.neighbours, main if measure == "epsilon" else None, main if measure == "rho" else None, delta)


def together(prices: Sequence[Asking]) -> Price:
    """What all of them cost together, in each measure that all are known in; a rho, where one has no epsilon.

    LocalError `other-neighbours`.
    """
    known = dict.fromkeys(way.measure for price in prices for way in price.ways)
    each = {measure: [price.booked(measure) for price in prices] for measure in known}
    complete = [
        every for measure, every in each.items() if measure == "rho" or all(c.epsilon is not None for c in every)
    ]
    return Price(tuple(added(*every) for every in complete))


def _amounts(
    epsilon: AnyNumber | None,
    rho: AnyNumber | None,
    delta: AnyNumber,
    neighbours: Neighbours | None,
    rounded: Callable[[Fraction], Fraction] = rounded_up,
) -> tuple[Neighbours, Fraction | None, Fraction | None, Fraction]:
    return (
        neighbours or add_or_remove(),
        None if epsilon is None else rounded(_bounded(epsilon, "epsilon")),
        None if rho is None else rounded(_bounded(rho, "rho")),
        rounded(probability(delta, "delta", below_one=True)),
    )


def _bounded(value: AnyNumber, what: str) -> Fraction:
    exact = amount(value, what)
    if exact >= TOO_LARGE:
        raise LocalError("amount-out-of-range", f"{what} is {printed(exact)}", "give one below 2^1024")
    return exact


def rounded_down(value: Fraction) -> Fraction:
    """The largest multiple of GRID that is not above the value: of what is left, and of what may be spent."""
    return value // GRID * GRID


def _parsed(plain: Mapping[str, Any]) -> tuple[Neighbours, Fraction | None, Fraction | None, Fraction]:
    neighbours = Neighbours.of_plain(plain["neighbours"])
    return _amounts(plain.get("epsilon"), plain.get("rho"), plain["delta"], neighbours)
