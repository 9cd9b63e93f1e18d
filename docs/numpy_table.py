"""Writes docs/numpy.md: every public name of numpy's array interface, and what it is on secrets.

python docs/numpy_table.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from protocols.array import SecretArray
from protocols.array.implementations import FUNCTIONS, UFUNCS
from protocols.array.missing import WHY

PAGE = Path(__file__).parent / "numpy.md"

HEAD = """# Numpy on secrets

This page is generated from the tables by which numpy finds what to do with secrets (`python docs/numpy_table.py`); a
test fails when it is stale. It lists every ufunc, every function of numpy that takes arrays, and every method and
attribute of an array. What works does so by numpy's rules for shapes, axes and kinds, with public numbers and arrays on
either side; [Operations](writing_programs.md#operations) has the rounds. Everything else is refused with the code
`unsupported-operation`, the reason and what serves instead; so are arguments that are not taken, as `dtype`, `where`
and `out` of a public array. Names that are not of arrays (types, constants, files, settings) are left out.

Beside these stand functions that numpy has not: `mpc.sigmoid`, `mpc.erf`, `mpc.inverse_sqrt`, `mpc.relu`,
`mpc.softmax`, `mpc.log_softmax`, `mpc.topk`, `mpc.unique`, `mpc.unique_count`, `mpc.compress`, `mpc.shuffle`,
`mpc.permutation`; and, with a least singular value for which a program vouches, `mpc.inv`, `mpc.lstsq`, `mpc.pinv` of
matrices of full rank, `mpc.solve`, `mpc.det`, `mpc.cholesky` of positive definite ones.
"""

_DISPATCHED = type(np.sum)
"""The type of numpy's functions that ask their arguments what to do."""
_UNSAID = ("there is no form of it", "a function that this page lists; or reveal the value first")


def functions_of(module: Any) -> dict[str, Any]:
    """Every function of a module that takes arrays, by name."""
    named = {name: getattr(module, name) for name in sorted(module.__all__)}
    return {name: f for name, f in named.items() if isinstance(f, np.ufunc | _DISPATCHED)}


def works(function: Any) -> bool:
    """Whether secrets have it."""
    return function in UFUNCS or function in FUNCTIONS


def members() -> list[str]:
    """The public methods and attributes of numpy's arrays."""
    return [name for name in dir(np.ndarray) if not name.startswith("_")]


def says(thing: Any) -> str:
    """The first sentence of what stands beside an implementation."""
    text = " ".join((getattr(thing, "__doc__", None) or "").split())
    return text.partition(". ")[0].rstrip(".").replace("|", "&#124;").replace("*", "&#42;")


def row(name: str, implementation: Any) -> str:
    """One line of a table: `implementation` is None where the name is refused."""
    if implementation is not None:
        return f"| `{name}` | works | {says(implementation) or 'elements moved, local'} |"
    reason, instead = WHY.get(name, _UNSAID)
    return f"| `{name}` | refused | {reason}; instead: {instead.replace('|', '&#124;')} |"


def functions(title: str, module: Any, kind: type | tuple[type, ...]) -> Iterator[str]:
    """A section of functions."""
    yield from _head(title)
    for name, function in functions_of(module).items():
        if isinstance(function, kind):
            yield row(name, UFUNCS.get(function) or FUNCTIONS.get(function))
    yield ""


def lines() -> Iterator[str]:
    """The page, line by line."""
    yield HEAD
    yield from functions("Elementwise functions", np, np.ufunc)
    yield from functions("Functions", np, _DISPATCHED)
    yield from functions("Linear algebra: numpy.linalg", np.linalg, (np.ufunc, _DISPATCHED))
    yield from functions("Fourier transforms: numpy.fft", np.fft, (np.ufunc, _DISPATCHED))
    yield from _head("Methods and attributes")
    for name in members():
        yield row(name, getattr(SecretArray, name, None))


def _head(title: str) -> list[str]:
    return [f"## {title}\n", "| name | on secrets | |\n|---|---|---|"]


def page() -> str:
    """The whole page."""
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
