"""A program in floating point beside the same program on secrets: what fixed point costs it on data that are nobody's.

In a simulation that is asked for it, every secret has a shadow: the same value in float64, from the same inputs by
numpy's own functions. Revealed values are compared with theirs. It measures where a proven bound of the error is of no
use, and proves nothing; and it needs all data in one process, so it is for public or made-up ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[Any]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Compared:
    """A revealed value beside its shadow: the line, the largest size of the shadow's elements, by how much the worst
    element is off, and the proven bound of that. NaN where the shadow is unknown or no number."""

    line: str
    shape: tuple[int, ...]
    largest: float
    off: float
    bound: float


class Shadows:
    """The shadows of one simulation: those of inputs by the path of their call, and what was compared."""

    def __init__(self) -> None:
        self._inputs: dict[tuple[int, ...], Floats] = {}
        self.compared: list[Compared] = []

    def of_input(self, path: tuple[int, ...], own: Floats | None) -> Floats:
        """An input's shadow, which its owner leaves here before the others ask."""
        if own is not None:
            self._inputs[path] = own if own.dtype == np.bool_ else own.astype(np.float64)
        return self._inputs[path]

    def compare(self, line: str, revealed: Floats, shadow: Floats | None, bound: float) -> None:
        """Note a revealed value beside its shadow."""
        expected = np.full(np.shape(revealed), np.nan) if shadow is None else np.asarray(shadow, np.float64)
        off = np.abs(np.asarray(revealed, np.float64) - expected).max(initial=0.0)
        largest = np.abs(expected).max(initial=0.0)
        self.compared.append(Compared(line, np.shape(revealed), float(largest), float(off), bound))


@runtime_checkable
class Shadowed(Protocol):
    """A secret, which may have a shadow."""

    shadow: Floats | None
    context: Any


def in_floats(function: Callable[..., Any]) -> Callable[[F], F]:
    """Let an implementation on secrets also give its result the shadow that `function` makes of the operands'."""

    def both(implementation: F) -> F:
        @wraps(implementation)
        def apply(*args: Any, **kwargs: Any) -> Any:
            result = implementation(*args, **kwargs)
            several = isinstance(result, list | tuple)
            parts = result if several else (result,)
            secrets = [part for part in parts if getattr(part, "context", None) is not None]
            if secrets and secrets[0].context.session.shadows is not None:
                made = _shadow(function, args, kwargs)
                shadows = made if several and isinstance(made, list | tuple) else (made,) * len(parts)
                for part, shadow in zip(parts, shadows, strict=False):
                    if isinstance(part, Shadowed):
                        part.shadow = None if shadow is None else np.asarray(shadow)
            return result

        return apply  # type: ignore[return-value]

    return both


def _shadow(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """What `function` makes of the shadows; None where it is unknown, for a shadow ends no program.

    Truth values are tried as such, and as numbers, since numpy has no differences of them; whole numbers as floats, and
    as integers, which alone can be indices.
    """
    with np.errstate(all="ignore"):
        for cast in (lambda shadow: shadow, _numbers, _wholes):
            try:
                return _call(function, args, kwargs, cast)
            except _Unknown:
                return None
            except (TypeError, IndexError, ValueError):
                continue
    return None


def _numbers(shadow: Floats) -> Floats:
    return shadow.astype(np.float64)


def _wholes(shadow: Floats) -> Floats:
    whole = np.isfinite(shadow).all() and (shadow == np.rint(shadow)).all()
    return shadow.astype(np.int64) if whole else shadow


class _Unknown(Exception):
    """A secret without a shadow."""


def _call(function: Callable[..., Any], args: Any, kwargs: Any, cast: Callable[[Floats], Floats]) -> Any:
    given, named = _cast(args, cast), {name: _cast(value, cast) for name, value in kwargs.items()}
    return function(*given, **named)


def _cast(value: Any, cast: Callable[[Floats], Floats]) -> Any:
    """Secrets in an argument, or within its lists and tuples, as their shadows."""
    if isinstance(value, list | tuple):
        return type(value)([_cast(part, cast) for part in value])
    if not isinstance(value, Shadowed):
        return value
    if value.shadow is None:
        raise _Unknown
    return cast(value.shadow)
