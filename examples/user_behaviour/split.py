"""Writes the purchases of five shops: CDNOW's, divided among shops that are made up.

The purchases are real: those of the 23,570 customers who first bought at CDNOW, a shop
for music, in the first quarter of 1997, until June 1998 (Fader, Hardie 2001). Who bought
where is made up, with a seed: each customer has one shop most of the purchases go to,
the first of the list much more often than the last; three in ten buy at a second one
too, one in ten at a third. So shops are of uneven size, and know parts of one customer.

    python -m examples.user_behaviour.split FOLDER [CUSTOMERS]
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from examples.datasets import fetched
from examples.recipes import write_table

SHOPS = ("alder", "birch", "cedar", "dogwood", "elm")
SIZES = (0.46, 0.28, 0.15, 0.08, 0.03)
SECOND, THIRD = 0.3, 0.1
AT_THE_FIRST = 0.6
SEED = 1997
BEGIN = date(1997, 1, 1)

Whole = npt.NDArray[np.int64]


def main(words: list[str]) -> None:
    """Write the shops' files into a folder, of all customers or of the first so many."""
    write_shops(Path(words[0]), int(words[1]) if len(words) > 1 else None)


def write_shops(folder: Path, customers: int | None = None) -> None:
    """SHOP.csv for each shop: customer, day, cents; a purchase a line."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, own in zip(SHOPS, divided(cdnow()), strict=True):
        kept = own if customers is None else own[own[:, 0] <= customers]
        columns = dict(zip(("customer", "day", "cents"), kept.T, strict=True))
        write_table(folder / f"{name}.csv", columns)


def cdnow() -> Whole:
    """CDNOW's purchases: (purchases, 3), customer, days since the begin of 1997, cents.

    `Unavailable` where the file cannot be had.
    """
    rows = []
    _, *lines = fetched("cdnow").read_text(encoding="ascii").splitlines()
    for line in lines:
        customer, day, _, dollars = line.split()
        on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        rows.append((int(customer), (on - BEGIN).days, round(float(dollars) * 100)))
    return np.array(rows, np.int64)


def divided(purchases: Whole) -> list[Whole]:
    """The purchases of each shop."""
    draws = np.random.default_rng(SEED)
    everyone = int(purchases[:, 0].max()) + 1
    order = preferred(everyone, draws)
    shops = 1 + (draws.random(everyone) < SECOND) + (draws.random(everyone) < THIRD)
    who = purchases[:, 0]
    elsewhere = draws.random(len(who)) >= AT_THE_FIRST
    rank = np.where(elsewhere, draws.integers(0, 1 << 30, len(who)) % shops[who], 0)
    where = order[who, rank]
    return [purchases[where == shop] for shop in range(len(SHOPS))]


def preferred(customers: int, draws: np.random.Generator) -> Whole:
    """The shops in the order in which each customer prefers them: (customers, 5).

    Drawn one after the other without replacement, larger shops earlier (Efraimidis,
    Spirakis 2006).
    """
    keys = -draws.exponential(size=(customers, len(SHOPS))) / np.array(SIZES)
    return np.argsort(-keys, axis=1)


if __name__ == "__main__":
    main(sys.argv[1:])
