"""A salary benchmark: quartiles by grade over all firms, of grades with enough people.

Each firm's file has an employee a line: the grade, and the salary in whole euros a
year. Everybody learns, for each grade, how many people are in it and their quartiles.
Who works where, what anybody earns and how many people a firm has in a grade stay
secret. Of a grade with fewer than FEWEST people nothing is told but that.

    parley run salaries.py -n 3 --category grade=junior,senior,lead,chief \
        --input 0=atlas.csv --input 1=borealis.csv --input 2=cedar.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

GRADES = ("junior", "senior", "lead", "chief")
HIGHEST = 250_000
FEWEST = 8


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The benchmark; `mine` is this firm's table, its grades numbered as in GRADES."""
    grade = await pooled(ctx, mine, "grade", len(GRADES) - 1)
    salary = await pooled(ctx, mine, "salary", HIGHEST)
    people = (grade[:, None] == np.arange(len(GRADES))).sum(axis=0)
    told = people >= FEWEST
    people, quartiles = await mpc.reveal(
        ctx,
        np.where(told, people, 0),
        np.where(told[:, None], quartiles_by_grade(grade, salary, people), 0),
    )
    return {"people": people, "quartiles": quartiles}


async def pooled(ctx: Any, mine: Any, name: str, largest: int) -> Any:
    """A column of all firms' tables as one secret."""
    own = mine[name] if mine is not None else None
    return np.concatenate(
        [
            await mpc.secret(ctx, owner=firm, value=own, range=(0, largest))
            for firm in range(ctx.n)
        ]
    )


def quartiles_by_grade(grade: Any, salary: Any, people: Any) -> Any:
    """The three quartiles of each grade, shape (grades, 3); of a grade without people
    any salaries.

    Sorted by grade and then by salary, the people of a grade stand together, so that
    one sort serves all. The quartile q of m people is the salary at place floor(q (m -
    1)) among theirs: `method="lower"` of np.quantile.
    """
    ordered = np.sort(grade * (HIGHEST + 1) + salary)
    first = np.cumsum(people) - people
    places = first[:, None] + (people[:, None] - 1) * np.array([1, 2, 3]) // 4
    found = ordered[np.clip(places, 0, len(ordered) - 1)]
    return found - np.arange(len(GRADES))[:, None] * (HIGHEST + 1)
