"""What a model must offer to be trained by several sites, and how a site trains it for a round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from mpc.prg import Prg
from protocols.federated.layout import Weights
from protocols.privacy.amounts import count_of

Data = Any
"""What a model is trained on: pairs of arrays (x, y) of the same length for the models here, or a `Partition`."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Data that the model finds itself, as Flower's clients do: part `number`, from 0, of so many parts."""

    number: int = 0
    count: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.number < self.count:
            raise LocalError("wrong-amount", f"part {self.number} of {self.count}", "parts are numbered from 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """How a site trains in one round: so many passes over its data, in batches of so many rows, by steps of so much.

    `proximal`: FedProx's mu, which pulls towards the weights that the round began with. `batch` None: all rows in one.
    `shift`: what strategies have a model add to its weights after each step, by name; a user gives none.
    """

    epochs: int = 1
    batch: int | None = 32
    rate: float = 0.1
    proximal: float = 0.0
    shift: Weights | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "epochs", count_of(self.epochs, "the epochs"))
        if self.batch is not None:
            object.__setattr__(self, "batch", count_of(self.batch, "the rows of a batch"))
        if not (isfinite(self.rate) and self.rate > 0 and isfinite(self.proximal) and self.proximal >= 0):
            raise LocalError(
                "wrong-amount",
                f"a site that trains with rate {self.rate}, proximal {self.proximal}",
                "a rate above 0, and a proximal term that is not negative",
            )


@dataclass(frozen=True, slots=True)
class Fitted:
    """What training told: on how many examples, and the mean loss before each step, None where it tells none; in how
    many steps, None where the model does not say. Stays with the site."""

    examples: int
    loss: float | None
    steps: int | None = None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The mean loss of so many examples, and how many of them were predicted right; None where that means nothing."""

    examples: int
    loss: float
    correct: int | None = None


_METHODS = ("weights", "load", "fit", "evaluate")


class Model(Protocol):
    """A model with named weights. One object is one site's; training changes it."""

    @property
    def statistics(self) -> Sequence[str]:
        """The names of running statistics among the weights."""

    def weights(self) -> Weights:
        """Every array by name, always in the same order. Neither side changes what the other holds."""

    def load(self, weights: Weights) -> None:
        """Take over arrays by name; those that are not named stay as they are."""

    def fit(self, data: Data, local: Local, stream: Prg) -> Fitted:
        """Train from the weights as they are. Order and dropout may be drawn from `stream`, which is the site's."""

    def evaluate(self, data: Data) -> Evaluated:
        """Loss and hits on data, without a change of the weights."""


@runtime_checkable
class ShiftedModel(Protocol):
    """A model whose `fit` adds `Local.shift` to its weights after each step: what Scaffold needs."""

    @property
    def takes_shift(self) -> bool:
        """Whether it does."""


@runtime_checkable
class GradientModel(Protocol):
    """A model that tells the gradient of each row: what noise for a person needs (`PersonNoise`)."""

    def gradients(self, data: Data) -> dict[str, npt.NDArray[Any]]:
        """For each weight that is trained the gradients of the rows' losses: (rows, *shape)."""


def weights_of(model: Model) -> Weights:
    """Its weights. LocalError `unsuitable-model` for what is no model, as a library's estimator alone."""
    kind = f"the class {model.__name__}" if isinstance(model, type) else f"of type {type(model).__name__}"
    if isinstance(model, type) or not all(callable(getattr(model, name, None)) for name in _METHODS):
        raise LocalError(
            "unsuitable-model",
            f"the model is {kind}, which has no weights by name to load and to train",
            "ArrayModel(arrays, gradient), sklearn_model(estimator, features=...), torch_model(module, ...), or an "
            f"object with {', '.join(_METHODS)} of your own",
        )
    return model.weights()


def rows_of(data: Data) -> int:
    """How many examples there are, 1 for a `Partition`, whose model alone knows. LocalError `wrong-data` for anything
    but arrays of one length, side by side."""
    if isinstance(data, Partition):
        return 1
    try:
        lengths = {len(part) for part in data}
    except TypeError:
        lengths = set()
    if len(lengths) != 1 or not isinstance(data, tuple | list):
        raise LocalError(
            "wrong-data", f"a site's data are {_said(data)}", "a pair (x, y): a row of x for each element of y"
        )
    return int(lengths.pop())


def _said(data: object) -> str:
    """Kinds and shapes of what was given."""
    if data is None:
        return "missing"
    if not isinstance(data, tuple | list):
        return f"one {type(data).__name__} of shape {np.shape(data)}" if hasattr(data, "shape") else type(data).__name__
    return f"a {type(data).__name__} of " + (" and ".join(_part(part) for part in data[:4]) or "nothing")


def _part(part: Any) -> str:
    try:
        return f"{len(part):,} rows"
    except TypeError:
        return f"a {type(part).__name__}"


def by_place(data: Data) -> Data:
    """The parts of the data, so that rows are taken by their places: lists become arrays, and so do tables and columns
    of pandas, which take whole numbers for labels. A `Partition` stays. LocalError `wrong-data` as of `rows_of`."""
    rows_of(data)
    if isinstance(data, Partition):
        return data
    return tuple(np.asarray(p) if isinstance(p, list | tuple) or hasattr(p, "iloc") else p for p in data)


def pair_of(data: Data) -> tuple[Any, Any]:
    """x and y, rows by their places. LocalError `wrong-data` for anything but two of one length."""
    parts: tuple[Any, ...] = () if isinstance(data, Partition) else by_place(data)
    if len(parts) != 2:
        raise LocalError(
            "wrong-data", f"a site's data are {len(parts)} arrays", "a pair (x, y): a row of x for each element of y"
        )
    return parts[0], parts[1]


def batches(rows: int, local: Local, stream: Prg) -> list[npt.NDArray[np.int64]]:
    """The places of the rows in their batches, of all epochs: each epoch in an order of its own.

    A single row that would be left joins the batch before it: batch normalisation learns nothing of one.
    """
    size = min(local.batch or rows, rows)
    ends = range(size, rows if rows % max(size, 1) != 1 or size == 1 else rows - 1, max(size, 1))
    found = []
    for _ in range(local.epochs):
        order = np.argsort(stream.words(rows), kind="stable")
        found += np.split(order, ends) if rows else []
    return found
