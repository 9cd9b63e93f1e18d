"""Commands of runs: all parties here, one real party, the dealer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from mpc.algebra.cores import available_cores, using_cores
from party_runner.agreed import agreed_of
from party_runner.arguments import input_words, inputs_by_party, own_inputs, party_names
from party_runner.devices import DeviceChoice
from party_runner.endpoint import end_as, end_with, listener, run_endpoint, say_done, status_line, tell, warn_of_expiry
from party_runner.guarding import guarding_of
from party_runner.inputs import load_inputs
from party_runner.join import Choices, deal, join, terms_of_making, terms_of_run
from party_runner.launch import LocalRun, RunFailed, launch
from party_runner.material import Material
from party_runner.options import (
    AGREED,
    CHOICES,
    CORES,
    DEVICE,
    FILE,
    INPUT_OF,
    JSON,
    KEY_IN_STORE,
    LAUNCHED,
    LEDGER,
    MATERIAL,
    NAMES,
    OUTPUT,
    PARTIES,
    PATIENCE,
    POLICY,
    READING,
    RUNS,
    TEXT_OF_ANY,
    TOLERANCE,
    WHEN,
    cores_each,
    material_of,
    numbers_of,
    parties_of,
    patience_of,
    reading_of,
    reading_words,
    tolerated,
    ways_of,
    words_of,
)
from party_runner.plan_file import load_plan
from party_runner.program import load_program, source_digest
from party_runner.report import present, print_report, print_results
from party_runner.result_file import check_result_file, result_files
from party_runner.seats import dealer_seat, party_seat
from party_runner.summary import check_writable, merged, partial_summary
from party_runner.text_columns import require_text_columns
from protocols.privacy.ledger.address import Where
from protocols.runs.sources import DEALER
from protocols.runs.suites import check_session, find_suite


@click.command()
@click.argument("program", type=FILE)
@PARTIES
@INPUT_OF
@NAMES
@JSON
@OUTPUT
@READING
@AGREED
@CHOICES
@TOLERANCE
@POLICY
@MATERIAL
@PATIENCE
@CORES
@DEVICE
def run(
    program: Path,
    parties: int | None,
    inputs: tuple[str, ...],
    names: tuple[str, ...],
    policy: Path | None,
    target: str | None,
    output: Path | None,
    columns: str | None,
    header: bool | None,
    texts: tuple[str, ...],
    tolerance: float | None,
    cores: int | None,
    device: str | None,
    opencl_binary: Path | None,
    device_threshold: int | None,
    **options: Any,
) -> None:
    """Run PROGRAM with all parties as processes of this machine, over TLS on loopback."""
    beside = DeviceChoice(device, opencl_binary, device_threshold)
    parties = parties_of(parties, options["suite"])
    files, agreed = inputs_by_party(inputs, parties), agreed_of(options)
    numbers_of(dict(options))
    try:
        check_session(find_suite(options["suite"]), parties, ways_of(dict(options)))
        material = material_of(options)
        material.check_wanted(options["suite"])
        common = words_of(options) + agreed.words()
        require_text_columns(files.values(), reading_of(columns, header, texts, agreed))
        own = [*cores_each(cores, parties), *tolerated(tolerance), *reading_words(columns, header, texts, agreed)]
        own += ["--text-of-any"] if texts else []
        own += [] if policy is None else ["--policy", str(policy)]

        def party(place: int, name: str, roster: str) -> list[str]:
            given = [*input_words(files.get(place)), *own]
            words = [*given, *common, *material.of_party(name).words(), *beside.options()]
            return ["join", roster, str(program), "--party", name, *words]

        def dealer(roster: str) -> list[str]:
            return ["dealer", roster, "--program", str(program), "--material", material.when, *common]

        chosen = LocalRun(party_names(names, parties), party, dealer if material.with_dealer else None)
        source_digest(program, agreed)
        guarding_of(policy, None, None)
        beside.check()
        check_writable(target)
        check_result_file(output)
        summary = merged(launch(chosen))
        present(summary, target, print_report, result_files(summary, output), output)
    except RunFailed as failed:
        end_as(failed, lambda had: _show_partly(had, target, output))
    except Exception as error:
        end_with(error, None, None)


@click.command("join")
@click.argument("roster", metavar="PARTIES.TOML", type=FILE)
@click.argument("program", type=FILE)
@click.option("--party", required=True, metavar="NAME", help="Which of the parties this is.")
@click.option("--input", "data", multiple=True, metavar="[NAME=]FILE", help="This party's own data.")
@click.option("--key", type=FILE, metavar="FILE", help="This party's private key.  [default: NAME.key by the roster]")
@LEDGER
@JSON
@OUTPUT
@READING
@TEXT_OF_ANY
@AGREED
@CHOICES
@TOLERANCE
@MATERIAL
@KEY_IN_STORE
@PATIENCE
@CORES
@DEVICE
@LAUNCHED
def join_command(
    roster: Path,
    program: Path,
    party: str,
    data: tuple[str, ...],
    key: Path | None,
    policy: Path | None,
    ledger: Where | None,
    charged: str | None,
    target: str | None,
    output: Path | None,
    columns: str | None,
    header: bool | None,
    texts: tuple[str, ...],
    text_of_any: bool,
    suite: str,
    tolerance: float | None,
    cores: int | None,
    device: str | None,
    opencl_binary: Path | None,
    device_threshold: int | None,
    listen_fd: int | None,
    status_fd: int | None,
    **options: Any,
) -> None:
    """Join a run of PROGRAM as one party. Input and store are opened and checked before any connection is made."""
    agreed, own, numbers, ways = agreed_of(options), own_inputs(data), numbers_of(options), ways_of(options)
    status, returned = status_line(status_fd), list[Any]()
    try:
        material = material_of(options)
        material.check_wanted(suite)
        check_writable(target)
        check_result_file(output)
        patience = patience_of(options)
        seat = party_seat(roster, party, key, patience, listener(listen_fd), with_dealer=material.with_dealer)
        warn_of_expiry(seat, status)
        check_session(find_suite(suite), seat.roster.parties, ways)
        reading = reading_of(columns, header, texts, agreed)
        if not text_of_any:
            require_text_columns([own], reading)
        mine = load_inputs(own, reading)
        loaded = load_program(program, agreed)
        choices = Choices(suite, numbers, material, agreed, tolerance, ways)
        offered = DeviceChoice(device, opencl_binary, device_threshold)
        of_cores = using_cores(cores or available_cores())
        guarded = guarding_of(policy, ledger, charged).opened(seat.roster, seat.me, seat.identity, loaded.digest)
        with guarded as guards, material.opened(seat.identity) as source, of_cores, offered.opened() as beside:
            outcome = run_endpoint(
                lambda p: join(seat, loaded, mine, choices, source, p, guards, beside, returned.append), status
            )
        returned.clear()
        account = outcome.report.to_json(outcome.result)
        say_done(status, account)
        if status is None:
            shown = partial(print_report, alone=party)
            present(account, target, shown, result_files(account, output), output)
    except (Exception, KeyboardInterrupt, BaseExceptionGroup) as error:
        end_with(error, status, program, returned, lambda had: _show_partly({party: had}, target, output))


def _show_partly(returned: Mapping[str, Sequence[Any]], target: str | None, output: Path | None) -> None:
    """Present and write what programs had returned, by party, of a run that failed afterwards."""
    results = partial_summary(returned)
    present(results, target, print_results, result_files(results, output), output)


@click.command()
@click.argument("roster", metavar="PARTIES.TOML", type=FILE)
@click.option("--key", type=FILE, metavar="FILE", help="The dealer's private key.  [default: NAME.key by the roster]")
@click.option("--program", type=FILE, metavar="FILE", help="The program that the parties run.")
@click.option("--plan", "plan_file", type=FILE, metavar="FILE", help="The plan that the parties make stores of.")
@AGREED
@RUNS
@CHOICES
@WHEN
@PATIENCE
@LAUNCHED
def dealer(
    roster: Path,
    key: Path | None,
    program: Path | None,
    plan_file: Path | None,
    runs: int,
    suite: str,
    when: str,
    listen_fd: int | None,
    status_fd: int | None,
    **options: Any,
) -> None:
    """Be the dealer of one run, or of making stores: hand out material, see nothing of the computation.

    The dealer must not collude with any party. It has the parties' program, or their plan, to agree on it with them;
    it runs neither.
    """
    if (program is None) == (plan_file is None):
        raise click.UsageError("give the parties' program with --program, or their plan with --plan")
    agreed, numbers, ways = agreed_of(options), numbers_of(options), ways_of(options)
    status, material = status_line(status_fd), Material(DEALER, when=when)
    try:
        plan = None if plan_file is None else load_plan(plan_file)
        material.check_wanted(suite if plan is None else plan.suite)
        seat = dealer_seat(roster, key, patience_of(options), listener(listen_fd))
        warn_of_expiry(seat, status)
        if plan is not None:
            terms = terms_of_making(seat.roster, plan, material, runs)
        elif program is not None:
            check_session(find_suite(suite), seat.roster.parties, ways)
            choices = Choices(suite, numbers, material, agreed, ways=ways)
            terms = terms_of_run(seat.roster, source_digest(program, agreed), choices)
        names = seat.roster.names
        tell(f"{names[seat.me]}, the dealer, waits for {', '.join(names[: seat.me])}", status)
        run_endpoint(lambda progress: deal(seat, terms, progress), status)
        tell("served " + (f"one run of {program.name}" if program else f"the making of stores for {runs} runs"), status)
    except (Exception, KeyboardInterrupt, BaseExceptionGroup) as error:
        end_with(error, status, None)
    say_done(status, None)


COMMANDS = (run, join_command, dealer)
