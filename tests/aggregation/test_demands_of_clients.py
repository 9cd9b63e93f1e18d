"""A client takes part under no plan that protects it less than it demands, whatever the plan says of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mpc.errors import LocalError
from protocols.aggregation import AggregationPlan, Client, Demands, Terms, plan

SPARSE = plan(300, 1, dropouts=0.05, corrupted=0.05)
AGAINST_ALL = plan(300, 1, dropouts=0.05, corrupted=0.02, malicious=True)
COMPLETE = plan(10, 1)
COMPLETE_AGAINST_ALL = plan(10, 1, malicious=True)


@pytest.mark.parametrize("given", [SPARSE, AGAINST_ALL, COMPLETE, COMPLETE_AGAINST_ALL, plan(4, 1)], ids=str)
def test_plans_as_they_are_made_are_good_enough(given: AggregationPlan) -> None:
    Demands().check(given)
    Demands(malicious=given.malicious, corrupted=given.corrupted / given.clients).check(given)


@pytest.mark.parametrize(
    ("given", "changes", "what"),
    [
        (SPARSE, {"degree": 40}, "more than the sum shows"),
        (SPARSE, {"threshold": 9}, "more than the sum shows"),
        (SPARSE, {"corrupted": 60}, "more than the sum shows"),
        (SPARSE, {"dropouts": 200, "quorum": 100}, "more than the sum shows"),
        (AGAINST_ALL, {"threshold": 12}, "more than the sum shows"),
        (AGAINST_ALL, {"quorum": 153}, "two sets of survivors"),
        (SPARSE, {"corrupted": 0}, "0 of 300 clients for corrupted"),
        (SPARSE, {"quorum": 2}, "a sum of 2 clients is let out"),
        (SPARSE, {"degree": 31}, "no graph"),
        (SPARSE, {"degree": 284}, "no graph"),
        (COMPLETE, {"threshold": 2}, "2 holders give back a secret"),
        (COMPLETE, {"threshold": 7}, "7 holders give back a secret"),
        (SPARSE, {"threshold": 0}, "0 holders give back a secret"),
        (COMPLETE, {"dropouts": 7, "quorum": 3}, "1 honest clients may be left"),
        (COMPLETE, {"bits": 65}, "65 bits"),
        (COMPLETE, {"clients": 1 << 20}, "1048576 clients"),
        (COMPLETE, {"corrupted": -1}, "no whole numbers"),
        (COMPLETE, {"threshold": 6.0}, "no whole numbers"),
    ],
)
def test_a_weaker_plan_is_refused_with_the_numbers(given: AggregationPlan, changes: dict[str, int], what: str) -> None:
    """`odds` still says what the good plan's said: it counts for nothing."""
    with pytest.raises(LocalError, match=what) as refused:
        Client(Terms(replace(given, **changes), "tests", 0), "c0")  # type: ignore[arg-type]
    assert refused.value.code == "aggregation-weak-plan"


@pytest.mark.parametrize(
    "demands",
    [Demands(failure=2**-80), Demands(corrupted=0.1), Demands(honest=290), Demands(malicious=True)],
    ids=["failure", "corrupted", "honest", "malicious"],
)
def test_a_client_may_demand_more(demands: Demands) -> None:
    with pytest.raises(LocalError, match="aggregation-weak-plan"):
        demands.check(SPARSE)


def test_nobody_corrupted_is_for_the_client_to_say() -> None:
    given = plan(4, 1, corrupted=0)
    with pytest.raises(LocalError, match="aggregation-weak-plan"):
        Client(Terms(given, "tests", 0), "c0")
    Client(Terms(given, "tests", 0), "c0", demands=Demands(corrupted=0))


@pytest.mark.parametrize("wrong", [{"failure": 0}, {"failure": 1}, {"corrupted": 1}, {"honest": 1}])
def test_what_is_no_demand(wrong: dict[str, int]) -> None:
    with pytest.raises(LocalError, match="aggregation-plan"):
        Demands(**wrong)  # type: ignore[arg-type]
