"""Sensitivities are what neighbours really differ by: over all small data sets, never less, and reached."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from mpc.errors import LocalError
from protocols.privacy.aggregates import Aggregate, clipped_sum, count, histogram, sums_by
from protocols.privacy.grid import grid
from protocols.privacy.neighbours import Kind, Neighbours, Relation, add_or_remove, group, substitute, user
from protocols.privacy.quantiles import moved, scores_of
from protocols.privacy.sensitivity import counted

Record = tuple[int, int]
"""Its value and its key, or its user."""

SPAN, PARTS = grid(-1, 2), [False, True]
VALUES = np.array([-5, -1, 0, 2, 3])
QUERIES: dict[str, Callable[[np.ndarray, np.ndarray, Neighbours], Aggregate]] = {
    "count": lambda values, keys, near: count(values > 0, near, keys),
    "sum": lambda values, keys, near: clipped_sum(values, SPAN, near, users=keys),
    "positive sum": lambda values, keys, near: clipped_sum(values, grid(1, 2), near, users=keys),
    "histogram": lambda values, keys, near: histogram(values, [0, 2, 3], near, keys),
    "sums by": lambda values, keys, near: sums_by(
        values, np.isin(values, [0, 3]), [False, True], SPAN, near, users=keys
    ),
}
RECORDS = [add_or_remove(), substitute(), add_or_remove(group(2)), substitute(group(2))]
USERS = [add_or_remove(user(2)), substitute(user(2))]


def units(near: Neighbours) -> list[tuple[Record, ...]]:
    """All that one unit may have: of a user up to three records, more than are counted."""
    sizes = range(4) if near.unit.kind is Kind.USER else [near.unit.most_records]
    return [tuple((int(v), 0) for v in some) for n in sizes for some in product(VALUES, repeat=n)]


def differences(query: str, near: Neighbours) -> np.ndarray:
    """Of the figures of all neighbours that have the records of another user, and one unit: (pairs, figures)."""

    def of(data: tuple[Record, ...]) -> np.ndarray:
        values, keys = np.array([(2, 1), (-1, 1), *data], np.int64).T
        return np.atleast_1d(QUERIES[query](values, keys, near).steps)

    with_unit = np.array([of(unit) for unit in units(near)])
    others = with_unit if near.relation is Relation.SUBSTITUTE else of(())[None]
    return (with_unit[:, None] - others[None]).reshape(-1, with_unit.shape[1])


@pytest.mark.parametrize("near", RECORDS + USERS, ids=str)
@pytest.mark.parametrize("query", QUERIES)
def test_no_neighbours_differ_by_more_and_some_by_as_much(query: str, near: Neighbours) -> None:
    moves = differences(query, near)
    values, keys = np.zeros(1, np.int64), np.zeros(1, np.int64)
    sensitivity = QUERIES[query](values, keys, near).sensitivity
    assert np.abs(moves).sum(axis=1).max() == sensitivity.l1
    assert (moves**2).sum(axis=1).max() == sensitivity.l2_squared
    assert sensitivity.neighbours == near


@pytest.mark.parametrize("q", [Fraction(1, 2), Fraction(1, 10), Fraction(1), Fraction(0)])
@pytest.mark.parametrize("near", [add_or_remove(), substitute()], ids=str)
def test_scores_of_quantiles_move_no_further(q: Fraction, near: Neighbours) -> None:
    candidates = np.array([-1, 0, 1, 2])
    both = near.relation is Relation.SUBSTITUTE
    furthest = 0
    for n in range(1, 4):
        for data in product([-2, 0, 1, 2], repeat=n):
            for other in [(*data[:-1], x) for x in (-2, 0, 1, 2)] if both else [data[:-1]]:
                scores = [scores_of(np.array(d, np.int64), q, candidates) for d in (data, other)]
                furthest = max(furthest, int(np.abs(scores[0] - scores[1]).max()))
    assert furthest == moved(q, near)


def test_records_beyond_the_bound_are_left_out_user_by_user() -> None:
    users = np.array(["b", "a", "b", "b", "a", "c"])
    assert counted(6, add_or_remove(user(2)), users).tolist() == [True, True, True, False, True, True]
    assert counted(0, add_or_remove(user(2)), np.array([], "U1")).tolist() == []
    assert counted(2, add_or_remove(), None).all()


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("contributions-unbounded", lambda: count(np.ones(2, np.bool_), add_or_remove(user(2)))),
        ("wrong-shape", lambda: count(np.ones(2, np.bool_), add_or_remove(user(2)), np.ones(3))),
        ("missing-values", lambda: count(np.ones(2, np.bool_), add_or_remove(user(2)), [7, np.nan])),
        ("missing-values", lambda: count(np.ones(1, np.bool_), add_or_remove(user(2)), np.array(["NaT"], "M8[D]"))),
        ("wrong-dtype", lambda: count(np.ones(2, np.bool_), add_or_remove(user(2)), np.array(["a", None]))),
        ("wrong-dtype", lambda: count(np.ones(2, np.int64), add_or_remove())),
        ("wrong-shape", lambda: clipped_sum(np.ones((2, 2)), SPAN, add_or_remove())),
        ("too-many-records", lambda: clipped_sum(np.zeros(1 << 11, np.int8), grid(0, 2**52), add_or_remove())),
        ("wrong-categories", lambda: histogram(np.ones(2), [1, 1], add_or_remove())),
        ("wrong-categories", lambda: histogram(np.ones(2), [], add_or_remove())),
        ("wrong-shape", lambda: sums_by(np.ones(2), np.ones(3), [1], SPAN, add_or_remove())),
    ],
)
def test_what_is_refused(code: str, make: Callable[[], object]) -> None:
    with pytest.raises(LocalError) as refused:
        make()
    assert refused.value.code == code


def test_an_aggregate_shows_no_figures() -> None:
    shown = repr(clipped_sum(np.full(12345, 2), SPAN, add_or_remove()))
    assert "24690" not in shown
    assert "L1 2," in shown
