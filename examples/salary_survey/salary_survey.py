"""A salary survey across firms that any number of surveys may follow: differentially
private counts, means, deviations and a histogram.

Each firm's file has an employee a line: the grade, and the salary in thousands of euros
a year. Everybody learns, over all firms, how many people are in each grade, their mean
salary and its standard deviation, how many earn what, and the median, all with noise
that the firms draw together and nobody knows: epsilon 2 for one person's line in the
place of another. Who works where and what anybody earns stay secret.

    parley run salary_survey.py -n 3 --policy policy.toml \
        --category grade=junior,senior,lead \
        --input 0=atlas.csv --input 1=borealis.csv --input 2=cedar.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

GRADES = ("junior", "senior", "lead")
LOWEST, HIGHEST, WIDTH = 20, 120, 10
MIDDLE, REACH = (LOWEST + HIGHEST) // 2, (HIGHEST - LOWEST) // 2
BRACKETS = (HIGHEST - LOWEST) // WIDTH
EPSILON = {"people": "0.4", "pay": "0.5", "spread": "0.7", "brackets": "0.4"}
ONE_IN_FORTY = np.log(40)


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The survey; `mine` is this firm's table, its grades numbered as in GRADES."""
    firms = [await employees(ctx, firm, mine) for firm in range(ctx.n)]
    found = {name: await noisy(ctx, name, firms) for name in EPSILON}
    return {**found, **figures(found)}


async def employees(ctx: Any, firm: int, mine: Any) -> dict[str, Any]:
    """What everybody computes with of a firm's people, as secrets. A salary beyond the
    bounds counts as the bound, which does not depend on the data.
    """
    columns = (None,) * 3 if ctx.me != firm or mine is None else own_columns(mine)
    ranges = ((0, len(GRADES) - 1), (-REACH, REACH), (0, BRACKETS - 1))
    grade, pay, bracket = [
        await mpc.secret(ctx, firm, column, range=bounds, kind="int")
        for column, bounds in zip(columns, ranges, strict=True)
    ]
    member = grade.reshape(-1, 1) == np.arange(len(GRADES))
    away = pay.reshape(-1, 1)
    return {
        "people": np.bincount(grade, minlength=len(GRADES)),
        "pay": (member * away).sum(axis=0),
        "spread": (member * (away * away - REACH**2 // 2)).sum(axis=0),
        "brackets": np.bincount(bracket, minlength=BRACKETS),
    }


def own_columns(mine: Any) -> tuple[Any, Any, Any]:
    """Grades, how far salaries are from the middle, and brackets."""
    pay = np.clip(np.rint(mine["salary"]), LOWEST, HIGHEST).astype(int)
    bracket = np.minimum((pay - LOWEST) // WIDTH, BRACKETS - 1)
    return np.asarray(mine["grade"]).astype(int), pay - MIDDLE, bracket


async def noisy(ctx: Any, name: str, firms: Any) -> Any:
    """A figure of all firms, with noise; its epsilon is spent.

    A line that becomes another leaves one grade and comes to another, so that it moves
    two sums, each by the size of a term. Of counts Parley knows that by itself.
    """
    moved = {"pay": 2 * REACH, "spread": REACH**2}
    noise = mpc.Laplace(epsilon=EPSILON[name], sensitivity=moved.get(name))
    return await mpc.reveal(ctx, sum(firm[name] for firm in firms), privacy=noise)


def figures(found: Any) -> dict[str, Any]:
    """What follows from the noisy figures and costs nothing more. `mean_within` bounds
    what the noise does to a mean, in 19 of 20 cases.
    """
    people = np.maximum(found["people"], 1)
    away = found["pay"] / people
    squares = (found["spread"] + REACH**2 // 2 * found["people"]) / people
    in_pay = 2 * REACH / float(EPSILON["pay"]) * ONE_IN_FORTY
    in_people = 2 / float(EPSILON["people"]) * ONE_IN_FORTY
    fewest = np.maximum(people - in_people, 1)
    up_to = np.cumsum(np.maximum(found["brackets"], 0))
    middle = np.searchsorted(up_to, up_to[-1] / 2)
    return {
        "mean": MIDDLE + away,
        "mean_within": (in_pay + np.abs(away) * in_people) / fewest,
        "deviation": np.sqrt(np.maximum(squares - away**2, 0)),
        "median_bracket": LOWEST + WIDTH * np.array([middle, middle + 1]),
    }
