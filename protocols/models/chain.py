"""A chain of layers put together step by step, as files and modules of other libraries name the steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from protocols.models.predictor import Activation, Floats, Layer, Link, Predictor, joined

MOST_WEIGHTS = 1 << 28
"""Of one matrix, before it is made."""


@dataclass(slots=True)
class Chain:
    """Layers so far, and how wide a row is after them; None before anything says it."""

    width: int | None = None
    layers: list[Layer] = field(default_factory=list)
    link: Link = "values"

    def dense(self, weight: Floats, shift: Floats | None) -> None:
        """x W + b. ValueError where it does not follow, or nothing may follow."""
        weight = np.asarray(weight, np.float64)
        if weight.ndim != 2 or self.width not in (None, weight.shape[0]) or weight.size > MOST_WEIGHTS:
            raise ValueError(f"a matrix of shape {weight.shape} on rows of {self.width}")
        shift = np.zeros(weight.shape[1]) if shift is None else np.asarray(shift, np.float64).reshape(-1)
        self._append(Layer(weight, np.broadcast_to(shift, weight.shape[1:]).copy()))

    def elementwise(self, factor: Any, shift: Any) -> None:
        """x a + b, of numbers or rows a and b. ValueError where they are of another width."""
        factor, shift = (np.asarray(each, np.float64) for each in (factor, shift))
        width = self.width or max(factor.size, shift.size)
        if self.width is None and width == 1:
            raise ValueError("one number for all places, before anything says how many there are")
        if any(each.ndim and each.shape[-1] != each.size for each in (factor, shift)):
            raise ValueError("another number for each row")
        if {factor.size, shift.size} - {1, width} or width * width > MOST_WEIGHTS:
            raise ValueError(f"factors of {factor.size} and {shift.size} places on rows of {width}")
        diagonal = np.diag(np.broadcast_to(factor.reshape(-1), (width,)))
        self._append(Layer(diagonal, np.broadcast_to(shift.reshape(-1), (width,)).copy()))

    def activate(self, activation: Activation) -> None:
        """The activation of what was computed last. ValueError where nothing says how wide a row is."""
        if self.width is None:
            raise ValueError("an activation before any layer")
        if not self.layers or self.layers[-1].activation != "identity":
            self.elementwise(1.0, 0.0)
        self._require_open()
        last = self.layers[-1]
        self.layers[-1] = Layer(last.weight, last.shift, activation)

    def softmax(self) -> None:
        """The end of a chain that gives probabilities of classes. ValueError where it gives something already."""
        if self.width is None:
            raise ValueError("a softmax before any layer")
        self._require_open()
        self.link = "softmax"

    def predictor(self) -> Predictor:
        """The chain as a predictor; a logistic function of one number at its end gives a probability of two classes.

        ValueError where there is no layer.
        """
        layers, link = list(self.layers), self.link
        if not layers:
            raise ValueError("no layer")
        last = layers[-1]
        if last.activation == "logistic" and self.width == 1:
            layers[-1], link = Layer(last.weight, last.shift), "sigmoid"
        outputs = len(last.shift)
        classes = {"softmax": range(outputs), "sigmoid": range(2)}.get(link, range(0))
        return Predictor(joined([*layers]), link, tuple(classes))

    def _append(self, layer: Layer) -> None:
        self._require_open()
        self.layers.append(layer)
        self.width = len(layer.shift)

    def _require_open(self) -> None:
        if self.link == "softmax":
            raise ValueError("a softmax that is not at the end")
