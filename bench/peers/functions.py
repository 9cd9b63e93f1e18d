"""Functions of numpy that systems compute on secrets: the operands, numpy's result, and how far off one may be.

For peers' scripts and ours alike. Needs numpy beside the peer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.peers.order import Order

Values = npt.NDArray[Any]
UNIT = 2.0**-16
"""Operands with a fraction are multiples of this, which every system holds exactly."""


@dataclass(frozen=True, slots=True)
class Function:
    """`operands(rng, size)`: public random ones. `clear(*operands)`: what numpy gives. `bounds`: of every element of
    each operand, as a program declares them. `precision`: how far off a result may be, as a part of the largest one; 0
    for whole numbers, which must be exact."""

    operands: Callable[[np.random.Generator, int], tuple[Values, ...]]
    clear: Callable[..., Values]
    bounds: tuple[tuple[float, float], ...]
    precision: float = 1e-3

    def at(self, size: int) -> tuple[Values, ...]:
        """The operands at a size, the same wherever they are drawn."""
        return self.operands(np.random.default_rng(1), size)

    def tolerance(self, size: int) -> float:
        """How far off a result may be."""
        return self.precision * float(np.abs(self.clear(*self.at(size))).max()) if self.precision else 0.0


def inputs(order: Order) -> tuple[Values, ...]:
    """The operands of an order, the same at every party."""
    return operands(order.workload, order.size)


def operands(name: str, size: int) -> tuple[Values, ...]:
    """The operands of a function at a size."""
    return FUNCTIONS[name].at(size)


def tolerance(name: str, size: int) -> float:
    """How far off a result may be."""
    return FUNCTIONS[name].tolerance(size)


def distance(result: object, name: str, size: int) -> float:
    """How far off the opened result is where it is furthest off."""
    expected = FUNCTIONS[name].clear(*operands(name, size))
    return float(np.abs(np.asarray(result, np.float64).reshape(expected.shape) - expected).max())


def _reals(lo: float, hi: float) -> Callable[[np.random.Generator, int], tuple[Values, ...]]:
    return lambda rng, size: (_rounded(rng.uniform(lo, hi, size)),)


def _whole(rng: np.random.Generator, size: int) -> tuple[Values, ...]:
    return (rng.integers(-(2**30), 2**30, size),)


def _rows(rng: np.random.Generator, size: int) -> tuple[Values, ...]:
    return (_rounded(rng.uniform(-8, 8, (size, size))),)


def _system(rng: np.random.Generator, size: int) -> tuple[Values, ...]:
    """A positive definite matrix whose eigenvalues are at least 1, and a right side."""
    noise = rng.standard_normal((size, size))
    matrix = noise @ noise.T / size + 1.001 * np.eye(size)
    return _rounded(matrix), _rounded(rng.uniform(-1, 1, size))


def _rounded(values: Values) -> Values:
    return np.asarray(np.rint(values / UNIT) * UNIT)


def _softmax(x: Values) -> Values:
    powers = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True))


_KEYS = (-(2.0**30), 2.0**30)
FUNCTIONS = {
    "sort_1k": Function(_whole, np.sort, (_KEYS,), 0),
    "sort_10k": Function(_whole, np.sort, (_KEYS,), 0),
    "argmax_1000": Function(_whole, lambda x: np.asarray(x.argmax()), (_KEYS,), 0),
    "softmax_128": Function(_rows, _softmax, ((-8, 8),)),
    "solve_32": Function(_system, np.linalg.solve, ((-6, 6), (-1, 1))),
    "sigmoid_10k": Function(_reals(-8, 8), lambda x: 1 / (1 + np.exp(-x)), ((-8, 8),)),
    "exp_10k": Function(_reals(-8, 4), np.exp, ((-8, 4),)),
    "reciprocal_10k": Function(_reals(0.1, 100), lambda x: 1 / x, ((0.1, 100.01),)),
    "log_10k": Function(_reals(0.1, 100), np.log, ((0.1, 100.01),)),
    "sqrt_10k": Function(_reals(0.1, 100), np.sqrt, ((0.1, 100.01),)),
    "var_100k": Function(_reals(-10, 10), lambda x: np.asarray(x.var()), ((-10, 10),)),
}
"""By the name of the workload."""
