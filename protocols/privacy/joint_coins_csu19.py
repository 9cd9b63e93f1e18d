"""Biased coins on secret bits: each of a public probability, tossed by all parties together, seen by none.

Champion, shelat, Ullman, "Securely sampling biased coins with applications to differential privacy", CCS 2019, section
3: a uniformly random number r of `precision` secret bits is below the public number T with probability
T / 2^precision. The paper reads the bits one after another; here neighbours are combined in a tree of products, twice
as many in logarithmically many rounds.

The bits are uniform, and known to none, as long as one party draws its own at random and does not tell. A party that
departs from the protocol is not noticed; no suite here claims more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from mpc.algebra.words import Words
from mpc.context import Context
from protocols.prefix import borrow_out
from protocols.privacy.probabilities import Probability
from protocols.shares import stack_planes
from protocols.suite import suite_of

SLACK = 53
"""What is left out of all draws together is below 2^-53 for each reason that there is for it, of which no sampler has
more than four: so the distance tau of a sampler from what it should draw is below 2^-50."""

_ALL = np.uint64(2**64 - 1)


@dataclass(frozen=True, slots=True)
class JointCoins:
    """Independent coins, one of each threshold T: it is 1 with probability T / 2^precision."""

    thresholds: tuple[int, ...]
    precision: int

    async def toss(self, ctx: Context, count: int) -> Any:
        """<b> for so many of each coin: shape (count,), a plane for each coin.

        ceil(log2 precision) rounds, `prefix.tree_words` of words; nobody learns anything.
        """
        planes = (self.precision, len(self.thresholds))
        r = await suite_of(ctx).random_bits(ctx, (count,), planes=planes)
        return await borrow_out(ctx, self._compared(ctx, r))

    def _compared(self, ctx: Context, r: Any) -> Any:
        """For each position, lowest first, whether ~r is below T there, and whether both are the same: ~r is as random
        as r."""
        digits = self._digits()
        return stack_planes([r.and_public(digits), suite_of(ctx).xor_public(ctx, r, digits)])

    def _digits(self) -> Words:
        """Those of the thresholds, as words of one digit: (precision, coins, 1)."""
        digits = [[(t >> i) & 1 for t in self.thresholds] for i in range(self.precision)]
        return np.where(np.array(digits, np.bool_), _ALL, np.uint64(0))[:, :, None]


def joint_coins(probabilities: Sequence[Probability], count: int) -> JointCoins:
    """Coins of these probabilities, rounded down, of which `count` draws are all together within 2^-SLACK of exact."""
    precision = SLACK + (count * len(probabilities)).bit_length()
    return JointCoins(tuple(p.digits(precision) for p in probabilities), precision)


def distance(coins: JointCoins, count: int) -> Fraction:
    """A bound of the total variation distance of so many draws of each coin from exact ones: each is off by less than
    a unit of the last digit."""
    return Fraction(count * len(coins.thresholds), 1 << coins.precision)
