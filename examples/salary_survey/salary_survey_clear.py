"""The survey in the clear: salaries that are made up, the same figures without noise,
and the picture of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mpc import privacy

PARTIES = {"atlas": "atlas.csv", "borealis": "borealis.csv", "cedar": "cedar.csv"}
GRADES = ("junior", "senior", "lead")
CATEGORIES = {"grade": GRADES}
POLICY = "policy.toml"
MEDIANS = np.array([38, 54, 73])
SIZES = (520, 400, 320)
LOWEST, HIGHEST = np.array([20, 30, 40]), np.array([60, 80, 110])
MIDDLE, REACH = np.array([40, 55, 75]), np.array([20, 25, 35])
BOTTOM, TOP, WIDTH = 20, 120, 10
SCALES = {"people": 5, "pay": 140, "spread": 1750, "brackets": 5}
NOISE = {name: 32 * scale for name, scale in SCALES.items()}
"""Beyond 32 scales is one number in 10^13."""


def data() -> dict[str, dict[str, Any]]:
    """Log-normal salaries around the medians."""
    random = np.random.RandomState(17)
    tables = {}
    for file, size in zip(PARTIES.values(), SIZES, strict=True):
        grade = random.choice(len(GRADES), size, p=[0.45, 0.33, 0.22])
        salary = np.rint(MEDIANS[grade] * np.exp(random.normal(0, 0.15, size)))
        tables[file] = {
            "grade": [GRADES[place] for place in grade],
            "salary": salary.astype(int),
        }
    return tables


def clear(*tables: Any) -> dict[str, Any]:
    """What is revealed, without noise, and the means."""
    grade, salary = (
        np.concatenate([np.asarray(table[name]) for table in tables]).astype(int)
        for name in ("grade", "salary")
    )
    away = np.clip(salary, LOWEST[grade], HIGHEST[grade]) - MIDDLE[grade]
    people = np.bincount(grade, minlength=len(GRADES))
    pay = np.bincount(grade, away, len(GRADES))
    edges = np.arange(BOTTOM, TOP + 1, WIDTH)
    return {
        "people": people,
        "pay": pay,
        "spread": np.bincount(grade, away**2 - REACH[grade] ** 2 // 2, len(GRADES)),
        "brackets": np.histogram(np.clip(salary, BOTTOM, TOP), edges)[0],
        "mean": MIDDLE + pay / people,
    }


def draw(figure: Any, result: dict[str, Any]) -> None:
    """Means with what the noise may do to them, beside the true ones; and how that
    depends on epsilon.
    """
    of_grades, of_epsilons = figure.subplots(1, 2, width_ratios=(3, 2))
    right = clear(*tables())
    place = np.arange(len(GRADES))
    of_grades.errorbar(
        np.asarray(result["mean"], float),
        place,
        xerr=np.asarray(result["mean_within"], float),
        fmt="o",
        capsize=4,
        label="noisy, and its interval",
    )
    of_grades.plot(right["mean"], place, "|", markersize=16, color="C1", label="true")
    labels = [
        f"{grade},\nabout {int(count)}"
        for grade, count in zip(GRADES, result["people"], strict=True)
    ]
    of_grades.set(yticks=place, yticklabels=labels, xlabel="1000 euros a year")
    of_grades.set(title="Mean salary", ylim=(-0.5, 2.9))
    of_grades.legend(frameon=False, loc="upper left")
    epsilons = np.geomspace(0.05, 5, 40)
    for grade, count in zip(GRADES, right["people"], strict=True):
        errors = [privacy.laplace_error(70 / each).bound / count for each in epsilons]
        of_epsilons.plot(epsilons, errors, label=f"{count} people, {grade}")
    of_epsilons.axvline(0.5, color="0.5", linewidth=1, linestyle=":")
    of_epsilons.set(xscale="log", yscale="log", xlabel="epsilon of the sums")
    of_epsilons.set(title="Its error, 19 of 20 cases", ylabel="1000 euros")
    of_epsilons.set(xticks=(0.1, 1), xticklabels=("0.1", "1"))
    of_epsilons.set(
        yticks=(0.1, 1, 10), yticklabels=("0.1", "1", "10"), ylim=(0.02, 40)
    )
    of_epsilons.legend(frameon=False, loc="lower left")


def tables() -> list[dict[str, Any]]:
    """The made-up tables, grades as numbers."""
    return [
        {**table, "grade": np.array([GRADES.index(each) for each in table["grade"]])}
        for table in data().values()
    ]
