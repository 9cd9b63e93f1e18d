"""`python -m bench TABLE`: measure, show the figures beside their limits, write them as JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType

from bench import arithmetic, launch, limits
from bench.harness import BANDWIDTH, LATENCY, Row, show, write_json
from bench.workloads import Workload

TABLES: dict[str, ModuleType] = {"arithmetic": arithmetic}


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    options = _parser().parse_args(arguments)
    table = TABLES[options.table]
    rows: list[Row] = []
    for parties in options.parties:
        for tls in (False, True):
            for name in options.workloads or table.WORKLOADS:
                workload: Workload = table.WORKLOADS[name]
                setup = launch.Setup(options.table, name, workload.scaled(options.scale), parties, tls, options.repeat)
                rows += _rows(setup, limits.measure(), launch.measure(setup))
    show(rows, table.TITLE, to_stderr=options.json == "-")
    if options.json:
        write_json(rows, options.json)


def _rows(setup: launch.Setup, limit: limits.Limits, measured: launch.Measured) -> Iterator[Row]:
    def row(system: str, seconds: float, spread: float, security: str) -> Row:
        return Row(
            setup.table, setup.workload, system, setup.parties, setup.tls, seconds, spread,
            measured.bytes, measured.rounds, security,
        )  # fmt: skip

    yield row("parley", measured.seconds, measured.spread, measured.security)
    yield row(BANDWIDTH, measured.bytes / limit.bandwidth, 0.0, "")
    yield row(LATENCY, measured.rounds * limit.round_trip, 0.0, "")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    tables = parser.add_subparsers(dest="table", required=True, metavar="TABLE")
    for name, module in TABLES.items():
        table = tables.add_parser(name, help=module.TITLE, description=module.__doc__)
        table.add_argument("--json", metavar="FILE", help="write the rows as a JSON list; '-' is standard output")
        table.add_argument("--parties", type=int, nargs="+", default=[2, 3], metavar="N", help="how many parties")
        table.add_argument("--workloads", nargs="+", choices=list(module.WORKLOADS), help="all if not given")
        table.add_argument("--repeat", type=int, default=7, help="repetitions beside the warm-up")
        table.add_argument("--scale", type=float, default=1.0, help="the size of every workload, as a factor")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
