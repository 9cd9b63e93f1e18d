"""The life of an endpoint's process: do the work with a progress bar or a status line, say how it ended, exit."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
import trio

from party_runner.failures import Failure, failure_of
from party_runner.progress import ProgressBar
from party_runner.status import Progress, StatusLine

R = TypeVar("R")
Work = Callable[[Progress], Awaitable[R]]


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
    """Show the error as this house shows errors, tell the launcher its code, and exit."""
    failure = failure_of(error, program)
    show(failure)
    if status is not None:
        status.say({"event": "failed", "code": failure.code})
    sys.exit(failure.exit_code)


def show(failure: Failure) -> None:
    """The failure's text on stderr, its first line in red on a terminal."""
    first, *rest = failure.text.split("\n")
    click.secho(first, fg="red", err=True)
    for line in rest:
        click.echo(line, err=True)
