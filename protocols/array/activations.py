"""What models end their layers with: the larger of x and 0, and shares of a whole by exponentials."""

from __future__ import annotations

from typing import Any

import numpy as np

from protocols.array.arithmetic import multiply, subtract, sum_
from protocols.array.extremes import max_
from protocols.array.functions import exp, log
from protocols.array.logic import maximum
from protocols.array.near_extremes import near_max
from protocols.array.quotients import reciprocal
from protocols.array.scales import fixed
from protocols.array.secret import SecretArray, need_secret
from protocols.array.shadows import Floats, in_floats


def _softmax_of_floats(x: Floats, axis: Any = -1) -> Any:
    weights = np.exp(x - x.max(axis, keepdims=True))
    return weights / weights.sum(axis, keepdims=True)


@in_floats(lambda x: np.maximum(x, 0))
def relu(x: SecretArray) -> SecretArray:
    """The larger of x and 0, elementwise, exactly."""
    return maximum(need_secret(x, "relu"), 0)


@in_floats(_softmax_of_floats)
def softmax(x: SecretArray, axis: Any = -1) -> SecretArray:
    """exp(x) over its sum along an axis, for any range of x: the largest is subtracted first.

    Nothing need be vouched for: one of the exponentials is that of 0, so that their sum is at least 1 less the error of
    `exp`. Rounds: those of `max`, `exp`, `reciprocal` and a product. Where masks with tables are to be had, x is
    within 127 of zero and rows have more pairs than are compared at once, what is subtracted lies within 1/2 of the
    largest, in 4 rounds for up to 36 elements.
    """
    _, weights, total = _exponentials(need_secret(x, "softmax"), axis)
    return fixed(multiply(weights, reciprocal(total)))


@in_floats(lambda x, axis=-1: np.log(_softmax_of_floats(x, axis)))
def log_softmax(x: SecretArray, axis: Any = -1) -> SecretArray:
    """The logarithm of `softmax`: x less the largest, less the logarithm of the sum. Rounds: as `softmax`, about."""
    below, _, total = _exponentials(need_secret(x, "log_softmax"), axis)
    return subtract(below, log(total))


def _exponentials(x: SecretArray, axis: Any) -> tuple[SecretArray, SecretArray, SecretArray]:
    """x less the largest, or what is near it; the exponentials of that; their sum."""
    x = fixed(x)
    near = near_max(x, axis)
    below = subtract(x, max_(x, axis, True) if near is None else near)
    weights = exp(below)
    return fixed(below), weights, sum_(weights, axis, True)
