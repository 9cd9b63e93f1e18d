"""What a receiver accepts."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]


class Spec(NamedTuple):
    """What a receiver accepts: exactly this dtype, and this shape; shape None is a flat array of at most `limit`."""

    shape: tuple[int, ...] | None
    dtype: type[np.generic] = np.uint64
    limit: int = 0

    def __str__(self) -> str:
        """As messages to people say it: uint8[19, 32], or at most so many of a kind in a row."""
        kind = np.dtype(self.dtype).name
        return f"{kind}{list(self.shape)}" if self.shape is not None else f"flat {kind} of at most {self.limit}"

    def admits(self, array: Array) -> bool:
        """Whether an array is what was announced."""
        if array.dtype != self.dtype:
            return False
        return array.shape == self.shape if self.shape is not None else array.ndim == 1 and array.size <= self.limit
