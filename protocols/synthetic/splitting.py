"""What all of the synthetic data cost: one rho, split in three, and paid for beforehand.

McKenna, Miklau, Sheldon 2021 (MST): a third for the marginals of one attribute, a third for choosing the tree, a third
for the marginals along it; rhos add up (Bun, Steinke 2016, lemma 1.7), whatever the later steps make of the earlier. A
choice of epsilon is epsilon^2/2 of rho (proposition 1.4 there); the paper's exponential mechanism, which has bounded
range, would take epsilon^2/8. Of two attributes there is nothing to choose, and the marginals have a half each.

How far one unit of `records` rows moves what is measured: with a row more or less one cell of a marginal by one, so L2
is `records`, and so is the L1 of all cells. A row in the place of another moves two cells, so that the squared L2 and
the L1 are twice as large; and so does one that comes or goes where how many rows there are is public, as it was zero,
which may be a category.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from protocols.privacy.amounts import positive
from protocols.privacy.charging import charge_of, rho_of
from protocols.privacy.directed import exp_up
from protocols.privacy.events import ComposedEvent, NearEvent
from protocols.privacy.joint_choice import Choice
from protocols.privacy.joint_gaussian_cks20 import JointGaussian
from protocols.privacy.joint_noise import MOST_TAU, Gaussian, JointNoise, Moves
from protocols.privacy.ledger.charges import Price, charge
from protocols.privacy.neighbours import Neighbours, Relation
from protocols.privacy.schedules import Schedule

_STEP = 1 << 40


@dataclass(frozen=True, slots=True)
class Split:
    """The noise of each measurement of marginals, how each edge is chosen, and the schedule: marginals, choices,
    marginals."""

    measuring: Gaussian
    choice: Choice
    schedule: Schedule
    cells_moved: int
    """Of one marginal, by one row."""

    @property
    def neighbours(self) -> Neighbours:
        """Of all that is revealed."""
        return self.choice.neighbours

    @property
    def score_moved(self) -> int:
        """How far one unit moves the L1 distance of a marginal from any public table."""
        return self.cells_moved * self.neighbours.unit.most_records

    def moves(self, marginals: int) -> Moves:
        """How far one unit moves so many marginals together."""
        records, cells = self.neighbours.unit.most_records, marginals * self.cells_moved
        return Moves(cells * records, records, cells * records, cells * records**2)

    def noise(self, marginals: int, cells: int) -> JointGaussian:
        """For so many marginals together, of so many cells. LocalError `noise-out-of-range`."""
        return self.measuring.sampler(self.moves(marginals), cells)


def split(privacy: Gaussian, attributes: int, *, rows_are_public: bool = False) -> Split:
    """How the rho of `privacy` is split for so many attributes, from 2 on. `rows_are_public`: as of `Counts`.

    Given an epsilon and a delta, rho is the largest that keeps them, with what all samplers are off by. Errors as of
    `mpc.Gaussian`.
    """
    choices = attributes - 1 if attributes > 2 else 0
    delta, total = positive(privacy.delta or 0, "delta"), _total(privacy, choices + 2)
    rho = total / (3 if choices else 2)
    measuring = Gaussian(rho=rho, delta=delta, neighbours=privacy.neighbours)
    choice = Choice(_root_below(2 * rho / max(choices, 1)), privacy.neighbours)
    noises: list[JointNoise] = [measuring, *[choice] * choices, measuring]
    exact = [measuring.event, *[choice.event] * choices, measuring.event]
    event = ComposedEvent(tuple(NearEvent(each, MOST_TAU) for each in exact))
    if privacy.epsilon is None:
        price = Price((rho_of(event), charge_of(event, delta=delta)))
    else:
        asked = charge(epsilon=privacy.epsilon, delta=delta, neighbours=privacy.neighbours)
        price = Price((asked, rho_of(event)))
    comes_or_goes = privacy.neighbours.relation is Relation.ADD_OR_REMOVE and not rows_are_public
    return Split(measuring, choice, Schedule(noises, event, price), 1 if comes_or_goes else 2)


def _total(privacy: Gaussian, samplers: int) -> Fraction:
    """All that there is to be split. `mpc.Gaussian` leaves of delta what one sampler is off by; the others are taken
    off before."""
    if privacy.epsilon is None:
        return positive(privacy.rho or 0, "rho")
    each = (1 + exp_up(positive(privacy.epsilon, "epsilon"))) * MOST_TAU
    rest = positive(privacy.delta or 0, "delta") - (samplers - 1) * each
    return positive(Gaussian(epsilon=privacy.epsilon, delta=max(rest, Fraction(0))).rho or 0, "rho")


def _root_below(x: Fraction) -> Fraction:
    return Fraction(isqrt(x.numerator * _STEP**2 // x.denominator), _STEP)
