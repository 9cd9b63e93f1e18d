"""Models that are functions of numpy arrays: weights by name, a loss and its gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from mpc.prg import Prg
from protocols.federated.layout import Weights
from protocols.federated.models import Data, Evaluated, Fitted, Local, batches, pair_of

Arrays = dict[str, npt.NDArray[Any]]
Gradient = Callable[[Arrays, Any, Any], tuple[float, Weights]]
Each = Callable[[Arrays, Any, Any], Weights]
Predict = Callable[[Arrays, Any], npt.NDArray[Any]]


@dataclass(slots=True)
class ArrayModel:
    """Trained by stochastic gradient descent on `gradient(weights, x, y)`: the mean loss of the rows, and its gradient
    by name.

    `predict(weights, x)` gives what is compared with y, for hits. `each(weights, x, y)` gives the gradient of each
    row, (rows, *shape) by name, for noise that hides a person, and to the bit the same whatever other rows there are;
    without it rows are taken one by one. `statistics`:
    names of running statistics, which `gradient` may change in place. Weights without a gradient stay as they are.
    """

    arrays: Arrays
    gradient: Gradient
    predict: Predict | None = None
    each: Each | None = None
    statistics: Sequence[str] = field(default=())

    def __post_init__(self) -> None:
        self.arrays = {name: np.array(array) for name, array in self.arrays.items()}

    @property
    def takes_shift(self) -> bool:
        """As of `ShiftedModel`."""
        return True

    def weights(self) -> Arrays:
        """Copies."""
        return {name: array.copy() for name, array in self.arrays.items()}

    def load(self, weights: Weights) -> None:
        """As of `Model`."""
        for name, array in weights.items():
            self.arrays[name] = np.array(array)

    def fit(self, data: Data, local: Local, stream: Prg) -> Fitted:
        """As of `Model`: w -= rate (gradient + proximal (w - w at the beginning))."""
        x, y = pair_of(data)
        rows, start, losses = len(x), self.weights(), []
        taken = batches(rows, local, stream)
        for batch in taken:
            loss, gradients = self._slopes(x[batch], y[batch])
            losses.append(loss * len(batch))
            for name, slope in gradients.items():
                pull = local.proximal * (self.arrays[name] - start[name]) if local.proximal else 0.0
                self.arrays[name] = self.arrays[name] - local.rate * (slope + pull)
            for name, shift in (local.shift or {}).items():
                self.arrays[name] = self.arrays[name] + shift
        return Fitted(rows, float(sum(losses)) / max(rows * local.epochs, 1), len(taken))

    def _slopes(self, x: Any, y: Any) -> tuple[float, Weights]:
        """What `gradient` says, if it is what it should be: numpy would stretch a wrong shape, unseen."""
        found = self.gradient(self.arrays, x, y)
        pair = isinstance(found, tuple | list) and len(found) == 2
        if not pair or np.ndim(found[0]) or not isinstance(found[1], Mapping):
            told = (
                " and ".join(type(part).__name__ for part in found)
                if isinstance(found, tuple)
                else type(found).__name__
            )
            raise LocalError("unsuitable-model", f"gradient(weights, x, y) gives {told}", "(loss, {name: gradient})")
        for name, slope in found[1].items():
            if name not in self.arrays or np.shape(slope) != self.arrays[name].shape:
                wanted = {name: array.shape for name, array in self.arrays.items()}
                cause = f"the gradient of {name!r} is of shape {np.shape(slope)}"
                raise LocalError("wrong-shape", cause, f"arrays of the weights' names and shapes: {wanted}")
        return float(found[0]), found[1]

    def evaluate(self, data: Data) -> Evaluated:
        """As of `Model`."""
        x, y = pair_of(data)
        rows = len(x)
        loss = float(self.gradient(self.weights(), x, y)[0]) if rows else 0.0
        correct = None if self.predict is None else int((self.predict(self.arrays, x) == y).sum()) if rows else 0
        return Evaluated(rows, loss, correct)

    def gradients(self, data: Data) -> Arrays:
        """As of `GradientModel`."""
        x, y = pair_of(data)
        rows = len(x)
        if self.each is not None:
            return dict(self.each(self.arrays, x, y))
        single = [self.gradient(self.weights(), x[i : i + 1], y[i : i + 1])[1] for i in range(rows)]
        names = single[0] if single else self.arrays
        return {
            name: np.array([of_row[name] for of_row in single]).reshape(rows, *self.arrays[name].shape)
            for name in names
        }
