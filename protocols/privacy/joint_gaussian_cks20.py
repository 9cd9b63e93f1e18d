"""Discrete Gaussian noise that all parties draw together and none knows.

As `discrete_gaussian_cks20` (Canonne, Kamath, Steinke, NeurIPS 2020, algorithm 3), on secret numbers: y of joint
Laplace noise is accepted if none of the coins of probability exp(-2^i / (2 (g sigma)^2)) fails whose digit i of
m = (g |y| - f)^2 is 1. Whether a number is accepted is opened: it says nothing of those that are, which are as many
independent numbers of the same distribution whatever is opened, and those that are not accepted are never used.
(Wei, Yu, Fan, Wang, Chen, CCS 2023, draw discrete Gaussian noise in this way for several parties.)

So many are proposed, a public number, that fewer than wanted are accepted with probability below 2^-42: then the run
ends with an error, which depends on nothing but chance. Then m must fit the ring: the noise spans fewer steps than
Laplace noise may.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.numeric.fixed_point import plus
from protocols.prefix import all_ones
from protocols.privacy.amounts import printed
from protocols.privacy.discrete_gaussian_cks20 import discrete_gaussian
from protocols.privacy.joint_coins_csu19 import JointCoins, distance, joint_coins
from protocols.privacy.joint_laplace_dkmmn06 import JointLaplace, joint_laplace, random_signs, signed
from protocols.privacy.probabilities import exp_of_minus
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of

_TOO_FEW = Fraction(30)
"""exp(-30) < 2^-43."""

_ROOT_OF_2_PI = Fraction(25, 10)
_EXP_OF_MINUS_HALF = Fraction(60, 100)
"""Both rounded down."""


@dataclass(frozen=True, slots=True)
class JointGaussian:
    """So many numbers of one sigma^2: what is computed of them before any is drawn. Made by `joint_gaussian`.

    `tau` bounds the total variation distance of all of them together from exact ones.
    """

    variance: Fraction
    count: int
    f: int
    g: int
    proposals: JointLaplace
    coins: JointCoins
    tau: Fraction

    @property
    def most(self) -> int:
        """No number is larger in size."""
        return self.proposals.most

    def require_fits(self, ring_bits: int) -> None:
        """LocalError `noise-out-of-range` where parties on a ring of so many bits cannot draw it: (g |y| - f)^2 has to
        fit. Who pays beforehand asks before."""
        if len(self.coins.thresholds) > ring_bits - 2:
            raise _does_not_fit(self.variance, ring_bits)

    async def draw(self, ctx: Context) -> ArithmeticShare:
        """[x]: (count,). Everybody learns which proposals were accepted, and nobody anything of the numbers.

        Raises LocalError `too-little-noise` with probability below 2^-42, and `noise-out-of-range` where (g |y| - f)^2
        does not fit the ring.
        """
        self.require_fits(ctx.ring.bits)
        width = len(self.coins.thresholds)
        sizes, signs = await together(ctx, (self.proposals.sizes,), (random_signs, self.count))
        m = await suite_of(ctx).square(ctx, plus(ctx, sizes.scale(self.g), -self.f))
        accepted = await self._accepted(ctx, m, width)
        return await signed(ctx, sizes[self._first(accepted)], signs)

    async def _accepted(self, ctx: Context, m: ArithmeticShare, width: int) -> npt.NDArray[np.bool_]:
        """Which proposals pass all coins of the digits of m that are 1, for everybody to see."""
        suite, count = suite_of(ctx), self.proposals.count
        digits, passed = await together(ctx, (suite.a2b, m, width), (self.coins.toss, count))
        failed = await suite.and_(ctx, digits, suite.not_(ctx, passed))
        words = await suite.open_bits(ctx, await all_ones(ctx, suite.not_(ctx, failed)))
        if ctx.planning:
            return np.ones(count, np.bool_)
        accepted: npt.NDArray[Any] = ctx.bits.unpack(words, count)
        return accepted.astype(np.bool_)

    def _first(self, accepted: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        places = np.flatnonzero(accepted)[: self.count]
        if places.size < self.count:
            raise LocalError(
                "too-little-noise",
                f"of {accepted.size} proposals of joint noise {places.size} were accepted, and {self.count} are needed;"
                " that happens by chance once in 2^42 times",
                "run again; nothing was revealed",
            )
        return places


@lru_cache(maxsize=64)
def joint_gaussian(variance: Fraction, count: int) -> JointGaussian:
    """The sampler of `count` numbers with probability proportional to exp(-x^2 / (2 sigma^2)), in all within 2^-50 of
    that. Raises LocalError `noise-out-of-range` for a sigma^2 outside 2^-16 to 2^96.
    """
    known = discrete_gaussian(variance)
    proposals = joint_laplace(known.laplace.scale, _proposed(count, chance_of_acceptance(known.f, known.g, variance)))
    width = 2 * ((proposals.most * known.g).bit_length() + 1)
    rates = [Fraction(1 << i) / (2 * variance * known.g**2) for i in range(width)]
    coins = joint_coins([exp_of_minus(rate) for rate in rates], proposals.count)
    tau = proposals.tau + distance(coins, proposals.count)
    return JointGaussian(variance, count, known.f, known.g, proposals, coins, tau)


def chance_of_acceptance(f: int, g: int, variance: Fraction) -> Fraction:
    """A lower bound of how likely a proposal is accepted: exp(-c^2 / (2 sigma^2)) times the sum of
    exp(-x^2 / (2 sigma^2)) by the sum of exp(-|x| / t), where c = f / g <= sigma, and t = sigma^2 / c.

    The first sum is at least sigma sqrt(2 pi), by Poisson's summation, and at least 1; the second one is
    coth(z) <= 1 / z + min(1, z / 3) for z = 1 / (2 t).
    """
    c = Fraction(f, g)
    t = variance / c
    return _EXP_OF_MINUS_HALF * max(Fraction(1), _ROOT_OF_2_PI * c) / (2 * t + min(Fraction(1), 1 / (6 * t)))


def _proposed(count: int, chance: Fraction) -> int:
    """The smallest M, but for an eighth of what it is above count / chance, with which fewer than count of M are
    accepted with probability at most exp(-2 (M chance - count)^2 / M) <= exp(-30) (Hoeffding 1963)."""
    least = int(count / chance) + 1
    beyond = 1
    while 2 * ((least + beyond) * chance - count) ** 2 < _TOO_FEW * (least + beyond):
        beyond += 1 + beyond // 8
    return least + beyond


def _does_not_fit(variance: Fraction, bits: int) -> LocalError:
    return LocalError(
        "noise-out-of-range",
        f"joint Gaussian noise of variance {printed(variance)} on the grid is too wide for numbers of {bits} bits",
        "run with --ring 128, with fewer --fractional-bits, or scale the values down",
    )
