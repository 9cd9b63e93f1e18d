"""What rows may be: the attributes of a table and the categories of each, which are public and part of the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.array.lines import user_line

MOST_CELLS = 1 << 22
"""Of all marginals of one and of two attributes together."""

_TEXTS = "US"


@dataclass(frozen=True)
class Domain:
    """Attributes in order, each with its categories. Made by `domain`.

    Its cells are those of all marginals of one attribute, in order, and then of all of two, in the order of
    `combinations`, each table row by row.
    """

    names: tuple[str, ...]
    categories: tuple[tuple[Any, ...], ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many categories each attribute has."""
        return tuple(map(len, self.categories))

    @cached_property
    def places(self) -> dict[tuple[int, ...], slice]:
        """The cells of each marginal, by the attributes' numbers."""
        found, start = {}, 0
        for marginal in [*((i,) for i in range(len(self.names))), *combinations(range(len(self.names)), 2)]:
            cells = int(np.prod([self.sizes[i] for i in marginal]))
            found[marginal] = slice(start, start + cells)
            start += cells
        return found

    @property
    def pairs(self) -> list[tuple[int, ...]]:
        """Any two attributes, the earlier one first."""
        return list(combinations(range(len(self.names)), 2))

    @property
    def cells(self) -> int:
        """How many there are."""
        return sum(self.sizes) + sum(self.sizes[a] * self.sizes[b] for a, b in self.pairs)

    @property
    def most_cells_measured(self) -> int:
        """Of all attributes alone, or of the pairs of any tree."""
        of_pairs = sorted(self.sizes[a] * self.sizes[b] for a, b in self.pairs)
        return max(sum(self.sizes), sum(of_pairs[1 - len(self.names) :]))

    def counted(self, table: Mapping[str, Any]) -> npt.NDArray[np.int64]:
        """How many rows of a table in the clear fall into each cell: (cells,).

        `table[name]` is the column of an attribute. Raises LocalError `wrong-categories` for columns of different
        lengths, and for a value that is none of its categories; a missing one is none.
        """
        codes = [self._codes(i, np.asarray(table[name])) for i, name in enumerate(self.names)]
        if len({len(column) for column in codes}) != 1:
            raise LocalError(
                "wrong-categories",
                "the columns differ in length",
                "a table has a row for each record",
                line=user_line(),
            )
        sizes, found = self.sizes, np.zeros(self.cells, np.int64)
        for marginal, place in self.places.items():
            cell = codes[marginal[0]]
            if len(marginal) > 1:
                cell = cell * sizes[marginal[1]] + codes[marginal[1]]
            found[place] = np.bincount(cell, minlength=place.stop - place.start)
        return found

    def _codes(self, attribute: int, column: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """The number of each value's category."""
        known = np.array(self.categories[attribute])
        if column.ndim != 1 or (known.dtype.kind in _TEXTS) != (column.dtype.kind in _TEXTS):
            raise _outside(self.names[attribute])
        order = np.argsort(known)
        found = order[np.minimum(np.searchsorted(known[order], column), len(known) - 1)]
        if not np.array_equal(known[found], column):
            raise _outside(self.names[attribute])
        return found


def domain(categories: Mapping[str, Sequence[Any]]) -> Domain:
    """The domain of attributes by name, each with its categories, all numbers or all texts.

    As `{"age": range(5), "job": ("nurse", "other")}`.
    It is public, and must not be taken from the data: a category that only one row has would tell of that row.
    Raises LocalError `wrong-categories` for fewer than two attributes, for one without categories or with one twice,
    and for marginals of more than MOST_CELLS cells.
    """
    if len(categories) < 2:
        raise _wrong(f"{len(categories)} attributes have no pair of which to take a marginal")
    for name, values in categories.items():
        kinds = {isinstance(value, str) for value in values}
        if len(kinds) != 1 or len(np.unique(np.array(list(values)))) != len(values):
            raise _wrong(f"{name!r} has no categories, or one twice, or numbers beside texts")
    found = Domain(tuple(categories), tuple(tuple(values) for values in categories.values()))
    if sum(found.sizes) ** 2 > 2 * MOST_CELLS:
        raise _wrong(f"attributes of {sum(found.sizes):,} categories together")
    return found


def _outside(name: str) -> LocalError:
    return LocalError(
        "wrong-categories",
        f"a value of {name!r} is none of its categories",
        "clean the data first, each row by itself, with a category of its own for what is missing or rare",
        line=user_line(),
    )


def _wrong(why: str) -> LocalError:
    return LocalError(
        "wrong-categories",
        f"this is no domain: {why}",
        'mpc.synthetic.domain({"age": range(5), "job": ("nurse", "other")})',
    )
