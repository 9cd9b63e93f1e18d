"""Models of rows as numbers, whatever they were trained by: dense layers and ensembles of trees.

They are the owner's, in the clear; `secret_model` makes secrets of their numbers. What of a form is public (kinds,
shapes, sizes) is said in `protocols.models.told`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from protocols.models.refusals import unsupported

Floats: TypeAlias = npt.NDArray[np.float64]
Activation: TypeAlias = Literal["identity", "relu", "logistic", "tanh"]
Link: TypeAlias = Literal["values", "sign", "sigmoid", "softmax", "shares", "scores"]
"""What outputs are: numbers; one of whose sign says the class, by itself or as log odds; a number for each class, the
largest of which says it: as a softmax takes it, a probability already, or no more than that."""

ACTIVATIONS: dict[Activation, Callable[[Floats], Floats]] = {
    "identity": lambda x: x,
    "relu": lambda x: np.maximum(x, 0.0),
    "logistic": lambda x: np.exp(-np.logaddexp(0.0, -x)),
    "tanh": np.tanh,
}


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """activation(x W + b): `weight` (inputs, outputs), `shift` (outputs,)."""

    weight: Floats = field(repr=False)
    shift: Floats = field(repr=False)
    activation: Activation = "identity"

    @property
    def arrays(self) -> tuple[Floats, ...]:
        """All of its numbers."""
        return self.weight, self.shift

    def rounded(self, unit: float) -> Layer:
        """Its numbers as the nearest multiples of 1 / unit."""
        return Layer(np.rint(self.weight * unit) / unit, np.rint(self.shift * unit) / unit, self.activation)

    def __call__(self, x: Floats) -> Floats:
        """Of rows x (rows, inputs), in the clear."""
        found: Floats = x @ self.weight + self.shift
        return ACTIVATIONS[self.activation](found)


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Binary trees whose leaves' numbers are added to `start` (outputs,). A node asks whether a feature is above a
    threshold, the left child being that where it is not.

    `features`, `thresholds` (trees, nodes): trees with fewer nodes have some that no path leads by. `paths` (trees,
    nodes, leaves): 1 where a leaf lies right of a node, -1 where left, 0 where it does not lie below. `rights` (trees,
    leaves): how often the way to a leaf goes right, so that a row reaches it if its answers times `paths` are as many,
    and never more; 1 at what is no leaf, where paths are 0. `leaves` (trees, leaves, outputs).
    """

    features: npt.NDArray[np.int64] = field(repr=False)
    thresholds: Floats = field(repr=False)
    paths: npt.NDArray[np.int8] = field(repr=False)
    rights: npt.NDArray[np.int64] = field(repr=False)
    leaves: Floats = field(repr=False)
    start: Floats = field(repr=False)
    inputs: int

    def __call__(self, x: Floats) -> Floats:
        """Outputs (rows, outputs) of rows x (rows, inputs), in the clear."""
        above = np.moveaxis(x[:, self.features] > self.thresholds, 0, 1)
        reached = above.astype(np.int64) @ self.paths == self.rights[:, None]
        found: Floats = np.einsum("trl,tlk->rk", reached, self.leaves) + self.start
        return found

    def rounded(self, unit: float) -> Trees:
        """Its numbers as multiples of 1 / unit: thresholds downwards, the others the nearest."""
        thresholds = np.floor(self.thresholds * unit) / unit
        leaves, start = np.rint(self.leaves * unit) / unit, np.rint(self.start * unit) / unit
        return Trees(self.features, thresholds, self.paths, self.rights, leaves, start, self.inputs)

    @property
    def arrays(self) -> tuple[Floats, ...]:
        """All of its numbers that are no places."""
        return self.thresholds, self.leaves, self.start

    @property
    def depth(self) -> int:
        """Of the deepest tree, 1 at least."""
        return max(int(np.abs(self.paths).sum(axis=1, dtype=np.int64).max()), 1)


Part: TypeAlias = Layer | Trees


@dataclass(frozen=True, slots=True, eq=False)
class Predictor:
    """Parts one after the other, what the outputs are, and the classes' names where they tell classes apart. Its repr
    has no number of it."""

    parts: tuple[Part, ...]
    link: Link
    classes: tuple[Any, ...] = ()

    def decision(self, x: npt.ArrayLike) -> Floats:
        """Outputs (rows, outputs) of rows, in the clear: before any link."""
        found: Floats = np.asarray(x, np.float64)
        for part in self.parts:
            found = part(found)
        return found

    def predict(self, x: npt.ArrayLike) -> npt.NDArray[Any]:
        """The place of the class (rows,), or the outputs, (rows,) where each row has one, in the clear."""
        found = self.decision(x)
        if self.link == "values":
            return found[:, 0] if found.shape[1] == 1 else found
        return (found[:, 0] > 0).astype(np.int64) if self.link in ("sign", "sigmoid") else found.argmax(axis=1)

    def rounded(self, fraction: int = 16) -> Predictor:
        """The same with numbers as they take part in a session of so many `fractional_bits`, for its owner to look at
        what that changes on rows of its own. Thresholds of trees are rounded downwards."""
        return Predictor(tuple(part.rounded(2.0**fraction) for part in self.parts), self.link, self.classes)

    def __repr__(self) -> str:
        names = ", ".join(type(part).__name__ for part in self.parts)
        return f"Predictor({names}; {self.link}, {len(self.classes)} classes)"


def joined(parts: list[Part]) -> tuple[Part, ...]:
    """The same parts, of which linear ones before a layer are taken into it."""
    found: list[Part] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, Layer) and isinstance(last, Layer) and last.activation == "identity":
            weight, shift = last.weight @ part.weight, last.shift @ part.weight + part.shift
            found[-1] = Layer(weight, shift, part.activation)
        else:
            found.append(part)
    return tuple(found)


def require_finite(predictor: Predictor, subject: str) -> Predictor:
    """The predictor. LocalError `unsupported-model` where a number of it is not finite."""
    if not all(np.isfinite(array).all() for part in predictor.parts for array in part.arrays):
        raise unsupported(
            subject, "numbers that are not finite, as a training that diverged, or questions about missing values",
            "a model of finite numbers, trained on rows without gaps",
        )  # fmt: skip
    return predictor
