"""What synthetic data cost: the sensitivities over all small tables, and the sum of all parts, exactly."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np
import pytest

import mpc
from mpc import privacy
from mpc.errors import LocalError
from protocols.privacy.accounts import cost
from protocols.privacy.concentrated_bs16 import Concentrated
from protocols.privacy.directed import exp_up
from protocols.privacy.events import ComposedEvent, GaussianEvent, NearEvent, PureEvent
from protocols.privacy.joint_noise import MOST_TAU
from protocols.privacy.parts import taken_apart
from protocols.synthetic.splitting import split

SMALL = mpc.synthetic.domain({"a": range(2), "b": range(3)})
ROWS = list(product(range(2), range(3)))


def counted(rows: Any) -> Any:
    columns = np.array(rows, int).reshape(-1, 2)
    return SMALL.counted({"a": columns[:, 0], "b": columns[:, 1]})


def moved(first: Any, second: Any) -> tuple[int, int]:
    """Of all marginals of one attribute the squared L2; of a score with any public table at most the L1 of the pair."""
    apart, ones = counted(first) - counted(second), sum(SMALL.sizes)
    return int((apart[:ones] ** 2).sum()), int(np.abs(apart[ones:]).sum())


@pytest.mark.parametrize("records", [1, 2])
def test_no_neighbours_are_further_apart_and_some_are_as_far(records: int) -> None:
    """Over all tables of up to two rows."""
    added = split(mpc.Gaussian(rho=1, neighbours=privacy.add_or_remove(privacy.user(records))), 2)
    swapped = split(mpc.Gaussian(rho=1, neighbours=privacy.substitute(privacy.user(records))), 2)
    tables = [rows for size in range(2) for rows in combinations_with_replacement(ROWS, size)]
    units = list(combinations_with_replacement(ROWS, records))
    more = [moved(rows, rows + unit) for rows in tables for unit in units]
    other = [moved(rows + one, rows + two) for rows in tables for one in units for two in units]
    for budget, found in ((added, more), (swapped, other)):
        l2_squared, l1 = (max(each) for each in zip(*found, strict=True))
        assert l1 == budget.score_moved
        assert budget.noise(2, 5).variance == Fraction(l2_squared) / (2 * Fraction(budget.measuring.rho or 0))


def test_a_score_moves_by_no_more_than_its_cells() -> None:
    """|x - p| over all public p: the reverse triangle inequality, on whole numbers."""
    budget = split(mpc.Gaussian(rho=1), 2)
    for one, two, expected in product(ROWS, ROWS, (np.zeros(6), np.array([2, 0, 1, 0, 0, 5]))):
        scores = [np.abs(counted([row])[5:] - expected).sum() for row in (one, two)]
        assert abs(scores[0] - scores[1]) <= budget.score_moved


@pytest.mark.parametrize("attributes", [2, 3, 10])
@pytest.mark.parametrize("rho", ["1/7", "0.5"])
def test_the_parts_are_thirds_of_rho(rho: str, attributes: int) -> None:
    budget = split(mpc.Gaussian(rho=rho), attributes)
    assert isinstance(budget.schedule.event, ComposedEvent)
    rhos = {"gaussian": Fraction(0), "pure": Fraction(0)}
    for part, count in taken_apart(budget.schedule.event).counts:
        match part.event:
            case GaussianEvent() as noise:
                rhos["gaussian"] += count * noise.rho
                assert count == 2
            case PureEvent() as choice:
                rhos["pure"] += count * choice.epsilon**2 / 2
                assert count == attributes - 1
    assert rhos["gaussian"] == Fraction(rho) * (Fraction(2, 3) if attributes > 2 else 1)
    assert Fraction(rho) * Fraction(999_999, 10**6) < sum(rhos.values()) <= Fraction(rho)
    assert len(budget.schedule) == (attributes + 1 if attributes > 2 else 2)


def test_the_samplers_are_as_near_as_the_event_says() -> None:
    budget = split(mpc.Gaussian(epsilon=1, delta="1e-6"), 5)
    marginals = next(event for event in budget.schedule.event.events if isinstance(event, NearEvent))  # type: ignore[attr-defined]
    assert budget.noise(5, 40).tau <= marginals.tau
    assert budget.choice.noise(budget.score_moved, 10).tau <= marginals.tau


@pytest.mark.parametrize(("epsilon", "delta", "attributes"), [(1, "1e-6", 2), ("0.1", "1e-9", 20), (8, "1e-5", 5)])
def test_what_is_charged_is_what_was_asked_and_holds(epsilon: Any, delta: str, attributes: int) -> None:
    budget = split(mpc.Gaussian(epsilon=epsilon, delta=delta), attributes)
    asked, in_rho = budget.schedule.price.ways
    assert (asked.epsilon, asked.delta) == (Fraction(epsilon), Fraction(delta))
    parts = taken_apart(budget.schedule.event)
    assert parts.tau == len(budget.schedule) * MOST_TAU <= in_rho.delta
    rest = Fraction(delta) - (1 + exp_up(Fraction(epsilon))) * parts.tau
    needed = Concentrated.of(parts).epsilon(rest)
    assert Fraction(99, 100) * Fraction(epsilon) < needed <= Fraction(epsilon)


def test_a_rho_is_charged_as_the_epsilon_of_all_parts() -> None:
    budget = split(mpc.Gaussian(rho="0.1", delta="1e-6"), 4)
    in_rho, asked = budget.schedule.price.ways
    assert Fraction("0.0999999") < in_rho.main <= Fraction("0.1")
    assert asked.epsilon == cost(budget.schedule.event, delta="1e-6").epsilon
    with pytest.raises(LocalError) as refused:
        split(mpc.Gaussian(epsilon=10, delta="1e-10"), 40)
    assert refused.value.code == "delta-too-small"
