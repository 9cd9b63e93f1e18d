"""A result as a notebook shows it: its parts by name, plain numbers, and the bounds that are known of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mpc.accounts.display import within
from mpc.accounts.learnt import Bound, Learnt
from mpc.accounts.plain import plain

DIGITS = 8
ELEMENTS_SHOWN = 100
PARTS_SHOWN = 100

Row = tuple[str, str, str]


def rows_of(name: str, result: Any, learnt: Learnt) -> list[Row]:
    """A row of name, value and bound for each part of a dict or a tuple; of another result one, named `name`.

    A bound stands beside what was revealed just so, as far as `learnt` knows it again.
    """
    return [(part, _shown(value), _known(learnt.bound_of(value))) for part, value in _parts(name, result)]


def _parts(name: str, result: Any) -> list[tuple[str, Any]]:
    if isinstance(result, Mapping) and 0 < len(result) <= PARTS_SHOWN:
        return [(str(key), value) for key, value in result.items()]
    if isinstance(result, tuple) and 0 < len(result) <= PARTS_SHOWN:
        return [(f"[{place}]", value) for place, value in enumerate(result)]
    return [(name, result)]


def _known(bound: Bound | None) -> str:
    return "" if bound is None else within(bound.error, decided=bound.decided)


def _shown(value: Any) -> str:
    """A value in one line: numbers as they are written, of long arrays the ends."""
    if isinstance(value, np.ndarray):
        as_written: Any = {"float_kind": _number}
        return _line(np.array2string(value, separator=", ", threshold=ELEMENTS_SHOWN, formatter=as_written))
    if isinstance(value, float | np.floating):
        return _number(value)
    if callable(getattr(type(value), "as_plain", None)):
        return _line(str(value))
    return _line(repr(plain(value) if isinstance(value, Mapping | list | tuple | np.generic) else value))


def _number(value: float | np.floating[Any]) -> str:
    return f"{value:.{DIGITS}g}"


def _line(text: str) -> str:
    return " ".join(text.split())
