"""The credit scoring in the clear: the same steps in numpy, what each party could do
alone, and the picture.

The applicants are real: applicants.csv has thirteen columns of the thousand rows of
Hofmann, "Statlog (German Credit Data)", UCI Machine Learning Repository 1994,
doi.org/10.24432/C5NC77, CC BY 4.0, with texts as numbers in the order in which they
rise. Who has which column is made up.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from examples.credit_scoring.scoring import ENDED, of_bank, of_telecom, standardised

PARTIES = {"bank": "bank.csv", "telecom": "telecom.csv"}
SPLIT = {
    "bank.csv": ["account", "months", "amount", "history", "savings", "installment"],
    "telecom.csv": ["age", "residence", "employment", "owner", "phone", "plans"],
}
NAMES = [
    "account overdrawn",
    "account nearly empty",
    "account well filled",
    "months",
    "amount",
    "past credits",
    "savings",
    "instalment",
    "age",
    "years at home",
    "years in the job",
    "owns the home",
    "has a phone",
    "pays elsewhere too",
]
WITHIN = {"weights": 2e-3, "intercept": 2e-3, "log_odds": 1e-2}
"""How far off a result may be of which no useful bound is known."""

HERE = Path(__file__).parent
BATCHES, RATE, RIDGE = 4, 2.0, 0.01


def data() -> dict[str, dict[str, Any]]:
    """The columns of applicants.csv in two hands; how it ended is the bank's."""
    table = applicants()
    split = {
        file: {name: table[name] for name in names} for file, names in SPLIT.items()
    }
    split["bank.csv"]["default"] = table["default"]
    return split


def applicants() -> dict[str, Any]:
    """All columns by name."""
    with (HERE / "applicants.csv").open(newline="", encoding="utf-8") as file:
        names, *rows = csv.reader(file)
    columns = np.array(rows, int).T
    return dict(zip(names, columns, strict=True))


def clear(bank: Any, telecom: Any) -> dict[str, Any]:
    """The same steps, in float64."""
    x = np.column_stack(
        [standardised(of_bank(bank)), standardised(of_telecom(telecom))]
    )
    return trained(x, np.asarray(bank["default"]))


def trained(x: Any, default: Any) -> dict[str, Any]:
    """The model of those whose end is known, and the log odds of the others."""
    weights, intercept = np.zeros(x.shape[1]), 0.0
    for step in range(BATCHES):
        rows = slice(step, ENDED, BATCHES)
        expected = 1 / (1 + np.exp(-(x[rows] @ weights + intercept)))
        off = expected - default[rows]
        gradient = x[rows].T @ off / len(off)
        weights = (1 - RATE * RIDGE) * weights - RATE * gradient
        intercept -= RATE * off.mean()
    log_odds = x[ENDED:] @ weights + intercept
    return {"weights": weights, "intercept": intercept, "log_odds": log_odds}


def in_order(log_odds: Any) -> float:
    """How many pairs of one who did not pay back and one who did are ranked so."""
    failed = applicants()["default"][ENDED:] == 1
    return float((log_odds[failed][:, None] > log_odds[~failed]).mean())


def draw(figure: Any, result: dict[str, Any]) -> None:
    """What counts, and how well each could tell alone."""
    left, right = figure.subplots(1, 2, width_ratios=[2, 1])
    colours = ["C0"] * 8 + ["C1"] * 6
    left.barh(NAMES, result["weights"], height=0.6, color=colours)
    left.axvline(0, color="C7", linewidth=0.8)
    left.set(
        xlabel="log odds that a deviation more adds",
        title="Who does not pay back",
    )
    left.invert_yaxis()
    table = applicants()
    parts = (
        of_bank(table),
        of_telecom(np.column_stack([table[n] for n in SPLIT["telecom.csv"]])),
    )
    alone = [
        in_order(trained(standardised(x), table["default"])["log_odds"]) for x in parts
    ]
    shares = [100 * share for share in (*alone, in_order(result["log_odds"]))]
    bars = right.bar(["bank", "telecom", "both"], shares, color=["C0", "C1", "C2"])
    right.bar_label(bars, fmt="%.1f")
    right.set(ylim=(50, 100), title="Pairs in order, %")
