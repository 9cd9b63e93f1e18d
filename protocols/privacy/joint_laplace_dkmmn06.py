"""Discrete Laplace noise that all parties draw together and none knows.

As `discrete_laplace_dkmmn06`, on secret bits: a number is 0, or of either sign and 1 more than a geometric number G,
whose binary digits are independent coins of public probabilities (Dwork, Kenthapadi, McSherry, Mironov, Naor, EUROCRYPT
2006, section 4; Champion, shelat, Ullman, CCS 2019, section 4). Nothing is rejected, so nothing depends on the noise.

Where the sampler in the clear goes on beyond the last digit, this one stops: P[G >= 2^digits] = exp(-2^digits / scale).
That and the precision of the coins is all that it is off by, in total variation over all numbers together: `tau`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import cast

from mpc.algebra.interface import Z2k
from mpc.context import Context, together
from protocols.privacy.joint_coins_csu19 import SLACK, JointCoins, distance, joint_coins
from protocols.privacy.noise_ranges import LEAST_SCALE, MOST_SCALE, in_range
from protocols.privacy.probabilities import Probability, exponential
from protocols.shares import ArithmeticShare, concatenate_planes
from protocols.suite import suite_of

_PRECISION = 256


@dataclass(frozen=True, slots=True)
class JointLaplace:
    """So many numbers of one scale: what is computed of them before any is drawn. Made by `joint_laplace`.

    `tau` bounds the total variation distance of all of them together from exact ones.
    """

    scale: Fraction
    count: int
    digits: int
    coins: JointCoins
    tau: Fraction

    @property
    def most(self) -> int:
        """No number is larger in size."""
        return 1 << self.digits

    async def draw(self, ctx: Context) -> ArithmeticShare:
        """[x]: (count,). Nobody learns anything of them."""
        sizes, signs = await together(ctx, (self.sizes,), (random_signs, self.count))
        return await signed(ctx, sizes, signs)

    async def sizes(self, ctx: Context) -> ArithmeticShare:
        """[|x|]: the digits of G and a 1, or 0."""
        suite = suite_of(ctx)
        tossed = await self.coins.toss(ctx, self.count)
        g, some = tossed.plane(slice(0, self.digits)), tossed.plane(slice(self.digits, None))
        kept = await suite.and_(ctx, g, some)
        each = await suite.bits_to_ring(ctx, concatenate_planes([kept, some]))
        return weighed(ctx, each, [*(1 << j for j in range(self.digits)), 1])


def weighed(ctx: Context, digits: ArithmeticShare, weights: list[int]) -> ArithmeticShare:
    """[sum of w_j d_j] of digits (len(weights), count)."""
    ring = cast(Z2k, ctx.ring)
    return digits.scale(ring.moved(lambda w: w.reshape(-1, 1, *w.shape[1:]), ring.from_ints(weights))).sum(0)


async def random_signs(ctx: Context, count: int) -> ArithmeticShare:
    """[s] for random bits s that nobody knows: (count,)."""
    return await suite_of(ctx).bits_to_ring(ctx, await suite_of(ctx).random_bits(ctx, (count,)))


async def signed(ctx: Context, sizes: ArithmeticShare, s: ArithmeticShare) -> ArithmeticShare:
    """[x] of either sign with equal chance: |x| - 2 s |x|."""
    return sizes - (await suite_of(ctx).mul(ctx, s, sizes)).scale(2)


@lru_cache(maxsize=64)
def joint_laplace(scale: Fraction, count: int) -> JointLaplace:
    """The sampler of `count` numbers with probability proportional to exp(-|x| / scale), in all within 2^-51 of that.

    Raises LocalError `noise-out-of-range` for a scale outside 2^-20 to 2^48.
    """
    in_range(scale, "the scale of Laplace noise", LEAST_SCALE, MOST_SCALE)
    digits = next(d for d in range(1, 64) if count * beyond(scale, d) <= Fraction(1, 1 << SLACK))
    powers = [Fraction(1 << j) / scale for j in range(digits)]
    of_digits = [Probability(power, 0, 1, 1, 1) for power in powers]
    coins = joint_coins([*of_digits, Probability(powers[0], 0, 2, 1, 1)], count)
    return JointLaplace(scale, count, digits, coins, count * beyond(scale, digits) + distance(coins, count))


def beyond(scale: Fraction, digits: int) -> Fraction:
    """P[G >= 2^digits] = exp(-2^digits / scale), rounded up."""
    return Fraction(exponential(Fraction(1 << digits) / scale, _PRECISION)[1], 1 << _PRECISION)
