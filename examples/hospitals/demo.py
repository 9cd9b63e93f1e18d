"""The main job, as `make demo` runs it: three hospitals, three processes, one model.

Runs `parley run` on study.py, where the hospitals make their random material themselves and trust nobody else, or with
the suite replicated3 need none, as long as no two of them collude. Then it trains scikit-learn's logistic regression on
all patients in the clear, and prints both accuracies beside each other. Ends with an error if they are more than a
percentage point apart.

    python examples/hospitals/demo.py [SUMMARY.json] [--suite replicated3]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FOLDER = Path(__file__).parent
HOSPITALS = ("north", "south", "west")
APART = 0.01


def main() -> int:
    """Run, compare, report; the exit code is the run's, or 1 if the accuracies are apart."""
    parser = argparse.ArgumentParser(description="Three hospitals train one model on data that stay with each of them.")
    parser.add_argument("summary", nargs="?", type=Path, default=Path("build/demo.json"))
    parser.add_argument("--suite", default="beaver")
    given = parser.parse_args()
    target: Path = given.summary
    target.parent.mkdir(parents=True, exist_ok=True)
    if code := run_parties(target, given.suite):
        return code
    summary = json.loads(target.read_text())
    summary["accuracy"] = summary["result"]["accuracy"]
    summary["accuracy_in_the_clear"] = accuracy_in_the_clear()
    target.write_text(json.dumps(summary, indent=2) + "\n")
    return compare(summary, target)


def run_parties(target: Path, suite: str) -> int:
    """Three hospitals, each a process that alone reads its file. What material there is they make: no dealer."""
    options = ["--suite", suite]
    options += [f"--name={place}={name}" for place, name in enumerate(HOSPITALS)]
    options += [f"--input={place}={FOLDER / name}.csv" for place, name in enumerate(HOSPITALS)]
    command = [sys.executable, "-m", "party_runner", "run", str(FOLDER / "study.py"), "-n", "3", *options]
    return subprocess.run([*command, "--json", str(target)], check=False).returncode


def accuracy_in_the_clear() -> float:
    """What scikit-learn reaches on the pooled data, on the patients that it was trained on, as the study does."""
    tables = [np.loadtxt(FOLDER / f"{name}.csv", delimiter=",", skiprows=1) for name in HOSPITALS]
    patients = np.concatenate(tables)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(patients[:, :30], patients[:, 30])
    return float(model.score(patients[:, :30], patients[:, 30]))


def compare(summary: dict[str, Any], target: Path) -> int:
    """Print both accuracies; 0 if they are close enough."""
    secret, clear = summary["accuracy"], summary["accuracy_in_the_clear"]
    console = Console(highlight=False)
    console.print("\n[bold]Accuracy[/bold]")
    console.print(f"  three hospitals, data kept secret    {secret:.2%}")
    console.print(f"  scikit-learn, all data in the clear  {clear:.2%}")
    console.print(f"\nThe whole summary is in {target}")
    if abs(secret - clear) > APART:
        console.print("[red]The two are more than a percentage point apart.[/red]")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
