"""Which of a model's weights travel, in which order, and as one vector: what all parties must have alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError

Vector = npt.NDArray[np.float64]
Weights = Mapping[str, npt.NDArray[Any]]

AVERAGE, KEEP = "average", "keep"
"""What becomes of running statistics, as of batch normalisation: averaged like weights, or kept by each site."""

MOST_WEIGHTS = 1 << 32
MOST_TEXT = 1 << 20
"""Bytes of a layout's text, which a peer may send."""


@dataclass(frozen=True, slots=True)
class Place:
    """One array of weights. `running`: a statistic of data that passed, which no optimiser steps."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    running: bool = False

    @property
    def size(self) -> int:
        """Its elements."""
        return prod(self.shape)

    def __str__(self) -> str:
        return f"{self.name}: {self.dtype}{list(self.shape)}{' running' if self.running else ''}"


@dataclass(frozen=True, slots=True)
class Layout:
    """The places in their order, one after the other in a vector of `size` numbers."""

    places: tuple[Place, ...]

    @property
    def size(self) -> int:
        """The numbers of a vector."""
        return sum(place.size for place in self.places)

    @property
    def text(self) -> str:
        """One line a place: equal for equal layouts."""
        return "\n".join(map(str, self.places))

    @property
    def running(self) -> npt.NDArray[np.bool_]:
        """(size,): which numbers are running statistics."""
        return np.repeat([place.running for place in self.places], [place.size for place in self.places])

    def flatten(self, weights: Weights) -> Vector:
        """(size,). LocalError `wrong-shape` where an array is missing or of another shape, `wrong-dtype` where it holds
        no floats."""
        return np.concatenate([self._of(place, weights).ravel() for place in self.places], dtype=np.float64)

    def unflatten(self, vector: Vector) -> dict[str, npt.NDArray[Any]]:
        """Arrays of the places' shapes and dtypes, that nobody else holds."""
        ends = np.cumsum([place.size for place in self.places])
        parts = np.split(vector, ends[:-1])
        return {
            place.name: part.reshape(place.shape).astype(place.dtype)
            for place, part in zip(self.places, parts, strict=True)
        }

    def _of(self, place: Place, weights: Weights) -> npt.NDArray[Any]:
        array = np.asarray(weights[place.name]) if place.name in weights else None
        if array is None or array.shape != place.shape:
            found = "not there" if array is None else f"of shape {array.shape}"
            raise LocalError(
                "wrong-shape",
                f"the weights {place.name!r} are {found}, and were of shape {place.shape} when training began",
                "a model keeps its arrays while it is trained",
            )
        if array.dtype.kind != "f":
            raise LocalError("wrong-dtype", f"the weights {place.name!r} are {array.dtype}", "a model of floats")
        return array


def layout_of(
    weights: Weights, *, personal: Sequence[str] = (), statistics: Sequence[str] = (), running: str = AVERAGE
) -> Layout:
    """The layout of a model's weights, in their own order.

    Arrays of integers do not travel, nor those that a pattern of `personal` names (as `head.*`). `statistics` are the
    names of running ones, which travel unless `running` is "keep". LocalError `no-weights` where none is left,
    `wrong-word` for another word, `no-such-weights` for a pattern that names none.
    """
    if running not in (AVERAGE, KEEP):
        raise LocalError("wrong-word", f"running={running!r}", 'running="average" or running="keep"')
    for pattern in personal:
        if not any(fnmatchcase(name, pattern) for name in weights):
            raise no_such_weights(pattern, weights)
    places = []
    for name, given in weights.items():
        array, is_running = np.asarray(given), name in statistics
        stays = any(fnmatchcase(name, pattern) for pattern in personal) or (is_running and running == KEEP)
        if array.dtype.kind == "f" and not stays:
            places.append(Place(name, array.shape, str(array.dtype), is_running))
    found = Layout(tuple(places))
    if not 0 < found.size <= MOST_WEIGHTS or len(found.text.encode()) > MOST_TEXT:
        raise LocalError(
            "no-weights",
            f"{found.size:,} weights in {len(places)} arrays would travel",
            "arrays of floats with names, not all of them personal, 2^32 numbers at most",
        )
    return found


def no_such_weights(pattern: str, weights: Weights) -> LocalError:
    """A pattern that names none."""
    known = ", ".join(list(weights)[:8])
    return LocalError("no-such-weights", f"no weights are called {pattern!r}", f"names here are {known}")


def first_difference(mine: str, theirs: str) -> str:
    """What tells two layouts apart, in words: the first line that one has and the other has not."""
    own, other = mine.splitlines(), theirs.splitlines()
    for left, right in zip(own, other, strict=False):
        if left != right:
            return f"has {right}, where this one's has {left}"
    return f"has {len(other)} arrays, this one's {len(own)}"
