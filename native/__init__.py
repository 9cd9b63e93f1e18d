"""C kernels on arrays of machine words, reached through cffi. See kernels.h for the contract.

The processor's best implementation is selected at import. `using` selects another for tests and benchmarks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

try:
    from native._kernels import ffi
except ModuleNotFoundError:
    raise ImportError(
        "the compiled kernels are not there: this folder of Parley was not installed. `pip install .` in its checkout "
        "compiles them, for which it needs a C compiler; if it is installed already, start Python elsewhere"
    ) from None
from native.contracts import BrokenContract, checked

if TYPE_CHECKING:
    from native._kernels import Pointer
else:
    Pointer = ffi.CData

lib = checked()
lib.parley_start()

WORDS = ffi.typeof("uint64_t[]")
BYTES = ffi.typeof("uint8_t[]")
MOST_KEPT_BYTES = (1 << 31) - 1


def implementations() -> tuple[str, ...]:
    """The names of the implementations this processor can run, best first; the last is `portable`."""
    return tuple(_name(i) for i in range(lib.parley_implementation_count()))


def selected() -> str:
    """The name of the implementation that calls go to."""
    return _name(lib.parley_selected())


def sources() -> dict[str, str]:
    """For each family of kernels, the implementation that its calls go to: the selected one or a slower one.

    A family that has nothing of its own for the selected implementation uses the next slower one's.
    """
    index = lib.parley_selected()
    return {
        _text(lib.parley_family_name(family)): _text(lib.parley_family_source(family, index))
        for family in range(lib.parley_family_count())
    }


@contextmanager
def using(name: str) -> Iterator[None]:
    """Sends every call of this process to the implementation `name`, until the block ends.

    For tests and benchmarks: it reaches other threads too. An unknown name raises ValueError.
    """
    before = lib.parley_selected()
    lib.parley_select(implementations().index(name))
    try:
        yield
    finally:
        lib.parley_select(before)


def keep_memory() -> None:
    """Lets this process keep freed memory for its next arrays, up to `kept_bytes()`; where the C library is glibc.

    What it keeps follows what it has used: it is never more than the most that it held at once. The system clears every
    page that it hands out, which takes several times as long as what kernels then do with it. Process-wide, so it is
    for programs to call, once; nothing calls it at import.
    """
    lib.parley_keep_memory(kept_bytes())


def kept_bytes() -> int:
    """The most freed memory that a process keeps: a quarter of the machine's, and at most MOST_KEPT_BYTES."""
    return min(MOST_KEPT_BYTES, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4)


def _name(index: int) -> str:
    return _text(lib.parley_implementation_name(index))


def _text(string: Pointer) -> str:
    return ffi.string(string).decode()


__all__ = [
    "BYTES",
    "WORDS",
    "BrokenContract",
    "Pointer",
    "ffi",
    "implementations",
    "keep_memory",
    "kept_bytes",
    "lib",
    "selected",
    "sources",
    "using",
]
