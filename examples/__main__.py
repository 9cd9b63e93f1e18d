"""Runs the programs of the cookbook as their parties would, each a process, and says
how far they are from the clear.

    python -m examples [NAME ...]     runs all or these
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

FOLDER = Path("build/examples")
AT_A_TIME = 2


def main(words: list[str]) -> int:
    """Run what the words say; the exit code."""
    if words == ["--data"]:
        for recipe in recipes():
            recipe.write_data()
        return 0
    chosen = [recipe for recipe in recipes() if not words or recipe.name in words]
    FOLDER.mkdir(parents=True, exist_ok=True)
    console, well = Console(), bool(chosen)
    table = Table("program", "parties", "rounds", "seconds", "beside the clear")
    with console.status("Parties compute"), ThreadPoolExecutor(AT_A_TIME) as pool:
        for row, off in pool.map(outcome, chosen):
            table.add_row(*row, "; ".join(off) or "within its bounds")
            well = well and not off
    console.print(table)
    console.print(f"What each came to is in {FOLDER}, as a picture and as JSON.")
    return 0 if well else 1


def outcome(recipe: Recipe) -> tuple[list[str], list[str]]:
    """Runs a program and draws what it came to: a row, and what is too far off."""
    started = time.perf_counter()
    summary = run(recipe)
    seconds = f"{time.perf_counter() - started:.1f}"
    result = one_result(summary.get("results", [summary["result"]]))
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    recipe.clear.draw(figure, result)
    figure.savefig(FOLDER / f"{recipe.name}.svg")
    off = recipe.too_far_off(result, [reveal["error"] for reveal in summary["reveals"]])
    row = [recipe.name, str(len(recipe.parties)), str(summary["rounds"]), seconds]
    return row, off


def run(recipe: Recipe) -> Any:
    """The summary of `parley run`, in the program's folder; ends with what it said."""
    words = [recipe.program.name, *recipe.options()]
    if "--name" not in words:
        words += recipe.names()
    target = (FOLDER / f"{recipe.name}.json").resolve()
    words += ["--json", str(target)]
    command = [sys.executable, "-m", "party_runner", "run", *words]
    done = subprocess.run(
        command, cwd=recipe.folder, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{recipe.name}:\n{done.stderr}")
    return json.loads(target.read_text())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
