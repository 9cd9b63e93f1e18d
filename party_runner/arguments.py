"""What the command line's words mean: INDEX=FILE, INDEX=ROWSxCOLUMNS, party names. Errors are click's usage errors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
SHAPE = re.compile(r"(\d+(?:x\d+)*)(?::(float64|int64))?")
RESERVED = "dealer"


def by_party(option: str, given: Sequence[str], parties: int) -> dict[int, str]:
    """The values of a repeated `INDEX=VALUE` option by party."""
    values: dict[int, str] = {}
    for text in given:
        index, separator, value = text.partition("=")
        if not separator or not value or not index.isdecimal():
            raise click.UsageError(f"{option} {text}: write {option} INDEX=VALUE, parties are counted from 0")
        place = int(index)
        if place >= parties:
            raise click.UsageError(f"{option} {text}: there are {parties} parties, 0 to {parties - 1}")
        if place in values:
            raise click.UsageError(f"{option} {text}: party {place} has one already")
        values[place] = value
    return values


def inputs_by_party(given: Sequence[str], parties: int) -> dict[int, Path]:
    """The `--input INDEX=FILE` options as absolute paths."""
    return {place: Path(value).absolute() for place, value in by_party("--input", given, parties).items()}


def shadows_by_party(given: Sequence[str], parties: int) -> dict[int, Path]:
    """The `--shadow [INDEX=]FILE` options as absolute paths; those without an index are the parties' in their order."""
    numbered = [text if text.partition("=")[0].isdecimal() else f"{place}={text}" for place, text in enumerate(given)]
    return {place: Path(value).absolute() for place, value in by_party("--shadow", numbered, parties).items()}


def party_names(given: Sequence[str], parties: int) -> tuple[str, ...]:
    """The names of all parties: those given with `--name INDEX=NAME`, else party0, party1, ..."""
    chosen = by_party("--name", given, parties)
    names = tuple(chosen.get(place, f"party{place}") for place in range(parties))
    for name in names:
        check_name(name)
    if len(set(names)) < parties:
        raise click.UsageError("--name: two parties have the same name")
    return names


def check_name(name: str) -> None:
    """Refuse a name that would not do as a file name or in parties.toml."""
    if not NAME.fullmatch(name) or name == RESERVED:
        remedy = "use up to 63 letters, digits, '_', '-' and '.', and not 'dealer'"
        raise click.UsageError(f"{name!r} cannot be the name of a party: {remedy}")


def shapes_by_party(given: Sequence[str], parties: int) -> dict[int, npt.NDArray[np.float64] | npt.NDArray[np.int64]]:
    """The `--shape INDEX=ROWSxCOLUMNS[:int64]` options as arrays of zeros."""
    arrays = {}
    for place, text in by_party("--shape", given, parties).items():
        matched = SHAPE.fullmatch(text)
        if matched is None:
            raise click.UsageError(f"--shape {place}={text}: write for example {place}=190x31 or {place}=1000:int64")
        shape = tuple(int(extent) for extent in matched[1].split("x"))
        arrays[place] = np.zeros(shape, matched[2] or "float64")
    return arrays
