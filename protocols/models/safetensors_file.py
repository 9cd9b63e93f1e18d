"""Files of the format safetensors: shapes and types of what is in them, and tensors one at a time.

The library holds the header against the file: sizes, offsets, that nothing overlaps. It is opened for each tensor,
so that no handle is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from protocols.models.refusals import Unsupported, library, named, unreadable
from protocols.models.tensors import FloatArray

FLOATS = ("F32", "F16", "F64", "BF16")


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor of a file: its shape, its type as the format calls it, and how it is read."""

    shape: tuple[int, ...]
    dtype: str
    read: Callable[[], FloatArray]


def stored_in(path: Path) -> dict[str, Stored]:
    """What a file has, by its own names. LocalError `models-not-installed`, `unreadable-model`."""
    module = library("safetensors")
    try:
        with module.safe_open(path, framework="numpy") as file:
            slices = {name: file.get_slice(name) for name in _names(file)}
            return {name: _stored(module, path, name, found) for name, found in slices.items()}
    except (module.SafetensorError, OSError, ValueError) as error:
        raise unreadable(path.name, f"as safetensors: {error}") from None


def require_floats(subject: str, stored: dict[str, Stored]) -> None:
    """LocalError `unsupported-model` naming what is stored as other than floats of 16, 32 or 64 bits."""
    problems = Unsupported(subject)
    wrong = [f"{name} ({each.dtype})" for name, each in stored.items() if each.dtype not in FLOATS]
    if wrong:
        problems.add(f"weights that are no floats: {named(wrong)}", f"weights as {', '.join(FLOATS)}")
    problems.refuse()


def _names(file: Any) -> list[str]:
    names: list[str] = file.keys()
    return names


def _stored(module: Any, path: Path, name: str, found: Any) -> Stored:
    dtype = str(found.get_dtype())

    def read() -> FloatArray:
        if dtype == "BF16":
            library("ml_dtypes")  # numpy has this type once it is imported
        try:
            with module.safe_open(path, framework="numpy") as file:
                return as_floats(file.get_tensor(name))
        except (module.SafetensorError, OSError, ValueError) as error:
            raise unreadable(path.name, f"as safetensors: {error}") from None

    return Stored(tuple(found.get_shape()), dtype, read)


def as_floats(array: Any) -> FloatArray:
    """In float32; of 64 bits to the nearest."""
    return np.asarray(array).astype(np.float32, copy=False)
