"""The table of plans at a reduced size: rows of the promised form. No time is asserted."""

from __future__ import annotations

from bench import plans
from bench.harness import Options


def test_each_program_is_planned_for_two_and_three_parties() -> None:
    rows = [row for some in plans.measure(Options(scale=0.05, repeat=1)) for row in some]
    assert [(row.workload, row.parties) for row in rows] == [(name, n) for name in plans.PROGRAMS for n in (2, 3)]
    assert all(row.seconds > 0 and row.table == plans.TABLE for row in rows)


def test_operations_are_the_calls_of_a_party() -> None:
    """A product and a truncation each time, and two inputs."""
    (row,) = next(iter(plans.measure(Options(workloads=("products_1000",), parties=(2,), sizes=(7,), repeat=1))))
    assert (row.size, row.operations) == (7, 2 + 7 + 7)
