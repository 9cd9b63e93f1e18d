"""What a party brings: an array that knows the names of its columns, or several by name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.array.lines import user_line

Array = np.ndarray[Any, np.dtype[Any]]


class Table(Array):
    """A numpy array of shape (rows, columns), of which `mine["age"]` is a column and `mine.columns` are the names.

    `mine[["age", "sex"]]` is the table of these columns. Whatever takes rows of a table is a table; all else that is
    computed of it is a plain array. `columns` is None where only a shape is known, as in a plan: then any name will do.
    """

    columns: tuple[str, ...] | None

    def __new__(cls, values: npt.ArrayLike, columns: Sequence[str] | None = ()) -> Table:
        """A view of `values` with these names, or none."""
        made = np.asarray(values).view(cls)
        made.columns = None if columns is None else tuple(columns)
        return made

    def __array_finalize__(self, source: Any) -> None:
        """An array made of a table has no names unless it is given them: its columns may be others."""
        self.columns = ()

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        """What numpy computes of a table is a plain array, or a number."""
        plain = np.asarray(array)
        return plain[()] if return_scalar or plain.ndim == 0 else plain

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, str):
            return np.asarray(self)[:, self._place(index)]
        if isinstance(index, list) and index and all(isinstance(name, str) for name in index):
            return Table(np.asarray(self)[:, [self._place(name) for name in index]], index)
        found = np.asarray(self)[index]
        rows = isinstance(index, slice | list) or (isinstance(index, np.ndarray) and index.ndim == 1)
        return Table(found, self.columns) if rows and self.ndim == 2 else found

    def copy(self, order: Any = "C") -> Table:
        """The same table, in memory of its own."""
        return Table(np.array(self, order=order), self.columns)

    def __copy__(self) -> Table:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Table:
        return self.copy()

    def sort(self, *args: Any, **kwargs: Any) -> None:
        """Sorted in place, by which the columns lose their meaning, and their names."""
        super().sort(*args, **kwargs)
        self.columns = ()

    def partition(self, *args: Any, **kwargs: Any) -> None:
        """As `sort`."""
        super().partition(*args, **kwargs)
        self.columns = ()

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Table:
        """The same table in another type."""
        return Table(np.asarray(self).astype(dtype, *args, **kwargs), self.columns)

    def _place(self, name: str) -> int:
        """The column of that name. LocalError `no-such-column`."""
        if self.columns is None and self.ndim == 2 and self.shape[1]:
            return 0
        columns = self.columns or ()
        if columns.count(name) != 1:
            what = f"has {columns.count(name)} columns {name!r}" if columns else "has no names of columns"
            named = f"its columns are {', '.join(columns)}" if columns else "give the file a header line"
            raise LocalError("no-such-column", f"this party's data {what}", named, line=user_line())
        return columns.index(name)


EXACT = 2**53  # float64 holds every integer below this, and this one, but not the next
INEXACT = "an integer that float64 cannot hold exactly stands beside values that are not int64"
INEXACT_REMEDY = "Keep integers of more than 53 bits in a file of integers, or scale them down."


def stacked(where: object, names: Sequence[str], columns: Sequence[Array]) -> Table:
    """Columns side by side: int64 if all are whole, or Python's integers if int64 is too small, else float64 with every
    value unchanged.

    LocalError `input-inexact-integer` where that is not possible.
    """
    kinds = {column.dtype.kind for column in columns}
    if kinds <= {*"iuO"}:
        return Table(np.stack([column.astype(joint_type(kinds)) for column in columns], axis=1), names)
    for name, column in zip(names, columns, strict=True):
        if first_inexact(column) is not None:
            raise LocalError("input-inexact-integer", f"{where}, column {name!r}: {INEXACT}", INEXACT_REMEDY)
    return Table(np.stack([column.astype(np.float64) for column in columns], axis=1), names)


def joint_type(kinds: Collection[str]) -> type[Any]:
    """The type of numbers of these kinds together, where the whole ones of kind O are Python's."""
    return np.float64 if "f" in kinds else object if "O" in kinds else np.int64


def first_inexact(column: Array) -> int | None:
    """The first place of an integer that float64 does not hold; None if there is none."""
    if column.dtype.kind not in "iuO":
        return None
    large = np.flatnonzero((column > EXACT) | (column < -EXACT))
    return next((int(place) for place in large if int(column[place]) != int(float(column[place]))), None)


class Tables(Mapping[str, Any]):
    """A party's data where it has several inputs: `mine.claims` or `mine["claims"]`, by the name of each."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._tables = dict(tables)

    def __getitem__(self, name: str) -> Any:
        if name not in self._tables:
            known = ", ".join(self._tables)
            remedy = f"this party has {known}; name them as --input {name}=FILE, or with run --input INDEX:{name}=FILE"
            raise LocalError("no-such-input", f"this party has no input {name!r}", remedy, line=user_line())
        return self._tables[name]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __repr__(self) -> str:
        return f"<inputs {', '.join(f'{name} {np.shape(table)}' for name, table in self._tables.items())}>"
