"""The figures of loops: of every way, and what the ways differ in."""

from __future__ import annotations

import pytest

from bench import steps
from mpc.planning import NETWORKS


@pytest.mark.parametrize("workload", steps.WORKLOADS)
def test_the_ways_differ_in_nothing_but_when_material_is_made(workload: str) -> None:
    reports = [steps.run(workload, 3, way, "ot", NETWORKS["loopback"]) for way in steps.WAYS]
    assert len({(report.rounds, report.bytes_sent, *report.material.items()) for report in reports}) == 1
    assert [bool(report.unused) for report in reports] == [False, False, True]


def test_a_table_has_a_row_for_each_way(capsys: pytest.CaptureFixture[str]) -> None:
    steps.main(["--steps", "2", "--repeat", "1", "--network", "lan"])
    rows = [line for line in capsys.readouterr().out.splitlines() if any(name in line for name in steps.WORKLOADS)]
    assert len(rows) == len(steps.WORKLOADS) * len(steps.WAYS)
