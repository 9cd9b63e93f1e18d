"""What the user says on the command line and all parties must say alike: arguments, categories, further files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

import click

from party_runner.columns import is_number

MOST = 100

Argument = int | float | bool | str


@dataclass(frozen=True, slots=True)
class Agreed:
    """`--arg`, `--category` and `--digest`: keyword arguments of `main`, the texts of columns of categories in their
    order, and files that the parties compare."""

    arguments: dict[str, Argument] = field(default_factory=dict)
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    digested: tuple[Path, ...] = ()

    def words(self) -> list[str]:
        """The same as options of a command."""
        words = [word for name, value in self.arguments.items() for word in ("--arg", f"{name}={value}")]
        for name, values in self.categories.items():
            words += ["--category", f"{name}={','.join(values)}"]
        return words + [word for path in self.digested for word in ("--digest", str(path.absolute()))]

    def terms(self) -> dict[str, str | int]:
        """What the handshake compares; of files it is part of the program's digest."""
        arguments = {f"argument {name}": repr(value) for name, value in self.arguments.items()}
        return {**arguments, **{f"category {name}": ",".join(values) for name, values in self.categories.items()}}


def agreed_of(options: dict[str, Any]) -> Agreed:
    """What these options say, which are taken out. click's UsageError for what says nothing."""
    arguments = {name: _argument(text) for name, text in _named("--arg", options.pop("arguments"))}
    for name in arguments:
        if not name.isidentifier():
            raise click.UsageError(f"--arg {name}: a parameter of main has a name of letters, digits and _")
    categories = {name: _values(name, text) for name, text in _named("--category", options.pop("categories"))}
    if len(arguments) + len(categories) > MOST:
        raise click.UsageError(f"--arg, --category: {MOST} together are the most that parties compare")
    return Agreed(arguments, categories, options.pop("digested"))


def _named(option: str, given: Sequence[str]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not name.strip():
            raise click.UsageError(f"{option} {text}: write {option} NAME=VALUE")
        if name.strip() in dict(pairs):
            raise click.UsageError(f"{option} {text}: {name.strip()} has one already")
        pairs.append((name.strip(), value))
    return pairs


def _values(name: str, text: str) -> tuple[str, ...]:
    values = tuple(value.strip() for value in text.split(","))
    if not all(values) or len(set(values)) < len(values):
        raise click.UsageError(f"--category {name}={text}: write texts with commas between, each once, as sex=f,m")
    return values


def _argument(text: str) -> Argument:
    """A finite number where it is written as one in plain digits, a truth value, else the text."""
    if is_number(text) and isfinite(float(text)):
        try:
            return int(text)
        except ValueError:
            return float(text)
    return {"true": True, "false": False}.get(text.lower(), text)
