"""Two models that are ready: softmax regression, and a perceptron of several layers with the same loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.federated.array_models import ArrayModel, Arrays

Floats = npt.NDArray[Any]
Product = Callable[[Floats, Floats], Floats]

_UNIT = 2.0**-53


def softmax_regression(features: int, classes: int) -> ArrayModel:
    """Multinomial logistic regression of labels 0 to classes - 1, from zero weights."""
    return perceptron((features, classes))


def perceptron(layers: Sequence[int], *, seed: bytes = bytes(32)) -> ArrayModel:
    """Dense layers with rectifiers between them and a softmax at the end; labels are 0 to layers[-1] - 1.

    `layers`: the features, the widths, the classes. `seed`: 32 public bytes from which the first weights follow,
    uniform within sqrt(6 / inputs) (He et al. 2015); a last layer begins with zeros. LocalError `wrong-shape`.
    """
    if len(layers) < 2 or min(layers) < 1 or layers[-1] < 2:
        raise LocalError(
            "wrong-shape", f"a perceptron of layers {tuple(layers)}", "features, widths, 2 or more classes"
        )
    arrays: Arrays = {}
    for number, (inputs, outputs) in enumerate(pairwise(layers)):
        last = number == len(layers) - 2
        arrays[f"layer{number}.weight"] = (
            np.zeros((inputs, outputs)) if last else _uniform(inputs, outputs, number, seed)
        )
        arrays[f"layer{number}.bias"] = np.zeros(outputs)
    return ArrayModel(arrays, _gradient, _predict, _each)


def _uniform(inputs: int, outputs: int, number: int, seed: bytes) -> Floats:
    words = Seed(seed).prg("weights of a perceptron", number).words((inputs, outputs))
    bound = (6 / inputs) ** 0.5
    return np.asarray((2 * (words >> np.uint64(11)) * _UNIT - 1) * bound)


def by_row(left: Floats, right: Floats) -> Floats:
    """left @ right, each row to the bit the same whatever other rows there are: products and sums in one order.

    How a library's product of matrices rounds a row depends on how many rows there are, so that one person's would move
    the gradients of others.
    """
    total = np.zeros((len(left), right.shape[1]))
    for k, row in enumerate(right):
        total += left[:, k, None] * row
    return total


def _forward(weights: Arrays, x: Floats, product: Product = np.matmul) -> list[Floats]:
    """What goes into each layer, and the logits."""
    features, depth = weights["layer0.weight"].shape[0], len(weights) // 2
    if np.ndim(x) != 2 or np.shape(x)[1] != features:
        raise LocalError("wrong-shape", f"x is of shape {np.shape(x)}", f"(rows, {features}), a row for each label")
    passed = [np.asarray(x, np.float64)]
    for number in range(depth):
        out = product(passed[-1], weights[f"layer{number}.weight"]) + weights[f"layer{number}.bias"]
        passed.append(out if number == depth - 1 else np.maximum(out, 0))
    return passed


def _backward(
    weights: Arrays, x: Floats, y: Floats, product: Product = np.matmul
) -> tuple[Floats, list[Floats], list[Floats]]:
    """The losses of the rows, what went into each layer, and how the loss moves with what came out of it."""
    *passed, logits = _forward(weights, x, product)
    shifted = logits - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    total = exponentials.sum(axis=1, keepdims=True)
    at = np.arange(len(x)), _labels(y, *logits.shape)
    losses = np.log(total[:, 0]) - shifted[at]
    slope = exponentials / total
    slope[at] -= 1
    slopes = [slope]
    for number in range(len(passed) - 1, 0, -1):
        slopes.insert(0, product(slopes[0], weights[f"layer{number}.weight"].T) * (passed[number] > 0))
    return losses, passed, slopes


def _labels(y: Floats, rows: int, classes: int) -> npt.NDArray[np.int64]:
    """(rows,). Others would be taken for other classes: -1 for the last one, and a column for all pairs of rows."""
    labels = np.asarray(y)
    right = labels.shape == (rows,) and labels.dtype.kind in "biuf"
    if not right or not ((labels >= 0) & (labels < classes) & (labels == np.floor(labels))).all():
        raise LocalError(
            "wrong-data",
            f"labels of shape {labels.shape} and type {labels.dtype} for {rows} rows are not all classes",
            f"a whole number from 0 to {classes - 1} for each row, as np.unique(labels, return_inverse=True)[1]",
        )
    return labels.astype(np.int64)


def _gradient(weights: Arrays, x: Floats, y: Floats) -> tuple[float, Arrays]:
    losses, passed, slopes = _backward(weights, x, y)
    found: Arrays = {}
    for number, (before, slope) in enumerate(zip(passed, slopes, strict=True)):
        found[f"layer{number}.weight"] = before.T @ slope / len(x)
        found[f"layer{number}.bias"] = slope.sum(axis=0) / len(x)
    return float(losses.mean()), found


def _each(weights: Arrays, x: Floats, y: Floats) -> Arrays:
    _, passed, slopes = _backward(weights, x, y, by_row)
    found: Arrays = {}
    for number, (before, slope) in enumerate(zip(passed, slopes, strict=True)):
        found[f"layer{number}.weight"] = before[:, :, None] * slope[:, None, :]
        found[f"layer{number}.bias"] = slope
    return found


def _predict(weights: Arrays, x: Floats) -> npt.NDArray[Any]:
    return np.asarray(_forward(weights, x)[-1].argmax(axis=1))
