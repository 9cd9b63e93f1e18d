"""Geometric noise that all parties draw together and none knows: P[G >= g] = exp(-g / scale).

The digits of G are independent coins, as of `joint_laplace_dkmmn06`; without its sign and its coin for zero. It stops
at the last digit, where P[G >= 2^digits] = exp(-2^digits / scale): that and the precision of the coins is `tau`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from mpc.context import Context
from protocols.privacy.joint_coins_csu19 import SLACK, JointCoins, distance, joint_coins
from protocols.privacy.joint_laplace_dkmmn06 import beyond, weighed
from protocols.privacy.noise_ranges import LEAST_SCALE, MOST_SCALE, in_range
from protocols.privacy.probabilities import Probability
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of


@dataclass(frozen=True, slots=True)
class JointGeometric:
    """So many numbers of one scale. `tau` bounds the total variation distance of all of them together from exact ones.
    Made by `joint_geometric`."""

    scale: Fraction
    count: int
    digits: int
    coins: JointCoins
    tau: Fraction

    @property
    def most(self) -> int:
        """No number is larger."""
        return (1 << self.digits) - 1

    async def draw(self, ctx: Context) -> ArithmeticShare:
        """[G]: (count,). Nobody learns anything of them."""
        each = await suite_of(ctx).bits_to_ring(ctx, await self.coins.toss(ctx, self.count))
        return weighed(ctx, each, [1 << j for j in range(self.digits)])


@lru_cache(maxsize=64)
def joint_geometric(scale: Fraction, count: int) -> JointGeometric:
    """The sampler of `count` numbers, in all within 2^-52 of exact ones. LocalError `noise-out-of-range` for a scale
    outside 2^-20 to 2^48."""
    in_range(scale, "the scale of geometric noise", LEAST_SCALE, MOST_SCALE)
    digits = next(d for d in range(1, 64) if count * beyond(scale, d) <= Fraction(1, 1 << SLACK))
    coins = joint_coins([Probability(Fraction(1 << j) / scale, 0, 1, 1, 1) for j in range(digits)], count)
    return JointGeometric(scale, count, digits, coins, count * beyond(scale, digits) + distance(coins, count))
