"""A model in fixed point, in the clear: weights and values rounded as shares of them are, to see what that costs.

Every value that goes on is rounded to a multiple of 2^-fraction. What a protocol computes at a scale of its own, such
as the variance of a row, is exact here; functions are exact as well. So this is what fixed point itself costs, and what
approximations add is measured where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from protocols.models.clear_model import ClearModel
from protocols.models.tensors import FloatArray

FRACTION = 12
"""Bits after the point of activations and weights: with 10 the likeliest tokens begin to differ, 8 are too few."""


@dataclass(slots=True)
class Extent:
    """The least and the most that a value was, and how far the rounded model was from the exact one."""

    least: float = np.inf
    most: float = -np.inf
    error: float = 0.0

    def take(self, x: FloatArray) -> None:
        """Widened by these numbers."""
        self.least, self.most = min(self.least, float(x.min())), max(self.most, float(x.max()))


@dataclass(slots=True)
class Looking:
    """Notes extents by name, and keeps the values of one text, in order, for `Rounding` to compare with."""

    extents: dict[str, Extent] = field(default_factory=dict)
    values: list[tuple[str, FloatArray]] = field(default_factory=list, repr=False)

    def kept(self, name: str, x: FloatArray) -> FloatArray:
        """x itself."""
        self.seen(name, x)
        self.values.append((name, x))
        return x

    def seen(self, name: str, x: FloatArray) -> None:
        """Its extent."""
        self.extents.setdefault(name, Extent()).take(x)


@dataclass(slots=True)
class Rounding:
    """Rounds what goes on, and notes how far it is from what the exact model had in that place, where that is known."""

    fraction: int
    exact: Looking | None = None
    place: int = 0

    def kept(self, name: str, x: FloatArray) -> FloatArray:
        """The nearest multiples of 2^-fraction."""
        x = rounded(x, self.fraction)
        if self.exact is not None:
            wanted, y = self.exact.values[self.place]
            assert wanted == name, "both models compute the same in the same order"
            self.place += 1
            extent = self.exact.extents[name]
            extent.error = max(extent.error, float(np.abs(x - y).max()))
        return x

    def seen(self, name: str, x: FloatArray) -> None:
        """Nothing is done."""


def rounded(x: FloatArray, fraction: int) -> FloatArray:
    """The nearest multiples of 2^-fraction, in the type of x, which holds them if it has bits enough."""
    return np.ldexp(np.rint(np.ldexp(x, fraction)), -fraction).astype(x.dtype, copy=False)


def rounded_weights(tensors: Mapping[str, FloatArray], fraction: int) -> dict[str, FloatArray]:
    """Weights as integers of a public scale say them."""
    return {name: rounded(array, fraction) for name, array in tensors.items()}


def in_fixed_point(clear: ClearModel, fraction: int = FRACTION) -> ClearModel:
    """The model with rounded weights and values, in 64 bits of floating point, which hold them exactly."""
    tensors = rounded_weights(clear.tensors, fraction)
    return ClearModel(clear.architecture, tensors, clear.tokenizer, Rounding(fraction), np.float64)
