"""What a command writes must not take the place of what it reads, nor of what cannot be made again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from mpc.network.irreplaceable import refuse_to_replace, would_overwrite


def refuse_overwriting(target: Path) -> None:
    """Before anything is done: LocalError `would-overwrite` for a ledger, a key, a policy, and for whatever else the
    command that runs was given a file of."""
    refuse_to_replace(target)
    command = click.get_current_context(silent=True)
    named = [] if command is None else [file for value in command.params.values() for file in _files(value)]
    if sum(_same(file, target) for file in named) > 1:
        raise would_overwrite(target, "named more than once in this command")


def _files(value: Any) -> Iterator[Path]:
    """What an option's value names: a file, or as `NAME=FILE`."""
    if isinstance(value, tuple | list):
        for each in value:
            yield from _files(each)
    elif isinstance(value, Path):
        yield value
    elif isinstance(value, str):
        yield from (Path(part) for part in {value, value.partition("=")[2]} if part and "\0" not in part)


def _same(file: Path, target: Path) -> bool:
    try:
        if file.exists() and target.exists():
            return os.path.samefile(file, target)
        return file.resolve() == target.resolve()
    except OSError:
        return False
