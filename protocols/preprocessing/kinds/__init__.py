"""The kinds of material, one a file of its name: `triple.py` has the kind `triple`, and nothing else knows of it.

A file holds a frozen dataclass derived from `protocols.preprocessing.kind.Kind` with `name` as the file is called. It
is found by being there; what nobody asks for is never imported.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from protocols.preprocessing.kind import Kind


@cache
def names() -> frozenset[str]:
    """Of all kinds there are."""
    return frozenset(module.name for module in iter_modules(__path__))


@cache
def find_kind(name: str) -> type[Kind]:
    """The kind of this name. LookupError if there is no such file: a name may come from a peer."""
    if name not in names():
        raise LookupError(f"there is no kind of material {name!r}")
    found = vars(import_module(f"{__name__}.{name}")).values()
    return next(kind for kind in found if isinstance(kind, type) and issubclass(kind, Kind) and kind.name == name)


def every_kind() -> dict[str, type[Kind]]:
    """All kinds by name, each imported."""
    return {name: find_kind(name) for name in sorted(names())}


def add_folder(folder: str | Path) -> None:
    """Take in the kinds of another folder, at all parties and the dealer alike. The house's own come first."""
    __path__.append(str(folder))
    names.cache_clear()
