"""`python -m bench [TABLE ...]`: measure, show the figures beside their limits, write, keep and draw them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import (
    arithmetic,
    elgamal,
    federated,
    garbled,
    kernels,
    models,
    numeric,
    numpy,
    online,
    paillier,
    plans,
    preprocessing,
    privacy,
    proofs,
    results,
)
from bench.display import show
from bench.harness import BEAVER, SUITES, AnyRow, Options, write_json
from bench.suppliers import EVERY
from mpc.planning import NETWORKS
from native import implementations

TABLES = {
    "kernels": kernels.TITLE,
    "arithmetic": arithmetic.TITLE,
    "numpy": numpy.TITLE,
    numeric.TABLE: numeric.TITLE,
    models.TABLE: models.TITLE,
    preprocessing.TABLE: preprocessing.TITLE,
    garbled.TABLE: garbled.TITLE,
    paillier.TABLE: paillier.TITLE,
    elgamal.TABLE: elgamal.TITLE,
    plans.TABLE: plans.TITLE,
    proofs.TABLE: proofs.TITLE,
    privacy.TABLE: privacy.TITLE,
    federated.TABLE: federated.TITLE,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    options = _options(chosen)
    tables = chosen.tables or list(TABLES)
    unknown = _unknown(tables, options)
    if unknown:
        among = TABLES if unknown & set(tables) else tables
        parser.error(f"there is no {', '.join(sorted(unknown))} in {' or '.join(among)}")
    rows: list[AnyRow] = []
    for table in tables:
        of_table: list[AnyRow] = []
        for some in measure(table, options):
            of_table += some
            if chosen.keep:
                print(f"{some[0].workload}: kept in {results.keep(some)}", file=sys.stderr)
        show(of_table, TABLES[table], to_stderr=chosen.json == "-")
        rows += of_table
    if chosen.json:
        write_json(rows, chosen.json)
    if chosen.plot:
        from bench import plots

        for file in plots.draw(rows, Path(chosen.plot)):
            print(f"drawn in {file}", file=sys.stderr)


def _unknown(tables: Sequence[str], options: Options) -> set[str]:
    """What was named and is no table, or no workload or family of a chosen table."""
    wrong = set(tables) - set(TABLES)
    if wrong or not options.workloads:
        return wrong
    workloads = {name for table in tables for name in names(table)}
    return set(options.workloads) - workloads - {name.partition(".")[0] for name in workloads}


def names(table: str) -> list[str]:
    """The workloads of a table."""
    if table == preprocessing.TABLE:
        return preprocessing.names()
    if table == garbled.TABLE:
        return garbled.names()
    if table == paillier.TABLE:
        return paillier.names()
    if table == elgamal.TABLE:
        return elgamal.names()
    if table == plans.TABLE:
        return list(plans.PROGRAMS)
    if table == proofs.TABLE:
        return proofs.names()
    if table == privacy.TABLE:
        return privacy.names()
    if table == federated.TABLE:
        return federated.names()
    if table == "numpy":
        return list(numpy.WORKLOADS)
    if table == numeric.TABLE:
        return list(numeric.WORKLOADS)
    if table == models.TABLE:
        return list(models.WORKLOADS)
    return kernels.names() if table == "kernels" else list(arithmetic.WORKLOADS)


def measure(table: str, options: Options) -> Iterator[Sequence[AnyRow]]:
    """The rows of a table, some at a time."""
    if table == "kernels":
        return kernels.measure(options)
    if table == preprocessing.TABLE:
        return preprocessing.measure(options)
    if table == garbled.TABLE:
        return garbled.measure(options)
    if table == paillier.TABLE:
        return paillier.measure(options)
    if table == elgamal.TABLE:
        return elgamal.measure(options)
    if table == plans.TABLE:
        return plans.measure(options)
    if table == proofs.TABLE:
        return proofs.measure(options)
    if table == privacy.TABLE:
        return privacy.measure(options)
    if table == federated.TABLE:
        return federated.measure(options)
    if table == "numpy":
        return online.measure(table, numpy.WORKLOADS, numpy.PEERS, options, with_tls=(False,), suites=(BEAVER,))
    if table == numeric.TABLE:
        return numeric.measure(options)
    if table == models.TABLE:
        return models.measure(options)
    return online.measure(table, arithmetic.WORKLOADS, arithmetic.PEERS, options)


def _options(chosen: argparse.Namespace) -> Options:
    return Options(
        tuple(chosen.workloads), tuple(chosen.parties), tuple(chosen.sizes), chosen.repeat, chosen.scale,
        chosen.network, chosen.implementation, chosen.peers, tuple(chosen.suppliers), chosen.cores, chosen.tls,
        tuple(chosen.suites),
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__,
        epilog="; ".join(f"{name}: {title}" for name, title in TABLES.items()),
    )  # fmt: skip
    add = parser.add_argument
    add("tables", nargs="*", metavar="TABLE", help=f"{' or '.join(TABLES)}; all if none is named")
    add("--peers", action="store_true", help="other systems on the same work (`make bench-peers` installs them)")
    add("--json", metavar="FILE", help="write the rows as a JSON list; '-' is standard output")
    add("--plot", metavar="DIR", help="draw the rows as SVG files in a folder")
    add("--keep", action="store_true", help="keep the rows in bench/results, by date and machine")
    add("--workloads", nargs="+", default=[], metavar="NAME", help="these only; `ring` means all of ring.*")
    add("--repeat", type=int, default=7, help="repetitions beside the warm-up")
    add("--scale", type=float, default=1.0, help="the size of every workload, as a factor")
    of_times = parser.add_argument_group("tables of times")
    of_times.add_argument(
        "--parties", type=int, nargs="+", default=[], metavar="N", help="how many; 2 and 3, material 2"
    )
    of_times.add_argument("--sizes", type=int, nargs="+", default=[], metavar="N", help="sizes instead of the usual")
    of_times.add_argument("--network", choices=list(NETWORKS), default="loopback", help="imitated for our parties")
    of_times.add_argument(
        "--suites", nargs="+", default=[], choices=list(SUITES), help="of ours; the table's by default"
    )
    of_material = parser.add_argument_group("table of preprocessing, besides")
    of_material.add_argument(
        "--suppliers", nargs="+", default=[], choices=EVERY, help="who makes material; all by default"
    )
    of_material.add_argument("--cores", type=int, default=1, metavar="N", help="cores that a party may use")
    of_material.add_argument("--tls", action="store_true", help="over TLS")
    of_rates = parser.add_argument_group("tables of rates")
    of_rates.add_argument("--implementation", choices=implementations(), default="", help="use slower kernels")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
