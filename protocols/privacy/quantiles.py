"""Quantiles of bounded values, as one of some public candidates.

A candidate c is as good as the number of values that are below it is near to what it should be. With B values below c,
E equal to it and n in all, the q-quantile wants B <= q n <= B + E; the score is minus the distance of q n from there
(McSherry, Talwar, FOCS 2007; Smith, STOC 2011, algorithm 2). One record more moves B and B + E by 0 or 1 and q n by q,
so the score by at most max(q, 1 - q); one substituted moves them by at most 1 and leaves q n. In units of 1 / d, for
q = p / d, all of it is whole numbers.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.privacy.amounts import AnyNumber, probability
from protocols.privacy.grid import Whole, missing_values, unmasked
from protocols.privacy.mechanisms import Released
from protocols.privacy.neighbours import Neighbours, Relation
from protocols.privacy.selection_ms20 import permute_and_flip
from protocols.privacy.sensitivity import counted

_MOST_DENOMINATOR = 1 << 16


def quantile(
    values: npt.NDArray[Any],
    q: AnyNumber,
    candidates: npt.NDArray[Any],
    epsilon: AnyNumber,
    neighbours: Neighbours,
    users: npt.ArrayLike | None = None,
) -> Released:
    """The candidate at which about a part q of the values lies below, chosen by permute-and-flip: () like candidates.

    `candidates`: public, ascending and different; a grid of the range, say. Values beyond them count as what they are.
    `q`: from 0 to 1, a fraction of a denominator up to 2^16.

    Raises LocalError: `wrong-categories`, `missing-values` for NaN, `amount-out-of-range`; as `permute_and_flip`.
    """
    exact = probability(q, "the part of a quantile")
    if exact.denominator > _MOST_DENOMINATOR:
        raise LocalError("amount-out-of-range", "the part of a quantile has too fine a denominator", "q such as '1/3'")
    values, candidates = unmasked(values), unmasked(candidates)
    _require_numbers(values, candidates)
    scores = scores_of(values[counted(len(values), neighbours, users)], exact, candidates)
    chosen = permute_and_flip(scores, moved(exact, neighbours), epsilon, neighbours)
    return Released(np.asarray(candidates[chosen.place]), chosen.event, None)


def scores_of(values: npt.NDArray[Any], q: Fraction, candidates: npt.NDArray[Any]) -> Whole:
    """Minus the distance of q n from B to B + E, in units of 1 / q's denominator."""
    ordered, p, d = np.sort(values), q.numerator, q.denominator
    below = d * np.searchsorted(ordered, candidates, "left").astype(np.int64)
    upto = d * np.searchsorted(ordered, candidates, "right").astype(np.int64)
    wanted = p * len(ordered)
    return -np.maximum(np.maximum(below - wanted, wanted - upto), 0)


def moved(q: Fraction, neighbours: Neighbours) -> int:
    """How far one unit moves a score, in the same units."""
    p, d = q.numerator, q.denominator
    of_one = max(p, d - p) if neighbours.relation is Relation.ADD_OR_REMOVE else d
    return of_one * neighbours.unit.most_records


def _require_numbers(values: npt.NDArray[Any], candidates: npt.NDArray[Any]) -> None:
    if candidates.ndim != 1 or not candidates.size or not (np.diff(candidates) > 0).all():
        raise LocalError("wrong-categories", "candidates are not ascending", "different public numbers, in order")
    if values.ndim != 1 or values.dtype.kind not in "biuf":
        raise LocalError("wrong-dtype", f"values of type {values.dtype}, shape {values.shape}", "one number a record")
    if np.isnan(values).any():
        raise missing_values()
