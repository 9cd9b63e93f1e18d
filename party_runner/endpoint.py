"""The life of an endpoint's process: do the work with a progress bar or a status line, say how it ended, exit."""

from __future__ import annotations

import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
import trio

from party_runner.failures import Failure, failure_of
from party_runner.join import Seat
from party_runner.launch import RunFailed
from party_runner.progress import ProgressBar
from party_runner.status import Progress, StatusLine

R = TypeVar("R")
Work = Callable[[Progress], Awaitable[R]]


def status_line(descriptor: int | None) -> StatusLine | None:
    """The line to the launcher; None in a process that a person started."""
    return StatusLine(descriptor) if descriptor is not None else None


def listener(descriptor: int | None) -> socket.socket | None:
    """The listening socket that the launcher hands on, None where there is none."""
    return socket.socket(fileno=descriptor) if descriptor is not None else None


def warn_of_expiry(seat: Seat, status: StatusLine | None) -> None:
    """Tell a person of certificates that expire soon."""
    for warning in seat.roster.warnings() if status is None else ():
        click.secho(f"warning: {warning}", fg="yellow", err=True)


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


def end_with(error: BaseException, status: StatusLine | None, program: Path | None) -> NoReturn:
    """Show the error as this house shows errors, tell the launcher its code, and exit; wrong usage passes through."""
    if isinstance(error, click.ClickException):
        raise error
    failure = failure_of(error, program)
    show(failure)
    if status is not None:
        status.say({"event": "failed", "code": failure.code})
    sys.exit(failure.exit_code)


def end_as(failed: RunFailed) -> NoReturn:
    """Say who failed of those that were launched here, and exit as it did."""
    click.secho(str(failed), fg="red", err=True)
    raise SystemExit(failed.exit_code) from None


def show(failure: Failure) -> None:
    """The failure's text on stderr, its first line in red on a terminal."""
    first, *rest = failure.text.split("\n")
    click.secho(first, fg="red", err=True)
    for line in rest:
        click.echo(line, err=True)
