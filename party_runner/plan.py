"""`parley plan`: what a run will cost and reveal, by line of the program, before anything is sent."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict
from typing import Any

import numpy as np
from rich.console import Console, Group
from rich.text import Text

from mpc.accounts.display import within
from mpc.supply import Entry
from party_runner.join import Choices
from party_runner.noisy_figures import Wanted, shown_figures, with_figures
from party_runner.plan_file import PlanFile
from party_runner.program import Program
from party_runner.report import cost_report, data, table, titled
from party_runner.summary import Summary
from protocols.consent.keeper import Keeper
from protocols.preprocessing.estimates import offline_bytes
from protocols.preprocessing.making_time import offline_rounds, offline_seconds, products_by_each, seconds_of
from protocols.runs.planning import plan
from protocols.runs.shadowing import shadow
from protocols.runs.table import Table, Tables

NETWORKS = {"loopback": "this machine", "lan": "1 Gb/s, 0.3 ms", "wan": "100 Mb/s, 40 ms"}


def make_plan(
    program: Program,
    given: Sequence[Any],
    choices: Choices,
    keeper: Keeper | None = None,
    wanted: Sequence[Wanted] = (),
    *,
    stored: bool = False,
) -> tuple[Summary, PlanFile]:
    """Plan `program` on inputs of these shapes: a run's summary without times and result, and the plan to be saved.

    `stored`: it is one for stores (`protocols.runs.planning.plan`).

    What the program prints meanwhile goes to stderr, so that stdout holds the plan alone. Added are `seconds_on`
    {network: seconds}, the time on the wire, to which computation adds; and what each party will receive for its
    material, about, by party: `offline_estimate` in a run that makes it reveal by reveal, as is the default, and
    `offline_estimate_planned` where it is planned or stored; `offline_rounds`, `offline_work` {products, seconds} and
    `offline_seconds_on` {network: seconds}, about, of making it: there the work under Paillier keys counts;
    `program_digest`; and what `with_figures` adds, with the errors that are `wanted`.
    """
    supplier = choices.material.given
    with redirect_stdout(sys.stderr):
        planned = plan(
            program.main,
            list(given),
            suite=choices.suite,
            fractional_bits=choices.numbers.fractional_bits,
            ring=choices.numbers.ring,
            program=str(program.path),
            preprocessing=supplier,
            tolerance=choices.tolerance,
            keeper=keeper,
            stored=stored,
            **asdict(choices.ways),
        )
    shapes = tuple(None if array is None else _shape(array) for array in given)
    plan_file = PlanFile(
        str(program.path), program.digest, len(given), choices.suite, choices.numbers, supplier, shapes,
        tuple(planned.demand), choices.ways,
    )  # fmt: skip
    summary = planned.report.to_json() | {
        "offline_estimate": offline_bytes(planned.demand, len(given), supplier, by_call=True),
        "offline_estimate_planned": offline_bytes(planned.demand, len(given), supplier),
        "program_digest": program.digest,
        "seconds_on": {name: planned.seconds_on(name) for name in NETWORKS},
    }
    batches = len({reveal.line for reveal in planned.report.reveals})
    with_figures(summary, planned, wanted)
    return summary | _offline(planned.demand, len(given), supplier, batches), plan_file


def _offline(demand: Sequence[Entry], n: int, supplier: str, batches: int) -> Summary:
    products = products_by_each(demand, n, supplier)
    return {
        "offline_rounds": offline_rounds(demand, supplier, batches),
        "offline_work": {"products": round(products), "seconds": seconds_of(products)},
        "offline_seconds_on": {name: offline_seconds(demand, n, supplier, batches, name) for name in NETWORKS},
    }


def shadow_of(program: Program, given: Sequence[Any], choices: Choices) -> list[Summary]:
    """What the program reveals on these data, beside what it reveals in floating point."""
    with redirect_stdout(sys.stderr):
        numbers = choices.numbers
        compared = shadow(program.main, given, fractional_bits=numbers.fractional_bits, ring=numbers.ring)
    return [asdict(each) for each in compared]


def _shape(array: Any) -> str:
    if isinstance(array, Tables):
        return ", ".join(f"{name}={_shape(table)}" for name, table in array.items())
    dtype = np.dtype(array.joint) if isinstance(array, Table) else array.dtype
    return f"{'x'.join(map(str, array.shape))}:{dtype}"


def print_plan(summary: Summary, console: Console) -> None:
    """Print the plan for a person."""
    costs = Group(cost_report(summary, "all parties"), *shown_figures(summary), *_refused(summary))
    security = Text(f"\n{summary['security']}", style="bold")
    warned = [Text(f"warning: {warning}", style="yellow") for warning in summary["warnings"]]
    console.print(Group(_totals(summary), costs, _times(summary), *_shadow(summary), *warned, security))


def _totals(summary: Summary) -> Group:
    told = {
        "rounds": summary["rounds_by_party"],
        "sends online": map(data, summary["bytes_sent"]),
        "receives offline, about": map(data, summary["offline_estimate"]),
    }
    if summary["offline_estimate_planned"] != summary["offline_estimate"]:
        told["planned or stored"] = map(data, summary["offline_estimate_planned"])
    made = table("party", *told)
    for party, rounds, *of_bytes in zip(summary["parties"], *told.values(), strict=True):
        made.add_row(party, f"{rounds:,}", *of_bytes)
    offline = summary["offline_rounds"]
    material = f", and about {offline:,} more to make its material" if offline else ""
    return titled(f"A run will take {summary['rounds']:,} rounds{material}", made)


def _shadow(summary: Summary) -> list[Group]:
    """Each revealed value beside itself in floating point, if that was asked for."""
    if "shadow" not in summary:
        return []
    made = table("line", "largest", "off by", "proven bound")
    for each in summary["shadow"]:
        made.add_row(each["line"], f"{each['largest']:.6g}", f"{each['off']:.2g}", within(each["bound"]))
    return [titled("On the data given, beside the same in floating point", made)]


def _refused(summary: Summary) -> list[Group]:
    """What the policy would refuse, and the budget, if there is one."""
    if "refused" not in summary:
        return []
    told = [f"  {each['line']}: {each['cause']}  [{each['code']}]" for each in summary["refused"]]
    return [titled("Refused by policy or budget", Text("\n".join(told) or "  nothing"))]


def _times(summary: Summary) -> Group:
    made = table("network", "", "seconds", "offline, about")
    for name, what in NETWORKS.items():
        online, offline = (summary[key][name] for key in ("seconds_on", "offline_seconds_on"))
        made.add_row(name, what, f"{online:,.2f}", f"{offline:,.2f}")
    work = summary["offline_work"]
    if not work["products"]:
        return titled("Time on the wire; computation comes on top", made)
    note = Text(
        f"{work['seconds']:,.2f} s of offline are work under Paillier keys, on one core as fast as this machine's: "
        f"{work['products']:,} products of ciphertexts"
    )
    return titled("Time on the wire; other computation comes on top", Group(made, note))
