"""A program's result as JSON can hold it, whatever it is made of. Nothing that a program returns ends its run.

Numbers stay numbers, truth values stay truth values, arrays and tables become lists; days, durations, complex numbers
and bytes become texts. Of a kind that is not known the text remains that Python shows, and a note says so; what is kept
otherwise, as keys are, says how in `kept_by`, a text of its class. What says itself in words gives a mapping by
`as_plain`, with `in_words` among its keys.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from typing import Any
from uuid import UUID

import numpy as np

DEEPEST = 100
"""Of lists in lists; what lies deeper stays as a text."""

LONGEST_BITS = 14_000
"""Of an integer in decimal digits, of which Python reads some thousands; longer ones stand in hexadecimal ones."""

TABLES = ("pandas", "polars", "pyarrow")
MISSING = ("NAType", "NaTType")
"""What stands for no value in tables of pandas."""

_AS_SHOWN = (timedelta, Decimal, Fraction, UUID, PurePath, complex)
_SIMPLE = "biuU"
LARGEST_FLOAT = 8  # bytes of what Python's float holds


def plain(value: Any) -> Any:
    """`value` in dicts, lists, texts, numbers and None."""
    return with_notes(value)[0]


def in_words(part: Any) -> str | None:
    """What plain data of something says of it in words; None where it has no words of its own."""
    said = part.get("in_words") if isinstance(part, dict) else None
    return said if isinstance(said, str) else None


def with_notes(value: Any) -> tuple[Any, list[str]]:
    """The same, and a sentence on each kind of thing of which only a text is kept."""
    made = _Plain()
    result = made.of(value)
    said = "the result holds a {}, of which only a text is kept: {}"
    return result, [said.format(kind, instead) for kind, instead in made.unknown.items()]


class _Plain:
    """One result on its way: the containers around what is looked at, and the kinds that were not known."""

    def __init__(self) -> None:
        self.unknown: dict[str, str] = {}
        self._around: list[int] = []

    def of(self, value: Any) -> Any:
        """`value` in dicts, lists, texts, numbers and None."""
        if type(value) in (float, bool):
            return value
        if type(value).__name__ in MISSING:
            return None
        for kind, make in self._makers():
            if isinstance(value, kind):
                return make(value)
        if isinstance(value, Enum):
            return self.of(value.value)
        return self._inside(value, self._of_another)

    def _makers(self) -> Sequence[tuple[Any, Callable[[Any], Any]]]:
        return (
            ((bool, type(None)), lambda value: value),
            (np.generic, self._scalar),
            (str, _text),
            (int, lambda value: int(value) if value.bit_length() <= LONGEST_BITS else hex(value)),
            (float, float),
            (np.ndarray, lambda value: self._inside(value, self._array)),
            (Mapping, lambda value: self._inside(value, lambda held: self._mapping(held.items()))),
            ((list, tuple, range), lambda value: self._inside(value, self._list)),
            (Set, lambda value: self._inside(value, lambda held: sorted(self._list(held), key=_shown))),
            ((bytes, bytearray, memoryview), lambda value: repr(bytes(value))),
            ((date, time), lambda value: value.isoformat()),
            (_AS_SHOWN, str),
        )

    def _inside(self, value: Any, make: Callable[[Any], Any]) -> Any:
        """What a container holds; one that holds itself, or lies too deep, is shown as Python shows it."""
        if id(value) in self._around or len(self._around) >= DEEPEST:
            return self._as_text(value, " that holds itself" if id(value) in self._around else "")
        self._around.append(id(value))
        try:
            return make(value)
        finally:
            self._around.pop()

    def _as_text(self, value: Any, how: str = "") -> str:
        kept_by = getattr(type(value), "kept_by", None)
        kind = type(value).__name__ if how or kept_by else _name(value)
        self.unknown[kind + how] = kept_by or "return arrays, tables, numbers, texts, lists or dicts"
        return _shown(value)

    def _list(self, values: Iterable[Any]) -> list[Any]:
        return [self.of(value) for value in values]

    def _mapping(self, pairs: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
        """By the texts of the keys; where two keys have one text, as Python shows them, and counted if they must be."""
        held = list(pairs)
        names = [key if isinstance(key, str) else _shown(key, str) for key, _ in held]
        if len(set(names)) < len(names):
            names = [_shown(key) for key, _ in held]
        while len(set(names)) < len(names):
            names = [f"{name} [{place}]" for place, name in enumerate(names)]
        return {_text(name): self.of(value) for name, (_, value) in zip(names, held, strict=True)}

    def _scalar(self, value: Any) -> Any:
        if isinstance(value, np.void) and value.dtype.names:
            return self._mapping((name, value[name]) for name in value.dtype.names)
        if isinstance(value, np.longdouble):
            return str(value) if math.isinf(float(value)) and not np.isinf(value) else float(value)
        if isinstance(value, np.clongdouble):
            return str(value)
        if isinstance(value, np.datetime64 | np.timedelta64):
            return None if np.isnat(value) else str(value)
        return self.of(value.item())

    def _array(self, value: Any) -> Any:
        if value is np.ma.masked:
            return None
        if value.dtype.kind in _SIMPLE or (value.dtype.kind == "f" and value.dtype.itemsize <= LARGEST_FLOAT):
            return self._texts(value) if value.dtype.kind == "U" else value.tolist()
        return self.of(value[()]) if value.ndim == 0 else self._list(value)

    def _texts(self, value: Any) -> Any:
        found = value.tolist()
        return self.of(found) if isinstance(found, str) else self._list(found)

    def _of_another(self, value: Any) -> Any:
        """A table, a record, whatever gives an array; else its text."""
        if type(value).__module__.partition(".")[0] in TABLES:
            return self._of_table(value)
        if callable(getattr(type(value), "as_plain", None)):
            return self._mapping(value.as_plain().items())
        if is_dataclass(value) and not isinstance(value, type):
            return self._mapping((field.name, getattr(value, field.name, None)) for field in fields(value))
        for way in ("toarray", "__array__"):
            if callable(getattr(value, way, None)) and not isinstance(value, type):
                return self.of(np.asarray(getattr(value, way)()))
        if isinstance(value, Iterable) and type(value).__name__ in ("deque", "dict_keys", "dict_values", "dict_items"):
            return self._list(value)
        return self._as_text(value)

    def _of_table(self, value: Any) -> Any:
        """Frames by column, series as lists, by their labels where they have some."""
        if hasattr(value, "to_pydict"):
            return self._mapping(zip(value.column_names, value.columns, strict=True))
        if hasattr(value, "get_columns"):
            return self._mapping((column.name, column) for column in value.get_columns())
        if hasattr(value, "iloc"):
            return self._of_pandas(value)
        for way in ("to_pylist", "as_py", "to_list", "tolist"):
            if callable(getattr(value, way, None)):
                return self.of(getattr(value, way)())
        return self._as_text(value) if hasattr(value, "__len__") else _shown(value, str)

    def _of_pandas(self, value: Any) -> Any:
        labels = None if _counts(value.index) else value.index.tolist()
        if hasattr(value, "columns"):
            own = [] if labels is None else [(value.index.name or "index", labels)]
            return self._mapping([*own, *((name, value.iloc[:, i].tolist()) for i, name in enumerate(value.columns))])
        values = value.tolist()
        if labels is None:
            return self._list(values)
        if value.index.is_unique:
            return self._mapping(zip(labels, values, strict=True))
        return self._mapping([("index", labels), ("values", values)])


def _counts(index: Any) -> bool:
    """Whether the labels of a frame say no more than its rows' places."""
    return type(index).__name__ == "RangeIndex" and (index.start, index.step) == (0, 1)


def _name(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")


def _text(text: str) -> str:
    """A text that every file and terminal takes: halves of surrogate pairs are escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


def _shown(value: Any, show: Callable[[Any], str] = repr) -> str:
    """What Python shows of a value; of one that cannot be shown, its kind."""
    try:
        return _text(show(value))
    except Exception:  # a program's own __repr__ may raise anything
        return f"<{_name(value)}>"
