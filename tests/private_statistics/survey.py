"""Columns of two parties for tests of statistics: values, keys, and which rows are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import mpc
from protocols.statistics.columns import Column

Array = npt.NDArray[Any]
BOUNDS = (-1, 2)
KEYS = (0, 4)
SURE = "0.99999999999999"
"""Of as many as 60 intervals of this confidence one fails with a probability below 2^-40."""


class Rows(NamedTuple):
    """One party's: a value, a key and whether it is there, each row."""

    values: Array
    keys: Array
    there: Array

    @staticmethod
    def drawn(seed: int, count: int, kind: type) -> Rows:
        """Some, the same in every run."""
        g = np.random.default_rng(seed)
        values = g.uniform(*BOUNDS, count) if kind is float else g.integers(BOUNDS[0], BOUNDS[1] + 1, count)
        return Rows(values, g.integers(KEYS[0], KEYS[1] + 1, count), g.random(count) < 0.7)


@dataclass(frozen=True)
class Survey:
    """Columns of all parties' rows: with what is missing, and without."""

    x: list[Any]
    keys: list[Any]
    valid: list[Any]

    @property
    def hidden(self) -> list[Column]:
        """The values, of rows that may be missing."""
        return [Column(x, v) for x, v in zip(self.x, self.valid, strict=True)]

    @property
    def hidden_keys(self) -> list[Column]:
        """The keys."""
        return [Column(k, v) for k, v in zip(self.keys, self.valid, strict=True)]


async def survey(ctx: mpc.Context, mine: Rows | None, owners: tuple[int, ...] = (0, 1)) -> Survey:
    """Each owner's rows come in, one part each."""
    values, keys, there = (None, None, None) if mine is None else mine
    x = [await mpc.secret(ctx, owner, values, range=BOUNDS) for owner in owners]
    of = [await mpc.secret(ctx, owner, keys, range=KEYS) for owner in owners]
    return Survey(x, of, [await mpc.secret(ctx, owner, there) for owner in owners])


def joined(rows: list[Rows], name: str, *, there: bool) -> Array:
    """A column of all parties, in the clear; of rows that are there, or of all."""
    return np.concatenate([getattr(r, name)[r.there if there else slice(None)] for r in rows])
