"""The entries of the extension as Python calls them: one whose contract the caller has broken raises.

An entry checks sizes, null pointers, alignment and overlap before it writes anything (`REQUIRES` in C). It does not
know how long its arrays are: lengths are the caller's word.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from native._kernels import ffi
from native._kernels import lib as _entries

if TYPE_CHECKING:
    from native._kernels import Lib


class BrokenContract(Exception):
    """Code of Parley called a kernel with arguments that its contract excludes. Nothing was computed.

    The message names the entry and the condition that failed, as native/ has it; never what is in an array.
    """


def checked() -> Lib:
    """All that the extension exports. Every function of it raises BrokenContract where its contract was broken."""
    exports = {name: getattr(_entries, name) for name in dir(_entries)}
    return cast("Lib", SimpleNamespace(**{name: _raising(x) if callable(x) else x for name, x in exports.items()}))


def _raising(entry: Callable[..., object]) -> Callable[..., object]:
    """The entry, followed by a look at the number of broken contracts of this process that nobody was told of."""

    @wraps(entry)
    def call(*arguments: object) -> object:
        result = entry(*arguments)
        if _untold[0]:
            _raise_own()
        return result

    return call


def _raise_own() -> None:
    """Raises what this thread has broken; other threads raise their own."""
    text = _entries.parley_broken_contract()
    if text != ffi.NULL:
        raise BrokenContract(f"{ffi.string(text).decode()}: a mistake in the code that calls it, please report it")


_untold = _entries.parley_untold_contracts()
