"""What numpy's functions do with secrets: the tables in which they are entered, and how they are called from them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from inspect import Signature, signature
from typing import Any, TypeVar

import numpy as np

from mpc.errors import LocalError
from protocols.array.missing import missing, missing_function
from protocols.array.shadows import in_floats

F = TypeVar("F", bound=Callable[..., Any])

UFUNCS: dict[np.ufunc, Callable[..., Any]] = {}
FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {}
UFUNC_METHODS: dict[str, Callable[..., Any]] = {}
"""What `np.add.reduce` and the like do: called with the ufunc before its arguments."""

IN_FLOATS: dict[Callable[..., Any], Callable[..., Any]] = {}
"""What the functions of this class that are entered in the table do with arrays in the clear."""


def implements(*functions: Any) -> Callable[[F], F]:
    """Register what these numpy functions and ufuncs do with secrets."""

    def register(implementation: F) -> F:
        for function in functions:
            both = in_floats(IN_FLOATS.get(function, function))(implementation)
            (UFUNCS if isinstance(function, np.ufunc) else FUNCTIONS)[function] = both
        return implementation

    return register


def called(function: Any, implementation: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    """The implementation on these arguments, or the refusal of those that it does not take."""
    try:
        _signature(implementation).bind(*args, **kwargs)
    except TypeError:
        raise refusal(function, f" with {', '.join(kwargs) or 'these arguments'}") from None
    return result_of(function, implementation, args, kwargs)


def result_of(function: Any, implementation: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    """What the implementation makes of these arguments; arguments that make no sense to it are refused with a code."""
    try:
        return implementation(*args, **kwargs)
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        if isinstance(error, LocalError):
            raise
        raise refusal(function, " with these arguments") from error


@cache
def _signature(implementation: Callable[..., Any]) -> Signature:
    return signature(implementation)


def refusal(function: Any, how: str = "") -> LocalError:
    """The refusal of a function of numpy, or with `how` of a way to call one."""
    module = "np" if isinstance(function, np.ufunc) else function.__module__.replace("numpy", "np", 1)
    what, name = f"{module}.{function.__name__}{how}", function.__name__
    if how:
        return missing(what, f"leave it out, or see how docs/numpy.md has np.{name}; or reveal the value first")
    return missing_function(what, name, [*(f.__name__ for f in UFUNCS), *(f.__name__ for f in FUNCTIONS)])
