"""Means and variances: of noisy sums and a noisy count, never divided by a private number.

A sum divided by the true number of records tells that number, where it is private: with one record more, all that
changes is not only the sum. So where records are added or removed, and where users are substituted, the count is
released with noise of its own. Sums are taken around the middle of the bounds, which halves their sensitivity.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.privacy.aggregates import Aggregate, count, sum_of
from protocols.privacy.amounts import AnyNumber
from protocols.privacy.events import ComposedEvent, Event
from protocols.privacy.grid import Grid
from protocols.privacy.mechanisms import Mechanism, Released, release
from protocols.privacy.neighbours import Kind, Neighbours, Relation

_MOST_SQUARED = 1 << 26


def mean(
    values: npt.NDArray[Any],
    on: Grid,
    mechanism: Mechanism,
    neighbours: Neighbours,
    *,
    users: npt.ArrayLike | None = None,
    missing: AnyNumber | None = None,
) -> Released:
    """The mean of clipped values, within the bounds, whatever the noise: () of float.

    Where records are substituted, their number is public and all of the mechanism goes to the sum; else a half of it to
    the sum and a half to the count. Of no records it is noise alone. Errors as of `clipped_sum` and `release`.
    """
    centred, span = 2 * on.place(values, missing) - (on.low + on.high), on.high - on.low
    total = sum_of(centred, (-span, span), Fraction(1), neighbours, users)
    (noisy,), number, event = _beside_count([total], len(centred), mechanism, neighbours, users)
    found = (on.low + on.high + noisy / number) / 2
    return Released(np.asarray(np.clip(found, on.low, on.high) * float(on.step)), event, None)


def variance(
    values: npt.NDArray[Any],
    on: Grid,
    mechanism: Mechanism,
    neighbours: Neighbours,
    *,
    users: npt.ArrayLike | None = None,
    missing: AnyNumber | None = None,
) -> Released:
    """The mean squared distance of clipped values from their mean, from 0 to a quarter of the squared span: ().

    The mechanism is divided evenly among the sum, the sum of squares, and the count where that is private. A span of
    more than 2^26 steps raises LocalError `wrong-grid`; others as of `mean`.
    """
    span = on.high - on.low
    if span > _MOST_SQUARED:
        raise LocalError("wrong-grid", "the bounds are more than 2^26 steps apart", "a coarser grid for a variance")
    centred = 2 * on.place(values, missing) - (on.low + on.high)
    total = sum_of(centred, (-span, span), Fraction(1), neighbours, users)
    squares = sum_of(centred**2, (0, span**2), Fraction(1), neighbours, users)
    (first, second), number, event = _beside_count([total, squares], len(centred), mechanism, neighbours, users)
    found = np.clip(second / number - (first / number) ** 2, 0, float(span) ** 2) / 4
    return Released(np.asarray(found * float(on.step) ** 2), event, None)


def _beside_count(
    figures: Sequence[Aggregate],
    records: int,
    mechanism: Mechanism,
    neighbours: Neighbours,
    users: npt.ArrayLike | None,
) -> tuple[list[float], float, Event]:
    """The noisy figures, the number of records, public or noisy but at least 1, and what all of it costs."""
    public = neighbours.relation is Relation.SUBSTITUTE and neighbours.unit.kind is Kind.RECORD
    asked = [*figures] if public else [*figures, count(np.ones(records, np.bool_), neighbours, users)]
    each = mechanism.part(Fraction(1, len(asked)))
    released = [release(figure, each) for figure in asked]
    values = [float(one.values) for one in released]
    number = records if public else values.pop()
    return values, max(float(number), 1.0), ComposedEvent(tuple(one.event for one in released))
