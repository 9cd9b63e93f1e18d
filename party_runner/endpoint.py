"""The life of an endpoint's process: do the work with a progress bar or a status line, say how it ended, exit."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
import trio

from mpc.accounts.plain import plain
from mpc.errors import LocalError
from party_runner.failures import Failure, failure_of, leading
from party_runner.join import Seat
from party_runner.launch import RunFailed
from party_runner.progress import ProgressBar
from party_runner.status import Progress, StatusLine

R = TypeVar("R")
Work = Callable[[Progress], Awaitable[R]]


def status_line(descriptor: int | None) -> StatusLine | None:
    """The line to the launcher; None in a process that a person started.

    A launched process heeds the launcher's SIGINT also where a shell began both in the background, which ignores it.
    """
    if descriptor is None:
        return None
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return StatusLine(descriptor)


def listener(descriptor: int | None) -> socket.socket | None:
    """The listening socket that the launcher hands on, None where there is none."""
    return socket.socket(fileno=descriptor) if descriptor is not None else None


def warn_of_expiry(seat: Seat, status: StatusLine | None) -> None:
    """Tell a person of certificates that expire soon."""
    for warning in seat.roster.warnings() if status is None else ():
        click.secho(f"warning: {warning}", fg="yellow", err=True)


def tell(text: str, status: StatusLine | None) -> None:
    """Tell a person at a terminal, on stderr, how far a command is that has no result to show."""
    if status is None and sys.stderr.isatty():
        click.echo(text, err=True)


def run_endpoint(work: Work[R], status: StatusLine | None) -> R:
    """Run `work` in trio, reporting its progress to the launcher if there is one, else to the terminal."""
    if status is not None:
        return trio.run(status.run, lambda: work(status.progress))
    with ProgressBar(1) as bar:
        return trio.run(work, lambda stage, done, total: bar.update(0, stage, done, total))


def say_done(status: StatusLine | None, account: dict[str, Any] | None) -> None:
    """Tell the launcher, if there is one, that this process did its part."""
    if status is not None:
        status.say({"event": "done", "account": account})
        status.close()


def end_with(
    error: BaseException,
    status: StatusLine | None,
    program: Path | None,
    returned: Sequence[Any] = (),
    show_returned: Callable[[Sequence[Any]], None] | None = None,
) -> NoReturn:
    """Show the error as this house shows errors, or have the launcher do so, and exit; wrong usage passes through.

    `returned`: nothing, or the one result of a program that had returned before others failed. The launcher shows it,
    or `show_returned` where there is none; what the program itself is refused for, it has not returned.
    """
    if isinstance(error, click.ClickException):
        raise error
    failure = failure_of(error, program)
    kept = [] if isinstance(leading(error), LocalError) else list(returned)
    if status is not None:
        failed = {"code": failure.code, "exit_code": failure.exit_code, "text": failure.text, "returned": plain(kept)}
        status.say({"event": "failed", **failed})
        status.close()
    else:
        if kept and show_returned is not None:
            _even_if_it_fails(lambda: show_returned(plain(kept)))
        show(failure)
    sys.exit(failure.exit_code)


def end_as(failed: RunFailed, show_returned: Callable[[Mapping[str, Any]], None] | None = None) -> NoReturn:
    """Say who failed of those that were launched here, after what the programs of others returned; exit as it did."""
    if failed.returned and show_returned is not None:
        _even_if_it_fails(lambda: show_returned(failed.returned))
    click.secho(str(failed), fg="red", err=True)
    raise SystemExit(failed.exit_code) from None


def _even_if_it_fails(step: Callable[[], None]) -> None:
    try:
        step()
    except LocalError as error:
        show(failure_of(error))


def show(failure: Failure) -> None:
    """The failure's text on stderr, its first line in red on a terminal."""
    first, *rest = failure.text.split("\n")
    click.secho(first, fg="red", err=True)
    for line in rest:
        click.echo(line, err=True)
