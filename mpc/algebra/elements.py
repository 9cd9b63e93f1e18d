"""Elements of one word or several: from integers and back, and moved about whole."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.words import U64, Words


class OneWord:
    """The base of algebras of which a word is an element."""

    __slots__ = ()

    @property
    def words(self) -> int:
        """Words of an element: 1."""
        return 1

    def shape(self, x: Words) -> tuple[int, ...]:
        """The shape of x: an element is a word."""
        return x.shape


def from_integers(values: object, modulus: int, words: int) -> Words:
    """Integers of any size and sign, reduced: an int, nested sequences of them, or an array; words in a last axis."""
    exact = np.asarray(values, dtype=object)
    flat = [int(v) % modulus for v in exact.ravel()]
    rows = np.zeros((len(flat), words), U64)
    for w in range(words):
        rows[:, w] = [v >> 64 * w & 2**64 - 1 for v in flat]
    return rows.reshape(exact.shape if words == 1 else (*exact.shape, words))


def to_integers(x: Words, shape: tuple[int, ...], words: int) -> npt.NDArray[np.object_]:
    """The integers from 0 that elements spell, as Python's in an array of objects of this shape."""
    rows = x.reshape(prod(shape), words).astype(object)
    values = sum((rows[:, w] << 64 * w for w in range(1, words)), rows[:, 0])
    return np.asarray(values, dtype=object).reshape(shape)


def centred(values: npt.NDArray[np.object_], modulus: int) -> npt.NDArray[np.object_]:
    """The same integers modulo the modulus, those nearest to zero; of two, the negative one."""
    flat = [v - modulus if 2 * v >= modulus else v for v in values.ravel()]
    return np.array([*flat, None], dtype=object)[:-1].reshape(values.shape)


def moved_elements(words: int, move: Callable[..., npt.NDArray[Any]], values: tuple[Words, ...]) -> Words:
    """move(x, ...) on whole elements, in C order."""
    if words == 1:
        return np.asarray(move(*values), order="C")
    whole = np.dtype((np.void, 8 * words))
    seen = [np.ascontiguousarray(x).view(whole)[..., 0] for x in values]
    return np.asarray(move(*seen), order="C")[..., np.newaxis].view(U64)
