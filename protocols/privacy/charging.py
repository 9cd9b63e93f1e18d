"""From what a mechanism emitted to what a ledger books."""

from __future__ import annotations

from fractions import Fraction

from mpc.errors import LocalError
from protocols.privacy.accounts import cost
from protocols.privacy.amounts import AnyNumber
from protocols.privacy.composition_kov15 import pair_of, sum_of
from protocols.privacy.concentrated_bs16 import Concentrated
from protocols.privacy.directed import exp_up
from protocols.privacy.events import Event
from protocols.privacy.ledger.charges import Charge, charge
from protocols.privacy.parts import Parts, taken_apart


def charge_of(event: Event, *, delta: AnyNumber | None = None) -> Charge:
    """What a ledger books for an event: an epsilon with its delta where it has them, else a rho; rounded up.

    With `delta` it is the epsilon that holds with this delta, by the best accountant: what samples need, and draws that
    are only near Gaussian noise, whose distance no rho takes. Raises LocalError as `cost`; `not-accounted` for these
    without a delta.
    """
    if delta is not None:
        spent = cost(event, delta=delta)
        return charge(epsilon=spent.epsilon, delta=spent.delta, neighbours=spent.neighbours)
    parts = taken_apart(event)
    try:
        epsilon, beside = _pair(parts)
    except LocalError as error:
        if error.code != "not-accounted":
            raise
        return _rho(parts)
    return charge(epsilon=epsilon, delta=beside, neighbours=parts.neighbours)


def rho_of(event: Event) -> Charge:
    """The rho that a ledger books for an event, rounded up; beside it the deltas, and the distance of draws that are
    only near their events. Raises LocalError `not-accounted` for samples, which have none."""
    parts = taken_apart(event)
    curve = Concentrated.of(parts)
    return charge(rho=curve.rho, delta=curve.beside + parts.tau, neighbours=parts.neighbours)


def _pair(parts: Parts) -> tuple[Fraction, Fraction]:
    pairs = [(pair_of(part, "a charge of epsilon"), count) for part, count in parts.counts]
    epsilon = sum_of((e, count) for (e, _), count in pairs)
    near = parts.tau and (1 + exp_up(epsilon)) * parts.tau
    return epsilon, near + sum_of((d, count) for (_, d), count in pairs)


def _rho(parts: Parts) -> Charge:
    if parts.tau:
        raise LocalError(
            "not-accounted",
            "a draw that is only near Gaussian noise has no rho",
            "say the delta at which its epsilon is charged",
        )
    curve = Concentrated.of(parts)
    return charge(rho=curve.rho, delta=curve.beside, neighbours=parts.neighbours)
