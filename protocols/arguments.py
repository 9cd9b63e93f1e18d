"""What a caller gives, by the name of its argument: another type than a function takes is refused in words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from operator import index
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from mpc.errors import LocalError

T = TypeVar("T")


def whole_number(value: Any, name: str) -> int:
    """A whole number of Python's or numpy's, no truth value. LocalError `wrong-argument`."""
    try:
        if not isinstance(value, bool | np.bool_ | np.ndarray):
            return index(value)
    except TypeError:
        pass
    raise wrong_argument(value, name, "a whole number")


def instance_of(value: Any, name: str, kind: type[T], what: str) -> T:
    """A value of a type, which is called `what`. LocalError `wrong-argument`."""
    if not isinstance(value, kind):
        raise wrong_argument(value, name, what)
    return value


def sequence_of(value: Any, name: str) -> Sequence[Any]:
    """A list or a tuple. LocalError `wrong-argument`."""
    if not isinstance(value, list | tuple):
        raise wrong_argument(value, name, "a list")
    return value


def file_path(value: Any, name: str) -> Path:
    """The path of a file: text, or a path. A number would be a file that is open already. LocalError
    `wrong-argument`."""
    if not isinstance(value, str | os.PathLike) or isinstance(os.fspath(value), bytes):
        raise wrong_argument(value, name, "the path of a file")
    return Path(value)


def message_bytes(value: Any, name: str) -> bytes:
    """What came from another party, as bytes. LocalError `wrong-argument`."""
    if isinstance(value, np.ndarray) and value.dtype == np.uint8:
        return value.tobytes()
    if not isinstance(value, bytes | bytearray | memoryview):
        raise wrong_argument(value, name, "bytes, as a party sent them")
    return bytes(value)


def wrong_argument(value: Any, name: str, what: str) -> LocalError:
    """The error for a value that is not `what` it should be; it says the type alone, as the value may be secret."""
    return LocalError("wrong-argument", f"a value of type {type(value).__name__} is given as `{name}`", f"give {what}")
