"""The `parley` command: run all parties here, or join as one real party; keys; the dealer; plans.

Exit codes are listed in `party_runner.failures`.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from mpc.cores import available_cores, using_cores
from party_runner.arguments import inputs_by_party, party_names, shapes_by_party
from party_runner.devices import DeviceChoice, list_devices, write_binary, write_source
from party_runner.endpoint import end_with, run_endpoint, say_done
from party_runner.inputs import load_input
from party_runner.join import Choices, Seat, deal, join
from party_runner.kernels import list_kernels
from party_runner.keys import make_keys, show_certificate
from party_runner.launch import LocalRun, RunFailed, launch
from party_runner.plan import make_plan, print_plan
from party_runner.program import load_program, source_digest
from party_runner.report import print_report
from party_runner.seats import dealer_seat, party_seat
from party_runner.status import StatusLine
from party_runner.summary import Summary, check_writable, write_summary
from protocols.execution import DEALER, PREPROCESSING

F = TypeVar("F", bound=Callable[..., Any])

FILE = click.Path(path_type=Path)
SECONDS = click.FloatRange(min=0.1)
CONNECT_TIMEOUT = 30.0
STALL_TIMEOUT = 10.0


def _together(*options: Callable[[Any], Any]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


CHOICES = _together(
    click.option("--suite", default="beaver", show_default=True, help="The protocols to compute with."),
    click.option("--fractional-bits", default=16, show_default=True, type=click.IntRange(1, 30)),
)
PATIENCE = _together(
    click.option("--connect-timeout", default=CONNECT_TIMEOUT, show_default=True, type=SECONDS, metavar="SECONDS"),
    click.option("--stall-timeout", default=STALL_TIMEOUT, show_default=True, type=SECONDS, metavar="SECONDS"),
)
DEVICE = _together(
    click.option("--device", metavar="NAME", help="Large operations go there: opencl, or opencl:PLATFORM:DEVICE."),
    click.option("--opencl-binary", type=FILE, metavar="FILE", help="The device's kernels, ready made."),
    click.option(
        "--device-threshold",
        type=click.IntRange(min=0),
        metavar="WORK",
        help="The least work that goes to the device, for all operations.  [default: measured]",
    ),
)
PREPROCESSING_FROM = click.option(
    "--preprocessing",
    type=click.Choice(PREPROCESSING),
    default=DEALER,
    show_default=True,
    help="Who makes the material: a dealer, or the parties, by oblivious transfer (ot, silent).",
)
CORES = click.option(
    "--cores", type=click.IntRange(min=1), metavar="N", help="Cores for each party's own work.  [default: a fair share]"
)
LAUNCHED = _together(
    click.option("--listen-fd", type=int, hidden=True),
    click.option("--status-fd", type=int, hidden=True),
)
PARTIES = click.option("-n", "--parties", required=True, type=click.IntRange(2, 64), help="How many parties.")
INPUT_OF = click.option("--input", "inputs", multiple=True, metavar="INDEX=FILE", help="A party's own data.")
JSON = click.option("--json", "target", metavar="FILE", help="Write the summary as JSON; '-' for stdout.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="parley-mpc", prog_name="parley")
def main() -> None:
    """Secure multi-party computation: parties compute on their private data and learn the result and nothing else."""


@main.command()
@click.argument("program", type=FILE)
@PARTIES
@INPUT_OF
@click.option("--name", "names", multiple=True, metavar="INDEX=NAME", help="A party's name; else party0, party1, ...")
@JSON
@CHOICES
@PREPROCESSING_FROM
@PATIENCE
@CORES
@DEVICE
def run(
    program: Path,
    parties: int,
    inputs: tuple[str, ...],
    names: tuple[str, ...],
    target: str | None,
    preprocessing: str,
    cores: int | None,
    device: str | None,
    opencl_binary: Path | None,
    device_threshold: int | None,
    **options: Any,
) -> None:
    """Run PROGRAM with all parties as processes of this machine, over TLS on loopback."""
    beside = DeviceChoice(device, opencl_binary, device_threshold)
    of_parties = ("--preprocessing", preprocessing, "--cores", str(cores or max(1, available_cores() // parties)))
    chosen = LocalRun(
        program,
        party_names(names, parties),
        inputs_by_party(inputs, parties),
        _for_children(options),
        (*of_parties, *beside.options()),
        preprocessing == DEALER,
    )
    try:
        source_digest(program)
        beside.check()
        check_writable(target)
        summary = launch(chosen)
    except RunFailed as failed:
        click.secho(str(failed), fg="red", err=True)
        raise SystemExit(failed.exit_code) from None
    except Exception as error:
        end_with(error, None, None)
    _report(summary, target, print_report)


def _for_children(options: dict[str, Any]) -> tuple[str, ...]:
    return tuple(word for key, value in options.items() for word in (f"--{key.replace('_', '-')}", str(value)))


@main.command("join")
@click.argument("roster", metavar="PARTIES.TOML", type=FILE)
@click.argument("program", type=FILE)
@click.option("--party", required=True, metavar="NAME", help="Which of the parties this is.")
@click.option("--input", "data", type=FILE, metavar="FILE", help="This party's own data.")
@click.option("--key", type=FILE, metavar="FILE", help="This party's private key.  [default: NAME.key by the roster]")
@JSON
@CHOICES
@PREPROCESSING_FROM
@PATIENCE
@CORES
@DEVICE
@LAUNCHED
def join_command(
    roster: Path,
    program: Path,
    party: str,
    data: Path | None,
    key: Path | None,
    target: str | None,
    suite: str,
    fractional_bits: int,
    connect_timeout: float,
    stall_timeout: float,
    preprocessing: str,
    cores: int | None,
    device: str | None,
    opencl_binary: Path | None,
    device_threshold: int | None,
    listen_fd: int | None,
    status_fd: int | None,
) -> None:
    """Join a run of PROGRAM as one party. The input is read and checked before any connection is made."""
    status = StatusLine(status_fd) if status_fd is not None else None
    try:
        check_writable(target)
        listener, with_dealer = _listener(listen_fd), preprocessing == DEALER
        seat = party_seat(roster, party, key, connect_timeout, stall_timeout, listener, with_dealer=with_dealer)
        _warn_of_expiry(seat, status)
        mine = load_input(data) if data is not None else None
        loaded = load_program(program)
        choices = Choices(suite, fractional_bits, preprocessing)
        offered = DeviceChoice(device, opencl_binary, device_threshold)
        with using_cores(cores or available_cores()), offered.opened() as beside:
            outcome = run_endpoint(lambda progress: join(seat, loaded, mine, choices, progress, beside), status)
        account = outcome.report.to_json(outcome.result)
    except (Exception, KeyboardInterrupt) as error:
        end_with(error, status, program)
    say_done(status, account)
    if status is None:
        _report(account, target, lambda summary, console: print_report(summary, console, f"{party} alone"))


@main.command()
@click.argument("roster", metavar="PARTIES.TOML", type=FILE)
@click.option("--key", type=FILE, metavar="FILE", help="The dealer's private key.  [default: NAME.key by the roster]")
@click.option("--program", type=FILE, required=True, metavar="FILE", help="The program that the parties run.")
@CHOICES
@PATIENCE
@LAUNCHED
def dealer(
    roster: Path,
    key: Path | None,
    program: Path,
    suite: str,
    fractional_bits: int,
    connect_timeout: float,
    stall_timeout: float,
    listen_fd: int | None,
    status_fd: int | None,
) -> None:
    """Be the dealer of one run: hand out preprocessed material, see nothing of the computation.

    The dealer must not collude with any party. Its program file is compared with the parties', never run.
    """
    status = StatusLine(status_fd) if status_fd is not None else None
    try:
        seat = dealer_seat(roster, key, connect_timeout, stall_timeout, _listener(listen_fd))
        _warn_of_expiry(seat, status)
        digest, choices = source_digest(program), Choices(suite, fractional_bits)
        run_endpoint(lambda progress: deal(seat, digest, choices, progress), status)
    except (Exception, KeyboardInterrupt) as error:
        end_with(error, status, None)
    say_done(status, None)


@main.command()
@click.argument("program", type=FILE)
@PARTIES
@INPUT_OF
@click.option("--shape", "shapes", multiple=True, metavar="INDEX=SHAPE", help="Instead of data, as 190x31 or 50:int64.")
@JSON
@CHOICES
def plan(
    program: Path,
    parties: int,
    inputs: tuple[str, ...],
    shapes: tuple[str, ...],
    target: str | None,
    suite: str,
    fractional_bits: int,
) -> None:
    """Say what a run of PROGRAM will cost and reveal, before anything is sent."""
    files = inputs_by_party(inputs, parties)
    arrays: dict[int, Any] = {**shapes_by_party(shapes, parties)}
    if twice := files.keys() & arrays.keys():
        raise click.UsageError(f"party {min(twice)} has both --input and --shape; one is enough")
    try:
        arrays |= {place: load_input(path) for place, path in files.items()}
        given = [arrays.get(place) for place in range(parties)]
        check_writable(target)
        summary = make_plan(load_program(program), given, Choices(suite, fractional_bits))
    except (Exception, KeyboardInterrupt) as error:
        end_with(error, None, program)
    _report(summary, target, print_plan)


@main.command()
@click.option("--compare", metavar="NAME", help="Also measure this implementation, as `portable`.")
def kernels(compare: str | None) -> None:
    """List the kernels that this processor runs, and measure one of each family."""
    try:
        list_kernels(Console(), compare)
    except Exception as error:
        end_with(error, None, None)


@main.command()
def devices() -> None:
    """List the OpenCL devices: whether they work, and from what size of work on they are used."""
    try:
        list_devices(Console())
    except Exception as error:
        end_with(error, None, None)


@main.group("device")
def device_group() -> None:
    """The kernels of OpenCL devices, for compiling beforehand."""


@device_group.command()
@click.argument("file", type=FILE)
@click.option("--device", default="opencl", show_default=True, metavar="NAME", help="Which device to compile for.")
def build(file: Path, device: str) -> None:
    """Compile the kernels for a device into FILE, for --opencl-binary."""
    try:
        write_binary(device, file)
    except Exception as error:
        end_with(error, None, None)


@device_group.command("source")
@click.argument("file", type=FILE)
def source_command(file: Path) -> None:
    """Write the kernels as one file of OpenCL C, for a tool chain that compiles elsewhere (FPGA)."""
    try:
        write_source(file)
    except Exception as error:
        end_with(error, None, None)


@main.group()
def keys() -> None:
    """Keys and certificates of parties."""


@keys.command()
@click.argument("name")
@click.option("--folder", type=FILE, default=Path(), help="Where to write.  [default: here]")
def new(name: str, folder: Path) -> None:
    """Make NAME.key, to be kept private, and NAME.crt, to be given to the other parties."""
    try:
        make_keys(name, folder)
    except Exception as error:
        end_with(error, None, None)


@keys.command()
@click.argument("file", type=FILE)
def show(file: Path) -> None:
    """Print the name, fingerprint and expiry of the certificate in FILE."""
    try:
        show_certificate(file)
    except Exception as error:
        end_with(error, None, None)


def _listener(descriptor: int | None) -> socket.socket | None:
    return socket.socket(fileno=descriptor) if descriptor is not None else None


def _warn_of_expiry(seat: Seat, status: StatusLine | None) -> None:
    for warning in seat.roster.warnings() if status is None else ():
        click.secho(f"warning: {warning}", fg="yellow", err=True)


def _report(summary: Summary, target: str | None, show: Callable[[Summary, Console], None]) -> None:
    """The summary for machines if asked for, and for a person unless stdout is taken."""
    if target is not None:
        write_summary(summary, target)
    if target != "-":
        show(summary, Console())
