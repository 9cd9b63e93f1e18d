"""What follows from all public numbers that a value is computed with: a number that tells parties who disagree.

A constant that differs between parties gives numbers that are nobody's, and nothing else would say so. The mark of a
value covers the operations, the public parameters and the inputs' declared ranges of all that it was computed from; and
of whatever is shared anew, an input or the result of messages, its place in the program, since shares of two such
values do not fit together though all that is public of them is alike. The messages of its operation carry a part of it
(`mpc/context/messages.py`), and so does the opening of what is revealed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from protocols.array.node import Node
from protocols.array.public import Constant

LARGE, ROW = 1 << 14, 1 << 12
FACTOR = 0x9E3779B97F4A7C15
"""Odd: each of its powers takes no two words to one."""


def mark_of(node: Node, *, anew: bool) -> int:
    """The mark of a node whose operands have theirs; `anew` where its result is shared anew. Never 0."""
    own, place = node.operation.owned, node.value.path if anew else ()
    parts: list[Any] = [node.operation.name, place, *(operand.value.mark for operand in node.operands)]
    parts += [(name, _told(part)) for name, part in sorted(node.parameters.items()) if name != own]
    return crc32(repr(parts).encode()) or 1


def mark_of_all(marks: Iterable[int]) -> int:
    """One mark of several values."""
    return crc32(repr(list(marks)).encode()) or 1


def _told(part: Any) -> Any:
    """A public parameter in a form that is the same text at every party that has the same one."""
    if isinstance(part, Constant):
        return _checksum(part.elements), part.shape
    if isinstance(part, np.ndarray):
        return _checksum(part.astype(np.int64) if part.dtype.kind in "iu" else part), part.shape
    if isinstance(part, tuple | list):
        return tuple([_told(each) for each in part])
    if isinstance(part, np.generic):
        return part.item()
    if isinstance(part, slice):
        return ("slice", *(_told(end) for end in (part.start, part.stop, part.step)))
    return getattr(part, "__name__", type(part).__name__) if callable(part) else part


def _checksum(array: npt.NDArray[Any]) -> int:
    """A checksum; of many words that of their rows, each a polynomial in FACTOR: memory is read once."""
    flat = np.ascontiguousarray(array).reshape(-1)
    if flat.size < LARGE or flat.dtype.itemsize != 8:
        return crc32(flat.tobytes())
    words, rows = flat.view(np.uint64), flat.size // ROW
    sums = (words[: rows * ROW].reshape(rows, ROW) * _powers()).sum(1)
    return crc32(words[rows * ROW :].tobytes(), crc32(sums.tobytes()))


@lru_cache(1)
def _powers() -> npt.NDArray[np.uint64]:
    return np.array([pow(FACTOR, i, 1 << 64) for i in range(1, ROW + 1)], np.uint64)
