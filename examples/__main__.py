"""Runs the programs of the cookbook as their parties would, each a process, and says
how far they are from the clear.

    python -m examples [NAME ...]     runs all or these, pictures into build/examples
    python -m examples --data         writes the made-up files again

The parties make their material themselves. Ends with 1 if a result is further off than
its bound.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from examples.recipes import Recipe, one_result, recipes

PICTURES = Path("build/examples")
AT_A_TIME = 2


def main(words: list[str]) -> int:
    """Run what the words say; the exit code."""
    if words == ["--data"]:
        for recipe in recipes():
            recipe.write_data()
        return 0
    chosen = [recipe for recipe in recipes() if not words or recipe.name in words]
    PICTURES.mkdir(parents=True, exist_ok=True)
    console, well = Console(), bool(chosen)
    table = Table(
        "program", "parties", "rounds", "seconds", "beside the clear", "picture"
    )
    with console.status("Parties compute"), ThreadPoolExecutor(AT_A_TIME) as pool:
        for recipe, (row, fine) in zip(chosen, pool.map(outcome, chosen), strict=True):
            table.add_row(recipe.name, str(len(recipe.parties)), *row)
            well = well and fine
    console.print(table)
    return 0 if well else 1


def outcome(recipe: Recipe) -> tuple[list[str], bool]:
    """Rounds, seconds, what is said of the result, the picture's file; and whether all
    is well.
    """
    started = time.perf_counter()
    summary = run(recipe)
    seconds = f"{time.perf_counter() - started:.1f}"
    result = one_result(summary.get("results", [summary["result"]]))
    off = recipe.too_far_off(result, [reveal["error"] for reveal in summary["reveals"]])
    return [
        str(summary["rounds"]),
        seconds,
        "; ".join(off) or "within its bounds",
        picture(recipe, result),
    ], not off


def run(recipe: Recipe) -> Any:
    """The summary of `parley run`, in the program's folder."""
    names = [
        word
        for place, name in enumerate(recipe.parties)
        for word in ("--name", f"{place}={name}")
    ]
    command = [
        sys.executable,
        "-m",
        "party_runner",
        "run",
        recipe.program.name,
        *recipe.options(),
        *names,
    ]
    target = (PICTURES / f"{recipe.name}.json").resolve()
    subprocess.run(
        [*command, "--json", str(target)],
        cwd=recipe.folder,
        check=True,
        capture_output=True,
    )
    return json.loads(target.read_text())


def picture(recipe: Recipe, result: dict[str, Any]) -> str:
    """Draws the result; the file's name."""
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    recipe.clear.draw(figure, result)
    file = PICTURES / f"{recipe.name}.svg"
    figure.savefig(file)
    return str(file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
