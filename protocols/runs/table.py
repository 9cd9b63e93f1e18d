"""What a party brings: an array that knows the names of its columns, or several by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.array.lines import user_line

Array = np.ndarray[Any, np.dtype[Any]]


class NoAttribute(LocalError, AttributeError):
    """An attribute that a table has not: an AttributeError to whoever only asks whether there is one."""


TypeOf = Callable[[str], "type[Any] | None"]
"""The type of a column of this name where it is not that of the array: np.int64, np.float64, object for integers of
Python's, or str for texts of which only the number is known."""

Texts = Mapping[str, Array]
"""Columns of texts by name, each (rows,) of Python's str in an array of objects that is not written to."""


def _as_the_array(name: str) -> None:
    """No column has a type of its own."""


class Table(Array):
    """A numpy array of shape (rows, columns), of which `mine["age"]` is a column and `mine.columns` are the names.

    An array of one dimension may be one column that has a name.

    Columns keep their own type: of whole numbers beside decimals the array holds floats, and `mine["age"]` is int64, a
    copy that cannot be written to. `mine[["age", "sex"]]` is the table of these columns. Whatever takes rows of a table
    is a table; all else that is computed of it is a plain array. `columns` is None where only a shape is known, as in a
    plan: then any name will do.

    `texts`: columns of texts, which stand beside the array and not in it, are no numbers to compute with, and are taken
    by name alone; `mine.columns` does not count them.
    """

    columns: tuple[str, ...] | None
    types: TypeOf
    texts: Texts

    def __new__(
        cls,
        values: npt.ArrayLike,
        columns: Sequence[str] | None = (),
        types: TypeOf = _as_the_array,
        texts: Texts | None = None,
    ) -> Table:
        """A view of `values` with these names, or none; `types` knows what differs from the array's type."""
        made = np.asarray(values).view(cls)
        made.columns, made.types, made.texts = None if columns is None else tuple(columns), types, dict(texts or {})
        return made

    def __array_finalize__(self, source: Any) -> None:
        """An array made of a table has no names unless it is given them: its columns may be others."""
        self.columns, self.types, self.texts = (), _as_the_array, {}

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        """What numpy computes of a table is a plain array, or a number."""
        plain = np.asarray(array)
        return plain[()] if return_scalar or plain.ndim == 0 else plain

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, str):
            return self._column(index)
        if isinstance(index, list) and index and all(isinstance(name, str) for name in index):
            return self._chosen(index)
        found = np.asarray(self)[index]
        rows = isinstance(index, slice | list) or (isinstance(index, np.ndarray) and index.ndim == 1)
        return self._like(found, index) if rows and self.ndim == 2 else found

    def __getattr__(self, name: str) -> Any:
        if name in (*(self.__dict__.get("columns") or ()), *self.__dict__.get("texts", ())):
            raise NoAttribute(
                "no-such-column",
                f"a column of this party's data is no attribute: .{name}",
                f'write mine["{name}"]',
                line=user_line(),
            )
        raise AttributeError(f"this party's data have no attribute {name!r}")

    def copy(self, order: Any = "C") -> Table:
        """The same table, in memory of its own."""
        return self._like(np.array(self, order=order))

    def __copy__(self) -> Table:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Table:
        return self.copy()

    def blank(self) -> Table:
        """The same with zeros for values, and empty texts; Python's integers as int64."""
        return self._blank(np.int64 if self.dtype.kind == "O" else self.dtype)

    def _blank(self, dtype: Any) -> Table:
        texts = {name: no_texts(len(self)) for name in self.texts}
        return type(self)(np.zeros(self.shape, dtype), self.columns, self.types, texts)

    @property
    def joint(self) -> type[Any]:
        """The type that all columns would have as one array."""
        return joint_type([self.dtype.kind])

    @property
    def whole_names(self) -> list[str]:
        """The columns of whole numbers that stand beside decimals."""
        mixed = self.joint is np.float64
        return [name for name in self.columns or () if self.types(name) in (np.int64, object)] if mixed else []

    def sort(self, *args: Any, **kwargs: Any) -> None:
        """Sorted in place, by which the columns lose their meaning, and their names."""
        super().sort(*args, **kwargs)
        self.columns, self.texts = (), {}

    def partition(self, *args: Any, **kwargs: Any) -> None:
        """As `sort`."""
        super().partition(*args, **kwargs)
        self.columns, self.texts = (), {}

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Table:
        """The same table in another type, which is then that of all columns."""
        return Table(np.asarray(self).astype(dtype, *args, **kwargs), self.columns, texts=self.texts)

    def _like(self, values: Array, rows: Any = slice(None)) -> Table:
        """Other values of the same columns, in these rows of all."""
        texts = {name: _fixed(column[rows]) for name, column in self.texts.items()}
        return type(self)(values, self.columns, self.types, texts)

    def _column(self, name: str) -> Array:
        """The column of that name in its own type. LocalError `no-such-column`."""
        if name in self.texts:
            return self.texts[name]
        own = self.types(name)
        if own is str:
            return no_texts(len(self))
        place = self._place(name)
        column = np.asarray(self) if self.ndim == 1 else np.asarray(self)[:, place]
        return column if own is None else _unchanged(column, own)

    def _chosen(self, names: list[str]) -> Table:
        """The table of these columns."""
        texts = {name: self._column(name) for name in names if name in self.texts or self.types(name) is str}
        others = [name for name in names if name not in texts]
        if self.columns is None:
            return Table(np.asarray(self)[:, [self._place(name) for name in others]], others, self.types, texts)
        return stacked("this party's data", others, [self._column(name) for name in others], texts)

    def _place(self, name: str) -> int:
        """The column of that name. LocalError `no-such-column`."""
        if self.columns is None and self.ndim == 2 and self.shape[1]:
            return 0
        columns = self.columns or ()
        if columns.count(name) != 1:
            count = columns.count(name)
            found = f"has {f'{count} columns' if count else 'no column'} called {name!r}"
            what = found if columns or self.texts else "has no names of columns"
            known = ", ".join((*columns, *self.texts))
            named = f"its columns are {known}" if known else "give the file a header line"
            raise LocalError("no-such-column", f"this party's data {what}", named, line=user_line())
        return columns.index(name)


class MixedTable(Table):
    """Columns that no one array of float64 holds exactly, as keys of 60 bits beside decimals: they are taken by name.

    The array is of Python's objects, so that whatever sees it sees the exact values. LocalError
    `input-inexact-integer` where it is computed with as one array.
    """

    @property
    def joint(self) -> type[Any]:
        """The type that all columns would have as one array."""
        return np.float64

    def as_one(self) -> NoReturn:
        """Refuse to be one array of numbers."""
        inexact = (name for name in self.whole_names if first_inexact(self._column(name)) is not None)
        raise inexact_integer("this party's data", next(inexact, self.whole_names[0]), user_line())

    def __array_ufunc__(self, *_: Any, **__: Any) -> Any:
        self.as_one()

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function in (np.shape, np.ndim, np.size):
            return super().__array_function__(function, types, args, kwargs)
        self.as_one()

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return found if isinstance(index, str) or isinstance(found, Table) else self.as_one()

    def __iter__(self) -> Iterator[Any]:
        return iter(np.asarray(self))

    def __repr__(self) -> str:
        return repr(np.asarray(self))

    def __str__(self) -> str:
        return str(np.asarray(self))

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Table:
        """As `as_one`."""
        self.as_one()

    def blank(self) -> Table:
        """The same with zeros for values, and empty texts."""
        return self._blank(object)


ROWS_AT_A_TIME = 4096  # as many as a cache holds
EXACT = 2**53  # float64 holds every integer below this, and this one, but not the next
INEXACT = "an integer that float64 cannot hold exactly stands beside decimals"
INEXACT_REMEDY = "Write integers of more than 53 bits in a column of their own without decimals, or scale them down."


def no_texts(rows: int) -> Array:
    """So many empty texts."""
    return _fixed(np.full(rows, "", object))


def _fixed(column: Array) -> Array:
    column.flags.writeable = False
    return column


def stacked(where: object, names: Sequence[str], columns: Sequence[Array], texts: Texts | None = None) -> Table:
    """Columns side by side: int64 if all are whole, or Python's integers if int64 is too small, else float64 with every
    value unchanged. By name each has its own type; a `MixedTable` where float64 does not hold them all. `texts` stand
    beside; where there is nothing else, the array has shape (rows, 0).

    LocalError `input-inexact-integer` where an integer that float64 does not hold has no name of its own.
    """
    joint = joint_type({column.dtype.kind for column in columns})
    rows = len([*columns, *(texts or {}).values()][0])
    types = {name: joint_type([column.dtype.kind]) for name, column in zip(names, columns, strict=True)}
    for name, column in zip(names, columns, strict=True) if joint is np.float64 else ():
        if first_inexact(column) is not None:
            if not name or [*names].count(name) > 1:
                raise inexact_integer(where, name)
            return MixedTable(_beside_one_another(columns, object, rows), names, types.get, texts)
    own = {name: dtype for name, dtype in types.items() if dtype is not joint}
    return Table(_beside_one_another(columns, joint, rows), names, own.get, texts)


def _beside_one_another(columns: Sequence[Array], dtype: type[Any], rows: int) -> Array:
    together = np.empty((rows, len(columns)), dtype)
    for start in range(0, rows, ROWS_AT_A_TIME):
        some = slice(start, start + ROWS_AT_A_TIME)
        for place, column in enumerate(columns):
            together[some, place] = column[some]
    return together


def inexact_integer(where: object, name: str, line: str = "") -> LocalError:
    """The error of an integer in the column of this name, or of none, that has no place in one array of floats."""
    column = f", column {name!r}" if name else ""
    way = f'mine["{name}"]' if name else "under a header"
    remedy = f"Take the columns by name, {way}, which stay exact; or choose others, mine[[...]] or --columns."
    return LocalError("input-inexact-integer", f"{where}{column}: {INEXACT} in one array", remedy, line=line)


def joint_type(kinds: Collection[str]) -> type[Any]:
    """The type of numbers of these kinds together, where the whole ones of kind O are Python's."""
    return np.float64 if "f" in kinds else object if "O" in kinds else np.int64


def first_inexact(column: Array) -> int | None:
    """The first place of an integer that float64 does not hold; None if there is none."""
    if column.dtype.kind not in "iuO":
        return None
    large = np.flatnonzero((column > EXACT) | (column < -EXACT))
    return next((int(place) for place in large if int(column[place]) != int(float(column[place]))), None)


def _unchanged(column: Array, dtype: type[Any]) -> Array:
    """A column in another type, not to be written to; as it is where that type does not hold what stands there now."""
    try:
        with np.errstate(invalid="ignore"):
            found = np.array([*map(int, column)], object) if dtype is object else column.astype(dtype)
    except (ValueError, OverflowError):
        return column
    if not np.array_equal(found, column):
        return column
    found.flags.writeable = False
    return found


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


TAKEN_NAMES = frozenset(name for name in dir(Tables) if not name.startswith("_"))
"""What `mine.NAME` cannot ask for: methods of a mapping."""
