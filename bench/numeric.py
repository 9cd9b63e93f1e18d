"""The table of numerics among three: the same work of users' programs with each suite, what is made ahead beside it.

A dealer makes the material of `beaver`; `replicated3` takes none. Beside its time every row has how far off its first
result was from that of numpy on the same operands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import erf
from typing import Any

import numpy as np

import mpc
from bench import online
from bench.harness import Options, Row
from bench.numpy import WORKLOADS as OF_NUMPY
from bench.numpy import workload_of
from bench.peers.functions import UNIT, Function, Values
from bench.workloads import Workload

TABLE, TITLE = "numeric", "Numerics among three parties, online, and what is made ahead"
PARTIES = (3,)
EPOCHS, RATE, START = 10, 0.5, 0.0078125
HIDDEN, CLASSES, PIXELS = 128, 10, 784


def _reals(lo: float, hi: float, *shapes: Any) -> Any:
    """Uniformly random multiples of a unit: of each shape, in which None is the size, one array."""

    def drawn(rng: np.random.Generator, size: int) -> tuple[Values, ...]:
        full = [tuple(size if s is None else s for s in shape) for shape in shapes]
        return tuple(np.rint(rng.uniform(lo, hi, shape) / UNIT) * UNIT for shape in full)

    return drawn


def _whole(rng: np.random.Generator, size: int) -> tuple[Values, ...]:
    return (rng.integers(-(2**30), 2**30, size),)


def _gelu(x: Any) -> Any:
    return x * (1 + mpc.erf(x * 0.5**0.5)) / 2


def _gelu_in_the_clear(x: Values) -> Values:
    return np.asarray(x * (1 + np.vectorize(erf, otypes=[float])(x / 2**0.5)) / 2)


def _patients(rng: np.random.Generator, size: int) -> tuple[Values, ...]:
    (x,) = _reals(-2, 2, (None, 30))(rng, size)
    return x, np.asarray(x[:, :1] + x[:, 1:2] * x[:, 2:3] > 0, np.float64)


def _weights(x: Any, y: Any, sigmoid: Any) -> Any:
    """Weights of a logistic regression by gradient descent over all rows."""
    rows, columns = x.shape
    step = RATE / rows
    w = np.full((columns, 1), START)
    for _ in range(EPOCHS):
        w = w - (x.T @ (sigmoid(x @ w) - y)) * step
    return w


def _in_bounds(x: Any, y: Any) -> Any:
    return _weights(x, y, lambda z: mpc.sigmoid(z.within(-30, 30)))


def _logistic(z: Values) -> Values:
    return np.asarray(1 / (1 + np.exp(-z)))


def _network(x: Any, a: Any, b: Any) -> Any:
    return mpc.relu(x @ a) @ b


def _images(rng: np.random.Generator, size: int) -> tuple[Values, ...]:
    (x,) = _reals(0, 1, (None, PIXELS))(rng, size)
    return x, *_reals(-0.125, 0.125, (PIXELS, HIDDEN), (HIDDEN, CLASSES))(rng, size)


def _again(name: str) -> Workload:
    """A workload of the table of numpy's functions, under a name of this table."""
    return replace(OF_NUMPY[name], name=f"{TABLE}.{name}")


def _own(name: str, size: int, function: Function, program: Any) -> Workload:
    return workload_of(f"{TABLE}.{name}", function, size, program)


_SMALL = ((-8.0, 8.0),)
OWN = (
    _own("gelu_10k", 10_000, Function(_reals(-8, 8, (None,)), _gelu_in_the_clear, _SMALL), _gelu),
    _own("relu_100k", 100_000, Function(_reals(-8, 8, (None,)), lambda x: np.maximum(x, 0), _SMALL), mpc.relu),
    _own(
        "products_100k", 100_000, Function(_reals(-8, 8, (None,), (None,)), np.multiply, _SMALL * 2),
        lambda x, y: x * y,
    ),
    _own("var_1m", 1_000_000, Function(_reals(-8, 8, (None,)), lambda x: np.asarray(x.var()), _SMALL), np.var),
    _own(
        "max_1000", 1000, Function(_whole, lambda x: np.asarray(x.max()), ((-(2.0**30), 2.0**30),), 0), np.max
    ),
    _own(
        "logistic_569", 569,
        Function(_patients, lambda x, y: _weights(x, y, _logistic), ((-2, 2), (0, 1)), 2e-2), _in_bounds,
    ),
    _own(
        "mlp_128", 128,
        Function(
            _images, lambda x, a, b: np.asarray(np.maximum(x @ a, 0) @ b),
            ((0, 1), (-0.125, 0.125), (-0.125, 0.125)),
        ),
        _network,
    ),
)  # fmt: skip
"""What peers are not asked for."""

WORKLOADS = {
    workload.name: workload
    for workload in (
        *map(_again, ("sigmoid_10k", "exp_10k", "reciprocal_10k", "log_10k", "sqrt_10k", "softmax_128")),
        *OWN,
        *map(_again, ("argmax_1000", "sort_1k", "sort_10k")),
    )
}


def measure(options: Options) -> Iterator[Sequence[Row]]:
    """The rows of each chosen workload: by default of three parties, plain and over TLS, of every suite."""
    chosen = replace(options, parties=options.parties or PARTIES)
    return online.measure(TABLE, WORKLOADS, (), chosen)
