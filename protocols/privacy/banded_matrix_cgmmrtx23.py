"""What a matrix mechanism with a banded strategy costs: noise that is correlated over the steps of a training.

Choquette-Choo, Ganesh, McKenna, McMahan, Rush, Thakurta, Xu 2023, "(Amplified) banded matrix factorization", section
3. Steps release C x + z for a lower triangular C with b bands, x the clipped sums of the steps and z Gaussian. A unit
takes part at most k times, at steps at least b apart: then the columns of C that it touches have no row in common, and
what it moves is, squared, the sum of their squared norms. Steps may depend on what earlier ones released (Denisov,
McMahan, Rush, Smith, Thakurta 2022, theorem 2.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.privacy.amounts import AnyNumber, count_of, positive
from protocols.privacy.events import GaussianEvent
from protocols.privacy.neighbours import Neighbours, Relation, add_or_remove


def banded_event(
    strategy: npt.ArrayLike,
    noise: AnyNumber,
    *,
    separation: int,
    participations: int,
    neighbours: Neighbours | None = None,
) -> GaussianEvent:
    """The event of all steps together, for noise of so many bounds of clipping on each of them.

    `strategy` is C, real, (steps, steps), of all steps that may run. A unit takes part at most `participations` times,
    at steps at least `separation` apart, which the caller holds to. For one unit in the place of another every step
    moves by up to twice the bound.

    Raises LocalError `wrong-schedule` for a strategy that is not square, lower triangular and finite, or has more bands
    than `separation`; errors of `count_of` and `positive`.
    """
    of = neighbours or add_or_remove()
    norms = _squared_norms(np.asarray(strategy, dtype=np.float64), count_of(separation, "the separation"))
    moved = largest_sum(norms, separation, count_of(participations, "the participations"))
    if not moved:
        raise _wrong("it is zero, and releases noise alone")
    times = 4 if of.relation is Relation.SUBSTITUTE else 1
    return GaussianEvent(positive(noise, "the noise") ** 2 / (times * moved), of)


def largest_sum(values: Sequence[Fraction], separation: int, most: int) -> Fraction:
    """The largest sum of at most `most` of the values, none negative, at places at least `separation` apart."""
    best = [Fraction(0)] * (len(values) + 1)
    for _ in range(min(most, -(-len(values) // separation))):
        last, best = best, [Fraction(0)] * (len(values) + 1)
        for place, value in enumerate(values):
            best[place + 1] = max(best[place], last[max(place + 1 - separation, 0)] + value)
    return best[-1]


def _squared_norms(strategy: npt.NDArray[np.float64], separation: int) -> list[Fraction]:
    """At least those of the columns: a sum of squares in floats is off by less than 2^-50 of it for each term."""
    if strategy.ndim != 2 or strategy.shape[0] != strategy.shape[1] or not np.isfinite(strategy).all():
        raise _wrong("it is not a square matrix of finite numbers")
    if np.triu(strategy, 1).any():
        raise _wrong("it is not lower triangular: a step would need noise of later ones")
    if np.tril(strategy, -separation).any():
        raise _wrong(f"it has more than {separation} bands, so that steps {separation} apart move one row both")
    sums = np.square(strategy).sum(axis=0)
    slack = 1 + len(strategy) * Fraction(1, 1 << 50)
    return [Fraction(float(each)) * slack for each in sums]


def _wrong(why: str) -> LocalError:
    return LocalError(
        "wrong-schedule",
        f"the strategy of a matrix mechanism does not fit its schedule: {why}",
        "a lower triangular matrix with at most as many bands as the steps after which a unit may come back",
    )
