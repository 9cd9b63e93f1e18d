"""Biased coins, exact and many at once: of each, a fraction drawn bit by bit is compared with the probability.

A coin falls on one where a uniform real number U is below p: at the first digit in which they differ, p has a 1 there.
Bits of U are words of a stream, one lane a bit, and 64 digits are compared whatever they are, so that time and
addresses tell nothing of how a coin falls. A lane in which all 64 are the same, one in 2^64, goes on with the next 64
digits: that takes time that can be seen, and makes the coin exact. docs/algorithms/coins.md has the kernel.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mpc.algebra.bits import unpack
from mpc.algebra.words import U64, Stream, Words, pointer
from native import lib
from protocols.privacy.probabilities import Probability

LANES = 64 * lib.PARLEY_COIN_WORDS
"""Of one group: coins are tossed by whole groups."""

MOST_DIGITS = 64
_AT_ONCE = 1 << 16


class Coins:
    """Coins of several probabilities, of each as many as are wanted. All are independent.

    `digits_at_once`: how many digits are compared before ties are looked for. Fewer than 64 are exact too, but ties
    are then common and time tells of them: for tests of what else never happens.
    """

    __slots__ = ("_digits_at_once", "_probabilities", "_words")

    def __init__(self, probabilities: Sequence[Probability], digits_at_once: int = MOST_DIGITS) -> None:
        self._probabilities = tuple(probabilities)
        self._digits_at_once = digits_at_once
        self._words: list[Words] = []

    def __len__(self) -> int:
        return len(self._probabilities)

    def toss(self, groups: int, stream: Stream) -> Words:
        """Packed bits (coins, 8 groups): row c has LANES coins a group of probability c, set with that probability."""
        below, tied = self._compared(0, groups, stream)
        place = 0
        while tied.any():
            place += 1
            further, still = self._compared(place, groups, stream)
            below |= tied & further
            tied &= still
        return below

    def _compared(self, place: int, groups: int, stream: Stream) -> tuple[Words, Words]:
        """By the digits of one place alone: where the drawn ones are below, where they are the same."""
        coins, digits = len(self), self._digits_at_once
        below, tied = np.empty((2, coins, groups * lib.PARLEY_COIN_WORDS), U64)
        tape = stream.words((coins, groups, digits, lib.PARLEY_COIN_WORDS))
        words = pointer(self._digits(place))
        lib.parley_coins(pointer(below), pointer(tied), words, pointer(tape), coins, digits, groups)
        return below, tied

    def _digits(self, place: int) -> Words:
        while len(self._words) <= place:
            upto, taken = (len(self._words) + 1) * self._digits_at_once, 64 - self._digits_at_once
            words = [(p.digits(upto) << taken) % 2**64 for p in self._probabilities]
            self._words.append(np.array(words, U64))
        return self._words[place]


def groups_for(count: int) -> int:
    """How many groups have so many lanes."""
    return -(-count // LANES)


def coins_of(p: Probability, count: int, stream: Stream) -> npt.NDArray[np.bool_]:
    """So many coins of one probability: (count,)."""
    coins, out = Coins([p]), np.empty(count, np.bool_)
    for start in range(0, count, _AT_ONCE):
        some = min(_AT_ONCE, count - start)
        row = coins.toss(groups_for(some), stream)[0]
        out[start : start + some] = unpack(row, 64 * row.size)[:some].view(np.bool_)
    return out
