"""What something cost: an epsilon for a delta, or a delta for an epsilon, by the accountant that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from mpc.errors import LocalError
from protocols.privacy.amounts import AnyNumber, amount, printed, probability, rounded_up
from protocols.privacy.composition_kov15 import Advanced, basic
from protocols.privacy.concentrated_bs16 import Concentrated
from protocols.privacy.curves import Curve, Least, too_small
from protocols.privacy.directed import exp_up
from protocols.privacy.events import Event
from protocols.privacy.loss_distributions import LossDistribution
from protocols.privacy.neighbours import Neighbours
from protocols.privacy.parts import Parts, taken_apart
from protocols.privacy.renyi_mironov17 import Renyi

ACCOUNTANTS: dict[str, Callable[[Parts], Curve]] = {
    "basic": basic,
    "advanced": Advanced,
    "zcdp": Concentrated.of,
    "rdp": Renyi,
    "pld": LossDistribution,
}
"""By their names."""

GUESSES = 64
WITHOUT_LIBRARIES = ("basic", "advanced", "zcdp", "rdp")


@dataclass(frozen=True, slots=True)
class Cost:
    """(epsilon, delta)-differential privacy for these neighbours: an upper bound, exact on the grid of amounts."""

    epsilon: Fraction
    delta: Fraction
    by: str
    neighbours: Neighbours

    def __str__(self) -> str:
        return f"epsilon {printed(self.epsilon)} with delta {printed(self.delta)} by {self.by}, {self.neighbours}"


def cost(event: Event, *, delta: AnyNumber | None = None, epsilon: AnyNumber | None = None, by: str = "least") -> Cost:
    """What an event costs: the epsilon that holds with this delta, or the delta that holds with this epsilon.

    `by` is one of ACCOUNTANTS, or "least": the best of those that need no library and know the event. All of them are
    upper bounds, so that the least is one too; nothing of the data decides which it is. Both amounts are rounded up.

    Against whoever sees what came out and knows all data but one unit, whatever else they know and however they chose
    what was asked, as long as the events are fixed beforehand; else `filters`. Local: nothing is sent.

    Raises LocalError: `not-accounted` where the accountant does not know the event; `delta-too-small`; `wrong-amount`
    where not one of the two amounts is given; `privacy-not-installed`; errors of `amount`.
    """
    if (delta is None) == (epsilon is None):
        raise LocalError("wrong-amount", "a cost is asked for neither delta nor epsilon, or both", "give one of them")
    curve, parts = curve_of(event, by)
    if delta is not None:
        allowed = probability(delta, "delta", below_one=True)
        return Cost(rounded_up(_epsilon(curve, parts.tau, allowed)), allowed, by, parts.neighbours)
    asked = amount(epsilon or 0, "epsilon")
    found = curve.delta(asked) + (parts.tau and (1 + exp_up(asked)) * parts.tau)
    return Cost(asked, min(rounded_up(found), Fraction(1)), by, parts.neighbours)


def curve_of(event: Event, by: str = "least") -> tuple[Curve, Parts]:
    """The curve of an event's parts, without what is added for draws that are only near it, and the parts."""
    parts = taken_apart(event)
    if by == "least":
        return _least(parts), parts
    if by not in ACCOUNTANTS:
        raise LocalError("not-accounted", f"there is no accountant {by!r}", f"one of {', '.join(ACCOUNTANTS)}, least")
    return ACCOUNTANTS[by](parts), parts


def _least(parts: Parts) -> Curve:
    curves, refusal = [], None
    for by in WITHOUT_LIBRARIES:
        try:
            curves.append(ACCOUNTANTS[by](parts))
        except LocalError as error:
            refusal = error
    if not curves and refusal:
        raise refusal
    return Least(curves)


def _epsilon(curve: Curve, tau: Fraction, delta: Fraction) -> Fraction:
    """An epsilon whose delta, with (1 + e^epsilon) tau beside it, is at most `delta`.

    A guess is good if the curve needs no more than it for what it leaves of delta; else the next is a little above what
    the curve needed. Guesses grow, and with them what is taken from delta, until one is good or nothing is left.
    """
    guess = curve.epsilon(delta)
    if not tau:
        return guess
    for _ in range(GUESSES):
        beside = (1 + exp_up(guess)) * tau
        if beside > delta:
            raise too_small(delta, beside)
        needed = curve.epsilon(delta - beside)
        if needed <= guess:
            return guess
        guess = needed * (1 + Fraction(1, 1 << 20))
    raise too_small(delta, None)
