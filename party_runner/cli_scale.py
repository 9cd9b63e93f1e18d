"""The command of computations over clusters: one party, whose parts run on its own workers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from mpc.algebra.cores import available_cores, using_cores
from party_runner.agreed import agreed_of
from party_runner.arguments import own_inputs
from party_runner.endpoint import end_with, run_endpoint, warn_of_expiry
from party_runner.guarding import guarding_of
from party_runner.join import Choices
from party_runner.options import (
    AGREED,
    CHOICES,
    CORES,
    FILE,
    JSON,
    LEDGER,
    MATERIAL,
    OUTPUT,
    PATIENCE,
    READING,
    TOLERANCE,
    material_of,
    numbers_of,
    patience_of,
    reading_of,
    ways_of,
)
from party_runner.program import load_parts_program
from party_runner.report import present, print_report
from party_runner.result_file import check_result_file, result_files
from party_runner.scale.cluster import Cluster, Threads, dask_cluster
from party_runner.scale.part import Files
from party_runner.scale.schedule import Start
from party_runner.scale.whole import Computation
from party_runner.seats import party_seat
from party_runner.summary import Summary, check_writable
from protocols.privacy.ledger.address import Where
from protocols.runs.suites import check_session, find_suite


@click.command("scale")
@click.argument("roster", metavar="PARTIES.TOML", type=FILE)
@click.argument("program", type=FILE)
@click.option("--party", required=True, metavar="NAME", help="Which of the parties this is.")
@click.option("--part", "files", multiple=True, metavar="FILE", help="This party's data of a part, where workers run.")
@click.option("--parts", type=click.IntRange(min=1), help="How many parts, for a party without data.")
@click.option("--cluster", metavar="ADDRESS", help="The scheduler of this party's cluster.  [default: --threads]")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 64), help="Parts at a time without.")
@click.option("--key", type=FILE, metavar="FILE", help="This party's private key.  [default: NAME.key by the roster]")
@LEDGER
@JSON
@OUTPUT
@READING
@AGREED
@CHOICES
@TOLERANCE
@MATERIAL
@PATIENCE
@CORES
def scale(
    roster: Path,
    program: Path,
    party: str,
    files: tuple[str, ...],
    parts: int | None,
    cluster: str | None,
    threads: int,
    key: Path | None,
    policy: Path | None,
    ledger: Where | None,
    charged: str | None,
    target: str | None,
    output: Path | None,
    columns: str | None,
    header: bool | None,
    texts: tuple[str, ...],
    suite: str,
    tolerance: float | None,
    cores: int | None,
    **options: Any,
) -> None:
    """Join a run of PROGRAM as one party, each part of the data on a worker of this party's own cluster.

    `main` computes a part and reveals nothing, `combine` the result of all. Every party has as many parts; --part is
    given once for each, in the order of the parts.
    """
    if bool(files) == (parts is not None):
        raise click.UsageError(
            "give the data of each part with --part FILE, or without data how many there are: --parts"
        )
    agreed, numbers, ways = agreed_of(options), numbers_of(options), ways_of(options)
    try:
        material = material_of(options)
        material.check_wanted(suite)
        check_writable(target)
        check_result_file(output)
        seat = party_seat(roster, party, key, patience_of(options), None, with_dealer=False)
        warn_of_expiry(seat, None)
        check_session(find_suite(suite), seat.roster.parties, ways)
        reading = reading_of(columns, header, texts, agreed)
        data = [_files(file, reading) for file in files] if files else [None] * (parts or 0)
        loaded, combine = load_parts_program(program, agreed)
        choices = Choices(suite, numbers, material, agreed, tolerance, ways)
        own: Cluster = Threads(threads) if cluster is None else dask_cluster(cluster)
        guarded = guarding_of(policy, ledger, charged).opened(seat.roster, seat.me, seat.identity, loaded.digest)
        with guarded as guards, material.opened(seat.identity) as source, using_cores(cores or available_cores()):

            def work(progress: Any) -> Any:
                whole = Computation(seat, loaded, combine, data, own, choices, progress, cores or 1)
                return _ran(whole, source, guards)

            account = run_endpoint(work, None)
        present(account, target, partial(print_report, alone=party), result_files(account, output), output)
    except (Exception, KeyboardInterrupt, BaseExceptionGroup) as error:
        end_with(error, None, program)


def _files(file: str, reading: Any) -> Files:
    """The data of a part: a path as it is where the command was started, or a query."""
    given = own_inputs([file])
    return Files(given.absolute() if isinstance(given, Path) else given or file, reading)


async def _ran(whole: Computation, source: Any, guards: Any) -> Summary:
    """The account of the last session, with those of the parts'."""
    outcome = await whole.run(source, guards)
    account = outcome.report.to_json(outcome.result)
    account["parts"] = whole.accounts
    account["warnings"] += [_again(*failed) for failed in whole.failed]
    return account


def _again(start: Start, at: Sequence[str]) -> str:
    return f"part {start.part} was begun again: {' and '.join(at) or 'the line between its workers'} failed"


COMMANDS = (scale,)
