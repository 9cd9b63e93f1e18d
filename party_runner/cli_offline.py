"""Commands of what is done before a run: plans, and stores of what they foresee."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from mpc.algebra.cores import available_cores, using_cores
from mpc.store import check_target
from party_runner.agreed import agreed_of
from party_runner.arguments import inputs_by_party, party_names, shadows_by_party, shapes_by_party
from party_runner.budget import spending_of
from party_runner.endpoint import end_as, end_with, listener, run_endpoint, say_done, status_line, warn_of_expiry
from party_runner.error_plot import write_plot
from party_runner.inputs import load_inputs
from party_runner.join import Choices
from party_runner.launch import LocalRun, RunFailed, launch
from party_runner.material import Material
from party_runner.noisy_figures import wanted_errors
from party_runner.options import (
    AGREED,
    CERTIFICATE,
    CHECK_MATERIAL,
    CHOICES,
    CORES,
    FILE,
    INPUT_OF,
    JSON,
    KEY_IN_STORE,
    LAUNCHED,
    NAMES,
    PARTIES,
    PATIENCE,
    PLANNED_FOR,
    POLICY,
    READING,
    RUNS,
    TOLERANCE,
    cores_each,
    material_of,
    numbers_of,
    parties_of,
    patience_of,
    reading_of,
    ways_of,
    where_of,
    words_of,
)
from party_runner.plan import make_plan, print_plan, shadow_of
from party_runner.plan_file import load_plan, save_plan
from party_runner.preprocess import check_fits, make_folder, make_one, merged_makings, print_making
from party_runner.program import load_program
from party_runner.report import present
from party_runner.seats import party_seat
from party_runner.summary import check_writable
from party_runner.text_columns import require_text_columns
from protocols.privacy.forecast import Forecast
from protocols.privacy.ledger.address import Where
from protocols.privacy.policy import Policy, load_policy
from protocols.runs.sources import PREPROCESSING


@click.command()
@click.argument("program", type=FILE)
@PARTIES
@INPUT_OF
@click.option(
    "--shape",
    "shapes",
    multiple=True,
    metavar="INDEX[:NAME]=SHAPE",
    help="Instead of data, as 190x31, 50:int64, or with types of columns 190x31,age:int64.",
)
@click.option("-o", "--output", type=FILE, metavar="FILE", help="Save the plan, for `parley preprocess`.")
@click.option(
    "--shadow",
    "shadows",
    multiple=True,
    metavar="[INDEX[:NAME]=]FILE",
    help="Public or made-up data, of the parties in order: run the program on them here, beside floating point.",
)
@click.option(
    "--wanted-error",
    "wanted",
    multiple=True,
    metavar="[LINE=]ERROR[%]",
    help="Say which epsilon a figure needs to be within ERROR, or ERROR% of its range, in 19 of 20 cases.",
)
@click.option(
    "--privacy-plot", "picture", type=FILE, metavar="FILE", help="Draw error against epsilon for each such figure: SVG."
)
@JSON
@READING
@AGREED
@CHOICES
@TOLERANCE
@POLICY
@click.option(
    "--ledger", type=where_of, metavar="FILE|URL", help="Say what its budget has no room for; it is only read."
)
@click.option("--data", "charged", metavar="NAME", help="The name in the ledger of what would be charged.")
@CERTIFICATE
@NAMES
@PLANNED_FOR
def plan(
    program: Path,
    parties: int | None,
    inputs: tuple[str, ...],
    shapes: tuple[str, ...],
    shadows: tuple[str, ...],
    wanted: tuple[str, ...],
    picture: Path | None,
    output: Path | None,
    target: str | None,
    columns: str | None,
    header: bool | None,
    texts: tuple[str, ...],
    suite: str,
    tolerance: float | None,
    policy: Path | None,
    ledger: Where | None,
    charged: str | None,
    certificate: Path | None,
    names: tuple[str, ...],
    preprocessing: str,
    **options: Any,
) -> None:
    """Say what a run of PROGRAM will cost and reveal, before anything is sent."""
    parties = parties_of(parties, suite, simulated=True)
    of_parties, made_up = inputs_by_party(inputs, parties), shadows_by_party(shadows, parties)
    agreed, numbers, ways = agreed_of(options), numbers_of(options), ways_of(options)
    known_as, errors = party_names(names, parties), wanted_errors(wanted)
    arrays: dict[int, Any] = {**shapes_by_party(shapes, parties)}
    if (ledger is None) != (charged is None):
        raise click.UsageError("--ledger and --data belong together: the ledger, and which of its budgets is meant")
    if twice := of_parties.keys() & arrays.keys():
        raise click.UsageError(f"party {min(twice)} has both --input and --shape; one is enough")
    try:
        reading = reading_of(columns, header, texts, agreed)
        if not shapes:
            require_text_columns([*of_parties.values(), *made_up.values()], reading)
        trial = {place: load_inputs(path, reading) for place, path in made_up.items()}
        arrays = {**trial, **arrays, **{place: load_inputs(given, reading) for place, given in of_parties.items()}}
        given = [arrays.get(place) for place in range(parties)]
        check_writable(target)
        choices = Choices(suite, numbers, Material(preprocessing), agreed, tolerance, ways)
        choices.material.check_wanted(suite)
        loaded = load_program(program, agreed)
        spending = None if ledger is None or charged is None else spending_of(ledger, charged, certificate)
        forecast = None
        if policy is not None or spending is not None:
            rules = Policy() if policy is None else load_policy(policy)
            forecast = Forecast(rules, known_as, loaded.digest, spending)
        summary, planned = make_plan(loaded, given, choices, forecast, errors, stored=output is not None)
        if forecast is not None:
            summary["refused"] = forecast.plain()
        if trial:
            summary["shadow"] = shadow_of(loaded, [trial.get(place) for place in range(parties)], choices)
        files = [] if output is None else [partial(save_plan, planned, output)]
        files += [] if picture is None else [partial(write_plot, picture, summary.get("figures", []))]
        present(summary, target, print_plan, files)
    except (Exception, KeyboardInterrupt, BaseExceptionGroup) as error:
        end_with(error, None, program)


@click.command()
@click.argument("plan_file", metavar="PLAN", type=FILE)
@click.option("-o", "--output", type=FILE, required=True, metavar="FOLDER", help="The new store; here, of all parties.")
@click.option("--roster", type=FILE, metavar="PARTIES.TOML", help="All parties, to make the store as one of them.")
@click.option("--party", metavar="NAME", help="Which of them this is.")
@click.option("--key", type=FILE, metavar="FILE", help="This party's private key.  [default: NAME.key by the roster]")
@NAMES
@RUNS
@JSON
@click.option("--preprocessing", type=click.Choice(PREPROCESSING), help="Who makes it.  [default: as planned]")
@CHECK_MATERIAL
@KEY_IN_STORE
@PATIENCE
@CORES
@LAUNCHED
def preprocess(
    plan_file: Path,
    output: Path,
    roster: Path | None,
    party: str | None,
    key: Path | None,
    names: tuple[str, ...],
    target: str | None,
    cores: int | None,
    listen_fd: int | None,
    status_fd: int | None,
    **options: Any,
) -> None:
    """Make the material of PLAN and keep it in a store: as one party, or here for all of them.

    With --roster and --party this is one of the real parties, and all others make their own at the same time. Without,
    all parties are processes of this machine, and FOLDER holds a store for each, under its name.
    """
    if (roster is None) != (party is None):
        raise click.UsageError("--roster and --party belong together: all parties, and which of them this is")
    if roster is None or party is None:
        _preprocess_here(plan_file, output, names, target, cores, options)
        return
    status = status_line(status_fd)
    try:
        check_writable(target)
        plan, runs = load_plan(plan_file), options.pop("runs")
        material = material_of(options, plan.preprocessing)
        patience = patience_of(options)
        seat = party_seat(roster, party, key, patience, listener(listen_fd), with_dealer=material.with_dealer)
        check_fits(plan, seat.roster.parties, material)
        check_target(output)
        warn_of_expiry(seat, status)
        with using_cores(cores or available_cores()):
            account = run_endpoint(lambda p: make_one(seat, plan, material, output, runs, p), status)
        say_done(status, account)
        if status is None:
            present(account, target, print_making)
    except (Exception, KeyboardInterrupt, BaseExceptionGroup) as error:
        end_with(error, status, None)


def _preprocess_here(
    plan_file: Path,
    output: Path,
    names: tuple[str, ...],
    target: str | None,
    cores: int | None,
    options: dict[str, Any],
) -> None:
    """All parties as processes of this machine, each with a store in the folder, which holds its own key."""
    try:
        check_writable(target)
        plan = load_plan(plan_file)
        material = replace(material_of(options, plan.preprocessing), key_in_store=True)
        chosen_names = party_names(names, plan.parties)
        check_fits(plan, plan.parties, material)
        common, of_cores = words_of(options), cores_each(cores, plan.parties)
        make_folder(output, chosen_names)

        def party(place: int, name: str, roster: str) -> list[str]:
            store = ["--output", str(output / name), *material.words(), *of_cores]
            return ["preprocess", str(plan_file), "--roster", roster, "--party", name, *store, *common]

        def dealer(roster: str) -> list[str]:
            return ["dealer", roster, "--plan", str(plan_file), *common]

        accounts = launch(LocalRun(chosen_names, party, dealer if material.with_dealer else None))
        present(merged_makings(accounts), target, print_making)
    except RunFailed as failed:
        end_as(failed)
    except Exception as error:
        end_with(error, None, None)


COMMANDS = (plan, preprocess)
