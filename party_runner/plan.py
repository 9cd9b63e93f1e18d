"""`parley plan`: what a run will cost and reveal, by line of the program, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence

from protocols.execution import Plan
from protocols.execution import plan as dry_run
from rich.console import Console, Group
from rich.text import Text

from party_runner.csv_table import Table
from party_runner.join import Choices
from party_runner.program import Program
from party_runner.report import cost_report, data, table
from party_runner.summary import Summary

NETWORKS = {"loopback": "this machine", "lan": "1 Gb/s, 0.3 ms", "wan": "100 Mb/s, 40 ms"}


def print_plan(program: Program, given: Sequence[Table | None], choices: Choices, console: Console) -> None:
    """Run `program` dry on inputs of these shapes and print what it will cost."""
    planned = dry_run(
        program.main,
        list(given),
        suite=choices.suite,
        fractional_bits=choices.fractional_bits,
        program=str(program.path),
    )
    summary = plan_summary(planned)
    console.print(Group(_totals(summary), cost_report(summary), _times(planned)))


def plan_summary(planned: Plan) -> Summary:
    """The plan in the form of a run's summary; `result` is None."""
    return planned.report.to_json(None)


def _totals(summary: Summary) -> Group:
    made = table("Online", "party", "rounds", "sends")
    for name, rounds, count in zip(summary["parties"], summary["rounds_by_party"], summary["bytes_sent"], strict=True):
        made.add_row(name, f"{rounds:,}", data(count))
    return Group(made, Text(f"\nRounds: {summary['rounds']:,}"))


def _times(planned: Plan) -> Group:
    made = table("\nTime on the network, before computation", "network", "", "seconds")
    for name, what in NETWORKS.items():
        made.add_row(name, what, f"{planned.seconds_on(name):,.2f}")
    return Group(made)
