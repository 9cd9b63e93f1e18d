"""The last resort of a result: a whole copy, where nobody asked for one, if none could be made elsewhere."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

from party_runner.summary import Summary, as_json
from party_runner.whole_file import write_whole


def keep(summary: Summary, near: Path | None) -> str:
    """Write the result of a summary as JSON beside the file `near` that could not hold it, or among the temporary
    files, for its owner alone to read; where there is no room either, to standard error. Says where it is."""
    content = as_json(results_of(summary))
    for target in _places(near):
        with suppress(OSError):
            write_whole(target, content)
            return f"The whole result is in {target}."
    click.echo(content.decode(), err=True, nl=False)
    return "The whole result stands above, as JSON on standard error."


def results_of(summary: Summary) -> object:
    """The result, or those of all parties by name where they differ."""
    if "results" not in summary:
        return summary["result"]
    return dict(zip(summary["parties"], summary["results"], strict=True))


def _places(near: Path | None) -> Iterator[Path]:
    if near is not None and not near.with_suffix(".json").exists():
        yield near.with_suffix(".json")
    with suppress(OSError):  # no folder for temporary files can be written to
        yield Path(tempfile.gettempdir()) / f"parley-result-{secrets.token_hex(4)}.json"
