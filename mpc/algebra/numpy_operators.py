"""Operators between numpy's arrays and what is none; every other function of numpy is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mpc.errors import LocalError

_NAMES = {
    np.add: ("__add__", "__radd__"),
    np.subtract: ("__sub__", "__rsub__"),
    np.multiply: ("__mul__", "__rmul__"),
    np.matmul: ("__matmul__", "__rmatmul__"),
    np.true_divide: ("__truediv__", "__rtruediv__"),
    np.floor_divide: ("__floordiv__", "__rfloordiv__"),
    np.remainder: ("__mod__", "__rmod__"),
    np.divmod: ("__divmod__", "__rdivmod__"),
    np.power: ("__pow__", "__rpow__"),
    np.equal: ("__eq__", "__eq__"),
    np.not_equal: ("__ne__", "__ne__"),
    np.less: ("__lt__", "__gt__"),
    np.less_equal: ("__le__", "__ge__"),
    np.greater: ("__gt__", "__lt__"),
    np.greater_equal: ("__ge__", "__le__"),
}
"""Of an operator, the method of what stands on its left, and of what stands on its right."""


class NumpyOperators:
    """Leaves the operators of numpy's arrays to this class's own methods, which it has all of, and `np.sum` to `sum`.

    `a += x` of an array `a` gives another, as `a + x` does.
    """

    __slots__ = ()

    def _of_numpy(self, name: str) -> LocalError:
        """The error for a function of numpy that is not defined here."""
        raise NotImplementedError

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        out = kwargs.pop("out", (inputs[0],))
        if ufunc not in _NAMES or method != "__call__" or kwargs or out[0] is not inputs[0]:
            raise self._of_numpy(ufunc.__name__)
        own, reflected = _NAMES[ufunc]
        left, right = inputs
        return getattr(left, own)(right) if isinstance(left, NumpyOperators) else getattr(right, reflected)(left)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        """`np.sum` of it."""
        if function is np.sum and args and isinstance(args[0], NumpyOperators):
            return args[0].sum(*args[1:], **kwargs)  # type: ignore[attr-defined]
        raise self._of_numpy(function.__name__)
