"""A small neural network: scores of numbers and of secrets, gradients by person, and how
good scores are.

Weights are named arrays: `w1` (features, hidden) and `b1` (hidden,), `w2` (hidden,) and
`b2` (). With hidden = tanh(x w1 + b1), the log odds of a row x are hidden w2 + b2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Weights = dict[str, Floats]

LARGEST_WEIGHT = 16.0
WORST_LOSS = 2.0


def first_weights(features: int, hidden: int, seed: int) -> Weights:
    """Where a training begins: drawn with a seed that is public, as the weights are."""
    draws = np.random.default_rng(seed)
    return {
        "w1": draws.normal(size=(features, hidden)) / np.sqrt(features),
        "b1": np.zeros(hidden),
        "w2": draws.normal(size=hidden) / np.sqrt(hidden),
        "b2": np.zeros(()),
    }


def log_odds(weights: Any, x: Any) -> Any:
    """Scores of rows (rows, features), of numbers and of secrets alike: (rows,)."""
    hidden = np.tanh(x @ weights["w1"] + weights["b1"])
    return hidden @ weights["w2"] + weights["b2"]


def losses(weights: Weights, x: Floats, y: Floats) -> Floats:
    """The log loss of each row, WORST_LOSS at most: (rows,)."""
    scores = log_odds(weights, x)
    return np.asarray(np.minimum(np.logaddexp(0, scores) - y * scores, WORST_LOSS), float)


def gradients(weights: Weights, x: Floats, y: Floats) -> Weights:
    """The gradient of the log loss of each row: arrays (rows, ...) by name."""
    hidden = np.tanh(x @ weights["w1"] + weights["b1"])
    scores = hidden @ weights["w2"] + weights["b2"]
    error = 1 / (1 + np.exp(-scores)) - y
    below = error[:, None] * weights["w2"] * (1 - hidden**2)
    return {
        "w1": x[:, :, None] * below[:, None, :],
        "b1": below,
        "w2": error[:, None] * hidden,
        "b2": error,
    }


def flat(arrays: Weights, rows: int | None = None) -> Floats:
    """All arrays as one vector in the order of their names' entries, or for each row."""
    shape = (-1,) if rows is None else (rows, -1)
    return np.concatenate([each.reshape(shape) for each in arrays.values()], axis=-1)


def shaped(vector: Floats, like: Weights) -> Weights:
    """A vector as arrays of these names and shapes."""
    ends = np.cumsum([each.size for each in like.values()])
    parts = np.split(vector, ends[:-1])
    pairs = zip(like.items(), parts, strict=True)
    return {name: part.reshape(each.shape) for (name, each), part in pairs}


def accuracy(scores: Floats, y: Floats) -> float:
    """For which part the more likely end is foretold."""
    return float(((scores > 0) == (y == 1)).mean())


def area(scores: Floats, y: Floats) -> float:
    """The area under the ROC curve: of all pairs of one who came again and one who did
    not, how many are in the right order; equal scores count half.
    """
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    came = y == 1
    pairs = came.sum() * (~came).sum()
    return float((ranks[came].sum() - came.sum() * (came.sum() + 1) / 2) / pairs)


def curve(scores: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The ROC curve: rates of false and of true alarms as the threshold falls."""
    order = np.argsort(-scores, kind="stable")
    came = y[order] == 1
    true, false = np.cumsum(came) / came.sum(), np.cumsum(~came) / (~came).sum()
    return np.append(0.0, false), np.append(0.0, true)
