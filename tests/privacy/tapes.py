"""Streams whose bits a test decides."""

from __future__ import annotations

from itertools import count
from math import prod

import numpy as np
import numpy.typing as npt
import pytest

from mpc.algebra.words import Stream
from mpc.prg import Prg, Seed
from protocols.privacy.coins import LANES

Words = npt.NDArray[np.uint64]


def stream(*domain: int | str) -> Prg:
    """The same bits in every run."""
    return Seed(bytes(range(32))).prg(*domain)


def stream_of(*draws: npt.ArrayLike, then: int | None = None, after: Stream | None = None) -> Given:
    """A stream whose draws are given, in turn; then the same word without end, or what another stream has."""
    return Given(draws, then, after)


class Given:
    """Draws one after another; each as large as what is asked for."""

    def __init__(self, draws: tuple[npt.ArrayLike, ...], then: int | None, after: Stream | None) -> None:
        self.left = [np.asarray(draw, np.uint64) for draw in draws]
        self.then = then
        self.after = after

    def words(self, shape: int | tuple[int, ...]) -> Words:
        """The next draw."""
        if not self.left:
            if self.after is not None:
                return self.after.words(shape)
            assert self.then is not None, "more was drawn than was given"
            return np.full(shape, self.then, np.uint64)
        assert self.left[0].size == prod(shape if isinstance(shape, tuple) else (shape,))
        return self.left.pop(0).reshape(shape)


def fix_seeds(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """From here on, what is drawn afresh is another stream each time, and the same in every run of the test."""
    numbers = count()
    monkeypatch.setattr(Seed, "fresh", lambda: Seed(bytes(32)).derive(name, next(numbers)))


def every_tape(coins: int, digits: int) -> Words:
    """All tapes of so many digits of each coin, one a lane: (coins, groups, digits, 8), as `Coins` reads them.

    Lane t has tape t: the digits of the first coin are its highest bits.
    """
    bits = coins * digits
    lanes = np.arange(max(1 << bits, LANES))
    places = np.arange(bits)[::-1]
    packed = np.packbits((lanes[None, :] >> places[:, None] & 1).astype(np.uint8), axis=1, bitorder="little")
    rows = packed.view(np.uint64).reshape(coins, digits, -1, LANES // 64)
    return np.ascontiguousarray(rows.transpose(0, 2, 1, 3))
