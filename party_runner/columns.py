"""What a column of text may hold: numbers, dates, truth values, categories that all parties have agreed on, or texts.

Each kind but the last turns texts into numbers. No message quotes a text, for the data are private.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.runs.table import EXACT, INEXACT, INEXACT_REMEDY

Column = npt.NDArray[Any]

MOST_WHOLE = 1 << 127
DATE = re.compile(r"\d{4}-\d\d-\d\d")
EPOCH = date(1970, 1, 1).toordinal()
TRUTHS = {"false": 0, "true": 1}

TEXT_OF = "--text COLUMN"
"""In a remedy, for whoever knows the column's name to put it in."""


class Unfit(Exception):
    """The text at `place` is none of its column's kind: code, what it is, and the way out of a LocalError."""

    def __init__(self, place: int, code: str, what: str, remedy: str) -> None:
        super().__init__(code)
        self.place, self.code, self.what, self.remedy = place, code, what, remedy


class Kind(Protocol):
    """One kind of column."""

    def convert(self, texts: Sequence[str]) -> Column:
        """The numbers of these texts, int64, float64 or Python's integers, or the texts themselves in an array of
        objects. Unfit names the first that is none."""

    def quick(self, texts: npt.NDArray[np.str_]) -> Column | None:
        """The same in one go; None where a text needs a closer look."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a party's files are read: which columns, whether there is a header line (None: look), the categories of
    columns, and which columns are texts: by name or, where there is no header, by place counted from 1."""

    columns: tuple[str, ...] = ()
    header: bool | None = None
    categories: Mapping[str, tuple[str, ...]] | None = None
    texts: tuple[str, ...] = ()

    def kind_of(self, name: str, sample: str) -> Kind:
        """The kind of a column of this name, or place, whose first text is `sample`."""
        if self.categories and name in self.categories:
            return Categories(self.categories[name])
        if name in self.texts:
            return Texts()
        if DATE.fullmatch(sample.strip()):
            return Dates()
        return Truths() if sample.strip().lower() in TRUTHS else Numbers(tuple(self.categories or ()))

    def check_names(self, where: object, names: Sequence[str]) -> None:
        """LocalError `no-such-column` where categories or texts are meant for a column of these names, by another
        spelling, or for a name that several have."""
        spelt = {name.strip().casefold(): name for name in names}
        for name in (*(self.categories or ()), *self.texts):
            meant = spelt.get(name.strip().casefold(), name)
            option, told = ("--text", "") if name in self.texts else ("--category", "=... at every party")
            if name not in names and meant != name:
                cause = f"{option} is about a column {name!r}, and {where} calls that column {meant!r}"
                raise LocalError("no-such-column", cause, f"Write {option} {meant}{told}.")
            if name in self.texts and names.count(name) > 1:
                cause = f"--text {name}: {where} has {names.count(name)} columns of that name"
                raise LocalError("no-such-column", cause, "Give each column a name of its own.")


@dataclass(frozen=True, slots=True)
class Numbers:
    """Integers, which stay exact, and decimal numbers, which are finite. `others`: the columns that have categories."""

    others: tuple[str, ...] = ()

    def convert(self, texts: Sequence[str]) -> Column:
        if not all(map(_is_plain, texts)):
            raise self._no_number(texts)
        try:
            return np.fromiter(map(int, texts), np.int64, len(texts))
        except OverflowError:
            return self._long(texts)
        except ValueError:
            return self._floats(texts)

    def quick(self, texts: npt.NDArray[np.str_]) -> Column | None:
        return None

    def _long(self, texts: Sequence[str]) -> Column:
        """Whole numbers beyond int64, in an array of objects, unless others have fractions."""
        try:
            values = [int(text) for text in texts]
        except ValueError:
            return self._floats(texts)
        for place, value in enumerate(values):
            if abs(value) >= MOST_WHOLE:
                raise Unfit(place, "input-inexact-integer", "has more bits than any ring", "Scale the data down.")
        return np.array(values, object)

    def _floats(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        try:
            values = np.fromiter(map(float, texts), np.float64, len(texts))
        except ValueError:
            raise self._no_number(texts) from None
        for place in np.flatnonzero(~np.isfinite(values)).tolist():
            what = "is NaN" if np.isnan(values[place]) else "is infinite or beyond float64"
            raise Unfit(place, "input-not-finite", what, "Replace or drop values that are not finite.")
        for place in np.flatnonzero(np.abs(values) >= EXACT).tolist():
            text = texts[place].strip()
            if text.lstrip("+-").isdigit() and int(text) != int(values[place]):
                raise Unfit(place, "input-inexact-integer", f": {INEXACT}", INEXACT_REMEDY)
        return values

    def _no_number(self, texts: Sequence[str]) -> Unfit:
        place = next(place for place, text in enumerate(texts) if not is_number(text))
        named = f" (those of {', '.join(self.others)} are named)" if self.others else ""
        remedy = (
            "Write numbers with a decimal point and no separators, and days as YYYY-MM-DD; name the categories of "
            f"texts{named}, --category sex=f,m; read identifiers, as e-mail addresses, as texts, {TEXT_OF}; or "
            "choose --columns."
        )
        return _other(texts, place, "is not a number", remedy)


@dataclass(frozen=True, slots=True)
class Dates:
    """Days as YYYY-MM-DD: the days since 1970-01-01."""

    def convert(self, texts: Sequence[str]) -> Column:
        days = np.empty(len(texts), np.int64)
        for place, text in enumerate(texts):
            try:
                days[place] = date.fromisoformat(_matched(DATE, text)).toordinal() - EPOCH
            except ValueError:
                raise _other(texts, place, "is no date", "Write dates as YYYY-MM-DD.") from None
        return days

    def quick(self, texts: npt.NDArray[np.str_]) -> Column | None:
        try:
            days = texts.astype("datetime64[D]")
        except ValueError:
            return None
        return days.astype(np.int64) if bool((days.astype(str) == texts).all()) else None


@dataclass(frozen=True, slots=True)
class Truths:
    """true and false, in any case: 1 and 0."""

    def convert(self, texts: Sequence[str]) -> Column:
        return Categories(tuple(TRUTHS), "is neither true nor false").convert([text.lower() for text in texts])

    def quick(self, texts: npt.NDArray[np.str_]) -> Column | None:
        return Categories(tuple(TRUTHS)).quick(np.char.lower(texts))


@dataclass(frozen=True, slots=True)
class Categories:
    """One of these texts: its place among them, counted from 0."""

    values: tuple[str, ...]
    otherwise: str = "is none of the categories that the parties agreed on"

    def convert(self, texts: Sequence[str]) -> Column:
        places = {value: place for place, value in enumerate(self.values)}
        codes = [places.get(text.strip(), -1) for text in texts]
        if -1 in codes:
            known = f"Write one of {', '.join(self.values)}; or name all categories at every party."
            raise _other(texts, codes.index(-1), self.otherwise, known)
        return np.array(codes, np.int64)

    def quick(self, texts: npt.NDArray[np.str_]) -> Column | None:
        order = np.argsort(self.values)
        names = np.array(self.values)[order]
        found = np.minimum(np.searchsorted(names, texts), len(names) - 1)
        return order[found].astype(np.int64) if bool((names[found] == texts).all()) else None


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as they are, without blanks around them: identifiers for `mpc.matching`."""

    def convert(self, texts: Sequence[str]) -> Column:
        column = np.empty(len(texts), object)
        column[:] = [text.strip() for text in texts]
        if not column.all():
            place = int(np.flatnonzero(~column.astype(bool))[0])
            raise Unfit(place, "input-no-text", "is empty", "Drop the row, or write what it is to be matched by.")
        return column

    def quick(self, texts: npt.NDArray[np.str_]) -> Column | None:
        return texts.astype(object) if bool((texts != "").all()) else None


def is_number(text: str) -> bool:
    """Whether a text is written as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return _is_plain(text)


def _is_plain(text: str) -> bool:
    """Whether a text has none of what Python alone reads in a number: underscores, other digits, control characters
    for spaces."""
    return text.isascii() and "_" not in text and (text.isprintable() or text.strip(" \t\r\n").isprintable())


def is_value(text: str) -> bool:
    """Whether a text is a number, a date or a truth value, by itself."""
    return is_number(text) or DATE.fullmatch(text.strip()) is not None or text.strip().lower() in TRUTHS


def _matched(pattern: re.Pattern[str], text: str) -> str:
    matched = pattern.fullmatch(text.strip())
    if matched is None:
        raise ValueError("of another form")
    return matched[0]


def _other(texts: Sequence[str], place: int, what: str, remedy: str) -> Unfit:
    if not texts[place].strip():
        return Unfit(place, "input-not-numeric", "is empty", "Fill in or drop the missing value.")
    return Unfit(place, "input-not-numeric", what, remedy)
