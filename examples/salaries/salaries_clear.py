"""The benchmark in the clear: salaries that are made up, their quartiles, and the
picture of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PARTIES = {"atlas": "atlas.csv", "borealis": "borealis.csv", "cedar": "cedar.csv"}
GRADES = ("junior", "senior", "lead", "chief")
CATEGORIES = {"grade": GRADES}
MEDIANS = np.array([38_000, 54_000, 73_000, 120_000])
SIZES = (22, 26, 16)
FEWEST = 8


def data() -> dict[str, dict[str, Any]]:
    """Log-normal salaries around the medians, in hundreds; chiefs are few."""
    random = np.random.RandomState(7)
    tables = {}
    for file, size in zip(PARTIES.values(), SIZES, strict=True):
        grade = random.choice(len(GRADES), size, p=[0.42, 0.32, 0.2, 0.06])
        salary = 100 * np.rint(
            MEDIANS[grade] * np.exp(random.normal(0, 0.13, size)) / 100
        ).astype(int)
        tables[file] = {"grade": [GRADES[place] for place in grade], "salary": salary}
    return tables


def clear(*tables: Any) -> dict[str, Any]:
    """People and quartiles by grade; zeros of a grade with too few."""
    grade, salary = (
        np.concatenate([np.asarray(table[name]) for table in tables])
        for name in ("grade", "salary")
    )
    people, quartiles = [], []
    for place in range(len(GRADES)):
        members = salary[grade == place]
        told = len(members) >= FEWEST
        people.append(len(members) if told else 0)
        quartiles.append(
            np.quantile(members, [0.25, 0.5, 0.75], method="lower")
            if told
            else np.zeros(3)
        )
    return {"people": np.array(people), "quartiles": np.array(quartiles)}


def draw(figure: Any, result: dict[str, Any]) -> None:
    """The middle half of each grade as a bar, the median across it."""
    axes = figure.add_subplot()
    people, quartiles = (
        np.asarray(result["people"]),
        np.asarray(result["quartiles"]) / 1000,
    )
    for place, (count, (low, middle, high)) in enumerate(
        zip(people, quartiles, strict=True)
    ):
        if count:
            axes.barh(place, high - low, left=low, height=0.5, color="C0", alpha=0.5)
            axes.plot(
                [middle, middle], [place - 0.25, place + 0.25], color="C0", linewidth=3
            )
    told = [f"{count} people" if count else "too few" for count in people]
    labels = [f"{name}, {count}" for name, count in zip(GRADES, told, strict=True)]
    axes.set(yticks=range(len(GRADES)), yticklabels=labels, xlabel="1000 euros a year")
    axes.set_title("The middle half of each grade, and its median")
    axes.set_xlim(0)
