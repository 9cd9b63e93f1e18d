"""What transformers compute beside products, in numpy, and what may look on while a model runs in the clear."""

from __future__ import annotations

from math import erf, sqrt
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from protocols.models.tensors import FloatArray


class Watch(Protocol):
    """Sees what a model computes in the clear, by name, and may hand on something else in its place."""

    def kept(self, name: str, x: FloatArray) -> FloatArray:
        """A value that goes on in fixed point: what is computed with from here on."""
        ...

    def seen(self, name: str, x: FloatArray) -> None:
        """A value that is passed on as it is, such as a variance, whose scale is another one."""
        ...


class Nobody:
    """Looks at nothing."""

    def kept(self, name: str, x: FloatArray) -> FloatArray:
        """x itself."""
        return x

    def seen(self, name: str, x: FloatArray) -> None:
        """Nothing is done."""


_ERF = np.frompyfunc(erf, 1, 1)


def gelu(x: FloatArray) -> FloatArray:
    """x times the normal distribution function of x. Hendrycks and Gimpel, arXiv 1606.08415."""
    return as_of(x, x * (0.5 + 0.5 * _ERF(x / sqrt(2)).astype(np.float64)))


def silu(x: FloatArray) -> FloatArray:
    """x times its logistic function, without overflow."""
    small = np.exp(-np.abs(x))
    return as_of(x, x * np.where(x >= 0, 1, small) / (1 + small))


def softmax(x: FloatArray) -> FloatArray:
    """Of the last axis. At least one place of each row is finite."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return as_of(x, e / e.sum(axis=-1, keepdims=True))


def layer_norm(x: FloatArray, gain: FloatArray, shift: FloatArray, epsilon: float, watch: Watch, name: str) -> Any:
    """Of the last axis, with the variance of all its places. Ba et al., arXiv 1607.06450."""
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = np.square(centred).mean(axis=-1, keepdims=True)
    watch.seen(f"{name}.variance", variance)
    return watch.kept(name, centred / np.sqrt(variance + epsilon) * gain + shift)


def root_mean_square_norm(x: FloatArray, gain: FloatArray, epsilon: float, watch: Watch, name: str) -> FloatArray:
    """Of the last axis. Zhang and Sennrich, NeurIPS 2019."""
    mean_square = np.square(x).mean(axis=-1, keepdims=True)
    watch.seen(f"{name}.mean_square", mean_square)
    return watch.kept(name, x / np.sqrt(mean_square + epsilon) * gain)


def turned(x: FloatArray, positions: npt.NDArray[np.int64], base: float) -> FloatArray:
    """x (..., positions, head) with its rotary pairs, (i, i + head / 2), turned by positions[j] base^(-2 i / head).

    Su et al., arXiv 2104.09864.
    """
    head = x.shape[-1]
    angles = positions[:, None] * base ** (-np.arange(0, head, 2) / head)
    cos, sin = (as_of(x, part) for part in (np.cos(angles), np.sin(angles)))
    first, second = x[..., : head // 2], x[..., head // 2 :]
    return np.concatenate([first * cos - second * sin, first * sin + second * cos], axis=-1)


def as_of(x: FloatArray, y: Any) -> FloatArray:
    """y in the type of x."""
    return np.asarray(y).astype(x.dtype, copy=False)
