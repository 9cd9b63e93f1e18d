"""What the programs of the cookbook have in common: their data, how they are run, how
far they are from the clear.

A program NAME.py has NAME_clear.py beside it:

- PARTIES, each party's file, or its files by name, and COLUMNS and CATEGORIES as the
  command line has them;
- `data()`, which makes the files up;
- `clear(*inputs)`, which computes the same of all in numpy, and `settled(result,
  *inputs)` where chance decides;
- WITHIN, how far a result may be off whose bound is of no use;
- NOISE, how far noise may move a result, but for one run in a thousand million;
- POLICY, the file of the policy that all parties have, if they have one;
- `draw(figure, result)`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from party_runner.columns import Reading
from party_runner.inputs import load_inputs

EXAMPLES = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Recipe:
    """A program of the cookbook, with what is known of it in the clear."""

    program: Path

    @property
    def name(self) -> str:
        return self.program.stem

    @property
    def folder(self) -> Path:
        return self.program.parent

    @property
    def clear(self) -> ModuleType:
        """The module NAME_clear."""
        return import_module(f"examples.{self.folder.name}.{self.name}_clear")

    @property
    def main(self) -> Any:
        """The program's function."""
        return import_module(f"examples.{self.folder.name}.{self.name}").main

    @property
    def parties(self) -> dict[str, dict[str, str]]:
        """Each party's files by the name of the input, which is empty for a party's
        only one.
        """
        given: Mapping[str, Any] = self.clear.PARTIES
        return {
            party: {"": files} if isinstance(files, str) else dict(files)
            for party, files in given.items()
        }

    @property
    def reading(self) -> Reading:
        """How the files are read."""
        return Reading(
            getattr(self.clear, "COLUMNS", ()),
            None,
            getattr(self.clear, "CATEGORIES", None),
        )

    def options(self) -> list[str]:
        """What `parley run` is told beside the program, called in its folder."""
        words = ["-n", str(len(self.parties))]
        if policy := getattr(self.clear, "POLICY", None):
            words += ["--policy", policy, *self.names()]  # it may say who learns
        if self.reading.columns:
            words += ["--columns", ",".join(self.reading.columns)]
        for column, texts in (self.reading.categories or {}).items():
            words += ["--category", f"{column}={','.join(texts)}"]
        for place, files in enumerate(self.parties.values()):
            for name, file in files.items():
                words += [
                    "--input",
                    f"{place}:{name}={file}" if name else f"{place}={file}",
                ]
        return words

    def names(self) -> list[str]:
        """The options that give each party its name."""
        return [
            word
            for place, name in enumerate(self.parties)
            for word in ("--name", f"{place}={name}")
        ]

    def inputs(self) -> list[Any]:
        """What each party's program gets as `mine`."""
        files = (
            {name: str(self.folder / file) for name, file in files.items()}
            for files in self.parties.values()
        )
        return [load_inputs(given.get("", given), self.reading) for given in files]

    def write_data(self) -> None:
        """Writes the files that are made up."""
        for file, columns in self.clear.data().items():
            write_table(self.folder / file, columns)

    def too_far_off(
        self, result: Mapping[str, Any], errors: Sequence[float | str]
    ) -> list[str]:
        """Which values are further from those in the clear than the run says they may
        be; none, if all is well.

        `errors` are the bounds of the revealed values, in the order of the result's, as
        a summary has them.
        """
        inputs = self.inputs()
        right = self.clear.clear(*inputs)
        if hasattr(self.clear, "settled"):
            result = self.clear.settled(result, *inputs)
        allowed = getattr(self.clear, "WITHIN", {})
        noise = getattr(self.clear, "NOISE", {})
        found = []
        for name, error in zip(result, errors, strict=False):
            bound = float(error) + noise.get(name, 0)
            distance = np.abs(
                np.asarray(result[name], float) - np.asarray(right[name], float)
            ).max()
            if not distance <= min(bound, allowed.get(name, np.inf)):
                found.append(
                    f"{name} is off by {distance:.2g}, and {bound:.2g} is its bound"
                )
        return found


def recipes() -> Iterator[Recipe]:
    """All programs of the cookbook, by folder."""
    for file in sorted(EXAMPLES.glob("*/*_clear.py")):
        yield Recipe(file.with_name(file.name.replace("_clear", "")))


def one_result(results: Sequence[Any]) -> dict[str, Any]:
    """The result of the first party that learns one."""
    return next(
        result
        for result in results
        if all(value is not None for value in result.values())
    )


def write_table(file: Path, columns: Mapping[str, Any]) -> None:
    """Writes columns of one length as CSV."""
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
