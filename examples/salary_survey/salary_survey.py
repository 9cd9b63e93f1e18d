"""A salary survey across firms that any number of surveys may follow: differentially
private counts, means, deviations and a histogram.

Each firm's file has an employee a line: the grade, and the salary in thousands of euros
a year. Everybody learns, over all firms, how many people are in each grade, their mean
salary and its standard deviation, how many earn what, and the median, all with noise
that the firms draw together and nobody knows: epsilon 2 for one person's line in the
place of another. Who works where and what anybody earns stay secret.

    parley run salary_survey.py -n 3 --policy policy.toml \
        --name 0=atlas --name 1=borealis --name 2=cedar \
        --category grade=junior,senior,lead \
        --input 0=atlas.csv --input 1=borealis.csv --input 2=cedar.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

GRADES = ("junior", "senior", "lead")
LOWEST, HIGHEST = np.array([20, 30, 40]), np.array([60, 80, 110])
MIDDLE, REACH = (LOWEST + HIGHEST) // 2, (HIGHEST - LOWEST) // 2
HALF_SQUARE = REACH**2 // 2
MOVED = {"people": 2, "pay": 2 * REACH.max(), "spread": REACH.max() ** 2, "brackets": 2}
BOTTOM, WIDTH, BRACKETS = 20, 10, 10
EPSILON = {"people": "0.4", "pay": "0.5", "spread": "0.7", "brackets": "0.4"}
NOISE = {name: MOVED[name] / float(EPSILON[name]) for name in EPSILON}
IN_19_OF_20 = {name: scale * np.log(60) for name, scale in NOISE.items()}
"""What the noise of a number is within; three numbers at once in 19 of 20 cases."""


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The survey; `mine` is this firm's table, its grades numbered as in GRADES."""
    firms = [await employees(ctx, firm, mine) for firm in range(ctx.n)]
    found = {name: await noisy(ctx, name, firms) for name in EPSILON}
    return {**found, **figures(found)}


async def employees(ctx: Any, firm: int, mine: Any) -> dict[str, Any]:
    """What everybody computes with of a firm's people, as secrets. A salary beyond the
    bounds of its grade counts as the bound, which does not depend on the data.
    """
    columns = (None,) * 3 if ctx.me != firm or mine is None else own_columns(mine)
    reach = int(REACH.max())
    ranges = ((0, len(GRADES) - 1), (-reach, reach), (0, BRACKETS - 1))
    grade, pay, bracket = [
        await mpc.secret(ctx, firm, column, range=bounds, kind="int")
        for column, bounds in zip(columns, ranges, strict=True)
    ]
    member = grade.reshape(-1, 1) == np.arange(len(GRADES))
    away = pay.reshape(-1, 1)
    people = np.bincount(grade, minlength=len(GRADES))
    return {
        "people": people,
        "pay": (member * away).sum(axis=0),
        "spread": (member * (away * away)).sum(axis=0) - HALF_SQUARE * people,
        "brackets": np.bincount(bracket, minlength=BRACKETS),
    }


def own_columns(mine: Any) -> tuple[Any, Any, Any]:
    """Grades, how far salaries are from the grade's middle, and brackets."""
    grade, pay = np.asarray(mine["grade"]).astype(int), np.rint(mine["salary"])
    away = np.clip(pay, LOWEST[grade], HIGHEST[grade]) - MIDDLE[grade]
    bracket = np.clip((pay - BOTTOM) // WIDTH, 0, BRACKETS - 1)
    return grade, away.astype(int), bracket.astype(int)


async def noisy(ctx: Any, name: str, firms: Any) -> Any:
    """A figure of all firms, with noise; its epsilon is spent.

    A line that becomes another moves the sums of its grade, or of two, in which a term
    is at most as large as the reach, or half its square. Of counts Parley knows that.
    """
    moved = int(MOVED[name]) if name in ("pay", "spread") else None
    noise = mpc.Laplace(epsilon=EPSILON[name], sensitivity=moved)
    return await mpc.reveal(ctx, sum(firm[name] for firm in firms), privacy=noise)


def figures(found: Any) -> dict[str, Any]:
    """What follows from the noisy figures and costs nothing more. A grade's mean and
    deviation are both within their bounds in 19 of 20 cases.
    """
    people = np.maximum(found["people"], 1)
    away, away_within = per_head(found, "pay", people)
    square, square_within = per_head(found, "spread", people)
    nearest = np.maximum(np.abs(away) - away_within, 0)
    farthest = np.abs(away) + away_within
    least = square - square_within + HALF_SQUARE - farthest**2
    most = square + square_within + HALF_SQUARE - nearest**2
    return {
        "mean": MIDDLE + away,
        "mean_within": away_within,
        "deviation_between": np.sqrt(np.maximum([least, most], 0)),
        "median_between": median(found["brackets"]),
    }


def per_head(found: Any, name: str, people: Any) -> tuple[Any, Any]:
    """A sum over the people of each grade, and what noise in both does to that."""
    each = found[name] / people
    fewest = np.maximum(people - IN_19_OF_20["people"], 1)
    return each, (IN_19_OF_20[name] + np.abs(each) * IN_19_OF_20["people"]) / fewest


def median(brackets: Any) -> Any:
    """Edges of brackets that the median is between in 19 of 20 cases: half of all are
    below, but for two deviations of the noise of that half and what is below.
    """
    within = 2 * NOISE["brackets"] * (BRACKETS / 2) ** 0.5
    up_to = np.cumsum(brackets)
    half = up_to[-1] / 2
    first = np.argmax(up_to >= half - within)
    after_last = BRACKETS - np.argmax((up_to - brackets <= half + within)[::-1])
    return BOTTOM + WIDTH * np.array([first, after_last])
