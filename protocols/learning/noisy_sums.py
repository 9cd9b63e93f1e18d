"""Vectors that a training reveals with noise, one after another, paid for together before the first of them.

Their distance is proved by who computes them, in whole units of the last place and of the numbers as they are computed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import naming_line, user_line
from protocols.array.private_reveals import with_noise
from protocols.array.revealing import reveal_charged, shown_form
from protocols.array.scales import ring_form
from protocols.array.secret import SecretArray
from protocols.outputs import check_range
from protocols.privacy.amounts import count_of
from protocols.privacy.directed import exp_up
from protocols.privacy.joint_noise import MOST_TAU, Gaussian
from protocols.privacy.ledger.charges import Price
from protocols.privacy.prepaid import Prepaid, prepaid
from protocols.ranges import Range

ROUNDED = Fraction(1, 1 << 18)
"""More than `accounts.cost` adds to an epsilon while it looks for one, beside noise that is only nearly exact."""


@dataclass(frozen=True, slots=True)
class NoisySums:
    """Vectors of `size` numbers that may still be revealed, each of which one unit moves by at most `moved` in L2, in
    units of the last place. Made by `noisy_sums`."""

    paid: Prepaid
    noise: Gaussian
    size: int
    moved: int
    fractional_bits: int

    @property
    def price(self) -> Price:
        """Of all of them."""
        return self.paid.schedule.price

    @property
    def deviation(self) -> float:
        """The standard deviation of the noise on each number, in the value's own unit."""
        return self.moved / sqrt(2 * Fraction(self.noise.rho or 0)) / 2.0**self.fractional_bits

    async def reveal(self, ctx: Context, x: SecretArray) -> npt.NDArray[np.float64]:
        """The next vector with its noise, to everybody. A plan supposes a deviation of the noise in each.

        LocalError `not-in-schedule` for one more than there are; as of `mpc.reveal`.
        """
        step = self.paid.step()
        noisy, promise = with_noise(x, step, moves=step.declared(Fraction(self.moved), 0, self.size))
        shown = await reveal_charged(ctx, noisy, privacy=promise, planned=np.full(self.size, self.deviation))
        return np.asarray(shown, np.float64)


@asynccontextmanager
async def noisy_sums(
    ctx: Context, privacy: Gaussian, steps: int, size: int, moved: int, like: SecretArray | None = None
) -> AsyncIterator[NoisySums]:
    """Have all parties spend what `steps` vectors cost together, each with a like part of the rho of `privacy`.

    What the next vector is may depend on those before (Bun, Steinke 2016, lemma 2.3). `like` has the range of the
    widest vector and is not computed: that it fits the ring with its noise is seen before anything is spent. Errors of
    `prepaid`; LocalError `noise-out-of-range`, `range-exceeded`.
    """
    noise = part_of(privacy, steps)
    with naming_line():
        _require_fits(ctx, noise, size, moved, like)
    async with prepaid(ctx, [noise] * steps, elements=size) as paid:
        yield NoisySums(paid, noise, size, moved, ctx.fractional_bits)


def _require_fits(ctx: Context, noise: Gaussian, size: int, moved: int, like: SecretArray | None) -> None:
    sampler = noise.sampler(noise.declared(Fraction(moved), 0, size), size)
    sampler.require_fits(ctx.ring.bits)
    if like is not None:
        target = shown_form(ring_form(like))
        noisy = target.range + Range(-sampler.most, sampler.most)
        check_range(ctx.session, "reveal", noisy, target.scale, user_line())


def part_of(privacy: Gaussian, steps: int) -> Gaussian:
    """The noise of one of so many vectors, which together are charged no more than the epsilon and delta that were
    asked for, if they were: what each draw is off by counts, and what an accountant rounds up by.

    LocalError `wrong-amount`, `amount-out-of-range`, `delta-too-small`.
    """
    draws = count_of(steps, "the steps")
    rho, delta = Fraction(privacy.rho or 0), privacy.given_delta
    if privacy.epsilon is not None:
        epsilon = Fraction(privacy.epsilon) * (1 - ROUNDED)
        beside = (1 + exp_up(epsilon)) * MOST_TAU * (draws - 1)
        rho = Fraction(Gaussian(epsilon=epsilon, delta=max(delta - beside, Fraction(0))).rho or 0)
    return Gaussian(rho=rho / draws, delta=delta, neighbours=privacy.neighbours)


def require_gaussian(privacy: Any) -> Gaussian:
    """LocalError `wrong-privacy` for anything but Gaussian noise whose distance follows from the computation."""
    if isinstance(privacy, Gaussian) and privacy.sensitivity is None:
        return privacy
    what = f"of type {type(privacy).__name__}" if not isinstance(privacy, Gaussian) else "with a sensitivity of its own"
    raise LocalError(
        "wrong-privacy",
        f"privacy= is {what}, for a model that is trained with noise",
        "mpc.Gaussian(epsilon=..., delta=...) or mpc.Gaussian(rho=...): how far a record moves it is computed",
        line=user_line(),
    )
