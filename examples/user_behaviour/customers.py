"""What a shop makes of its purchases: facts about each customer, features of these, and
what became of it. The data dictionary, known to all: no number here follows from data.

Purchases of the first 39 weeks are facts; whether the customer buys there again in the
26 weeks after them is what is to be foretold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

DAYS, AFTER = 39 * 7, 26 * 7
FACTS = ("purchases", "cents", "known", "latest")
MOST_PURCHASES, MOST_CENTS, MOST_ID = 64, 200_000, (1 << 15) - 1
FEATURES = ("recency", "frequency", "money", "tenure")
PARTS = ("choosing", "testing", "training")


@dataclass(frozen=True, slots=True)
class Customers:
    """Customers who bought in the first 39 weeks, in the order of their numbers.

    `facts`: (customers, 4), how often they bought, for how many cents, for how many days
    the shop has known them, and on which day, from 1 on, they bought last; all 0 for
    somebody unknown. `again`: whether they bought in the 26 weeks after.
    """

    ids: Whole
    facts: Whole
    again: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)

    def only(self, which: Any) -> Customers:
        """Those at these places, or where this is true."""
        return Customers(self.ids[which], self.facts[which], self.again[which])

    def part(self, name: str) -> Customers:
        """Those who serve for this: a fifth for choosing among models, a fifth for
        testing, all others for training.
        """
        return self.only(part_of(self.ids) == PARTS.index(name))

    @property
    def examples(self) -> tuple[Floats, Floats]:
        """Features (customers, 4), and whether each bought again, as 0 and 1."""
        return features(self.facts), self.again.astype(np.float64)


def customers_of(purchases: Any) -> Customers:
    """A shop's customers, of a table of its purchases: customer, day from 0 on, cents."""
    who, day, cents = (np.asarray(purchases[name]).astype(np.int64) for name in ("customer", "day", "cents"))
    early = day < DAYS
    ids, place = np.unique(who[early], return_inverse=True)
    facts = np.zeros((len(ids), len(FACTS)), np.int64)
    np.add.at(facts[:, 0], place, 1)
    np.add.at(facts[:, 1], place, cents[early])
    np.maximum.at(facts[:, 2], place, DAYS - day[early])
    np.maximum.at(facts[:, 3], place, day[early] + 1)
    facts[:, :2] = np.minimum(facts[:, :2], (MOST_PURCHASES, MOST_CENTS))
    again = np.isin(ids, who[(day >= DAYS) & (day < DAYS + AFTER)])
    return Customers(ids, facts, again)


def joined(facts: Sequence[Any]) -> Any:
    """What several shops know of the same customers, as one would know it who has all of
    their purchases; of numbers and of secrets alike.
    """
    both = np.stack(list(facts))
    return np.concatenate([both[:, :, :2].sum(axis=0), both[:, :, 2:].max(axis=0)], axis=1)


def features(facts: Any) -> Any:
    """Features about 0 to 1 of facts (customers, 4), of numbers and of secrets alike."""
    purchases, cents, known, latest = (facts[:, place] for place in range(len(FACTS)))
    columns = [
        (DAYS - latest) / DAYS,
        np.log(purchases + 0.5) / np.log(MOST_PURCHASES),
        np.log(cents / 100 + 1.0) / np.log(MOST_CENTS / 100),
        known / DAYS,
    ]
    return np.stack(columns, axis=1)


def part_of(ids: Whole) -> Whole:
    """What each customer serves for, as PARTS has it: by the number alone, so that all
    shops put a customer to the same use.
    """
    mixed = ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    fifth = (mixed >> np.uint64(40)) % np.uint64(5)
    return np.asarray(np.minimum(fifth, 2), np.int64)
