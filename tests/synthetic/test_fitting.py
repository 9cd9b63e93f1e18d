"""Noisy marginals become ones that fit together: nearest by least squares, not negative, the same on every machine."""

from __future__ import annotations

from hashlib import sha256
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic_tables import DOMAIN as LARGER
from synthetic_tables import marginal, table

import mpc
from protocols.synthetic.fitting import Measured, as_if_independent, fit, nearest_table, onto_simplex, total_of
from protocols.synthetic.sampling import rows_of

DOMAIN = mpc.synthetic.domain({"a": range(2), "b": range(3), "c": range(2)})
TREE = [(0, 1), (1, 2)]
SIZES = DOMAIN.sizes


def noisy(seed: int, deviation: float = 3.0) -> Measured:
    """Marginals of a chain a - b - c with noise, all cells well above it."""
    dice = np.random.RandomState(seed)
    cells = {(0, 1): dice.randint(60, 99, (2, 3)), (1, 2): dice.randint(60, 99, (3, 2))}
    ones = {(0,): cells[0, 1].sum(1), (1,): cells[0, 1].sum(0), (2,): cells[1, 2].sum(0)}
    shaken = [
        {m: x.reshape(-1) + np.rint(dice.normal(0, deviation, x.size)).astype(int) for m, x in each.items()}
        for each in (ones, cells)
    ]
    return Measured(shaken[0], shaken[1], 9.0, 4.0)


def least_squares(measured: Measured) -> dict[tuple[int, ...], Any]:
    """The same by the normal equations: every cell a variable, and what fits together a constraint."""
    places, start = {}, 0
    for m in [*measured.ones, *measured.twos]:
        cells = int(np.prod([SIZES[i] for i in m]))
        places[m], start = np.arange(start, start + cells), start + cells
    weights, seen = np.zeros(start), np.zeros(start)
    for group, variance in ((measured.ones, 9.0), (measured.twos, 4.0)):
        for m, x in group.items():
            weights[places[m]], seen[places[m]] = 1 / variance, x
    constraints = []
    for a, b in measured.twos:
        cells = places[a, b].reshape(SIZES[a], SIZES[b])
        for attribute, rows in ((a, cells), (b, cells.T)):
            for category, row in enumerate(rows):
                line = np.zeros(start)
                line[row], line[places[(attribute,)][category]] = 1, -1
                constraints.append(line)
    c = np.array(constraints)
    system = np.block([[np.diag(weights), c.T], [c, np.zeros((len(c), len(c)))]])
    x = np.linalg.lstsq(system, np.concatenate([weights * seen, np.zeros(len(c))]), rcond=None)[0]
    return {m: x[place].reshape([SIZES[i] for i in m]) for m, place in places.items()}


@pytest.mark.parametrize("seed", range(5))
def test_where_nothing_is_negative_the_closed_form_is_least_squares(seed: int) -> None:
    measured = noisy(seed)
    right, found = least_squares(measured), fit(DOMAIN, measured)
    for names, cells in found.items():
        np.testing.assert_allclose(cells, right[names], atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_marginals_fit_together_and_are_nowhere_negative(seed: int) -> None:
    found = fit(DOMAIN, noisy(seed, deviation=80.0))
    total = found[(0,)].sum()
    for (a, b), cells in ((edge, found[edge]) for edge in TREE):
        assert (cells >= 0).all()
        np.testing.assert_allclose(cells.sum(1), found[(a,)], atol=1e-6 * total)
        np.testing.assert_allclose(cells.sum(0), found[(b,)], atol=1e-6 * total)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=6), st.integers(1, 60))
def test_the_projection_is_the_nearest_that_is_not_negative(y: list[int], total: int) -> None:
    """By the conditions of Karush, Kuhn and Tucker: all that stay move alike, and the others would move further."""
    found = onto_simplex(np.array(y, float), float(total))
    assert found.min() >= 0
    assert abs(found.sum() - total) < 1e-9
    shift = np.array(y) - found
    kept = found > 0
    assert np.ptp(shift[kept]) < 1e-9
    assert (shift[~kept] <= shift[kept].mean() + 1e-9).all()


def test_the_nearest_table_has_its_rows_and_columns() -> None:
    z = np.random.RandomState(1).normal(20, 9, (3, 4))
    rows, columns = np.array([10.0, 30, 60]), np.array([40.0, 20, 30, 10])
    found = nearest_table(z, rows, columns, 100.0)
    np.testing.assert_allclose(found.sum(1), rows)
    np.testing.assert_allclose(found.sum(0), columns)
    for i, j, k, m in product(range(3), range(4), range(3), range(4)):  # what sums do not see is z's own
        np.testing.assert_allclose(
            z[i, j] + z[k, m] - z[i, m] - z[k, j], found[i, j] + found[k, m] - found[i, m] - found[k, j], atol=1e-9
        )


def test_what_is_seen_more_precisely_counts_more() -> None:
    assert total_of([(np.array([10, 20]), 1.0), (np.array([[40]]), 2.0)]) == 35
    assert total_of([(np.array([-10, 2]), 1.0)]) == 1


def test_independent_attributes_have_products_for_marginals() -> None:
    ones = {(0,): np.array([30, 10]), (1,): np.array([20, 20, 0]), (2,): np.array([40, 0])}
    assert as_if_independent(DOMAIN, ones).tolist() == [15, 15, 0, 5, 5, 0, 30, 0, 10, 0, 20, 0, 20, 0, 0, 0]


def test_rows_have_their_marginals_but_for_a_row_in_each_group() -> None:
    found = fit(DOMAIN, noisy(3))
    for count in (1, 7, 500):
        rows = rows_of(found, TREE, count, 0)
        first = np.bincount(rows[0], minlength=2)
        assert (np.abs(first - count * found[(0,)] / found[(0,)].sum()) < 1.001).all()
        for category in range(2):
            after = np.bincount(rows[1][rows[0] == category], minlength=3)
            share = found[0, 1][category] / found[0, 1][category].sum()
            assert (np.abs(after - first[category] * share) < 1.001).all()


def test_rows_are_on_average_what_they_should_be() -> None:
    found = fit(DOMAIN, noisy(3))
    drawn = [np.bincount(rows_of(found, TREE, 3, draw)[2], minlength=2) for draw in range(300)]
    share = 3 * found[(2,)] / found[(2,)].sum()
    assert np.abs(np.mean(drawn, axis=0) - share).max() < 5 * np.std(drawn) / 300**0.5


def test_rows_come_in_no_order_and_each_draw_is_another() -> None:
    found = fit(DOMAIN, noisy(3))
    first, again, second = (rows_of(found, TREE, 400, draw) for draw in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)
    assert abs(int(first[0][:200].sum()) - int(first[0][200:].sum())) < 60


def test_the_same_marginals_give_the_same_rows_on_every_machine() -> None:
    """To the bit: parties that computed another table would go on with other public numbers."""
    found = fit(DOMAIN, noisy(7, deviation=80.0))
    digest = sha256(b"".join(np.ascontiguousarray(found[m]).astype("<f8").tobytes() for m in found)).hexdigest()
    rows = sha256(rows_of(found, TREE, 1000, 0).astype("<i8").tobytes()).hexdigest()
    assert (digest[:16], rows[:16]) == ("43117eceb717301e", "136843d86fcae67b")


def test_cells_are_counted_where_the_domain_says() -> None:
    rows = table(200, 5)
    cells = LARGER.counted(rows)
    assert len(cells) == LARGER.cells
    for places, place in LARGER.places.items():
        names = tuple(LARGER.names[i] for i in places)
        assert np.array_equal(cells[place], marginal(rows, names).reshape(-1))
