"""What tests of kernels go through: implementations that differ, and many sizes in one test."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import native

Test = Callable[..., None]


def with_kernels_of_their_own(*families: str) -> list[str]:
    """The implementations that have kernels of their own for one of the families, and the portable one.

    Every other one sends the calls of these families to the same functions as the next slower one.
    """
    sources = {}
    for name in native.implementations():
        with native.using(name):
            sources[name] = [native.sources()[family] for family in families]
    return [name for name in sources if name in sources[name]]


def at_every(argument: str, values: Iterable[Any]) -> Callable[[Test], Test]:
    """The test at every value in turn, as one test: for values that straddle the edges of one kernel."""
    given = list(values)

    def decorate(test: Test) -> Test:
        @wraps(test)
        def at_all(**others: Any) -> None:
            for value in given:
                try:
                    test(**others, **{argument: value})
                except BaseException as error:
                    error.add_note(f"with {argument} = {value!r}")
                    raise

        signature = inspect.signature(test)
        kept = [parameter for name, parameter in signature.parameters.items() if name != argument]
        at_all.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
        return at_all

    return decorate
