"""What the command line's words mean: INDEX[:NAME]=FILE, INDEX[:NAME]=ROWSxCOLUMNS, party names.

Errors are click's usage errors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from party_runner.inputs import Origin
from party_runner.query import is_query
from protocols.runs.table import TAKEN_NAMES, Table, Tables

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
SHAPE = re.compile(r"(\d+(?:x\d+)*)(?::(float64|int64))?((?:,[^,]+:(?:float64|int64|text))*)")
TYPES: dict[str, type[Any]] = {"float64": np.float64, "int64": np.int64, "text": str}
OF_PARTY = re.compile(r"\d+(:[^=]*)?=")
RESERVED = "dealer"
NAMED_FILE = re.compile(r"([A-Za-z_]\w*)=(.+)", re.DOTALL)

Given = Origin | Mapping[str, Origin]
"""A party's input, or its inputs by name."""


def by_party(option: str, given: Sequence[str], parties: int) -> dict[int, str]:
    """The values of a repeated `INDEX=VALUE` option by party."""
    values: dict[int, str] = {}
    for text in given:
        index, _, value = text.partition("=")
        place = _place(f"{option} {text}", index, value, parties)
        if place in values:
            raise click.UsageError(f"{option} {text}: party {place} has one already")
        values[place] = value
    return values


def _place(option: str, index: str, value: str, parties: int) -> int:
    """The party that an option is about, written as `index`."""
    if not value or not index.isdecimal():
        raise click.UsageError(f"{option}: write {option.partition(' ')[0]} INDEX=VALUE, parties are counted from 0")
    if int(index) >= parties:
        raise click.UsageError(f"{option}: there are {parties} parties, 0 to {parties - 1}")
    return int(index)


def named_by_party(option: str, given: Sequence[str], parties: int) -> dict[int, dict[str, str]]:
    """The values of a repeated `INDEX=VALUE` or `INDEX:NAME=VALUE` option, by party and name; "" for one without."""
    values: dict[int, dict[str, str]] = {}
    for text in given:
        key, _, value = text.partition("=")
        index, colon, name = key.partition(":")
        if colon:
            _check_input_name(f"{option} {text}", name)
        place = _place(f"{option} {text}", index, value, parties)
        named = values.setdefault(place, {})
        if name in named or (named and "" in (name, *named)):
            raise click.UsageError(f"{option} {text}: party {place} has one already; name each, as {place}:claims=...")
        named[name] = value
    return values


def inputs_by_party(given: Sequence[str], parties: int) -> dict[int, Given]:
    """The `--input` options: a party's file as an absolute path, the address of its query, or by name several."""
    return {place: _given(values) for place, values in named_by_party("--input", given, parties).items()}


def own_inputs(given: Sequence[str]) -> Given | None:
    """The `--input FILE` or `--input NAME=FILE` options of one party."""
    named = [matched for text in given if (matched := NAMED_FILE.fullmatch(text)) and not Path(text).exists()]
    if not named:
        if len(given) > 1:
            raise click.UsageError("--input: name each of several inputs, as --input claims=FILE")
        return _origin(given[0]) if given else None
    if len(named) < len(given) or len({matched[1] for matched in named}) < len(named):
        raise click.UsageError("--input: give each of several inputs a name of its own, as --input claims=FILE")
    for matched in named:
        _check_input_name(f"--input {matched[0]}", matched[1])
    return {matched[1]: _origin(matched[2]) for matched in named}


def _check_input_name(option: str, name: str) -> None:
    """Refuse a name by which a program could not ask for an input, as `mine.claims`."""
    if not name.isidentifier():
        raise click.UsageError(f"{option}: {name!r} names no input; use letters, digits and _")
    if name in TAKEN_NAMES:
        cause = f"mine.{name} is a method in a program; give the input another name, as {name}_"
        raise click.UsageError(f"{option}: {cause}")


def input_words(given: Given | None) -> list[str]:
    """One party's inputs as options of a command."""
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [word for name, origin in given.items() for word in ("--input", f"{name}={origin}")]
    return ["--input", str(given)]


def _given(named: Mapping[str, str]) -> Given:
    return _origin(named[""]) if "" in named else {name: _origin(text) for name, text in named.items()}


def _origin(text: str) -> Origin:
    return text if is_query(text) else Path(text).absolute()


def shadows_by_party(given: Sequence[str], parties: int) -> dict[int, Given]:
    """The `--shadow` options, as those of `--input`; those without an index are the parties' in their order."""
    counted = [text for text in given if not OF_PARTY.match(text)]
    if len(counted) > parties:
        raise click.UsageError(f"--shadow {counted[parties]}: there are {parties} parties, 0 to {parties - 1}")
    numbered = [text if OF_PARTY.match(text) else f"{place}={text}" for place, text in enumerate(given)]
    return {place: _given(values) for place, values in named_by_party("--shadow", numbered, parties).items()}


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


def shapes_by_party(given: Sequence[str], parties: int) -> dict[int, Any]:
    """The `--shape INDEX[:NAME]=ROWSxCOLUMNS[:int64][,COLUMN:int64...]` options as arrays of zeros, which take any name
    of a column; texts, COLUMN:text, stand beside."""
    shapes = {}
    for place, named in named_by_party("--shape", given, parties).items():
        arrays = {name: _zeros(place, text) for name, text in named.items()}
        shapes[place] = arrays[""] if "" in arrays else Tables(arrays)
    return shapes


def _zeros(place: int, text: str) -> Table:
    matched = SHAPE.fullmatch(text)
    if matched is None:
        forms = f"{place}=190x31, {place}=1000:int64, {place}=190x31,age:int64 or {place}=50x2,email:text"
        raise click.UsageError(f"--shape {place}={text}: write for example {forms}")
    shape, dtype = tuple(int(extent) for extent in matched[1].split("x")), TYPES[matched[2] or "float64"]
    columns = (column.rpartition(":") for column in matched[3].split(",")[1:])
    own = {name: TYPES[written] for name, _, written in columns}
    if str in own.values() and len(shape) != 2:
        raise click.UsageError(f"--shape {place}={text}: texts stand beside a table, as {place}=50x0,email:text")
    joint = np.float64 if np.float64 in (dtype, *own.values()) else np.int64
    types = {name: None if column is joint else column for name, column in own.items()}
    return Table(np.zeros(shape, joint), None, lambda name: types.get(name, None if dtype is joint else dtype))
